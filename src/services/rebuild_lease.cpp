#include "services/rebuild_lease.hpp"

#include "support/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace learnd::services {

namespace {

using namespace std::chrono_literals;

constexpr auto kLife = 30s;
constexpr auto kProlong = 5s;
const char* const kName = "reindex";

}  // namespace

/// Shared with the coroutine that prolongs it.
struct RebuildLease::State {
  ports::RecordStore& records;
  std::string holder;
  bool held = false;
  bool wanted = false;  // from take() to giveBack()
  bool ended = false;
  bool keeping = false;
  std::optional<boost::asio::steady_timer> timer;
};

RebuildLease::RebuildLease(ports::RecordStore& records, std::string holder)
    : state_(std::make_shared<State>(State{records, std::move(holder), false, false, false, false, std::nullopt})) {}

RebuildLease::~RebuildLease() {
  state_->ended = true;
  if (state_->timer) state_->timer->cancel();
}

bool RebuildLease::isHeld() const { return state_->held; }

ports::Task<bool> RebuildLease::take() {
  state_->wanted = true;
  auto taken = co_await state_->records.takeLease(kName, state_->holder, kLife);
  if (!taken) co_return taken.error();
  state_->held = *taken;
  if (*taken && !state_->keeping && state_->records.isShared()) {
    state_->keeping = true;
    const auto executor = co_await boost::asio::this_coro::executor;
    state_->timer.emplace(executor);
    boost::asio::co_spawn(executor, keep(state_), [](std::exception_ptr failed) {
      if (failed) support::log::error("the right to rebuild the index is not prolonged any more");
    });
  }
  co_return *taken;
}

ports::Task<void> RebuildLease::hold() {
  auto taken = co_await take();
  if (!taken) co_return taken.error();
  if (!*taken) co_return ports::Error(ports::ErrorKind::Unavailable, "another daemon is rebuilding the index: this one waits for it");
  co_return ports::Result<void>();
}

boost::asio::awaitable<void> RebuildLease::keep(std::shared_ptr<State> state) {
  while (!state->ended) {
    state->timer->expires_after(kProlong);
    co_await state->timer->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (state->ended || !state->held) continue;
    auto taken = co_await state->records.takeLease(kName, state->holder, kLife);
    const bool isWanted = state->wanted && !state->ended;
    // Taken by this very call after it was given back.
    if (taken && *taken && !isWanted) (void)co_await state->records.giveLeaseBack(kName, state->holder);
    if (taken) state->held = *taken && isWanted;
  }
}

ports::Task<void> RebuildLease::giveBack() {
  state_->wanted = false;
  if (!state_->held) co_return ports::Result<void>();
  state_->held = false;
  co_return co_await state_->records.giveLeaseBack(kName, state_->holder);
}

}  // namespace learnd::services
