#pragma once

#include "core/result.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace learnd::support {

/// Runs on when it is cancelled, so that it can clean up after itself: what it waits for ends with an error instead of an exception.
template <class T>
boost::asio::awaitable<core::Result<T>> withoutThrowing(boost::asio::awaitable<core::Result<T>> operation) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  co_return co_await std::move(operation);
}

/// The operation's result, or a Timeout once the time is up; the operation is cancelled then. It must answer cancellation by ending.
template <class T>
boost::asio::awaitable<core::Result<T>> withTimeout(boost::asio::awaitable<core::Result<T>> operation, std::chrono::milliseconds time) {
  using namespace boost::asio::experimental::awaitable_operators;
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  auto ended = co_await (withoutThrowing(std::move(operation)) || timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable)));
  if (ended.index() == 0) co_return std::get<0>(std::move(ended));
  co_return core::Error(core::ErrorKind::Timeout, "the deadline passed");
}

}  // namespace learnd::support
