#pragma once

#include "core/result.hpp"

#include <vector>

namespace learnd::support {

/// The sockets that the service manager passed (socket activation: LISTEN_FDS), closed in children; the caller owns them. None where this
/// process was started without. Meant to be called once: the environment is cleared, so that no child takes them for its own.
/// InvalidInput where one is no listening stream socket.
[[nodiscard]] core::Result<std::vector<int>> takeListenDescriptors();

}  // namespace learnd::support
