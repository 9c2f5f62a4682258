#include "core/calibration.hpp"

#include <gtest/gtest.h>

namespace learnd::core {
namespace {

std::vector<double> evenly(std::size_t count) {
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<double>(i) / static_cast<double>(count));
  return values;
}

TEST(Calibration, PointsAreWhatTheSharesExceed) {
  const auto calibration = calibrate(evenly(10000));
  ASSERT_TRUE(calibration);
  EXPECT_NEAR(calibration->points[0], 0.90, 0.001);
  EXPECT_NEAR(calibration->points[1], 0.99, 0.001);
  EXPECT_NEAR(calibration->points[2], 0.997, 0.001);
  EXPECT_NEAR(calibration->points[3], 0.999, 0.001);
  EXPECT_NEAR(calibration->median, 0.5, 0.001);
}

TEST(Calibration, NeedsAThousandPairs) { EXPECT_FALSE(calibrate(evenly(999))); }

TEST(Calibration, PointsStayApartWhereAllPairsAreAlike) {
  const auto calibration = calibrate(std::vector<double>(2000, 0.3));
  ASSERT_TRUE(calibration);
  EXPECT_NEAR(calibration->points[0], 0.3, 1e-12);
  EXPECT_NEAR(calibration->points[3], 0.303, 1e-12);
}

TEST(Calibration, ScoresAreLinearBetweenThePointsAndClamped) {
  const Calibration calibration{0.05, {0.2, 0.4, 0.5, 0.6}};
  EXPECT_EQ(calibration.score(-0.5), 0);
  EXPECT_EQ(calibration.score(0), 0);
  EXPECT_NEAR(calibration.score(0.1), 0.25, 1e-12);
  EXPECT_NEAR(calibration.score(0.2), 0.5, 1e-12);
  EXPECT_NEAR(calibration.score(0.3), 0.625, 1e-12);
  EXPECT_NEAR(calibration.score(0.5), 0.8, 1e-12);
  EXPECT_NEAR(calibration.score(0.6), 0.85, 1e-12);
  EXPECT_NEAR(calibration.score(0.8), 0.925, 1e-12);
  EXPECT_EQ(calibration.score(1), 1);
  EXPECT_EQ(calibration.score(1.0000001), 1);
}

TEST(Calibration, MeaningTakesTheMedianOut) {
  const Calibration calibration{0.2, {0.3, 0.4, 0.5, 0.6}};
  EXPECT_EQ(calibration.meaning(0.1), 0);
  EXPECT_NEAR(calibration.meaning(0.6), 0.5, 1e-12);
  EXPECT_NEAR(calibration.meaning(1), 1, 1e-12);
}

TEST(Calibration, RawTakesTheCosineItself) {
  const Calibration raw = rawCalibration();
  for (const double cosine : {0.1, 0.5, 0.62, 0.75, 0.8, 0.83, 0.9, 1.0}) EXPECT_NEAR(raw.score(cosine), cosine, 1e-12);
  EXPECT_EQ(raw.median, 0);
}

}  // namespace
}  // namespace learnd::core
