#pragma once

#include "adapters/sqlite/database.hpp"
#include "core/learning.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

namespace learnd::bench {

/// SQLite without anything of ours but the statement: one row of a record and one of the outbox, in synced transactions of so many. What a
/// store can reach at best. Throws what SQLite says.
class RawStore {
 public:
  /// Makes the tables and indexes of the record store in a folder that has none, without the triggers that count.
  explicit RawStore(const std::filesystem::path& folder);

  /// Learnings with ids that it has not seen; commits a second.
  double commitsPerSecond(std::span<const core::Learning> learnings, std::size_t rowsOfCommit);

 private:
  void insert(const core::Learning& learning);

  std::optional<sqlite::Connection> connection_;
  std::int64_t last_ = 0;
};

}  // namespace learnd::bench
