#include "adapters/record_rows/best_of_keys.hpp"

#include <algorithm>
#include <iterator>

namespace learnd::record_rows {

namespace {

std::int64_t aheadBy(const core::Learning& learning) {
  return static_cast<std::int64_t>(learning.successes) - static_cast<std::int64_t>(learning.failures);
}

bool comesFirst(const core::Learning& a, const core::Learning& b) {
  if (aheadBy(a) != aheadBy(b)) return aheadBy(a) > aheadBy(b);
  return a.timestamp != b.timestamp ? a.timestamp > b.timestamp : a.id > b.id;
}

void keepFirst(std::vector<core::Learning>& learnings, std::size_t count) {
  std::sort(learnings.begin(), learnings.end(), comesFirst);
  if (learnings.size() > count) learnings.resize(count);
}

}  // namespace

std::vector<core::Learning> bestOfKeys(std::vector<core::Learning> found) {
  // A question asked daily has interactions without end: they must not crowd out what is known.
  const auto isKnown = [](const core::Learning& learning) { return learning.kind != core::Kind::Interaction; };
  const auto middle = std::partition(found.begin(), found.end(), isKnown);
  std::vector<core::Learning> interactions(std::make_move_iterator(middle), std::make_move_iterator(found.end()));
  found.erase(middle, found.end());
  keepFirst(found, kMostWithKeys);
  keepFirst(interactions, kMostWithKeys - found.size());
  found.insert(found.end(), std::make_move_iterator(interactions.begin()), std::make_move_iterator(interactions.end()));
  keepFirst(found, kMostWithKeys);
  return found;
}

}  // namespace learnd::record_rows
