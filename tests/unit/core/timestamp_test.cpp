#include "core/timestamp.hpp"

#include <gtest/gtest.h>

namespace learnd::core {
namespace {

TEST(Timestamp, IsWrittenWithMicrosecondsAndZ) {
  const auto time = parseTimestamp("2026-02-03T04:05:06.7Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(formatTimestamp(*time), "2026-02-03T04:05:06.700000Z");
}

TEST(Timestamp, ReadsOffsetsAndNaiveTimesAsUtc) {
  EXPECT_EQ(parseTimestamp("2026-02-03T04:05:06+02:00"), parseTimestamp("2026-02-03 02:05:06"));
  EXPECT_EQ(parseTimestamp("2026-02-03T04:05:06-0130"), parseTimestamp("2026-02-03T05:35:06Z"));
}

TEST(Timestamp, CutsDecimalsPastSix) {
  EXPECT_EQ(formatTimestamp(*parseTimestamp("2026-02-03T04:05:06.123456999Z")), "2026-02-03T04:05:06.123456Z");
}

TEST(Timestamp, RefusesWhatIsNoMoment) {
  for (const char* text : {"", "2026", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-02-03T24:00:00Z", "2026-02-03T04:05:61Z",
                           "2026-02-03T04:05:06.Z", "2026-02-03T04:05:06Zx", "yesterday", "2026-02-03T04:05:06+25:00"}) {
    EXPECT_FALSE(parseTimestamp(text)) << text;
  }
}

TEST(Timestamp, RefusesWhatItsZoneCarriesOutOfTheYearsThatCanBeWritten) {
  EXPECT_FALSE(parseTimestamp("0000-01-01T00:30:00+01:00"));
  EXPECT_FALSE(parseTimestamp("9999-12-31T23:30:00-01:00"));
  EXPECT_TRUE(parseTimestamp("0000-01-01T00:30:00-01:00"));
  EXPECT_TRUE(parseTimestamp("9999-12-31T23:30:00+01:00"));
}

TEST(Timestamp, WritesTimesBefore1970) {
  EXPECT_EQ(formatTimestamp(*parseTimestamp("1969-12-31T23:59:59.999999Z")), "1969-12-31T23:59:59.999999Z");
}

}  // namespace
}  // namespace learnd::core
