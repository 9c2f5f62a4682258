#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace learnd::cli {

/// The file that an export goes to. A regular file appears under its name only when it is whole and synced (it is written beside it as
/// FILE.part, with the mode of the one it takes the place of); behind a symbolic link it is the link's target that changes. A device or a
/// pipe, and what is open already (/dev/stdout, /proc/self/fd/N), is written to as it is. What was not finished leaves nothing behind.
class ExportFile {
 public:
  /// Throws std::runtime_error, which names the path, where it is a folder or can't be written.
  explicit ExportFile(const std::string& path);
  ~ExportFile();
  ExportFile(const ExportFile&) = delete;
  ExportFile& operator=(const ExportFile&) = delete;

  /// Whether nothing but the export goes there: a file of its own.
  [[nodiscard]] bool isOwn() const { return written_ != target_; }
  /// Throws std::system_error where it can't be written.
  void write(std::string_view piece);
  /// Throws std::system_error where it can't be written or can't get its name.
  void finish();

 private:
  [[noreturn]] void fail(int code) const;

  std::string target_;   // the path behind its symbolic links
  std::string written_;  // what is open: the target itself, or the file beside it
  std::FILE* file_ = nullptr;
};

}  // namespace learnd::cli
