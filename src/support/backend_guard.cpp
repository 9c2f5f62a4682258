#include "support/backend_guard.hpp"

#include "support/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>

namespace learnd::support {

namespace asio = boost::asio;

bool isOutage(core::ErrorKind kind) { return kind == core::ErrorKind::Unavailable || kind == core::ErrorKind::Timeout; }

struct BackendGuard::State {
  State(std::string name, Probe probing, BreakerRules rules) : backend(std::move(name)), probe(std::move(probing)), breaker(rules) {}

  void succeeded() {
    if (!breaker.succeeded()) return;
    log::info("a backend is back", {{"BACKEND", backend}});
    told = false;
  }
  void failed(const core::Error& error) {
    lastError = error.message();
    // A trial that fails opens it again: no news.
    if (!breaker.failed() || told) return;
    log::warning("a backend fails and is left alone for now", {{"BACKEND", backend}, {"ERROR", lastError}});
    told = true;
  }

  std::string backend;
  Probe probe;
  CircuitBreaker breaker;
  std::string lastError;
  bool probing = false;
  bool told = false;  // the log has this outage
  bool gone = false;
};

BackendGuard::BackendGuard(std::string backend, Probe probe, BreakerRules rules)
    : state_(std::make_shared<State>(std::move(backend), std::move(probe), rules)) {}

BackendGuard::~BackendGuard() { state_->gone = true; }

bool BackendGuard::allows() const { return state_->breaker.allows(); }

core::Error BackendGuard::refusal() const {
  return {core::ErrorKind::Unavailable, state_->backend +
                                            " has failed repeatedly and is asked again as soon as it answers a probe, within " +
                                            std::to_string(state_->breaker.rules().longestOpen.count()) + " s; last: " + state_->lastError};
}

void BackendGuard::noteSuccess() { state_->succeeded(); }

void BackendGuard::noteFailure(const core::Error& error, const asio::any_io_executor& executor) {
  // An answer that the call was wrong is an answer.
  if (!isOutage(error.kind())) return noteSuccess();
  state_->failed(error);
  if (allows() || state_->probing) return;
  state_->probing = true;
  asio::co_spawn(executor, probeUntilClosed(state_), [state = state_](std::exception_ptr thrown) {
    state->probing = false;
    if (thrown) log::error("probing a backend ended", {{"BACKEND", state->backend}});
  });
}

asio::awaitable<void> BackendGuard::probeUntilClosed(std::shared_ptr<State> state) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (state->breaker.state() != CircuitBreaker::State::Closed) {
    timer.expires_after(state->breaker.rules().probeEvery);
    const auto [cancelled] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (cancelled || state->gone) co_return;
    auto answered = co_await state->probe();
    if (state->gone) co_return;
    if (answered) {
      state->succeeded();
    } else {
      state->failed(answered.error());
    }
  }
}

}  // namespace learnd::support
