#pragma once

#include "core/result.hpp"
#include "support/circuit_breaker.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace learnd::support {

/// Whether an error says that the backend is down or too slow, rather than that the call was wrong.
[[nodiscard]] bool isOutage(core::ErrorKind kind);

/// Calls of one backend go through here: past five failures they end at once with Unavailable, until a cheap probe says twice that the
/// backend is back (or half a minute has gone by). One thread; it must outlive its calls.
class BackendGuard {
 public:
  using Probe = std::function<boost::asio::awaitable<core::Result<void>>()>;

  /// `backend` is its name in messages; `probe` asks it something cheap, within a deadline of its own.
  BackendGuard(std::string backend, Probe probe, BreakerRules rules = {});
  ~BackendGuard();
  BackendGuard(const BackendGuard&) = delete;
  BackendGuard& operator=(const BackendGuard&) = delete;

  /// The call's result, or Unavailable at once.
  template <class T>
  boost::asio::awaitable<core::Result<T>> run(boost::asio::awaitable<core::Result<T>> call) {
    if (!allows()) co_return refusal();
    auto result = co_await std::move(call);
    const auto executor = co_await boost::asio::this_coro::executor;
    if (result) {
      noteSuccess();
    } else {
      noteFailure(result.error(), executor);
    }
    co_return result;
  }

  [[nodiscard]] bool allows() const;
  /// What a call gets while it is open: why, and how long.
  [[nodiscard]] core::Error refusal() const;

  /// For calls that run() does not fit: one that many callers share, or whose caller may leave before its end.
  void noteSuccess();
  void noteFailure(const core::Error& error, const boost::asio::any_io_executor& executor);

 private:
  struct State;

  static boost::asio::awaitable<void> probeUntilClosed(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

}  // namespace learnd::support
