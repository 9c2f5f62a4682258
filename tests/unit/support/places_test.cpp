#include "support/places.hpp"

#include <gtest/gtest.h>

#include <unistd.h>
#include <map>

namespace learnd::support {
namespace {

Environment with(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

TEST(Places, OfTheSystemAreTheInterfaces) {
  const auto places = findPlaces(Scope::System, with({{"HOME", "/root"}, {"XDG_STATE_HOME", "/x"}})).value();
  EXPECT_EQ(places.config, "/etc/learnd/config.toml");
  EXPECT_EQ(places.state, "/var/lib/learnd");
  EXPECT_EQ(places.socket, "/run/learnd/learnd.sock");
}

TEST(Places, OfTheSystemTakeTheUnitsFirstStateDirectory) {
  EXPECT_EQ(findPlaces(Scope::System, with({{"STATE_DIRECTORY", "/srv/learnd"}})).value().state, "/srv/learnd");
  EXPECT_EQ(findPlaces(Scope::System, with({{"STATE_DIRECTORY", "/srv/a:/srv/b"}})).value().state, "/srv/a");
  EXPECT_EQ(findPlaces(Scope::System, with({{"STATE_DIRECTORY", ""}})).value().state, "/var/lib/learnd");
}

TEST(Places, OfAUserFollowTheEnvironment) {
  const auto places =
      findPlaces(
          Scope::User,
          with({{"XDG_CONFIG_HOME", "/c"}, {"XDG_STATE_HOME", "/s"}, {"XDG_RUNTIME_DIR", "/r"}, {"STATE_DIRECTORY", "/var/lib/learnd"}}))
          .value();
  EXPECT_EQ(places.config, "/c/learnd/config.toml");
  EXPECT_EQ(places.state, "/s/learnd");
  EXPECT_EQ(places.socket, "/r/learnd/learnd.sock");
}

TEST(Places, OfAUserFallBackToTheHome) {
  const auto places = findPlaces(Scope::User, with({{"HOME", "/home/ada"}})).value();
  EXPECT_EQ(places.config, "/home/ada/.config/learnd/config.toml");
  EXPECT_EQ(places.state, "/home/ada/.local/state/learnd");
  EXPECT_EQ(places.socket, "/run/user/" + std::to_string(geteuid()) + "/learnd/learnd.sock");
}

TEST(Places, OfAUsersSocketAreTheSameForItsCallers) {
  for (const auto& variables : {std::map<std::string, std::string>{{"HOME", "/home/ada"}},
                                {{"HOME", "/home/ada"}, {"XDG_RUNTIME_DIR", "/r"}},
                                {{"HOME", "/home/ada"}, {"XDG_RUNTIME_DIR", "relative"}}}) {
    EXPECT_EQ(userSocket(with(variables)), findPlaces(Scope::User, with(variables)).value().socket);
  }
}

TEST(Places, OfAUserPassOverRelativeFolders) {
  const auto places = findPlaces(Scope::User, with({{"HOME", "/home/ada"}, {"XDG_CONFIG_HOME", "config"}, {"XDG_STATE_HOME", ""}})).value();
  EXPECT_EQ(places.config, "/home/ada/.config/learnd/config.toml");
  EXPECT_EQ(places.state, "/home/ada/.local/state/learnd");
}

TEST(Places, OfTheModelsAreBesideTheProgram) {
  EXPECT_EQ(modelsFolder("/usr/bin/learnd", with({})), "/usr/share/learnd/models");
  EXPECT_EQ(modelsFolder("/home/ada/learnd/build/debug/bin/learnd", with({})), "/home/ada/learnd/build/debug/share/learnd/models");
  EXPECT_EQ(modelsFolder("/usr/bin/learnd", with({{"LEARND_MODELS", "/models"}})), "/models");
}

TEST(Places, KnowThisProgram) { EXPECT_EQ(thisProgram().filename(), "support_system_test"); }

}  // namespace
}  // namespace learnd::support
