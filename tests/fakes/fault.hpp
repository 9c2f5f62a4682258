#pragma once

#include "ports/task.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <optional>

namespace learnd::fakes {

/// What a fake does before it answers: it takes its time, and fails where a test says so.
struct Fault {
  std::optional<core::Error> error;
  std::chrono::milliseconds latency{0};

  ports::Task<void> pass() const {
    if (latency.count() > 0) {
      boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, latency);
      co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
      const auto state = co_await boost::asio::this_coro::cancellation_state;
      if (state.cancelled() != boost::asio::cancellation_type::none) co_return core::Error(core::ErrorKind::Timeout, "cancelled");
    }
    if (error) co_return *error;
    co_return ports::Result<void>();
  }
};

}  // namespace learnd::fakes
