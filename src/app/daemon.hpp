#pragma once

#include "config/config.hpp"
#include "support/places.hpp"

namespace learnd::app {

/// Puts the daemon together and runs it until SIGTERM or SIGINT; the exit status. Says why on standard error where it can't start.
int runDaemon(const config::Config& config, const support::Places& places, bool user);

}  // namespace learnd::app
