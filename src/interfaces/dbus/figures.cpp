#include "interfaces/dbus/figures.hpp"

#include "support/timeout.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace learnd::interfaces::dbus {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kShortestPause{1};
constexpr std::chrono::seconds kFirstLook{2};
// Counting a large store costs; this keeps it below a twentieth of the time.
constexpr int kPausesPerLook = 20;

}  // namespace

std::vector<std::string> differences(const Figures& before, const Figures& now) {
  std::vector<std::string> names;
  if (before.learnings != now.learnings) names.emplace_back("LearningCount");
  if (before.pendingIndex != now.pendingIndex) names.emplace_back("PendingIndex");
  if (before.degraded != now.degraded) names.emplace_back("Degraded");
  if (before.averageRelevance != now.averageRelevance) names.emplace_back("AverageRelevance");
  if (before.qualityBand != now.qualityBand) names.emplace_back("QualityBand");
  return names;
}

boost::asio::awaitable<void> FigureKeeper::prepare() {
  auto looking = look();
  auto seen = co_await support::withTimeout(std::move(looking), kFirstLook);
  if (seen) current_ = std::move(*seen);
  // What is missing yet is looked for again.
  if (!seen) hint();
}

boost::asio::awaitable<void> FigureKeeper::run() {
  while (!stopping_) {
    co_await sleepUntilHint();
    if (stopping_) co_return;
    hinted_ = false;
    const auto began = Clock::now();
    auto seen = co_await look();
    if (stopping_) co_return;
    if (seen) {
      const auto names = differences(current_, *seen);
      current_ = std::move(*seen);
      if (!names.empty()) changed_(names);
    }
    co_await pause(std::max<Clock::duration>(kShortestPause, (Clock::now() - began) * kPausesPerLook));
  }
}

void FigureKeeper::stop() {
  stopping_ = true;
  wait_.cancel();
}

void FigureKeeper::hint() {
  if (std::exchange(hinted_, true)) return;
  // Ends the sleep; a pause goes on, because it looks at the time.
  wait_.cancel();
}

ports::Task<Figures> FigureKeeper::look() {
  auto counts = co_await services_.health.counts();
  if (!counts) co_return counts.error();
  auto health = co_await services_.health.report();
  if (!health) co_return health.error();
  auto quality = co_await services_.quality.report();
  if (!quality) co_return quality.error();
  co_return Figures{counts->learnings, counts->pendingIndex, health->degraded, quality->averageRelevance, std::string(quality->band)};
}

boost::asio::awaitable<void> FigureKeeper::sleepUntilHint() {
  while (!hinted_ && !stopping_) {
    wait_.expires_at(Clock::time_point::max());
    co_await wait_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
}

boost::asio::awaitable<void> FigureKeeper::pause(Clock::duration time) {
  const auto end = Clock::now() + time;
  while (!stopping_ && Clock::now() < end) {
    wait_.expires_at(end);
    co_await wait_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
}

}  // namespace learnd::interfaces::dbus
