#include "tests/integration/dbus/bus_client.hpp"
#include "tests/integration/dbus/private_bus.hpp"
#include "tests/integration/dbus/serving_daemon.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <vector>

namespace learnd::test {
namespace {

/// What an introspection text says about org.learnd.Learnd1.Memory: a line for each member, with its arguments in their order.
std::vector<std::string> membersOf(std::string text) {
  text = std::regex_replace(text, std::regex("<!--[^]*?-->"), "");
  static const std::regex kTag(R"(<(/?)(\w+)([^>]*)>)");
  static const std::regex kAttribute(R"re((\w+)="([^"]*)")re");
  std::vector<std::string> members;
  bool inside = false;
  std::string kind;
  for (std::sregex_iterator tag(text.begin(), text.end(), kTag), end; tag != end; ++tag) {
    if ((*tag)[1].length() > 0) continue;
    const std::string name = (*tag)[2];
    const std::string rest = (*tag)[3];
    std::map<std::string, std::string> attributes;
    for (std::sregex_iterator one(rest.begin(), rest.end(), kAttribute), last; one != last; ++one) attributes[(*one)[1]] = (*one)[2];
    if (name == "interface") inside = attributes["name"] == "org.learnd.Learnd1.Memory";
    if (!inside) continue;
    if (name == "method" || name == "signal" || name == "property") {
      kind = name;
      members.push_back(name + " " + attributes["name"] + " " + attributes["type"] + " " + attributes["access"]);
    } else if (name == "arg") {
      const std::string usual = kind == "signal" ? "out" : "in";
      members.back() +=
          ", " + (attributes["direction"].empty() ? usual : attributes["direction"]) + " " + attributes["type"] + " " + attributes["name"];
    } else if (name == "annotation") {
      members.back() += ", " + attributes["name"] + "=" + attributes["value"];
    }
  }
  return members;
}

std::string contentsOf(const char* file) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

TEST(Introspection, IsWhatTheInstalledFileSays) {
  PrivateBus bus;
  bus.start();
  const ServingDaemon daemon(bus.address(), {});
  BusClient client(bus.address());
  ASSERT_TRUE(client.waitUntil([&client] { return client.isServed(); }));
  const auto live = membersOf(client.introspect());
  EXPECT_EQ(live.size(), 13U + 6U + 2U);
  EXPECT_THAT(live, testing::UnorderedElementsAreArray(membersOf(contentsOf("src/interfaces/dbus/org.learnd.Learnd1.xml"))));
}

TEST(Introspection, FileSaysWhatEachMemberIsFor) {
  const auto text = contentsOf("src/interfaces/dbus/org.learnd.Learnd1.xml");
  static const std::regex kMember(R"re(<(method|signal|property) name="(\w+)")re");
  static const std::regex kDescribed(R"re(-->\s*<(method|signal|property) name="(\w+)")re");
  const auto count = [&text](const std::regex& what) {
    return std::distance(std::sregex_iterator(text.begin(), text.end(), what), std::sregex_iterator());
  };
  EXPECT_EQ(count(kMember), 21);
  EXPECT_EQ(count(kDescribed), 21);
}

}  // namespace
}  // namespace learnd::test
