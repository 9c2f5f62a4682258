#include "core/access.hpp"

#include <gtest/gtest.h>

namespace learnd::core {
namespace {

TEST(AccessPolicy, RootTheDaemonAndTheAdminGroupAreAdministrators) {
  const AccessPolicy policy(990, 50, "helios");
  EXPECT_TRUE(policy.isAdministrator({0, 0, {}}));
  EXPECT_TRUE(policy.isAdministrator({990, 100, {}}));
  EXPECT_TRUE(policy.isAdministrator({1000, 50, {}}));
  EXPECT_TRUE(policy.isAdministrator({1000, 100, {4, 50}}));
  EXPECT_FALSE(policy.isAdministrator({1000, 100, {4}}));
  EXPECT_TRUE(policy.isAdministrator({1000, 100, {4}, true}));
}

TEST(AccessPolicy, TheCreatorIsWhoMatchesUidAndHost) {
  const AccessPolicy policy(990, std::nullopt, "helios");
  Learning learning;
  learning.createdBy = 1000;
  learning.createdOn = "helios";
  EXPECT_TRUE(policy.mayChange({1000, 100, {}}, learning));
  EXPECT_FALSE(policy.mayChange({1001, 100, {}}, learning));
  learning.createdOn = "selene";
  EXPECT_FALSE(policy.mayChange({1000, 100, {}}, learning));
}

}  // namespace
}  // namespace learnd::core
