#include "adapters/sentence_model/model_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace learnd::sentence_model {

namespace {

std::string systemMessage(int error) { return std::generic_category().message(error); }

}  // namespace

core::Error fileError(const std::string& path, const std::string& text) {
  return core::Error(core::ErrorKind::InvalidInput, path + ": " + text);
}

ModelFile::ModelFile(int descriptor, std::uint64_t size, std::string path) : descriptor_(descriptor), size_(size), path_(std::move(path)) {}

ModelFile::ModelFile(ModelFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_), path_(std::move(other.path_)) {}

ModelFile& ModelFile::operator=(ModelFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(size_, other.size_);
  std::swap(path_, other.path_);
  return *this;
}

ModelFile::~ModelFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

core::Result<ModelFile> ModelFile::open(const std::filesystem::path& path) {
  // Not to wait for ever at a pipe's other end.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return fileError(path.string(), "can't be opened: " + systemMessage(errno));
  ModelFile file(descriptor, 0, path.string());
  struct stat state {};
  if (::fstat(descriptor, &state) != 0) return fileError(file.path_, "can't be read: " + systemMessage(errno));
  if (!S_ISREG(state.st_mode)) return fileError(file.path_, "is no file");
  file.size_ = static_cast<std::uint64_t>(state.st_size);
  return file;
}

core::Result<void> ModelFile::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const auto count = ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fileError(path_, "can't be read: " + systemMessage(errno));
    if (count == 0) return fileError(path_, "ends at byte " + std::to_string(offset) + ": it was cut while it was in use");
    offset += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

core::Result<json::Value> readJsonFile(const std::filesystem::path& path, std::uint64_t limit) {
  auto file = ModelFile::open(path);
  if (!file) return file.error();
  if (file->size() > limit) return fileError(file->path(), "is larger than " + std::to_string(limit >> 20U) + " MiB");
  std::string text(static_cast<std::size_t>(file->size()), '\0');
  if (auto read = file->read(0, std::as_writable_bytes(std::span(text))); !read) return read.error();
  auto value = json::parse(text);
  if (!value) return fileError(file->path(), value.error().message());
  return value;
}

}  // namespace learnd::sentence_model
