#include "adapters/postgres/values.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace learnd::postgres {

namespace {

TEST(Values, AreTextsThatPostgresReads) {
  core::LearningId id(core::LearningId::Bytes{1, 2});
  std::array<std::uint8_t, 32> digest{};
  digest[31] = 0xaf;
  Values values;
  values.add("text").add(std::int64_t{-7}).add(true).add(false).add(0.1).add(std::nullopt).add(id).add(digest);
  values.add(std::optional<std::uint64_t>{}).add(std::optional<std::uint64_t>{5});
  const auto& texts = values.texts();
  ASSERT_EQ(texts.size(), 10U);
  EXPECT_EQ(texts[0], "text");
  EXPECT_EQ(texts[1], "-7");
  EXPECT_EQ(texts[2], "t");
  EXPECT_EQ(texts[3], "f");
  EXPECT_EQ(texts[4], "0.1");
  EXPECT_FALSE(texts[5]);
  EXPECT_EQ(texts[6], "01020000-0000-0000-0000-000000000000");
  EXPECT_EQ(texts[7], "\\x" + std::string(62, '0') + "af");
  EXPECT_FALSE(texts[8]);
  EXPECT_EQ(texts[9], "5");
}

TEST(Values, RefuseATextThatWouldBeCutOffAtItsNul) {
  Values values;
  EXPECT_THROW(values.add(std::string_view("a\0b", 3)), std::invalid_argument);
}

TEST(Values, TimesHaveMicrosecondsAndYearsBeforeOne) {
  EXPECT_EQ(timeText(core::Timestamp(std::chrono::microseconds(-1))), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(timeText(*core::parseTimestamp("0000-02-29T01:02:03.000004Z")), "0001-02-29T01:02:03.000004Z BC");
}

TEST(ArrayText, QuotesWhatItMust) {
  EXPECT_EQ(ArrayText().text(), "{}");
  ArrayText texts;
  texts.add("a \"b\" \\ {c},d").add(std::nullopt).add("");
  EXPECT_EQ(texts.text(), R"({"a \"b\" \\ {c},d",NULL,""})");
  ArrayText numbers;
  numbers.add(std::int64_t{1}).add(std::numeric_limits<std::int64_t>::min()).add(true);
  EXPECT_EQ(numbers.text(), "{1,-9223372036854775808,t}");
}

}  // namespace

}  // namespace learnd::postgres
