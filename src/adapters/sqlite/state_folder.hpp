#pragma once

#include "core/result.hpp"

#include <filesystem>

namespace learnd::sqlite {

/// The folder that holds the record store, locked against a second daemon for as long as this lives.
class StateFolder {
 public:
  /// Makes what is missing: the folder for its owner alone (0700), an empty database file (0600). Unavailable where another daemon has it;
  /// StorageFull where it can't be written.
  static core::Result<StateFolder> open(const std::filesystem::path& folder);

  StateFolder(StateFolder&& other) noexcept;
  StateFolder& operator=(StateFolder&& other) noexcept;
  ~StateFolder();

  [[nodiscard]] const std::filesystem::path& database() const { return database_; }

 private:
  StateFolder(std::filesystem::path database, int lock) : database_(std::move(database)), lock_(lock) {}

  std::filesystem::path database_;
  int lock_ = -1;
};

}  // namespace learnd::sqlite
