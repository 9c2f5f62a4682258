#pragma once

#include "services/requests.hpp"

namespace learnd::services {

/// Whether a learning is among what a search asks for: its categories, kinds and filter. The rule that the indexes apply to their entries.
bool passesFilter(const core::Learning& learning, const SearchRequest& request);

}  // namespace learnd::services
