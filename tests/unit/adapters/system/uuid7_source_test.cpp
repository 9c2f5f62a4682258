#include "adapters/system/uuid7_source.hpp"

#include "adapters/system/system_clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

namespace learnd::system {
namespace {

using namespace std::chrono_literals;

core::Timestamp at(std::chrono::microseconds sinceEpoch) { return core::Timestamp(sinceEpoch); }

std::uint64_t millisecondsOf(const core::LearningId& id) {
  std::uint64_t milliseconds = 0;
  for (std::size_t i = 0; i < 6; ++i) milliseconds = milliseconds << 8 | id.bytes()[i];
  return milliseconds;
}

TEST(Uuid7Source, WritesTimeVersionVariantAndRandomBits) {
  Uuid7Source source([] { return ~std::uint64_t{0}; });
  // The time of RFC 9562's own example (appendix A.6), with no part of a millisecond.
  EXPECT_EQ(source.next(at(1645557742000ms)).text(), "017f22e2-79b0-7000-bfff-ffffffffffff");
}

TEST(Uuid7Source, CountsThePartsOfAMillisecond) {
  Uuid7Source source([] { return std::uint64_t{0}; });
  EXPECT_EQ(source.next(at(1645557742000ms + 500us)).text(), "017f22e2-79b0-7800-8000-000000000000");
  EXPECT_EQ(source.next(at(1645557742000ms + 999us)).text(), "017f22e2-79b0-7ffb-8000-000000000000");
}

TEST(Uuid7Source, GoesUpWhereTheClockStandsStillOrGoesBack) {
  Uuid7Source source;
  auto last = source.next(at(2000ms));
  for (int i = 0; i < 1000; ++i) {
    const auto next = source.next(at(i % 2 == 0 ? 2000ms : 1000ms));
    ASSERT_GT(next, last);
    ASSERT_EQ(millisecondsOf(next), 2000U);
    last = next;
  }
}

TEST(Uuid7Source, TakesTheNextMomentWhereTheRandomBitsAreUsedUp) {
  Uuid7Source source([] { return ~std::uint64_t{0}; });
  const auto first = source.next(at(2000ms));
  const auto second = source.next(at(2000ms));
  EXPECT_EQ(first.text(), "00000000-07d0-7000-bfff-ffffffffffff");
  EXPECT_EQ(second.text(), "00000000-07d0-7001-bfff-ffffffffffff");
}

TEST(Uuid7Source, ClampsWhatTheFormCanNotHold) {
  Uuid7Source source;
  EXPECT_EQ(millisecondsOf(source.next(at(-5000ms))), 0U);
  EXPECT_EQ(millisecondsOf(source.next(core::Timestamp::max())), (std::uint64_t{1} << 48) - 1);
}

TEST(Uuid7Source, GivesEachThreadItsOwn) {
  Uuid7Source source;
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kEach = 5000;
  std::vector<std::vector<core::LearningId>> made(kThreads);
  std::vector<std::thread> threads;
  for (auto& ids : made) {
    threads.emplace_back([&source, &ids] {
      for (std::size_t i = 0; i < kEach; ++i) ids.push_back(source.next(at(5000ms)));
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<core::LearningId> all;
  for (const auto& ids : made) {
    EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
    all.insert(ids.begin(), ids.end());
  }
  EXPECT_EQ(all.size(), kThreads * kEach);
}

TEST(Uuid7Source, CanNotBeGuessed) {
  Uuid7Source one;
  Uuid7Source other;
  EXPECT_NE(one.next(at(5000ms)), other.next(at(5000ms)));
}

TEST(SystemClock, IsTheWallClock) {
  const auto before = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const auto now = SystemClock().now();
  EXPECT_GE(now, before);
  EXPECT_LE(now, std::chrono::system_clock::now());
}

}  // namespace
}  // namespace learnd::system
