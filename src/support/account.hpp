#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string>

namespace learnd::support {

/// The number of a group, by its name or itself a number; InvalidInput where there is none of that name. May read files: not on a busy
/// loop.
[[nodiscard]] core::Result<std::uint32_t> findGroup(const std::string& name);

/// The name of this machine.
std::string hostName();

/// The home of the user that this process runs as, by the user database; empty where it has none.
std::string homeOfThisUser();

}  // namespace learnd::support
