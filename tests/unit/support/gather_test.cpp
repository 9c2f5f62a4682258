#include "support/gather.hpp"

#include "support/timeout.hpp"
#include "tests/fakes/run_task.hpp"

#include <gtest/gtest.h>

namespace learnd::support {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

struct Counters {
  std::size_t begun = 0;
  std::size_t underWay = 0;
  std::size_t most = 0;
};

asio::awaitable<core::Result<int>> step(Counters& counters, int number, std::chrono::milliseconds time) {
  ++counters.begun;
  counters.most = std::max(counters.most, ++counters.underWay);
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  const auto [cancelled] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  --counters.underWay;
  if (cancelled) co_return core::Error(core::ErrorKind::Timeout, "cancelled");
  co_return number;
}

std::vector<asio::awaitable<core::Result<int>>> steps(Counters& counters, int count, std::chrono::milliseconds time) {
  std::vector<asio::awaitable<core::Result<int>>> all;
  for (int number = 0; number < count; ++number) all.push_back(step(counters, number, time));
  return all;
}

asio::awaitable<core::Result<std::size_t>> failuresOf(std::vector<asio::awaitable<core::Result<int>>> tasks, std::size_t atOnce) {
  const auto results = co_await gather(std::move(tasks), atOnce);
  co_return static_cast<std::size_t>(std::count_if(results.begin(), results.end(), [](const auto& one) { return !one; }));
}

TEST(Gather, GivesAllResultsInOrderAndRunsSoManyAtOnce) {
  Counters counters;
  const auto results = fakes::runTask(gather(steps(counters, 20, 2ms), 3));
  ASSERT_EQ(results.size(), 20U);
  for (std::size_t i = 0; i < results.size(); ++i) EXPECT_EQ(results[i].value(), static_cast<int>(i));
  EXPECT_EQ(counters.most, 3U);
  EXPECT_EQ(counters.begun, 20U);
}

TEST(Gather, RunsAllAtOnceWhereNothingIsSaid) {
  Counters counters;
  EXPECT_EQ(fakes::runTask(gather(steps(counters, 20, 2ms))).size(), 20U);
  EXPECT_EQ(counters.most, 20U);
}

TEST(Gather, OfNoneEndsAtOnce) {
  Counters counters;
  EXPECT_TRUE(fakes::runTask(gather(steps(counters, 0, 2ms), 3)).empty());
}

TEST(Gather, WhatIsCancelledBeginsNoMore) {
  Counters counters;
  asio::io_context loop;
  auto gathering = failuresOf(steps(counters, 20, 60s), 3);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_FALSE(fakes::runTask(loop, withTimeout(std::move(gathering), 20ms)));
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
  EXPECT_EQ(counters.begun, 3U);
  EXPECT_EQ(counters.underWay, 0U);
}

}  // namespace
}  // namespace learnd::support
