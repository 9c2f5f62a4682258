#include "core/code_points.hpp"

#include <gtest/gtest.h>

namespace learnd::core {
namespace {

TEST(CodePoints, CountsCharactersAndNotBytes) {
  EXPECT_EQ(countCharacters(""), 0U);
  EXPECT_EQ(countCharacters("kernel"), 6U);
  EXPECT_EQ(countCharacters("größe €"), 7U);
}

TEST(CodePoints, ClipsBetweenCharacters) {
  EXPECT_EQ(clipped("größe", 9), "größe");
  EXPECT_EQ(clipped("größe", 7), "größe");
  EXPECT_EQ(clipped("größe", 5), "grö");
  EXPECT_EQ(clipped("größe", 3), "gr");
  EXPECT_EQ(clipped("€", 2), "");
  EXPECT_EQ(clipped("abc", 0), "");
}

TEST(CodePoints, ATextOfWhiteSpaceIsBlank) {
  EXPECT_TRUE(isBlankText(""));
  EXPECT_TRUE(isBlankText(" \t\r\n\v\f"));
  EXPECT_FALSE(isBlankText(" . "));
}

}  // namespace
}  // namespace learnd::core
