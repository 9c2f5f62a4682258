#pragma once

#include "core/result.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace learnd::support {

/// Runs all of them side by side and gives their results in order. A cancellation cancels each; all must answer it by ending. What one
/// throws is an Internal error of it.
template <class T>
boost::asio::awaitable<std::vector<core::Result<T>>> gather(std::vector<boost::asio::awaitable<core::Result<T>>> tasks) {
  namespace asio = boost::asio;
  struct Running {
    explicit Running(const asio::any_io_executor& executor) : ended(executor) {
      ended.expires_at(std::chrono::steady_clock::time_point::max());
    }
    std::vector<std::optional<core::Result<T>>> results;
    std::deque<asio::cancellation_signal> signals;
    std::size_t open = 0;
    asio::steady_timer ended;
  };
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::this_coro::throw_if_cancelled(false);
  auto running = std::make_shared<Running>(executor);
  running->results.resize(tasks.size());
  running->open = tasks.size();
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    auto finish = [running, i](std::exception_ptr thrown, core::Result<T> result) {
      running->results[i] =
          thrown ? core::Result<T>(core::Error(core::ErrorKind::Internal, "a step of several failed")) : std::move(result);
      if (--running->open == 0) running->ended.cancel();
    };
    running->signals.emplace_back();
    asio::co_spawn(executor, std::move(tasks[i]), asio::bind_cancellation_slot(running->signals.back().slot(), std::move(finish)));
  }
  bool passedOn = false;
  while (running->open > 0) {
    co_await running->ended.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (passedOn || cancellation.cancelled() == asio::cancellation_type::none) continue;
    passedOn = true;
    for (auto& signal : running->signals) signal.emit(asio::cancellation_type::terminal);
  }
  std::vector<core::Result<T>> results;
  results.reserve(running->results.size());
  for (auto& result : running->results) results.push_back(std::move(*result));
  co_return results;
}

}  // namespace learnd::support
