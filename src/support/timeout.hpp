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

/// The operation's result, or a Timeout once the time is up; the operation is cancelled then. It must answer cancellation by ending.
template <class T>
boost::asio::awaitable<core::Result<T>> withTimeout(boost::asio::awaitable<core::Result<T>> operation, std::chrono::milliseconds time) {
  using namespace boost::asio::experimental::awaitable_operators;
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  auto ended = co_await (std::move(operation) || timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable)));
  if (ended.index() == 0) co_return std::get<0>(std::move(ended));
  co_return core::Error(core::ErrorKind::Timeout, "the deadline passed");
}

}  // namespace learnd::support
