#include "adapters/http_client/connection_pool.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace learnd::http_client {

namespace asio = boost::asio;
using boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;

namespace {

struct Idle {
  std::unique_ptr<Connection> connection;
  SteadyClock::time_point since;
};

/// One who waits for a place, in line while it lives in its coroutine.
struct Waiter {
  Waiter(const asio::any_io_executor& executor, std::list<Waiter*>& line) : event(executor), line(line) {
    event.expires_at(SteadyClock::time_point::max());
    line.push_back(this);
  }
  ~Waiter() {
    if (!granted) line.remove(this);
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  asio::steady_timer event;
  std::list<Waiter*>& line;
  bool granted = false;
};

}  // namespace

struct ConnectionPool::State : std::enable_shared_from_this<State> {
  Url url;
  PoolSettings settings;
  std::unique_ptr<asio::ssl::context> tls;
  std::list<Idle> idle;  // the longest unused first
  std::list<Waiter*> waiters;
  std::size_t places = 0;  // taken
  std::optional<asio::steady_timer> sweeper;
  bool closed = false;

  void release() {
    if (waiters.empty()) {
      --places;
      return;
    }
    // The place goes on to the one who waits longest.
    Waiter* const next = waiters.front();
    waiters.pop_front();
    next->granted = true;
    next->event.cancel();
  }

  void dropOld() {
    const auto now = SteadyClock::now();
    while (!idle.empty() && now - idle.front().since >= settings.idle) idle.pop_front();
  }

  std::unique_ptr<Connection> takeIdle() {
    dropOld();
    // The one used last is the most likely to be open still.
    while (!idle.empty()) {
      auto connection = std::move(idle.back().connection);
      idle.pop_back();
      if (connection->isIdle()) return connection;
    }
    return nullptr;
  }

  /// Closes what nobody uses also where nobody asks any more.
  void sweepLater() {
    if (idle.empty() || !sweeper || closed) return;
    sweeper->expires_at(idle.front().since + settings.idle);
    sweeper->async_wait([weak = weak_from_this()](const error_code& failed) {
      const auto self = weak.lock();
      if (failed || !self) return;
      self->dropOld();
      self->sweepLater();
    });
  }

  void prepare(const asio::any_io_executor& executor) {
    if (url.secure && !tls) tls = makeTlsContext(settings.authorities);
    if (!sweeper) sweeper.emplace(executor);
  }
};

ConnectionPool::ConnectionPool(Url url, PoolSettings settings) : state_(std::make_shared<State>()) {
  state_->url = std::move(url);
  state_->settings = std::move(settings);
}

ConnectionPool::~ConnectionPool() {
  state_->closed = true;
  state_->idle.clear();
  state_->sweeper.reset();
}

const Url& ConnectionPool::url() const { return state_->url; }

asio::awaitable<core::Result<ConnectionPool::Lease>> ConnectionPool::take() {
  const auto state = state_;
  const auto executor = co_await asio::this_coro::executor;
  state->prepare(executor);
  if (state->places < state->settings.connections) {
    ++state->places;
  } else {
    if (state->waiters.size() >= state->settings.waiting) {
      co_return core::Error(core::ErrorKind::Busy, std::to_string(state->waiters.size()) + " requests wait for " + state->url.text());
    }
    Waiter waiter(executor, state->waiters);
    co_await waiter.event.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!waiter.granted) co_return core::Error(core::ErrorKind::Timeout, "the deadline passed");
  }
  auto connection = state->takeIdle();
  Lease lease(state, std::move(connection));
  if (!lease.reused()) lease.renew(executor);
  co_return lease;
}

ConnectionPool::Lease::Lease(std::shared_ptr<State> state, std::unique_ptr<Connection> connection)
    : state_(std::move(state)), connection_(std::move(connection)), reused_(connection_ != nullptr) {}

ConnectionPool::Lease::~Lease() {
  if (state_) state_->release();
}

void ConnectionPool::Lease::renew(const asio::any_io_executor& executor) {
  connection_ = makeConnection(executor, state_->url, state_->tls.get());
  reused_ = false;
}

void ConnectionPool::Lease::keep() {
  if (state_->closed) return;
  state_->idle.push_back({std::move(connection_), SteadyClock::now()});
  // A wait that runs already ends in time: what is idle longest comes first.
  if (state_->idle.size() == 1) state_->sweepLater();
}

}  // namespace learnd::http_client
