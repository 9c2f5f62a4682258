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

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace learnd::support {

/// Runs them side by side, at most so many `atOnce`, and gives their results in order. A cancellation cancels each; all must answer it by
/// ending. What one throws is an Internal error of it.
template <class T>
boost::asio::awaitable<std::vector<core::Result<T>>> gather(std::vector<boost::asio::awaitable<core::Result<T>>> tasks,
                                                            std::size_t atOnce = std::numeric_limits<std::size_t>::max()) {
  namespace asio = boost::asio;
  struct Running : std::enable_shared_from_this<Running> {
    Running(const asio::any_io_executor& executor, std::vector<asio::awaitable<core::Result<T>>> given)
        : tasks(std::move(given)), results(tasks.size()), signals(tasks.size()), open(tasks.size()), ended(executor) {
      ended.expires_at(std::chrono::steady_clock::time_point::max());
    }

    void startNext() {
      if (next == tasks.size()) return;
      const std::size_t i = next++;
      auto finish = [self = this->shared_from_this(), i](std::exception_ptr thrown, core::Result<T> result) {
        self->results[i] = thrown ? core::Result<T>(core::Error(core::ErrorKind::Internal, "a step of several failed")) : std::move(result);
        if (--self->open == 0) self->ended.cancel();
        self->startNext();
      };
      if (cancelled) {
        // Begun now it would not hear of it.
        finish(nullptr, core::Error(core::ErrorKind::Timeout, "the deadline passed"));
        return;
      }
      asio::co_spawn(ended.get_executor(), std::move(tasks[i]), asio::bind_cancellation_slot(signals[i].slot(), std::move(finish)));
    }

    std::vector<asio::awaitable<core::Result<T>>> tasks;
    std::vector<std::optional<core::Result<T>>> results;
    std::deque<asio::cancellation_signal> signals;
    std::size_t next = 0;
    std::size_t open = 0;
    bool cancelled = false;
    asio::steady_timer ended;
  };
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto running = std::make_shared<Running>(executor, std::move(tasks));
  const std::size_t first = std::min(running->tasks.size(), std::max<std::size_t>(atOnce, 1));
  for (std::size_t i = 0; i < first; ++i) running->startNext();
  while (running->open > 0) {
    co_await running->ended.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (running->cancelled || cancellation.cancelled() == asio::cancellation_type::none) continue;
    running->cancelled = true;
    for (auto& signal : running->signals) signal.emit(asio::cancellation_type::terminal);
  }
  std::vector<core::Result<T>> results;
  results.reserve(running->results.size());
  for (auto& result : running->results) results.push_back(std::move(*result));
  co_return results;
}

}  // namespace learnd::support
