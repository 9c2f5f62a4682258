#pragma once

#include "ports/task.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

namespace learnd::fakes {

/// What a fake does before it answers: it takes its time, and fails where a test says so.
struct Fault {
  std::optional<core::Error> error;
  std::chrono::milliseconds latency{0};
  std::size_t passes = 0;             // calls that go well before the error comes
  std::optional<std::string> thrown;  // a bug: an exception with this text
  std::size_t calls = 0;              // so far

  ports::Task<void> pass() {
    ++calls;
    if (latency.count() > 0) {
      boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, latency);
      co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
      const auto state = co_await boost::asio::this_coro::cancellation_state;
      if (state.cancelled() != boost::asio::cancellation_type::none) co_return core::Error(core::ErrorKind::Timeout, "cancelled");
    }
    if (thrown) throw std::runtime_error(*thrown);
    if (error && passes == 0) co_return *error;
    if (error) --passes;
    co_return ports::Result<void>();
  }
};

}  // namespace learnd::fakes
