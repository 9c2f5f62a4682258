#pragma once

#include "adapters/postgres/connection.hpp"
#include "ports/record_store.hpp"

#include <optional>

namespace learnd::postgres {

/// A page by keyset: newest or highest first, ties by descending id.
ports::LearningPage listLearnings(Connection& connection, const ports::LearningFilter& filter, ports::ListOrder order,
                                  const std::optional<ports::PagePlace>& after, std::size_t limit);

}  // namespace learnd::postgres
