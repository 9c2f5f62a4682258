#include "services/change_follower.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <unordered_set>
#include <utility>

namespace learnd::services {

namespace {

using namespace std::chrono_literals;

constexpr auto kPause = 1s;
constexpr std::size_t kAtOnce = 128;

}  // namespace

ports::Task<void> ChangeFollower::follow() {
  // The load, which begins to follow, sees all that was before.
  if (!indexer_.isLoaded()) co_return ports::Result<void>();
  auto changed = co_await context_.records.changedByOthers();
  if (!changed) co_return changed.error();
  // Named: the sanitizer of GCC 12 loses the reference in the second half of a condition of a coroutine.
  const auto piece = indexer_.piece();
  if (!pieceThen_ || pieceThen_ != piece) {
    auto again = co_await take(gone_, nullptr);
    if (!again) co_return again.error();
  }
  waiting_.insert(waiting_.end(), changed->begin(), changed->end());
  auto taken = co_await take(waiting_, &gone_);
  pieceThen_ = indexer_.piece();
  co_return taken;
}

ports::Task<void> ChangeFollower::take(std::vector<core::LearningId>& ids, std::vector<core::LearningId>* gone) {
  while (!ids.empty()) {
    const auto end = ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), kAtOnce));
    std::vector<core::LearningId> some(ids.begin(), end);
    std::unordered_set<core::LearningId, core::LearningIdHash> absent(some.begin(), some.end());
    const std::size_t count = some.size();
    auto entries = co_await context_.records.entriesOf(std::move(some));
    if (!entries) co_return entries.error();
    for (const auto& entry : *entries) absent.erase(entry.learning.id);
    // Vectors of another model must not stand among those in memory: they come with all others once it is adopted.
    const std::string embedder = indexer_.embedder();
    auto used = co_await context_.records.usedEmbedder();
    if (!used) co_return used.error();
    if (!embedder.empty() && used->value_or("") != embedder) {
      for (auto& entry : *entries) entry.vector.reset();
      indexer_.wake();
    }
    if (gone) gone->insert(gone->end(), absent.begin(), absent.end());
    std::vector<core::LearningId> left(absent.begin(), absent.end());
    auto taken = co_await indexer_.takeStored(std::move(*entries), std::move(left));
    if (!taken) co_return taken.error();
    ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(count));
  }
  co_return ports::Result<void>();
}

boost::asio::awaitable<void> ChangeFollower::run() {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  while (true) {
    timer.expires_after(kPause);
    const auto [cancelled] = co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (cancelled) co_return;
    // A record store that is down says so elsewhere.
    (void)co_await follow();
  }
}

}  // namespace learnd::services
