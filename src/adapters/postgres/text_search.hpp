#pragma once

#include "adapters/postgres/connection.hpp"
#include "ports/record_store.hpp"

#include <vector>

namespace learnd::postgres {

/// Active learnings by any of the words, in the stems of English, best first.
std::vector<ports::TextHit> searchText(Connection& connection, const ports::TextQuery& query);

}  // namespace learnd::postgres
