#pragma once

#include "adapters/postgres/learning_row.hpp"
#include "ports/record_store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace learnd::postgres {

/// The many inserts of one work, an import: what it is going to ask about is asked for at once, and its new rows are gathered and written
/// by COPY. Only under the lock of the whole store, where nobody else can change what the answers say.
class BulkInsert {
 public:
  explicit BulkInsert(Connection& connection) : connection_(connection) {}

  /// Looks which of these ids and keys there are.
  void expect(const std::vector<ports::ExpectedLearning>& learnings);

  /// There is no such learning, stored or gathered; false: it has to be asked for.
  [[nodiscard]] bool isNew(const core::LearningId& id) const;
  [[nodiscard]] bool isNew(const core::Key& key) const;
  /// One that is gathered, as it will be stored; nothing where it is not, or only the stored row can tell.
  [[nodiscard]] std::optional<core::Learning> gathered(const core::LearningId& id) const;
  [[nodiscard]] bool isGathered(const core::LearningId& id) const { return gathered_.contains(id); }
  [[nodiscard]] bool isEmpty() const { return rows_.empty(); }

  /// One was stored past it: its id and key are new no more.
  void noteStored(const core::LearningId& id, const core::Key& key);

  /// Takes a learning whose id and key are expected; false where it has to be inserted by itself.
  bool take(const core::Learning& learning, const core::Key& key);
  /// Writes what was gathered.
  void flush();

 private:
  struct Gathered {
    core::Learning learning;
    bool isExact = true;  // false: whether it is indexed the row of the one that stands for it says
  };

  Connection& connection_;
  // Of the expected ids and keys: those that are stored.
  std::unordered_set<std::string> expectedKeys_;
  std::unordered_set<std::string> storedKeys_;
  std::unordered_set<core::LearningId, core::LearningIdHash> expectedIds_;
  std::unordered_set<core::LearningId, core::LearningIdHash> storedIds_;

  std::vector<Values> rows_;
  std::vector<core::LearningId> forIndex_;
  std::size_t bytes_ = 0;
  std::unordered_map<core::LearningId, Gathered, core::LearningIdHash> gathered_;
  std::unordered_set<std::string> gatheredKeys_;
  std::unordered_set<std::string> gatheredEntries_;
};

}  // namespace learnd::postgres
