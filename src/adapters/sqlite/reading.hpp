#pragma once

#include "adapters/sqlite/database.hpp"
#include "ports/record_store.hpp"

#include <optional>
#include <vector>

namespace learnd::sqlite {

/// What the record store's reading methods answer (ports::RecordStore says what that is), each from the connection's snapshot.
std::vector<core::Learning> loadLearnings(Connection& connection, const std::vector<core::LearningId>& ids);
std::vector<core::Learning> learningsWithKeys(Connection& connection, const std::vector<core::Key>& keys);
std::vector<core::Learning> exportedLearnings(Connection& connection, const std::optional<core::LearningId>& after, std::size_t limit);
ports::StoreCounts storeCounts(Connection& connection);

}  // namespace learnd::sqlite
