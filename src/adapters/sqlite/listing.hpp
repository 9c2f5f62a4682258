#pragma once

#include "adapters/sqlite/database.hpp"
#include "ports/record_store.hpp"

#include <optional>

namespace learnd::sqlite {

/// Teaches a connection the function that listLearnings filters metadata by. Once for each connection.
void addMetadataFunction(Connection& connection);

/// A page by keyset: newest or highest first, ties by descending id.
ports::LearningPage listLearnings(Connection& connection, const ports::LearningFilter& filter, ports::ListOrder order,
                                  const std::optional<ports::PagePlace>& after, std::size_t limit);

}  // namespace learnd::sqlite
