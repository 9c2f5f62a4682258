#include "adapters/sentence_model/safetensors.hpp"

#include "json/value.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>

namespace learnd::sentence_model {

namespace {

constexpr std::size_t kMostHeader = 100U * 1024 * 1024;

core::Error wrong(const std::string& file, const std::string& what) { return core::Error(core::ErrorKind::InvalidInput, file + ": " + what); }

std::size_t sizeOf(NumberType type) { return type == NumberType::F32 ? 4 : 2; }

std::optional<NumberType> typeOf(const std::string& name) {
  if (name == "F32") return NumberType::F32;
  if (name == "F16") return NumberType::F16;
  if (name == "BF16") return NumberType::BF16;
  return std::nullopt;
}

float fromHalf(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16U;
  const std::uint32_t exponent = (half >> 10U) & 0x1FU;
  const std::uint32_t mantissa = half & 0x3FFU;
  if (exponent == 0) {
    // Zero and the numbers below the least normal one: mantissa x 2^-24.
    const float value = static_cast<float>(mantissa) * 0x1p-24F;
    return sign != 0 ? -value : value;
  }
  const std::uint32_t bits = exponent == 31 ? 0x7F800000U | (mantissa << 13U) : ((exponent + 112U) << 23U) | (mantissa << 13U);
  return std::bit_cast<float>(sign | bits);
}

float numberAt(const std::byte* place, NumberType type) {
  if (type == NumberType::F32) {
    float value = 0;
    std::memcpy(&value, place, sizeof value);
    return value;
  }
  std::uint16_t half = 0;
  std::memcpy(&half, place, sizeof half);
  return type == NumberType::F16 ? fromHalf(half) : std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16U);
}

std::optional<std::size_t> sizeIn(const json::Value& value) {
  const std::int64_t* number = value.asInteger();
  if (number == nullptr || *number < 0) return std::nullopt;
  return static_cast<std::size_t>(*number);
}

std::optional<std::vector<std::size_t>> sizesIn(const json::Value* value) {
  if (value == nullptr || value->asArray() == nullptr) return std::nullopt;
  std::vector<std::size_t> sizes;
  for (const json::Value& one : *value->asArray()) {
    const auto size = sizeIn(one);
    if (!size) return std::nullopt;
    sizes.push_back(*size);
  }
  return sizes;
}

/// The product of a shape; nothing where it does not fit.
std::optional<std::size_t> productOf(const std::vector<std::size_t>& shape) {
  std::size_t product = 1;
  for (const std::size_t size : shape) {
    if (size != 0 && product > std::numeric_limits<std::size_t>::max() / size) return std::nullopt;
    product *= size;
  }
  return product;
}

std::string shown(const std::vector<std::size_t>& shape) {
  std::string text = "[";
  for (const std::size_t size : shape) text.append(text.size() > 1 ? ", " : "").append(std::to_string(size));
  return text + "]";
}

/// A header's entry; nothing where the tensor has a type that no encoder needs.
core::Result<std::optional<Tensor>> readEntry(const std::string& name, const json::Value& entry, std::span<const std::byte> data) {
  const json::Value* dtype = entry.find("dtype");
  const auto shape = sizesIn(entry.find("shape"));
  const auto offsets = sizesIn(entry.find("data_offsets"));
  if (dtype == nullptr || dtype->asText() == nullptr || !shape || !offsets || offsets->size() != 2) {
    return core::Error(core::ErrorKind::InvalidInput, "tensor " + name + ": dtype, shape or data_offsets are missing or wrong");
  }
  const auto type = typeOf(*dtype->asText());
  if (!type) return std::optional<Tensor>();
  const std::size_t begin = (*offsets)[0];
  const std::size_t end = (*offsets)[1];
  if (begin > end || end > data.size()) return core::Error(core::ErrorKind::InvalidInput, "tensor " + name + ": its data lies outside the file");
  const auto count = productOf(*shape);
  if (!count || *count > data.size() || *count * sizeOf(*type) != end - begin) {
    return core::Error(core::ErrorKind::InvalidInput, "tensor " + name + ": its shape " + shown(*shape) + " does not fit its data");
  }
  return std::optional<Tensor>(Tensor{*type, *shape, data.subspan(begin, end - begin)});
}

}  // namespace

std::size_t Tensor::count() const { return bytes.size() / sizeOf(type); }

void Tensor::read(std::size_t first, std::span<float> out) const {
  const std::size_t size = sizeOf(type);
  const std::byte* place = bytes.data() + first * size;
  if (type == NumberType::F32) {
    std::memcpy(out.data(), place, out.size() * size);
    return;
  }
  for (float& number : out) {
    number = numberAt(place, type);
    place += size;
  }
}

std::vector<float> Tensor::readAll() const {
  std::vector<float> numbers(count());
  read(0, numbers);
  return numbers;
}

class Safetensors::Mapping {
 public:
  Mapping(void* start, std::size_t size) : start_(start), size_(size) {}
  ~Mapping() { ::munmap(start_, size_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  [[nodiscard]] std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(start_), size_}; }
  void releasePages() const { ::madvise(start_, size_, MADV_DONTNEED); }

 private:
  void* start_;
  std::size_t size_;
};

core::Result<Safetensors> Safetensors::open(const std::filesystem::path& file) {
  Safetensors opened;
  opened.name_ = file.string();
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return wrong(opened.name_, std::string("can't be read: ") + std::strerror(errno));
  struct stat info {};
  const bool sized = ::fstat(descriptor, &info) == 0 && info.st_size >= 8;
  const auto size = static_cast<std::size_t>(info.st_size);
  void* start = sized ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0) : MAP_FAILED;
  ::close(descriptor);
  if (!sized) return wrong(opened.name_, "is too short to be a safetensors file");
  if (start == MAP_FAILED) return wrong(opened.name_, std::string("can't be mapped: ") + std::strerror(errno));
  opened.mapping_ = std::make_shared<const Mapping>(start, size);
  const auto bytes = opened.mapping_->bytes();
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length > size - 8 || length > kMostHeader) return wrong(opened.name_, "its header's length goes beyond the file: it is cut or no safetensors file");
  const std::string_view text(reinterpret_cast<const char*>(bytes.data() + 8), static_cast<std::size_t>(length));
  auto header = json::parse(text);
  if (!header) return wrong(opened.name_, "its header is no JSON: " + header.error().message());
  if (header->asObject() == nullptr) return wrong(opened.name_, "its header is no JSON object");
  for (const auto& [name, entry] : *header->asObject()) {
    if (name == "__metadata__") continue;
    auto tensor = readEntry(name, entry, bytes.subspan(8 + static_cast<std::size_t>(length)));
    if (!tensor) return wrong(opened.name_, tensor.error().message());
    if (*tensor) opened.tensors_.emplace(name, std::move(**tensor));
  }
  return opened;
}

core::Result<Tensor> Safetensors::find(const std::string& name, const std::vector<std::size_t>& shape) const {
  const auto place = tensors_.find(name);
  if (place == tensors_.end()) return wrong(name_, "tensor " + name + " is missing");
  if (place->second.shape != shape) {
    return wrong(name_, "tensor " + name + " has the shape " + shown(place->second.shape) + ", by config.json it is " + shown(shape));
  }
  return place->second;
}

void Safetensors::releasePages() const { mapping_->releasePages(); }

}  // namespace learnd::sentence_model
