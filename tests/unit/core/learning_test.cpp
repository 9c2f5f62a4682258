#include "core/learning.hpp"

#include <gtest/gtest.h>

namespace learnd::core {
namespace {

TEST(Learning, WhatCountsAsASuccess) {
  Learning learning;
  EXPECT_TRUE(isSuccess(learning));
  learning.latestFeedback = Outcome::Failure;
  EXPECT_FALSE(isSuccess(learning));
  learning.latestFeedback.reset();
  learning.kind = Kind::Failure;
  learning.outcome = Outcome::Open;
  EXPECT_FALSE(isSuccess(learning));
  learning.outcome = Outcome::Resolved;
  EXPECT_TRUE(isSuccess(learning));
  learning.kind = Kind::Interaction;
  learning.outcome = Outcome::Unknown;
  EXPECT_FALSE(isSuccess(learning));
  learning.outcome = Outcome::Success;
  EXPECT_TRUE(isSuccess(learning));
}

TEST(Learning, PromotionIsAboveSevenTenthsOrByFeedbackOrMark) {
  Learning learning;
  learning.category = "best-practices";
  learning.valueScore = 0.7;
  EXPECT_FALSE(isPromoted(learning));
  learning.valueScore = 0.7001;
  EXPECT_TRUE(isPromoted(learning));
  learning.valueScore = 0.4;
  learning.important = true;
  EXPECT_TRUE(isPromoted(learning));
  learning.important = false;
  learning.latestFeedback = Outcome::Success;
  EXPECT_TRUE(isPromoted(learning));
  learning.latestFeedback = Outcome::Failure;
  learning.valueScore = 0.9;
  EXPECT_FALSE(isPromoted(learning));
}

TEST(Learning, ItsOwnCategoryIsNoPromotion) {
  Learning learning;
  learning.category = "skills-patterns";
  learning.valueScore = 0.9;
  EXPECT_FALSE(isPromoted(learning));
}

TEST(Learning, NamesReadBack) {
  for (const Kind kind : {Kind::Solution, Kind::Failure, Kind::Interaction, Kind::Pattern}) EXPECT_EQ(parseKind(nameOf(kind)), kind);
  EXPECT_FALSE(parseOutcome(""));
  EXPECT_FALSE(parseKind("poem"));
}

}  // namespace
}  // namespace learnd::core
