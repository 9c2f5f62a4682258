#include "services/search_filter.hpp"

#include "services/index_entry.hpp"

#include <algorithm>

namespace learnd::services {

namespace {

template <class T>
bool contains(const std::vector<T>& all, const T& wanted) {
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

bool hasOneOf(const std::vector<ports::Attribute>& attributes, const ports::AttributeCondition& condition) {
  return std::any_of(attributes.begin(), attributes.end(), [&](const ports::Attribute& attribute) {
    return attribute.first == condition.name && contains(condition.values, attribute.second);
  });
}

}  // namespace

bool passesFilter(const core::Learning& learning, const SearchRequest& request) {
  if (!request.kinds.empty() && !contains(request.kinds, learning.kind)) return false;
  if (!request.categories.empty() && !contains(request.categories, learning.category) &&
      !(learning.promoted && contains(request.categories, std::string(core::kPromotedCategory)))) {
    return false;
  }
  if (request.filter.empty()) return true;
  const auto attributes = attributesOf(learning);
  return std::all_of(request.filter.begin(), request.filter.end(), [&](const auto& condition) { return hasOneOf(attributes, condition); });
}

}  // namespace learnd::services
