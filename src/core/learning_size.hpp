#pragma once

#include "core/learning.hpp"

#include <cstddef>

namespace learnd::core {

/// Bytes of its texts and a little for the rest: about what its JSON form has, so that an answer can be bounded before it is made.
std::size_t approximateSize(const Learning& learning);

}  // namespace learnd::core
