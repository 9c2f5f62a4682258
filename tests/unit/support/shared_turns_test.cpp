#include "support/shared_turns.hpp"

#include "support/gather.hpp"
#include "support/timeout.hpp"
#include "tests/fakes/run_task.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <string>

namespace learnd::support {

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using Kind = SharedTurns::Kind;

asio::awaitable<void> pause(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

/// Writes its sign when its turn begins and again when it ends.
asio::awaitable<core::Result<void>> work(SharedTurns& turns, Kind kind, std::string& seen, char sign) {
  auto turn = co_await turns.take(kind);
  if (!turn) co_return turn.error();
  seen += sign;
  co_await pause(5ms);
  seen += sign;
  co_return core::Result<void>();
}

using Works = std::vector<asio::awaitable<core::Result<void>>>;

TEST(SharedTurns, SeveralGoTogetherAndOneAlone) {
  SharedTurns turns;
  std::string seen;
  Works works;
  works.push_back(work(turns, Kind::Together, seen, 'a'));
  works.push_back(work(turns, Kind::Together, seen, 'b'));
  works.push_back(work(turns, Kind::Alone, seen, 'c'));
  works.push_back(work(turns, Kind::Together, seen, 'd'));
  const auto results = fakes::runTask(gather(std::move(works)));
  for (const auto& result : results) EXPECT_TRUE(result);
  EXPECT_EQ(seen, "ababccdd");
}

/// While one turn is held, another one is waited for in vain; then a third comes.
asio::awaitable<core::Result<void>> giveUp(SharedTurns& turns, std::string& seen) {
  auto held = co_await turns.take(Kind::Together);
  if (!held) co_return held.error();
  auto waiting = work(turns, Kind::Alone, seen, 'x');
  const auto late = co_await withTimeout(std::move(waiting), 20ms);
  EXPECT_FALSE(late);
  co_return co_await work(turns, Kind::Together, seen, 'y');
}

TEST(SharedTurns, WhoGivesUpHoldsNobodyUp) {
  SharedTurns turns;
  std::string seen;
  EXPECT_TRUE(fakes::runTask(giveUp(turns, seen)));
  EXPECT_EQ(seen, "yy");
}

asio::awaitable<core::Result<int>> number(int value, std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  const auto [cancelled] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (cancelled) co_return core::Error(core::ErrorKind::Timeout, "cancelled");
  co_return value;
}

TEST(Gather, GivesTheResultsInOrder) {
  std::vector<asio::awaitable<core::Result<int>>> tasks;
  tasks.push_back(number(1, 20ms));
  tasks.push_back(number(2, 1ms));
  tasks.push_back(number(3, 10ms));
  const auto results = fakes::runTask(gather(std::move(tasks)));
  ASSERT_EQ(results.size(), 3U);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)].value(), i + 1);
}

TEST(Gather, NothingHasNoResults) {
  std::vector<asio::awaitable<core::Result<int>>> tasks;
  EXPECT_TRUE(fakes::runTask(gather(std::move(tasks))).empty());
}

asio::awaitable<core::Result<int>> thrower() {
  throw std::runtime_error("a bug");
  co_return 1;
}

TEST(Gather, WhatOneThrowsIsItsError) {
  std::vector<asio::awaitable<core::Result<int>>> tasks;
  tasks.push_back(thrower());
  tasks.push_back(number(2, 1ms));
  const auto results = fakes::runTask(gather(std::move(tasks)));
  EXPECT_EQ(results[0].error().kind(), core::ErrorKind::Internal);
  EXPECT_EQ(results[1].value(), 2);
}

asio::awaitable<core::Result<int>> sum() {
  std::vector<asio::awaitable<core::Result<int>>> tasks;
  tasks.push_back(number(1, 60s));
  tasks.push_back(number(2, 60s));
  const auto results = co_await gather(std::move(tasks));
  if (!results[0]) co_return results[0].error();
  co_return *results[0] + *results[1];
}

TEST(Gather, ACancellationReachesEachOfThem) {
  const auto began = std::chrono::steady_clock::now();
  const auto result = fakes::runTask(withTimeout(sum(), 20ms));
  EXPECT_EQ(result.error().kind(), core::ErrorKind::Timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

}  // namespace

}  // namespace learnd::support
