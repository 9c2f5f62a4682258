#include "tests/integration/dbus/bus_client.hpp"
#include "tests/integration/dbus/ordinary_user.hpp"
#include "tests/integration/dbus/polkit_stand_in.hpp"
#include "tests/integration/dbus/private_bus.hpp"
#include "tests/integration/dbus/serving_daemon.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace learnd::test {
namespace {

using interfaces::dbus::BusKind;
using interfaces::dbus::DoorSettings;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// Of nobody that runs here.
constexpr std::uint32_t kDaemonUid = 4'000'000;
constexpr std::uint32_t kMemberGroup = 4'000'001;
constexpr std::uint32_t kAdminGroup = 4'000'002;
const char* const kTheirs = "018f0000-0000-7000-8000-000000000001";

/// The system bus's door, used by somebody who is neither root nor the daemon. A learning of another user is there.
class BusAccess : public testing::Test {
 protected:
  void serve(std::optional<std::uint32_t> memberGroup = std::nullopt) {
    bus_.start();
    DoorSettings door(BusKind::System);
    door.memberGroup = memberGroup;
    daemon_.emplace(bus_.address(), ServingDaemon::Options{door, kDaemonUid, kAdminGroup});
    daemon_->import(std::string(R"({"id":")") + kTheirs + R"(","kind":"solution","query":"theirs","solution":"x","created_by":12345})");
    BusClient client(bus_.address());
    ASSERT_TRUE(client.waitUntil([&client] { return client.isServed(); }));
  }

  /// Deletes the other user's learning as an ordinary user.
  CallAnswer deleted(bool interactive = false, const std::vector<std::uint32_t>& groups = {}) {
    CallAnswer answer;
    asOrdinaryUser(groups, [&] {
      BusClient client(bus_.address());
      auto message = client.newCall("Delete");
      sd_bus_message_append(message.get(), "s", kTheirs);
      sd_bus_message_set_allow_interactive_authorization(message.get(), interactive ? 1 : 0);
      answer = client.send(std::move(message));
      const char* name = nullptr;
      sd_bus_get_unique_name(client.handle(), &name);
      lastCaller_ = name;
    });
    return answer;
  }

  PrivateBus bus_;
  std::optional<ServingDaemon> daemon_;
  std::string lastCaller_;
};

TEST_F(BusAccess, KnowsTheCallerByTheBus) {
  serve();
  asOrdinaryUser({}, [this] {
    BusClient client(bus_.address());
    const auto stored = client.call("StoreSolution", "sssa{sv}", "mine", "x", "", 0);
    ASSERT_TRUE(stored.good()) << stored.text;
    const auto id = stored.reader().text();
    const auto learning = client.call("Get", "s", id.c_str());
    ASSERT_TRUE(learning.good());
    EXPECT_EQ(*learning.reader().members("").find("created_by")->asInteger(), ordinaryUser());
    // Its creator may do all with it.
    EXPECT_TRUE(client.call("Update", "sa{sv}", id.c_str(), 1, "solution", "s", "y").good());
    EXPECT_TRUE(client.call("Delete", "s", id.c_str()).good());
  });
}

TEST_F(BusAccess, RefusesOthersLearningsWithoutPolkit) {
  serve();
  const auto answer = deleted();
  EXPECT_EQ(answer.error, "PermissionDenied");
  EXPECT_THAT(answer.text, HasSubstr("polkit can't be asked"));
}

TEST_F(BusAccess, RefusesOthersLearningsWherePolkitDoes) {
  serve();
  const PolkitStandIn polkit(bus_.address());
  EXPECT_EQ(deleted().error, "PermissionDenied");
  EXPECT_EQ(polkit.questions, 1);
  EXPECT_EQ(polkit.lastQuestion, "system-bus-name " + lastCaller_ + " org.learnd.learnd1.manage 0");
}

TEST_F(BusAccess, ChangesOthersLearningsWithPolkitsConsent) {
  serve();
  PolkitStandIn polkit(bus_.address());
  polkit.answer = PolkitStandIn::Answer::Yes;
  const auto answer = deleted();
  EXPECT_TRUE(answer.good()) << answer.text;
  BusClient client(bus_.address());
  EXPECT_EQ(client.call("Get", "s", kTheirs).error, "NotFound");
}

TEST_F(BusAccess, LetsPolkitAskOnlyWhereTheCallerAllowsIt) {
  serve();
  PolkitStandIn polkit(bus_.address());
  polkit.answer = PolkitStandIn::Answer::AskFirst;
  EXPECT_THAT(deleted().text, HasSubstr("interactive authorisation"));
  EXPECT_THAT(polkit.lastQuestion, testing::EndsWith(" 0"));
  deleted(true);
  EXPECT_THAT(polkit.lastQuestion, testing::EndsWith(" 1"));
}

TEST_F(BusAccess, AsksPolkitNothingWhereNobodyIsRefused) {
  serve();
  const PolkitStandIn polkit(bus_.address());
  asOrdinaryUser({}, [this] {
    BusClient client(bus_.address());
    EXPECT_TRUE(client.call("Feedback", "sss", kTheirs, "success", "").good());
    EXPECT_EQ(client.call("Get", "s", "018f0000-0000-7000-8000-00000000ffff").error, "NotFound");
  });
  EXPECT_EQ(polkit.questions, 0);
}

TEST_F(BusAccess, KeepsOutWhoIsNotInTheSocketsGroup) {
  serve(kMemberGroup);
  asOrdinaryUser({}, [this] {
    BusClient client(bus_.address());
    const auto answer = client.call("Search", "sasud", "theirs", 0, 5U, 0.0);
    EXPECT_EQ(answer.error, "PermissionDenied");
    EXPECT_THAT(answer.text, HasSubstr("group"));
  });
}

/// Only root can choose groups.
class BusAccessAsRoot : public BusAccess {};

TEST_F(BusAccessAsRoot, LetsTheAdminGroupDoAll) {
  serve();
  const auto answer = deleted(false, {kAdminGroup});
  EXPECT_TRUE(answer.good()) << answer.text;
}

TEST_F(BusAccessAsRoot, LetsInWhoIsInTheSocketsGroup) {
  serve(kMemberGroup);
  asOrdinaryUser({kMemberGroup}, [this] {
    BusClient client(bus_.address());
    EXPECT_TRUE(client.call("Search", "sasud", "theirs", 0, 5U, 0.0).good());
  });
}

}  // namespace
}  // namespace learnd::test
