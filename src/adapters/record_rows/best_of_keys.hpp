#pragma once

#include "core/learning.hpp"

#include <cstddef>
#include <vector>

namespace learnd::record_rows {

/// What ports::RecordStore::findByKeys answers at most, and what a store has to read of each key and kind for it.
inline constexpr std::size_t kMostWithKeys = 50;

/// Of all that has one of the keys: what is ahead by its feedback first, then the newest; interactions give way where there are too many.
std::vector<core::Learning> bestOfKeys(std::vector<core::Learning> found);

}  // namespace learnd::record_rows
