#include "json/text_check.hpp"

#include <gtest/gtest.h>

#include <string>

namespace learnd::json {
namespace {

TEST(TextCheck, AMarkCountsAsOneByte) {
  EXPECT_EQ(lengthForLimit("pass=[redacted:password] x"), 8U);
  EXPECT_EQ(lengthForLimit("[redacted:]"), 11U);
  // No kind is that long, so it is text that somebody wrote.
  EXPECT_EQ(lengthForLimit("[redacted:" + std::string(33, 'a') + "]"), 44U);
  EXPECT_EQ(lengthForLimit("[redacted:password"), 18U);
  EXPECT_EQ(lengthForLimit("[redacted:Pass word]"), 20U);
  EXPECT_EQ(lengthForLimit("[redacted:token][redacted:signed-url]"), 2U);
}

TEST(TextCheck, WhatRedactionMadeLongerIsNotTooLong) {
  EXPECT_FALSE(checkText("a [redacted:password]", "query", 3));
  EXPECT_TRUE(checkText("ab [redacted:password]", "query", 3));
}

}  // namespace
}  // namespace learnd::json
