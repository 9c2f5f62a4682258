#pragma once

#include "config/config.hpp"
#include "core/result.hpp"
#include "support/places.hpp"

namespace learnd::app {

/// Sees to it that nothing of the store that a configuration names is read or written: names of its own on the same servers, and a state
/// folder of its own below the folder for temporary files. Internal where that folder can't be made.
[[nodiscard]] core::Result<void> makeTemporary(config::Config& config, support::Places& places);

/// Removes what such a daemon has written, once it has ended: the state folder, on PostgreSQL the schema, on Qdrant the collections. All of
/// it is tried; the error says what is left and how to remove it.
[[nodiscard]] core::Result<void> removeTemporary(const config::Config& config, const support::Places& places);

}  // namespace learnd::app
