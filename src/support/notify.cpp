#include "support/notify.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <systemd/sd-daemon.h>

#include <cstdint>
#include <string>

namespace learnd::support {

namespace {

// A status is one line of the message.
std::string statusLine(std::string_view status) {
  std::string line = "STATUS=";
  for (const char sign : status) line += (sign == '\n' || sign == '\r') ? ' ' : sign;
  return line;
}

}  // namespace

void notifyReady(std::string_view status) {
  const auto message = "READY=1\n" + statusLine(status);
  sd_notify(0, message.c_str());
}

void notifyStopping() { sd_notify(0, "STOPPING=1"); }

std::optional<std::chrono::microseconds> watchdogPulse() {
  std::uint64_t limit = 0;
  if (sd_watchdog_enabled(0, &limit) <= 0 || limit == 0) return std::nullopt;
  return std::chrono::microseconds(limit / 2);
}

boost::asio::awaitable<void> pulseWatchdog() {
  const auto pulse = watchdogPulse();
  if (!pulse) co_return;
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  for (;;) {
    sd_notify(0, "WATCHDOG=1");
    timer.expires_after(*pulse);
    const auto [cancelled] = co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (cancelled) co_return;
  }
}

}  // namespace learnd::support
