#pragma once

#include "adapters/postgres/connection.hpp"
#include "ports/record_store.hpp"

#include <string>
#include <unordered_map>
#include <vector>

namespace learnd::postgres {

/// Follows what other daemons change of the index's entries. A transaction that began earlier may come to light later, so the place is the
/// oldest one that was under way, and what was told since is remembered. One thread at a time.
class ChangeReader {
 public:
  explicit ChangeReader(core::LearningId self) : self_(self) {}

  /// Those that changed since the last call, each once or more; the first call finds the place to begin from. What fails is told the next
  /// time.
  std::vector<core::LearningId> read(Connection& connection);

 private:
  using Told = std::unordered_map<core::LearningId, std::string, core::LearningIdHash>;

  core::LearningId self_;
  std::string snapshot_;  // the last one; empty at first
  Told told_;             // the transaction, of what is still asked about
};

/// A dump that another server restores brings numbers of transactions along that this one will give only later: they would be told again
/// and again until then. At the start.
void forgetFutureChanges(Connection& connection);

/// Of these, what the index is to hold: active entries of their own with their vectors.
std::vector<ports::StoredEntry> entriesOf(Connection& connection, const std::vector<core::LearningId>& ids);

}  // namespace learnd::postgres
