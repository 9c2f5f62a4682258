#include "core/quality.hpp"

#include <gtest/gtest.h>

namespace learnd::core {
namespace {

TEST(Quality, BandsAreAsWrittenAtTheirBounds) {
  const QualityRules rules;
  const auto bandOf = [&](double average) { return judgeQuality(1, average, rules).band; };
  EXPECT_EQ(judgeQuality(0, 0, rules).band, "no-data");
  EXPECT_EQ(bandOf(0.5999), "low");
  EXPECT_EQ(bandOf(0.6), "fair");
  EXPECT_EQ(bandOf(0.75), "fair");
  EXPECT_EQ(bandOf(0.7501), "good");
  EXPECT_EQ(bandOf(0.85), "good");
  EXPECT_EQ(bandOf(0.8501), "excellent");
}

TEST(Quality, AveragesOverTheQueries) { EXPECT_NEAR(judgeQuality(4, 2.0, QualityRules()).averageRelevance, 0.5, 1e-12); }

}  // namespace
}  // namespace learnd::core
