#pragma once

#include "interfaces/cli/client.hpp"

namespace learnd::cli {

/// Returns when no learning waits for its vector, with a bar on a terminal. What is set aside does not count; where there is no embedder it
/// says so and does not wait. Throws UnreachableError.
void waitForIndex(Client& client);

}  // namespace learnd::cli
