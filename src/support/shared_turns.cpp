#include "support/shared_turns.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace learnd::support {

namespace asio = boost::asio;

namespace {

/// One in line, while it lives in its coroutine.
struct Waiter {
  Waiter(const asio::any_io_executor& executor, SharedTurns::Kind wanted, std::list<Waiter*>& where)
      : event(executor), kind(wanted), line(where) {
    event.expires_at(std::chrono::steady_clock::time_point::max());
    line.push_back(this);
  }
  ~Waiter() {
    if (!granted) line.remove(this);
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  asio::steady_timer event;
  SharedTurns::Kind kind;
  std::list<Waiter*>& line;
  bool granted = false;
};

}  // namespace

struct SharedTurns::State {
  std::list<Waiter*> line;
  std::size_t together = 0;
  bool alone = false;

  [[nodiscard]] bool isFree(Kind kind) const { return !alone && (kind == Kind::Together || together == 0); }
  void enter(Kind kind) {
    if (kind == Kind::Together) {
      ++together;
    } else {
      alone = true;
    }
  }
  void leave(Kind kind) {
    if (kind == Kind::Together) {
      --together;
    } else {
      alone = false;
    }
    admit();
  }
  void admit() {
    while (!line.empty() && isFree(line.front()->kind)) {
      Waiter* const next = line.front();
      line.pop_front();
      enter(next->kind);
      next->granted = true;
      next->event.cancel();
    }
  }
};

SharedTurns::SharedTurns() : state_(std::make_shared<State>()) {}

SharedTurns::Turn::~Turn() {
  if (state_) state_->leave(kind_);
}

asio::awaitable<core::Result<SharedTurns::Turn>> SharedTurns::take(Kind kind) {
  const auto state = state_;
  if (state->line.empty() && state->isFree(kind)) {
    state->enter(kind);
    co_return Turn(state, kind);
  }
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::this_coro::throw_if_cancelled(false);
  {
    Waiter waiter(executor, kind, state->line);
    co_await waiter.event.async_wait(asio::as_tuple(asio::use_awaitable));
    if (waiter.granted) co_return Turn(state, kind);
  }
  // Who came later may go now.
  state->admit();
  co_return core::Error(core::ErrorKind::Timeout, "the deadline passed");
}

}  // namespace learnd::support
