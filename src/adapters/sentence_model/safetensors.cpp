#include "adapters/sentence_model/safetensors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <utility>

namespace learnd::sentence_model {

namespace {

static_assert(std::endian::native == std::endian::little, "the file's numbers are little-endian");

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kMostHeaderBytes = 16U << 20U;  // 100,000 tensors and more
constexpr std::size_t kMostDimensions = 8;

struct FormatOfName {
  std::string_view name;
  NumberFormat format;
  std::uint64_t bits;
};
constexpr auto kFormats = std::to_array<FormatOfName>({{"F32", NumberFormat::Float32, 32},
                                                       {"F16", NumberFormat::Float16, 16},
                                                       {"BF16", NumberFormat::BFloat16, 16},
                                                       {"F64", NumberFormat::Other, 64},
                                                       {"I64", NumberFormat::Other, 64},
                                                       {"U64", NumberFormat::Other, 64},
                                                       {"I32", NumberFormat::Other, 32},
                                                       {"U32", NumberFormat::Other, 32},
                                                       {"I16", NumberFormat::Other, 16},
                                                       {"U16", NumberFormat::Other, 16},
                                                       {"I8", NumberFormat::Other, 8},
                                                       {"U8", NumberFormat::Other, 8},
                                                       {"BOOL", NumberFormat::Other, 8},
                                                       {"F8_E4M3", NumberFormat::Other, 8},
                                                       {"F8_E5M2", NumberFormat::Other, 8}});

core::Error invalid(const std::string& text) { return core::Error(core::ErrorKind::InvalidInput, text); }
core::Error tensorError(const std::string& tensor, const std::string& text) { return invalid("tensor " + tensor + ": " + text); }

const FormatOfName* findFormat(std::string_view name) {
  const auto found = std::find_if(kFormats.begin(), kFormats.end(), [&](const FormatOfName& one) { return one.name == name; });
  return found == kFormats.end() ? nullptr : &*found;
}

/// A whole number that is not negative.
std::optional<std::uint64_t> sizeOf(const json::Value& value) {
  const std::int64_t* whole = value.asInteger();
  if (whole == nullptr || *whole < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*whole);
}

core::Result<void> readShape(const json::Value* shape, Tensor& tensor) {
  const json::Value::Array* sizes = shape == nullptr ? nullptr : shape->asArray();
  if (sizes == nullptr || sizes->size() > kMostDimensions) return tensorError(tensor.name, "\"shape\" is no list of at most 8 sizes");
  tensor.count = 1;
  for (const json::Value& one : *sizes) {
    const auto size = sizeOf(one);
    if (!size) return tensorError(tensor.name, "\"shape\" has something that is no size");
    if (__builtin_mul_overflow(tensor.count, *size, &tensor.count)) return tensorError(tensor.name, "\"shape\" is too large");
    tensor.shape.push_back(*size);
  }
  return {};
}

/// Places relative to the data become places in the file; gives the place behind the tensor.
core::Result<std::uint64_t> readOffsets(const json::Value* offsets, std::uint64_t bits, std::uint64_t dataBegin, std::uint64_t fileBytes,
                                        Tensor& tensor) {
  const json::Value::Array* pair = offsets == nullptr ? nullptr : offsets->asArray();
  if (pair == nullptr || pair->size() != 2) return tensorError(tensor.name, "\"data_offsets\" is no pair");
  const auto begin = sizeOf(pair->front());
  const auto end = sizeOf(pair->back());
  if (!begin || !end || *begin > *end)
    return tensorError(tensor.name, "\"data_offsets\" is no pair of places, the first not behind the second");
  const std::uint64_t dataBytes = fileBytes - dataBegin;
  if (*end > dataBytes) {
    return tensorError(tensor.name, "ends at byte " + std::to_string(*end) + " of the data, which has " + std::to_string(dataBytes) +
                                        ": the file is cut, or not the one that its header is of");
  }
  std::uint64_t needed = 0;
  if (__builtin_mul_overflow(tensor.count, bits / 8, &needed) || needed != *end - *begin) {
    return tensorError(tensor.name, "has " + std::to_string(*end - *begin) + " bytes, but its shape and format ask for others");
  }
  tensor.begin = dataBegin + *begin;
  return dataBegin + *end;
}

struct Place {
  std::uint64_t begin;
  std::uint64_t end;
  const std::string* tensor;
};

core::Result<void> checkPlaces(std::vector<Place>& places, std::uint64_t dataBegin, std::uint64_t fileBytes) {
  std::sort(places.begin(), places.end(),
            [](const Place& a, const Place& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  std::uint64_t at = dataBegin;
  for (const Place& place : places) {
    if (place.begin < at) return tensorError(*place.tensor, "lies over another one");
    if (place.begin > at) return tensorError(*place.tensor, "has bytes before it that belong to no tensor");
    at = place.end;
  }
  if (at != fileBytes) return invalid("the last " + std::to_string(fileBytes - at) + " bytes belong to no tensor");
  return {};
}

std::string shown(const std::vector<std::uint64_t>& shape) {
  std::string text = "[";
  for (const std::uint64_t size : shape) text.append(text.size() > 1 ? ", " : "").append(std::to_string(size));
  return text + "]";
}

template <class Source, class Widen>
core::Result<void> readWidened(const ModelFile& file, std::uint64_t offset, std::span<float> numbers, Widen widen) {
  std::array<Source, 2048> part;
  while (!numbers.empty()) {
    const std::size_t count = std::min(part.size(), numbers.size());
    auto bytes = std::as_writable_bytes(std::span(part).first(count));
    if (auto read = file.read(offset, bytes); !read) return read.error();
    std::transform(part.begin(), part.begin() + static_cast<std::ptrdiff_t>(count), numbers.begin(), widen);
    numbers = numbers.subspan(count);
    offset += bytes.size();
  }
  return {};
}

}  // namespace

core::Result<TensorTable> TensorTable::parse(std::string_view header, std::uint64_t dataBegin, std::uint64_t fileBytes) {
  if (dataBegin > fileBytes) return invalid("the header ends behind the file");
  auto value = json::parse(header);
  if (!value) return invalid("its header: " + value.error().message());
  const json::Value::Object* members = value->asObject();
  if (members == nullptr) return invalid("its header is no JSON object");
  TensorTable table;
  std::vector<Place> places;
  for (const auto& [name, description] : *members) {
    if (name == "__metadata__") continue;
    Tensor tensor;
    tensor.name = name;
    const json::Value* formatName = description.find("dtype");
    const std::string* text = formatName == nullptr ? nullptr : formatName->asText();
    const FormatOfName* format = text == nullptr ? nullptr : findFormat(*text);
    if (format == nullptr) return tensorError(name, "\"dtype\" is none that we know");
    tensor.format = format->format;
    tensor.formatName = *text;
    if (auto read = readShape(description.find("shape"), tensor); !read) return read.error();
    auto end = readOffsets(description.find("data_offsets"), format->bits, dataBegin, fileBytes, tensor);
    if (!end) return end.error();
    const auto [kept, added] = table.tensors_.emplace(name, std::move(tensor));
    places.push_back({kept->second.begin, *end, &kept->first});
  }
  if (auto checked = checkPlaces(places, dataBegin, fileBytes); !checked) return checked.error();
  return table;
}

const Tensor* TensorTable::find(const std::string& name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

core::Result<Safetensors> Safetensors::open(const std::filesystem::path& path) {
  auto file = ModelFile::open(path);
  if (!file) return file.error();
  if (file->size() < kLengthBytes) return fileError(file->path(), "is too short to be a safetensors file");
  std::uint64_t length = 0;
  if (auto read = file->read(0, std::as_writable_bytes(std::span(&length, 1))); !read) return read.error();
  if (length > kMostHeaderBytes || length > file->size() - kLengthBytes) {
    return fileError(file->path(), "says that its header has " + std::to_string(length) + " bytes, which is too much for a file of " +
                                       std::to_string(file->size()));
  }
  std::string header(static_cast<std::size_t>(length), '\0');
  if (auto read = file->read(kLengthBytes, std::as_writable_bytes(std::span(header))); !read) return read.error();
  auto table = TensorTable::parse(header, kLengthBytes + length, file->size());
  if (!table) return fileError(file->path(), table.error().message());
  return Safetensors(std::move(*file), std::move(*table));
}

core::Result<Tensor> Safetensors::find(const std::string& name, const std::vector<std::uint64_t>& shape) const {
  const Tensor* tensor = table_.find(name);
  if (tensor == nullptr) return error(name, "is missing");
  if (tensor->shape != shape)
    return error(name, "has the shape " + shown(tensor->shape) + "; by config.json it would have to be " + shown(shape));
  if (tensor->format == NumberFormat::Other)
    return error(name, "is of " + tensor->formatName + "; only F32, F16 and BF16 can be computed with");
  return *tensor;
}

core::Result<std::vector<float>> Safetensors::readAll(const Tensor& tensor) const {
  std::vector<float> numbers(static_cast<std::size_t>(tensor.count));
  if (auto done = read(tensor, 0, numbers); !done) return done.error();
  // A sum is finite only if all its parts are; 0 keeps finite ones from adding up to too much.
  float sum = 0;
  for (const float number : numbers) sum += number * 0.0F;
  if (!(sum == 0)) return error(tensor.name, "holds a number that is infinite or none");
  return numbers;
}

core::Result<void> Safetensors::read(const Tensor& tensor, std::uint64_t first, std::span<float> numbers) const {
  if (first > tensor.count || numbers.size() > tensor.count - first) return error(tensor.name, "has fewer numbers than are asked for");
  switch (tensor.format) {
    case NumberFormat::Float32:
      return file_.read(tensor.begin + first * 4, std::as_writable_bytes(numbers));
    case NumberFormat::Float16:
      return readWidened<std::uint16_t>(file_, tensor.begin + first * 2, numbers, widenFloat16);
    case NumberFormat::BFloat16:
      return readWidened<std::uint16_t>(file_, tensor.begin + first * 2, numbers, widenBFloat16);
    case NumberFormat::Other:
      break;
  }
  return error(tensor.name, "is of " + tensor.formatName);
}

core::Error Safetensors::error(const std::string& tensor, const std::string& text) const {
  return fileError(file_.path(), "tensor " + tensor + ": " + text);
}

float widenFloat16(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000U) << 16U;
  const std::uint32_t exponent = (bits >> 10U) & 0x1FU;
  const std::uint32_t fraction = bits & 0x3FFU;
  if (exponent == 0) {
    const float small = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -small : small;
  }
  // Infinity and NaN keep the largest exponent; the bias is 15 there and 127 here.
  const std::uint32_t wide = exponent == 0x1FU ? 0xFFU : exponent + (127U - 15U);
  return std::bit_cast<float>(sign | (wide << 23U) | (fraction << 13U));
}

float widenBFloat16(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U); }

}  // namespace learnd::sentence_model
