#include "config/nearest_name.hpp"

#include <gtest/gtest.h>

namespace learnd::config {
namespace {

const std::vector<std::string_view> kNames{"backend", "dsn", "password_file", "redact"};

TEST(NearestName, FindsWhatWasMistyped) {
  EXPECT_EQ(nearestName("backendd", kNames), "backend");
  EXPECT_EQ(nearestName("bakend", kNames), "backend");
  EXPECT_EQ(nearestName("passwordfile", kNames), "password_file");
  EXPECT_EQ(nearestName("redcat", kNames), "redact");
}

TEST(NearestName, GuessesNothingWhereNoneIsNear) {
  EXPECT_EQ(nearestName("colour", kNames), "");
  EXPECT_EQ(nearestName("x", kNames), "");
  EXPECT_EQ(nearestName("", kNames), "");
}

TEST(NearestName, TakesTheNearestOfSeveral) { EXPECT_EQ(nearestName("min_scores", {"min_value", "min_score"}), "min_score"); }

}  // namespace
}  // namespace learnd::config
