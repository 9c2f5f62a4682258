#include "interfaces/cli/export_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace learnd::cli {

namespace {

namespace fs = std::filesystem;

/// The descriptor of this process that such a path names. Opened by its path it would be written to from its beginning on.
std::optional<int> descriptorOf(const fs::path& path) {
  const std::string text = fs::absolute(path).lexically_normal().string();
  if (text == "/dev/stdout") return STDOUT_FILENO;
  if (text == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!text.starts_with(folder)) continue;
    int number = 0;
    const char* end = text.data() + text.size();
    const auto [last, failed] = std::from_chars(text.data() + folder.size(), end, number);
    if (failed == std::errc() && last == end) return number;
  }
  return std::nullopt;
}

/// Where symbolic links lead to, also where nothing is there yet.
std::string withoutLinks(const std::string& path) {
  constexpr int kMostLinks = 40;
  fs::path target = path;
  std::error_code failed;
  for (int i = 0; !descriptorOf(target) && fs::is_symlink(fs::symlink_status(target, failed)); ++i) {
    if (i == kMostLinks) throw std::runtime_error("export: " + path + " is a symbolic link that leads to itself");
    // One that is absolute takes the place of all before it.
    target = target.parent_path() / fs::read_symlink(target);
  }
  return target.string();
}

}  // namespace

ExportFile::ExportFile(const std::string& path) : target_(withoutLinks(path)), written_(target_) {
  std::error_code ignored;
  const auto descriptor = descriptorOf(target_);
  const fs::file_status found = fs::status(target_, ignored);
  if (fs::is_directory(found)) throw std::runtime_error("export: " + path + " is a folder: name a file in it");
  const bool isFile = !descriptor && (!fs::exists(found) || fs::is_regular_file(found));
  if (isFile) written_ += ".part";
  file_ = descriptor ? fdopen(dup(*descriptor), "wb") : std::fopen(written_.c_str(), "wb");
  if (file_ == nullptr) throw std::runtime_error("export: " + written_ + " can't be written: " + std::generic_category().message(errno));
  if (isFile && fs::exists(found)) fchmod(fileno(file_), static_cast<mode_t>(found.permissions()));
}

ExportFile::~ExportFile() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  std::error_code ignored;
  if (isOwn()) fs::remove(written_, ignored);
}

void ExportFile::fail(int code) const {
  std::error_code ignored;
  if (isOwn()) fs::remove(written_, ignored);
  throw std::system_error(code, std::generic_category(), "export: " + target_ + " could not be written");
}

void ExportFile::write(std::string_view piece) {
  if (std::fwrite(piece.data(), 1, piece.size(), file_) != piece.size()) fail(errno);
}

void ExportFile::finish() {
  int code = std::fflush(file_) != 0 ? errno : 0;
  // A device or a pipe has nothing to sync.
  if (code == 0 && isOwn() && fsync(fileno(file_)) != 0) code = errno;
  if (std::fclose(file_) != 0 && code == 0) code = errno;
  file_ = nullptr;
  if (code == 0 && isOwn() && std::rename(written_.c_str(), target_.c_str()) != 0) code = errno;
  if (code != 0) fail(code);
}

}  // namespace learnd::cli
