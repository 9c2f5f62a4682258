#pragma once

#include "json/value.hpp"
#include "ports/vector_index.hpp"

#include <string>
#include <string_view>

namespace learnd::qdrant {

/// What entries are filtered by is one list of texts in the payload, so that one payload index does for any key of any metadata:
/// "NAME=VALUE" with the value as canonical JSON, "NAME#SHA-256" where that is long.
std::string facet(std::string_view name, std::string_view value);
/// Marks the second point of a promoted learning, in "skills-patterns".
inline constexpr std::string_view kCopyFacet = "copy";

json::Value facetsOf(const ports::IndexEntry& entry, bool copy);

/// Conditions on kinds and attributes, for `must`; categories are collections.
json::Value::Array conditionsOf(const ports::IndexFilter& filter);
json::Value anyFacet(std::vector<std::string> facets);

}  // namespace learnd::qdrant
