#pragma once

#include "core/result.hpp"
#include "json/value.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace learnd::sentence_model {

/// A file of a model's folder, read by place and never mapped: a file that somebody cuts while it is in use is an error here and would be a
/// SIGBUS there, and what was read does not count as memory of the process. Any thread, once open.
class ModelFile {
 public:
  /// InvalidInput where it can't be opened or is no plain file.
  [[nodiscard]] static core::Result<ModelFile> open(const std::filesystem::path& path);

  ModelFile(ModelFile&& other) noexcept;
  ModelFile& operator=(ModelFile&& other) noexcept;
  ~ModelFile();

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const std::string& path() const { return path_; }

  /// Fills `bytes` from `offset` on, or says why not (the file may have been cut since it was opened).
  [[nodiscard]] core::Result<void> read(std::uint64_t offset, std::span<std::byte> bytes) const;

 private:
  ModelFile(int descriptor, std::uint64_t size, std::string path);

  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  std::string path_;
};

/// A whole file of at most `limit` bytes as JSON.
[[nodiscard]] core::Result<json::Value> readJsonFile(const std::filesystem::path& path, std::uint64_t limit);

/// An InvalidInput "PATH: TEXT", as all that is wrong in a model's file is told.
core::Error fileError(const std::string& path, const std::string& text);

}  // namespace learnd::sentence_model
