#include "support/backend_guard.hpp"

#include "tests/fakes/run_task.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

namespace learnd::support {

namespace {

using namespace std::chrono_literals;

/// A backend that is up or down as a test wants, behind a guard that probes without pause.
struct GuardUnderTest {
  boost::asio::awaitable<core::Result<int>> answer() {
    ++calls;
    if (fails) co_return core::Error(*fails, "it is down");
    co_return 7;
  }
  boost::asio::awaitable<core::Result<void>> probe() {
    ++probes;
    if (fails) co_return core::Error(*fails, "it is down");
    co_return core::Result<void>();
  }
  core::Result<int> call() { return fakes::runTask(loop, guard.run(answer())); }
  void callTimes(int times) {
    for (int i = 0; i < times; ++i) (void)call();
  }

  boost::asio::io_context loop;
  std::optional<core::ErrorKind> fails;
  int calls = 0;
  int probes = 0;
  BackendGuard guard{"Qdrant", [this] { return probe(); }, {5, 2, 30s, 0s}};
};

TEST(BackendGuard, AnswersPassThrough) {
  GuardUnderTest under;
  EXPECT_EQ(under.call().value(), 7);
}

TEST(BackendGuard, PastFiveFailuresNobodyIsAskedAnyMore) {
  GuardUnderTest under;
  under.fails = core::ErrorKind::Timeout;
  under.callTimes(5);
  EXPECT_EQ(under.calls, 5);
  const auto refused = under.call();
  EXPECT_EQ(under.calls, 5);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), core::ErrorKind::Unavailable);
  EXPECT_NE(refused.error().message().find("it is down"), std::string::npos);
}

TEST(BackendGuard, AWrongCallIsNoFailureOfTheBackend) {
  GuardUnderTest under;
  under.fails = core::ErrorKind::InvalidInput;
  under.callTimes(8);
  EXPECT_EQ(under.calls, 8);
}

TEST(BackendGuard, ProbesFindOutThatItIsBack) {
  GuardUnderTest under;
  under.fails = core::ErrorKind::Unavailable;
  under.callTimes(5);
  ASSERT_FALSE(under.guard.allows());
  while (under.probes < 3) under.loop.run_one();
  EXPECT_FALSE(under.guard.allows());
  under.fails.reset();
  while (!under.guard.allows()) under.loop.run_one();
  EXPECT_EQ(under.call().value(), 7);
  const int probes = under.probes;
  under.loop.restart();
  under.loop.run();
  EXPECT_EQ(under.probes, probes);
}

TEST(BackendGuard, ItMayGoWhileItProbes) {
  boost::asio::io_context loop;
  int probes = 0;
  {
    BackendGuard guard("Qdrant",
                       [&probes]() -> boost::asio::awaitable<core::Result<void>> {
                         ++probes;
                         co_return core::Error(core::ErrorKind::Unavailable, "it is down");
                       },
                       {1, 2, 30s, 0s});
    const auto fail = []() -> boost::asio::awaitable<core::Result<void>> { co_return core::Error(core::ErrorKind::Unavailable, "down"); };
    EXPECT_FALSE(fakes::runTask(loop, guard.run(fail())));
  }
  loop.restart();
  loop.run();
  EXPECT_EQ(probes, 0);
}

}  // namespace

}  // namespace learnd::support
