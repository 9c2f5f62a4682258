#include "support/circuit_breaker.hpp"

#include <gtest/gtest.h>

namespace learnd::support {

namespace {

using namespace std::chrono_literals;

/// A breaker on a clock that a test moves.
struct BreakerUnderTest {
  void fail(int times) {
    for (int i = 0; i < times; ++i) breaker.failed();
  }

  CircuitBreaker::TimePoint now{1000s};
  CircuitBreaker breaker{{}, [this] { return now; }};
};

TEST(CircuitBreaker, FiveFailuresInARowOpenIt) {
  BreakerUnderTest under;
  under.fail(4);
  EXPECT_TRUE(under.breaker.allows());
  EXPECT_TRUE(under.breaker.failed());
  EXPECT_FALSE(under.breaker.allows());
  EXPECT_EQ(under.breaker.state(), CircuitBreaker::State::Open);
}

TEST(CircuitBreaker, ASuccessInBetweenBeginsTheCountAnew) {
  BreakerUnderTest under;
  under.fail(4);
  EXPECT_FALSE(under.breaker.succeeded());
  under.fail(4);
  EXPECT_TRUE(under.breaker.allows());
}

TEST(CircuitBreaker, TwoSuccessesOfProbesCloseIt) {
  BreakerUnderTest under;
  under.fail(5);
  under.now += 2s;
  EXPECT_FALSE(under.breaker.succeeded());
  EXPECT_FALSE(under.breaker.allows());
  under.now += 2s;
  EXPECT_TRUE(under.breaker.succeeded());
  EXPECT_TRUE(under.breaker.allows());
  EXPECT_EQ(under.breaker.state(), CircuitBreaker::State::Closed);
}

TEST(CircuitBreaker, AFailureBetweenTwoSuccessesKeepsItOpen) {
  BreakerUnderTest under;
  under.fail(5);
  under.breaker.succeeded();
  under.breaker.failed();
  under.breaker.succeeded();
  EXPECT_FALSE(under.breaker.allows());
}

TEST(CircuitBreaker, AfterHalfAMinuteCallsAreTriedWithoutAProbe) {
  BreakerUnderTest under;
  under.fail(5);
  under.now += 29999ms;
  EXPECT_FALSE(under.breaker.allows());
  under.now += 1ms;
  EXPECT_TRUE(under.breaker.allows());
  EXPECT_EQ(under.breaker.state(), CircuitBreaker::State::Trial);
}

TEST(CircuitBreaker, AFailureOnTrialOpensItAgainForAsLong) {
  BreakerUnderTest under;
  under.fail(5);
  under.now += 30s;
  EXPECT_TRUE(under.breaker.failed());
  EXPECT_FALSE(under.breaker.allows());
  under.now += 29s;
  EXPECT_FALSE(under.breaker.allows());
  under.now += 1s;
  EXPECT_TRUE(under.breaker.allows());
}

TEST(CircuitBreaker, TwoSuccessesOnTrialCloseIt) {
  BreakerUnderTest under;
  under.fail(5);
  under.now += 30s;
  under.breaker.succeeded();
  EXPECT_TRUE(under.breaker.succeeded());
  EXPECT_EQ(under.breaker.state(), CircuitBreaker::State::Closed);
}

TEST(CircuitBreaker, FailuresWhileItIsOpenDoNotKeepItOpenLonger) {
  BreakerUnderTest under;
  under.fail(5);
  for (int second = 0; second < 30; ++second) {
    EXPECT_FALSE(under.breaker.failed());
    under.now += 1s;
  }
  EXPECT_TRUE(under.breaker.allows());
}

TEST(CircuitBreaker, OnceClosedItNeedsFiveFailuresAgain) {
  BreakerUnderTest under;
  under.fail(5);
  under.breaker.succeeded();
  under.breaker.succeeded();
  under.fail(4);
  EXPECT_TRUE(under.breaker.allows());
  under.fail(1);
  EXPECT_FALSE(under.breaker.allows());
}

}  // namespace

}  // namespace learnd::support
