#pragma once

#include "adapters/postgres/lane.hpp"
#include "ports/record_store.hpp"

#include <optional>
#include <type_traits>
#include <vector>

namespace learnd::postgres {

/// A read, once more on a new connection where the old one was lost. `job` gets a Connection& and returns a value.
template <class Job>
core::Result<std::invoke_result_t<Job, Connection&>> runRead(Slot& slot, Job&& job) {
  try {
    return job(slot.connection());
  } catch (const PostgresFailure& failure) {
    if (!failure.lostConnection()) throw;
    slot.drop();
    if (failure.state() == "57014") throw;
  }
  return job(slot.connection());
}

std::vector<core::Learning> loadLearnings(Connection& connection, const std::vector<core::LearningId>& ids);
std::vector<core::Learning> learningsWithKeys(Connection& connection, const std::vector<core::Key>& keys);
std::vector<core::Learning> exportedLearnings(Connection& connection, const std::optional<core::LearningId>& after, std::size_t limit);
ports::StoreCounts storeCounts(Connection& connection);

}  // namespace learnd::postgres
