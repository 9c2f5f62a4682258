#pragma once

#include "core/error.hpp"

#include <boost/system/result.hpp>

namespace learnd::core {

/// A value or an expected failure. Broken invariants throw instead.
template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace learnd::core
