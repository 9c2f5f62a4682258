#pragma once

#include <exception>
#include <string>

namespace learnd::support {

/// What an exception says, for a log; of one that is no std::exception only that it was thrown. There must be one.
std::string reasonOf(const std::exception_ptr& thrown);

}  // namespace learnd::support
