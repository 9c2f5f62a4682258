#pragma once

#include <string_view>
#include <vector>

namespace learnd::config {

/// The name that a mistyped one was likely meant to be: the fewest letters to change, at most a third of them; empty where none is near.
std::string_view nearestName(std::string_view mistyped, const std::vector<std::string_view>& names);

}  // namespace learnd::config
