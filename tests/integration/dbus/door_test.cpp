#include "interfaces/dbus/names.hpp"
#include "tests/integration/dbus/bus_client.hpp"
#include "tests/integration/dbus/private_bus.hpp"
#include "tests/integration/dbus/serving_daemon.hpp"
#include "tests/wait_until.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace learnd::test {
namespace {

using namespace std::chrono_literals;
using interfaces::dbus::BusKind;
using interfaces::dbus::DoorSettings;
using Clock = std::chrono::steady_clock;

const char* const kUnknown = "018f0000-0000-7000-8000-000000000001";

class BusDoor : public testing::Test {
 protected:
  static ServingDaemon::Options options() {
    DoorSettings door(BusKind::Session);
    door.firstPause = 20ms;
    door.longestPause = 100ms;
    // Longer than any test: what ends early is not ended by it.
    door.deadline = 10min;
    return {door, 0, std::nullopt};
  }

  void serve(const ServingDaemon::Options& chosen = options()) {
    bus_.start();
    daemon_.emplace(bus_.address(), chosen);
    client_.emplace(bus_.address());
    ASSERT_TRUE(client_->waitUntil([this] { return client_->isServed(); }));
  }

  void slow(std::chrono::milliseconds time) {
    daemon_->run([this, time] {
      daemon_->records.fault.latency = time;
      callsBefore_ = daemon_->records.fault.calls;
    });
  }

  /// Whether so many calls come to the record store after it was made slow.
  bool arrives(std::size_t count) {
    return tests::comesTrue([this, count] {
      std::size_t calls = 0;
      daemon_->run([this, &calls] { calls = daemon_->records.fault.calls; });
      return calls >= callsBefore_ + count;
    });
  }

  /// Sends a call and does not wait for its answer, which is counted under its error's name ("" for none).
  void ask(BusClient& client, const char* id = kUnknown) {
    auto message = client.newCall("Get");
    sd_bus_message_append(message.get(), "s", id);
    sd_bus_slot* slot = nullptr;
    const auto onAnswer = [](sd_bus_message* answer, void* self, sd_bus_error*) {
      const auto* error = sd_bus_message_get_error(answer);
      static_cast<BusDoor*>(self)->answers_.emplace_back(error == nullptr ? "" : error->name);
      return 0;
    };
    ASSERT_GE(sd_bus_call_async(client.handle(), &slot, message.get(), onAnswer, this, 60'000'000), 0);
    slots_.emplace_back(slot);
    sd_bus_flush(client.handle());
  }

  PrivateBus bus_;
  std::optional<ServingDaemon> daemon_;
  std::optional<BusClient> client_;
  std::size_t callsBefore_ = 0;
  std::vector<std::string> answers_;
  std::vector<BusSlot> slots_;
};

TEST_F(BusDoor, WaitsForABusThatIsNotThereYet) {
  daemon_.emplace(bus_.address(), options());
  std::this_thread::sleep_for(100ms);
  bus_.start();
  BusClient client(bus_.address());
  EXPECT_TRUE(client.waitUntil([&client] { return client.isServed(); }));
  EXPECT_TRUE(client.call("Quality").good());
}

TEST_F(BusDoor, ComesBackAfterTheBusDid) {
  serve();
  ASSERT_TRUE(client_->call("StoreSolution", "sssa{sv}", "before", "x", "", 0).good());
  for (int i = 0; i < 3; ++i) {
    client_.reset();
    bus_.kill();
    bus_.start();
    client_.emplace(bus_.address());
    ASSERT_TRUE(client_->waitUntil([this] { return client_->isServed(); }));
    EXPECT_TRUE(client_->call("Search", "sasud", "before", 0, 5U, 0.0).good());
  }
}

TEST_F(BusDoor, SurvivesABusThatBreaksUnderRunningCalls) {
  serve();
  slow(5min);
  for (int i = 0; i < 20; ++i) ask(*client_);
  ASSERT_TRUE(arrives(20));
  slots_.clear();
  client_.reset();
  bus_.kill();
  bus_.start();
  slow(0ms);
  client_.emplace(bus_.address());
  ASSERT_TRUE(client_->waitUntil([this] { return client_->isServed(); }));
  EXPECT_EQ(client_->call("Get", "s", kUnknown).error, "NotFound");
}

TEST_F(BusDoor, WaitsForANameThatAnotherHas) {
  bus_.start();
  std::optional<BusClient> other(bus_.address());
  ASSERT_GT(sd_bus_request_name(other->handle(), interfaces::dbus::kBusName, 0), 0);
  daemon_.emplace(bus_.address(), options());
  std::this_thread::sleep_for(100ms);
  other.reset();
  client_.emplace(bus_.address());
  ASSERT_TRUE(client_->waitUntil([this] { return client_->isServed(); }));
  EXPECT_TRUE(client_->call("Quality").good());
}

TEST_F(BusDoor, AnswersWhatRunsBeforeItStops) {
  serve();
  slow(1s);
  ask(*client_);
  ASSERT_TRUE(arrives(1));
  daemon_->stop();
  EXPECT_TRUE(client_->waitUntil([this] { return answers_.size() == 1; }));
  EXPECT_EQ(answers_, std::vector<std::string>{"org.learnd.Learnd1.Error.NotFound"});
  EXPECT_FALSE(client_->isServed());
}

TEST_F(BusDoor, StopsInTimeWhateverRuns) {
  serve();
  slow(5min);
  ask(*client_);
  ASSERT_TRUE(arrives(1));
  const auto began = Clock::now();
  daemon_->stop(200ms);
  EXPECT_LT(Clock::now() - began, 60s);
}

TEST_F(BusDoor, CancelsWhatItsCallerLeft) {
  serve();
  slow(5min);
  {
    BusClient leaving(bus_.address());
    for (int i = 0; i < 5; ++i) ask(leaving);
    ASSERT_TRUE(arrives(5));
    slots_.clear();
  }
  // The pause lets the bus tell that the caller is gone. Then nothing is left to wait for.
  std::this_thread::sleep_for(200ms);
  const auto began = Clock::now();
  daemon_->stop(2min);
  EXPECT_LT(Clock::now() - began, 60s);
}

TEST_F(BusDoor, FinishesWhatWantsNoAnswer) {
  serve();
  BusClient leaving(bus_.address());
  // Known already: an unknown caller that has left can't be asked for.
  ASSERT_TRUE(leaving.call("Quality").good());
  slow(1s);
  auto message = leaving.newCall("StoreSolution");
  sd_bus_message_append(message.get(), "sssa{sv}", "told in passing", "x", "", 0);
  sd_bus_message_set_expect_reply(message.get(), 0);
  ASSERT_GE(sd_bus_send(leaving.handle(), message.get(), nullptr), 0);
  sd_bus_flush(leaving.handle());
  ASSERT_TRUE(arrives(1));
  leaving.close();
  std::this_thread::sleep_for(200ms);
  slow(0ms);
  EXPECT_TRUE(client_->waitUntil([this] { return *client_->properties().find("LearningCount")->asInteger() == 1; }));
}

TEST_F(BusDoor, AnswersTimeoutWhenTheDeadlinePassed) {
  auto chosen = options();
  chosen.door.deadline = 100ms;
  serve(chosen);
  slow(5min);
  EXPECT_EQ(client_->call("Get", "s", kUnknown).error, "Timeout");
}

TEST_F(BusDoor, AnswersBusyPastItsLimit) {
  auto chosen = options();
  chosen.door.calls = 3;
  serve(chosen);
  slow(500ms);
  for (int i = 0; i < 5; ++i) ask(*client_);
  EXPECT_TRUE(client_->waitUntil([this] { return answers_.size() == 5; }));
  EXPECT_EQ(std::count(answers_.begin(), answers_.end(), "org.learnd.Learnd1.Error.Busy"), 2);
}

TEST_F(BusDoor, LetsNoCallerKeepTheOthersOut) {
  auto chosen = options();
  chosen.door.callsOfOne = 3;
  serve(chosen);
  slow(500ms);
  for (int i = 0; i < 5; ++i) ask(*client_);
  BusClient other(bus_.address());
  EXPECT_EQ(other.call("Get", "s", kUnknown).error, "NotFound");
  EXPECT_TRUE(client_->waitUntil([this] { return answers_.size() == 5; }));
  EXPECT_EQ(std::count(answers_.begin(), answers_.end(), "org.learnd.Learnd1.Error.Busy"), 2);
}

TEST_F(BusDoor, HasItsFiguresFromTheFirstMoment) {
  bus_.start();
  daemon_.emplace(bus_.address(), options());
  client_.emplace(bus_.address());
  ASSERT_TRUE(client_->waitUntil([this] { return client_->isServed(); }));
  EXPECT_FALSE(*client_->properties().find("Degraded")->asBool());
}

TEST_F(BusDoor, DoesNotWakeUpWhenNothingHappens) {
  serve();
  ASSERT_TRUE(client_->call("Quality").good());
  // The first looks at the figures come to rest.
  std::this_thread::sleep_for(1500ms);
  std::size_t before = 0;
  std::size_t after = 0;
  daemon_->run([&] { before = daemon_->handled(); });
  std::this_thread::sleep_for(1500ms);
  daemon_->run([&] { after = daemon_->handled(); });
  EXPECT_LE(after - before, 1U);
}

}  // namespace
}  // namespace learnd::test
