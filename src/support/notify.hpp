#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string_view>

namespace learnd::support {

/// What the daemon tells the service manager (sd_notify). All of it does nothing where nobody listens (NOTIFY_SOCKET is not set).

/// It serves; `status` is the line that `systemctl status` shows.
void notifyReady(std::string_view status);
void notifyStopping();

/// How often the service manager wants a sign of life: half of its limit, so that one may be late. Nothing where it wants none.
std::optional<std::chrono::microseconds> watchdogPulse();

/// Gives these signs from the event loop, so that they stop where it hangs. Ends at once where none is wanted, else when cancelled.
boost::asio::awaitable<void> pulseWatchdog();

}  // namespace learnd::support
