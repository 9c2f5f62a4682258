#include "core/reuse.hpp"

#include <gtest/gtest.h>

namespace learnd::core {
namespace {

Learning solution(std::string text, std::uint64_t successes = 0, std::uint64_t failures = 0) {
  static std::uint8_t number = 0;
  LearningId::Bytes bytes{};
  bytes[15] = ++number;
  Learning learning;
  learning.id = LearningId(bytes);
  learning.query = "how?";
  learning.solution = std::move(text);
  learning.successes = successes;
  learning.failures = failures;
  learning.timestamp = Timestamp(std::chrono::seconds(number));
  return learning;
}

TEST(Reuse, AnEqualKeyIsReused) {
  const std::vector<Learning> exact{solution("so")};
  const Reuse reuse = decideReuse(exact, nullptr, std::nullopt, 0.75);
  EXPECT_EQ(reuse.decision, ReuseDecision::Reuse);
  EXPECT_TRUE(reuse.exact);
  EXPECT_EQ(reuse.id, exact[0].id);
  EXPECT_EQ(reuse.score, 1.0);
}

TEST(Reuse, NeverWhatFailedAsOftenAsItHelped) {
  EXPECT_FALSE(mayBeReused(solution("so", 0, 1)));
  EXPECT_FALSE(mayBeReused(solution("so", 2, 2)));
  EXPECT_TRUE(mayBeReused(solution("so", 2, 1)));
}

TEST(Reuse, NeverAnOpenFailureAnArchivedOneOrOneWithoutSuccess) {
  Learning open = solution("");
  open.kind = Kind::Failure;
  open.outcome = Outcome::Open;
  EXPECT_FALSE(mayBeReused(open));
  Learning archived = solution("so");
  archived.status = Status::Archived;
  EXPECT_FALSE(mayBeReused(archived));
  Learning unknown = solution("so");
  unknown.kind = Kind::Interaction;
  unknown.outcome = Outcome::Unknown;
  EXPECT_FALSE(mayBeReused(unknown));
}

TEST(Reuse, AnEqualKeyThatMayNotBeReusedIsContext) {
  const Reuse reuse = decideReuse({solution("so", 0, 1)}, nullptr, std::nullopt, 0.75);
  EXPECT_EQ(reuse.decision, ReuseDecision::Context);
  EXPECT_TRUE(reuse.exact);
}

TEST(Reuse, AmongEqualKeysTheMostSuccessfulThenTheNewestComesFirst) {
  std::vector<Learning> exact{solution("old", 1), solution("new", 1), solution("best", 3, 1), solution("failed", 0, 1)};
  sortExact(exact);
  EXPECT_EQ(exact[0].solution, "best");
  EXPECT_EQ(exact[1].solution, "new");
  EXPECT_EQ(exact[2].solution, "old");
  EXPECT_EQ(exact[3].solution, "failed");
}

TEST(Reuse, ThreeSolutionsAreNotTooManyAndFourAre) {
  std::vector<Learning> exact{solution("a"), solution("b"), solution("c")};
  EXPECT_EQ(decideReuse(exact, nullptr, std::nullopt, 0.75).decision, ReuseDecision::Reuse);
  exact.push_back(solution("d"));
  EXPECT_EQ(decideReuse(exact, nullptr, std::nullopt, 0.75).decision, ReuseDecision::Context);
}

TEST(Reuse, OneThatIsAheadIsReusedAmongMany) {
  std::vector<Learning> exact{solution("a"), solution("b"), solution("c"), solution("d", 1)};
  sortExact(exact);
  const Reuse reuse = decideReuse(exact, nullptr, std::nullopt, 0.75);
  EXPECT_EQ(reuse.decision, ReuseDecision::Reuse);
  EXPECT_EQ(reuse.id, exact[0].id);
}

TEST(Reuse, ASimilarQuestionIsContextOnlyAboveTheThreshold) {
  const Learning best = solution("so");
  EXPECT_EQ(decideReuse({}, &best, 0.75, 0.75).decision, ReuseDecision::None);
  EXPECT_EQ(decideReuse({}, &best, 0.7501, 0.75).decision, ReuseDecision::Context);
  EXPECT_EQ(decideReuse({}, &best, 0.99, 0.75).decision, ReuseDecision::Context);
  EXPECT_EQ(decideReuse({}, nullptr, std::nullopt, 0.75).decision, ReuseDecision::None);
}

}  // namespace
}  // namespace learnd::core
