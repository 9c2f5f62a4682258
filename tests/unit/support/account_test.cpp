#include "support/account.hpp"

#include <gtest/gtest.h>

namespace learnd::support {
namespace {

TEST(Account, FindsAGroupByNameOrNumber) {
  EXPECT_EQ(findGroup("root").value(), 0U);
  EXPECT_EQ(findGroup("4242").value(), 4242U);
}

TEST(Account, FindsNoGroupThatIsNotThere) {
  EXPECT_EQ(findGroup("no-such-group-anywhere").error().message(), "there is no group \"no-such-group-anywhere\" on this system");
  EXPECT_FALSE(findGroup(""));
  EXPECT_FALSE(findGroup("12x"));
  EXPECT_FALSE(findGroup("99999999999"));
}

TEST(Account, KnowsTheMachine) { EXPECT_FALSE(hostName().empty()); }

}  // namespace
}  // namespace learnd::support
