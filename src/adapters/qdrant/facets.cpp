#include "adapters/qdrant/facets.hpp"

#include "adapters/qdrant/names.hpp"
#include "core/normalised_key.hpp"

#include <utility>

namespace learnd::qdrant {

namespace {

constexpr std::size_t kLongest = 200;

std::string hexOf(const std::array<std::uint8_t, 32>& bytes) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kHexDigits[byte >> 4U];
    text += kHexDigits[byte & 15U];
  }
  return text;
}

}  // namespace

std::string facet(std::string_view name, std::string_view value) {
  std::string text(name);
  text.append("=").append(value);
  if (text.size() <= kLongest) return text;
  return std::string(name.substr(0, kLongest)) + "#" + hexOf(core::sha256(text));
}

json::Value facetsOf(const ports::IndexEntry& entry, bool copy) {
  json::Value::Array facets;
  facets.emplace_back(facet("kind", core::nameOf(entry.kind)));
  for (const auto& [name, value] : entry.attributes) facets.emplace_back(facet(name, value));
  if (copy) facets.emplace_back(kCopyFacet);
  return json::Value(std::move(facets));
}

json::Value anyFacet(std::vector<std::string> facets) {
  json::Value::Array values;
  for (auto& one : facets) values.emplace_back(std::move(one));
  json::Value match;
  match.set("any", json::Value(std::move(values)));
  json::Value condition;
  condition.set("key", json::Value(kFacetsMember));
  condition.set("match", std::move(match));
  return condition;
}

json::Value::Array conditionsOf(const ports::IndexFilter& filter) {
  json::Value::Array conditions;
  if (!filter.kinds.empty()) {
    std::vector<std::string> facets;
    for (const core::Kind kind : filter.kinds) facets.push_back(facet("kind", core::nameOf(kind)));
    conditions.push_back(anyFacet(std::move(facets)));
  }
  for (const auto& condition : filter.attributes) {
    std::vector<std::string> facets;
    for (const auto& value : condition.values) facets.push_back(facet(condition.name, value));
    conditions.push_back(anyFacet(std::move(facets)));
  }
  return conditions;
}

}  // namespace learnd::qdrant
