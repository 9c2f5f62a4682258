#include "config/nearest_name.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace learnd::config {

namespace {

// Levenshtein's distance, one row at a time.
std::size_t lettersToChange(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearestName(std::string_view mistyped, const std::vector<std::string_view>& names) {
  std::string_view nearest;
  std::size_t fewest = mistyped.size() / 3 + 1;
  for (const auto name : names) {
    const auto letters = lettersToChange(mistyped, name);
    if (letters < fewest) {
      fewest = letters;
      nearest = name;
    }
  }
  return nearest;
}

}  // namespace learnd::config
