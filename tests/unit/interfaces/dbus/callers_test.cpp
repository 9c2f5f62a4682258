#include "interfaces/dbus/callers.hpp"

#include "tests/unit/interfaces/dbus/unsent_message.hpp"

#include <gtest/gtest.h>

namespace learnd::interfaces::dbus {
namespace {

TEST(Credentials, HaveTheUserAndItsGroups) {
  const UnsentMessages messages;
  const auto answer = messages.call();
  sd_bus_message_append(answer.get(), "a{sv}", 3, "ProcessID", "u", 42U, "UnixUserID", "u", 1000U, "UnixGroupIDs", "au", 2, 100U, 27U);
  UnsentMessages::seal(answer);
  const auto caller = readCredentials(answer.get());
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->uid, 1000U);
  EXPECT_EQ(caller->groups, (std::vector<std::uint32_t>{100, 27}));
  EXPECT_FALSE(caller->consented);
}

TEST(Credentials, OfTypesThatNobodyKnowsYetArePassedOver) {
  const UnsentMessages messages;
  const auto answer = messages.call();
  sd_bus_message_append(answer.get(), "a{sv}", 2, "Newer", "a{us}", 1, 7U, "seven", "UnixUserID", "u", 1000U);
  UnsentMessages::seal(answer);
  const auto caller = readCredentials(answer.get());
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->uid, 1000U);
}

TEST(Credentials, WithoutGroupsAreInNone) {
  const UnsentMessages messages;
  const auto answer = messages.call();
  sd_bus_message_append(answer.get(), "a{sv}", 1, "UnixUserID", "u", 1000U);
  UnsentMessages::seal(answer);
  const auto caller = readCredentials(answer.get());
  ASSERT_TRUE(caller);
  EXPECT_TRUE(caller->groups.empty());
  // Root's group must not be taken for that of somebody whose groups nobody told.
  EXPECT_FALSE(core::AccessPolicy(1, 0, "host").isAdministrator(*caller));
}

TEST(Credentials, WithoutAUserAreRefused) {
  const UnsentMessages messages;
  for (const char* type : {"s", "g"}) {
    const auto answer = messages.call();
    sd_bus_message_append(answer.get(), "a{sv}", 1, "UnixUserID", type, "");
    UnsentMessages::seal(answer);
    const auto caller = readCredentials(answer.get());
    ASSERT_FALSE(caller);
    EXPECT_EQ(caller.error().kind(), core::ErrorKind::PermissionDenied);
  }
}

}  // namespace
}  // namespace learnd::interfaces::dbus
