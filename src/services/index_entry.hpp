#pragma once

#include "core/learning.hpp"
#include "ports/vector_index.hpp"

#include <optional>
#include <string>
#include <vector>

namespace learnd::services {

/// What is embedded for a learning: its question without noise.
std::string embeddedText(const core::Learning& learning);

/// What an index can filter a learning by.
std::vector<ports::Attribute> attributesOf(const core::Learning& learning);

/// What an index holds of a learning, with its vector where there is one.
ports::IndexEntry entryOf(const core::Learning& learning, std::optional<std::vector<float>> vector);

}  // namespace learnd::services
