#include "interfaces/dbus/names.hpp"
#include "tests/integration/dbus/bus_client.hpp"
#include "tests/integration/dbus/ordinary_user.hpp"
#include "tests/integration/dbus/private_bus.hpp"
#include "tests/integration/dbus/serving_daemon.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace learnd::test {
namespace {

using interfaces::dbus::BusKind;
using interfaces::dbus::DoorSettings;
using testing::HasSubstr;

std::string contentsOf(const std::string& name) {
  std::ifstream stream("src/interfaces/dbus/" + name);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

TEST(BusPolicy, GivesNobodyElseTheName) {
  PrivateBus bus(PrivateBus::Policy::Installed);
  bus.start();
  asOrdinaryUser({}, [&bus] {
    BusClient client(bus.address());
    EXPECT_EQ(sd_bus_request_name(client.handle(), interfaces::dbus::kBusName, 0), -EACCES);
  });
}

TEST(BusPolicyAsRoot, LetsRootServeAndCallAndKeepsOthersOut) {
  PrivateBus bus(PrivateBus::Policy::Installed);
  bus.start();
  const ServingDaemon daemon(bus.address(), {DoorSettings(BusKind::System), 0, std::nullopt});
  BusClient root(bus.address());
  ASSERT_TRUE(root.waitUntil([&root] { return root.isServed(); }));
  EXPECT_TRUE(root.call("Quality").good());
  asOrdinaryUser({}, [&bus] {
    BusClient other(bus.address());
    EXPECT_EQ(other.call("Quality").error, "org.freedesktop.DBus.Error.AccessDenied");
    EXPECT_THAT(other.introspect(), HasSubstr("org.learnd.Learnd1.Memory"));
    EXPECT_EQ(sd_bus_request_name(other.handle(), interfaces::dbus::kBusName, SD_BUS_NAME_REPLACE_EXISTING), -EACCES);
  });
}

TEST(BusPolicy, NamesTheServicesUserAndGroup) {
  const auto text = contentsOf("org.learnd.Learnd1.conf");
  EXPECT_THAT(text, HasSubstr("<policy user=\"learnd\">"));
  EXPECT_THAT(text, HasSubstr("<policy group=\"learnd\">"));
}

TEST(ActivationFile, StartsTheUnitForTheName) {
  const auto text = contentsOf("org.learnd.Learnd1.service.in");
  EXPECT_THAT(text, HasSubstr(std::string("Name=") + interfaces::dbus::kBusName + "\n"));
  EXPECT_THAT(text, HasSubstr("SystemdService=learnd.service\n"));
}

TEST(PolkitPolicy, HasTheActionThatIsAskedFor) {
  EXPECT_THAT(contentsOf("org.learnd.learnd1.policy"), HasSubstr(std::string("<action id=\"") + interfaces::dbus::kManageAction + "\">"));
}

}  // namespace
}  // namespace learnd::test
