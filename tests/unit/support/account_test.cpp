#include "support/account.hpp"

#include <gtest/gtest.h>

namespace learnd::support {
namespace {

TEST(Account, FindsAGroupByNameOrNumber) {
  EXPECT_EQ(groupNumber("root"), 0U);
  EXPECT_EQ(groupNumber("4242"), 4242U);
}

TEST(Account, FindsNoGroupThatIsNotThere) {
  EXPECT_EQ(groupNumber("no-such-group-anywhere"), std::nullopt);
  EXPECT_EQ(groupNumber(""), std::nullopt);
  EXPECT_EQ(groupNumber("12x"), std::nullopt);
  EXPECT_EQ(groupNumber("99999999999"), std::nullopt);
}

TEST(Account, KnowsTheMachine) { EXPECT_FALSE(hostName().empty()); }

}  // namespace
}  // namespace learnd::support
