#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace learnd::fakes {

/// Runs a coroutine to its end on `io` and gives its result; what it throws is thrown.
template <class T>
T runTask(boost::asio::io_context& io, boost::asio::awaitable<T> task) {
  std::optional<T> result;
  std::exception_ptr thrown;
  auto finish = [&result, &thrown](std::exception_ptr error, T value) {
    thrown = error;
    if (!error) result.emplace(std::move(value));
  };
  boost::asio::co_spawn(io, std::move(task), std::move(finish));
  io.restart();
  while (!result && !thrown && io.run_one() > 0) {
  }
  if (thrown) std::rethrow_exception(thrown);
  if (!result) throw std::runtime_error("the coroutine waits for something that never comes");
  return std::move(*result);
}

/// The same on an io_context of its own.
template <class T>
T runTask(boost::asio::awaitable<T> task) {
  boost::asio::io_context io;
  return runTask(io, std::move(task));
}

}  // namespace learnd::fakes
