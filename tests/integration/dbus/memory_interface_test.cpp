#include "tests/integration/dbus/bus_client.hpp"
#include "tests/integration/dbus/private_bus.hpp"
#include "tests/integration/dbus/serving_daemon.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>
#include <cmath>

namespace learnd::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A daemon on a private bus and a client of it.
class MemoryInterface : public testing::Test {
 protected:
  void SetUp() override {
    bus_.start();
    daemon_.emplace(bus_.address(), ServingDaemon::Options{});
    client_.emplace(bus_.address());
    ASSERT_TRUE(client_->waitUntil([this] { return client_->isServed(); }));
  }

  std::string stored(const char* query, const char* solution, const char* category = "") {
    const auto answer = client_->call("StoreSolution", "sssa{sv}", query, solution, category, 0);
    EXPECT_TRUE(answer.good()) << answer.text;
    return answer.good() ? answer.reader().text() : "";
  }

  json::Value learning(const std::string& id) {
    const auto answer = client_->call("Get", "s", id.c_str());
    EXPECT_TRUE(answer.good()) << answer.text;
    return answer.good() ? answer.reader().members("") : json::Value();
  }

  static std::string textOf(const json::Value& object, const char* name) {
    const auto* member = object.find(name);
    return member != nullptr && member->asText() != nullptr ? *member->asText() : "(none)";
  }

  struct Hit {
    std::string id;
    double score = 0;
    std::string kind;
    json::Value fields;
  };

  /// Reads an a(sdsa{sv}) from where the message is.
  static std::vector<Hit> hitsOf(sd_bus_message* message) {
    std::vector<Hit> hits;
    EXPECT_GT(sd_bus_message_enter_container(message, 'a', "(sdsa{sv})"), 0);
    while (sd_bus_message_enter_container(message, 'r', "sdsa{sv}") > 0) {
      MessageReader reader(message);
      Hit hit;
      hit.id = reader.text();
      hit.score = reader.number();
      hit.kind = reader.text();
      hit.fields = reader.members("");
      hits.push_back(std::move(hit));
      sd_bus_message_exit_container(message);
    }
    sd_bus_message_exit_container(message);
    return hits;
  }

  PrivateBus bus_;
  std::optional<ServingDaemon> daemon_;
  std::optional<BusClient> client_;
};

TEST_F(MemoryInterface, StoresASolutionWithItsMetadataAndGivesItBack) {
  const auto answer =
      client_->call("StoreSolution", "sssa{sv}", "Show open ports", "ss -tlnp", "best-practices", 2, "os", "s", "nixos", "rank", "i", 3);
  ASSERT_TRUE(answer.good()) << answer.text;
  const auto kept = learning(answer.reader().text());
  EXPECT_EQ(textOf(kept, "kind"), "solution");
  EXPECT_EQ(textOf(kept, "query"), "Show open ports");
  EXPECT_EQ(textOf(kept, "category"), "best-practices");
  EXPECT_EQ(json::write(*kept.find("metadata")), R"({"os":"nixos","rank":3})");
  EXPECT_EQ(*kept.find("created_by")->asInteger(), geteuid());
}

TEST_F(MemoryInterface, TakesAnEmptyCategoryForTheDefault) {
  EXPECT_EQ(textOf(learning(stored("Show the routing table", "ip route")), "category"), "skills-patterns");
  const auto answer = client_->call("Store", "sa{sv}", "failure", 2, "error", "s", "boom", "category", "s", "");
  ASSERT_TRUE(answer.good()) << answer.text;
  EXPECT_EQ(textOf(learning(textOf(answer.reader().members(""), "id")), "category"), "error-solutions");
}

TEST_F(MemoryInterface, CountsWhatIsStoredAgain) {
  const auto id = stored("Show open ports", "ss -tlnp");
  EXPECT_EQ(stored("Show open ports", "ss -tlnp"), id);
  EXPECT_EQ(*learning(id).find("occurrences")->asInteger(), 2);
}

TEST_F(MemoryInterface, StoresAFailureOpenOrResolved) {
  const auto open = client_->call("StoreFailure", "ssssa{sv}", "port 22: connection refused", "ping", "", "", 0);
  ASSERT_TRUE(open.good()) << open.text;
  EXPECT_EQ(textOf(learning(open.reader().text()), "outcome"), "open");
  const auto fixed =
      client_->call("StoreFailure", "ssssa{sv}", "port 80: connection refused", "", "systemctl start nginx", "it was down", 0);
  ASSERT_TRUE(fixed.good()) << fixed.text;
  const auto kept = learning(fixed.reader().text());
  EXPECT_EQ(textOf(kept, "outcome"), "resolved");
  EXPECT_EQ(textOf(kept, "root_cause"), "it was down");
}

TEST_F(MemoryInterface, LogsAnInteraction) {
  const auto answer = client_->call("LogInteraction", "sssassa{sv}", "Which port is open?", "22", "success", 1, "a text that helped",
                                    "local", 1, "is_generic", "b", 1);
  ASSERT_TRUE(answer.good()) << answer.text;
  auto reader = answer.reader();
  const auto kept = learning(reader.text());
  EXPECT_EQ(reader.number(), kept.find("value_score")->number());
  EXPECT_EQ(textOf(kept, "llm_used"), "local");
  EXPECT_EQ(textOf(kept, "outcome"), "success");
  EXPECT_EQ(json::write(*kept.find("factors")), R"({"is_generic":true})");
}

TEST_F(MemoryInterface, FindsWhatWasStored) {
  const auto id = stored("Show open ports", "ss -tlnp");
  const auto answer = client_->call("Search", "sasud", "Show open ports", 0, 5U, 0.0);
  ASSERT_TRUE(answer.good()) << answer.text;
  const auto hits = hitsOf(answer.message.get());
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].id, id);
  EXPECT_EQ(hits[0].score, 1.0);
  EXPECT_EQ(hits[0].kind, "solution");
  EXPECT_EQ(textOf(hits[0].fields, "solution"), "ss -tlnp");
  EXPECT_TRUE(*hits[0].fields.find("has_score")->asBool());
}

TEST_F(MemoryInterface, GivesNoScoreAsNaN) {
  daemon_->run([this] { daemon_->embedder.fault.error = core::Error(core::ErrorKind::Unavailable, "no model"); });
  stored("Show open ports", "ss -tlnp");
  const auto answer = client_->call("Search", "sasud", "open ports of this machine", 0, 5U, 0.0);
  ASSERT_TRUE(answer.good()) << answer.text;
  const auto hits = hitsOf(answer.message.get());
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_TRUE(std::isnan(hits[0].score));
  EXPECT_FALSE(*hits[0].fields.find("has_score")->asBool());
}

TEST_F(MemoryInterface, RecallsWithTheOptionsOfHttp) {
  const auto id = stored("Show open ports", "ss -tlnp", "best-practices");
  stored("Show open files", "lsof", "codebase-context");
  const auto answer = client_->call("Recall", "sa{sv}", "Show open ports", 4, "limit", "u", 3U, "categories", "as", 1, "best-practices",
                                    "kinds", "as", 1, "solution", "min_score", "d", 0.5);
  ASSERT_TRUE(answer.good()) << answer.text;
  const auto reuse = answer.reader().members("");
  EXPECT_EQ(textOf(reuse, "decision"), "reuse");
  EXPECT_EQ(textOf(reuse, "id"), id);
  const auto hits = hitsOf(answer.message.get());
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].id, id);
  int degraded = 1;
  EXPECT_GT(sd_bus_message_read_basic(answer.message.get(), 'b', &degraded), 0);
  EXPECT_EQ(degraded, 0);
}

TEST_F(MemoryInterface, StoresAllKindsWithAllTheirFields) {
  const auto answer = client_->call("Store", "sa{sv}", "pattern", 4, "query", "s", "service {service} not starting", "solution", "s",
                                    "systemctl restart {service}", "name", "s", "restart", "keywords", "as", 2, "service", "restart");
  ASSERT_TRUE(answer.good()) << answer.text;
  const auto result = answer.reader().members("");
  EXPECT_FALSE(*result.find("duplicate")->asBool());
  EXPECT_EQ(json::write(*result.find("learning")->find("keywords")), R"(["service","restart"])");
  const auto interaction =
      client_->call("Store", "sa{sv}", "interaction", 3, "query", "s", "q", "response", "s", "r", "tokens", "a{sv}", 1, "input", "u", 12U);
  ASSERT_TRUE(interaction.good()) << interaction.text;
  EXPECT_NE(interaction.reader().members("").find("tokens_saved"), nullptr);
}

TEST_F(MemoryInterface, UpdatesMergesAndTakesAway) {
  const auto answer = client_->call("StoreSolution", "sssa{sv}", "Show open ports", "ss", "", 2, "os", "s", "nixos", "old", "s", "x");
  ASSERT_TRUE(answer.good()) << answer.text;
  const auto id = answer.reader().text();
  const auto updated = client_->call("Update", "sa{sv}", id.c_str(), 3, "solution", "s", "ss -tulnp", "important", "b", 1, "metadata",
                                     "a{sv}", 1, "old", "g", "");
  ASSERT_TRUE(updated.good()) << updated.text;
  EXPECT_STREQ(sd_bus_message_get_signature(updated.message.get(), 1), "");
  const auto kept = learning(id);
  EXPECT_EQ(textOf(kept, "solution"), "ss -tulnp");
  EXPECT_TRUE(*kept.find("important")->asBool());
  EXPECT_EQ(json::write(*kept.find("metadata")), R"({"os":"nixos"})");
}

TEST_F(MemoryInterface, UpdatesToTheKindsDefaultCategory) {
  const auto id = stored("Show open ports", "ss", "best-practices");
  ASSERT_TRUE(client_->call("Update", "sa{sv}", id.c_str(), 1, "category", "s", "").good());
  EXPECT_EQ(textOf(learning(id), "category"), "skills-patterns");
}

TEST_F(MemoryInterface, ListsPageByPage) {
  for (const char* query : {"first", "second", "third"}) stored(query, "x", "listed");
  stored("elsewhere", "x");
  const auto page = client_->call("List", "a{sv}", 2, "category", "s", "listed", "limit", "u", 2U);
  ASSERT_TRUE(page.good()) << page.text;
  const auto count = [](sd_bus_message* message) {
    int learnings = 0;
    sd_bus_message_enter_container(message, 'a', "a{sv}");
    for (; sd_bus_message_at_end(message, 0) == 0; ++learnings) sd_bus_message_skip(message, "a{sv}");
    sd_bus_message_exit_container(message);
    return learnings;
  };
  EXPECT_EQ(count(page.message.get()), 2);
  const auto cursor = page.reader().text();
  EXPECT_NE(cursor, "");
  const auto last = client_->call("List", "a{sv}", 3, "category", "s", "listed", "limit", "u", 2U, "cursor", "s", cursor.c_str());
  ASSERT_TRUE(last.good()) << last.text;
  EXPECT_EQ(count(last.message.get()), 1);
  EXPECT_EQ(last.reader().text(), "");
}

TEST_F(MemoryInterface, CountsFeedback) {
  const auto id = stored("Show open ports", "ss");
  ASSERT_TRUE(client_->call("Feedback", "sss", id.c_str(), "success", "it works").good());
  EXPECT_EQ(*learning(id).find("successes")->asInteger(), 1);
}

TEST_F(MemoryInterface, Deletes) {
  const auto id = stored("Show open ports", "ss");
  ASSERT_TRUE(client_->call("Delete", "s", id.c_str()).good());
  EXPECT_EQ(client_->call("Get", "s", id.c_str()).error, "NotFound");
}

TEST_F(MemoryInterface, ScoresFactors) {
  const auto answer = client_->call("Score", "a{sv}", 5, "lines_of_code", "i", 50, "is_generic", "b", 1, "is_novel", "b", 1,
                                    "user_confirmed", "b", 1, "severity", "s", "high");
  ASSERT_TRUE(answer.good()) << answer.text;
  EXPECT_NEAR(answer.reader().number(), 0.81, 1e-9);
  EXPECT_STREQ(sd_bus_message_get_signature(answer.message.get(), 1), "da{sd}");
  const auto detailed = client_->call("Score", "a{sv}", 2, "scope", "s", "universal", "profile", "s", "detailed");
  ASSERT_TRUE(detailed.good()) << detailed.text;
}

TEST_F(MemoryInterface, TellsTheQuality) {
  stored("Show open ports", "ss");
  client_->call("Search", "sasud", "Show open ports", 0, 5U, 0.0);
  const auto answer = client_->call("Quality");
  ASSERT_TRUE(answer.good()) << answer.text;
  const auto quality = answer.reader().members("");
  EXPECT_EQ(textOf(quality, "band"), "excellent");
  EXPECT_EQ(*quality.find("queries")->asInteger(), 1);
}

TEST_F(MemoryInterface, AnswersErrorsByTheirNamesAndFields) {
  const char* unknown = "018f0000-0000-7000-8000-000000000000";
  EXPECT_EQ(client_->call("Get", "s", unknown).error, "NotFound");
  EXPECT_EQ(client_->call("Get", "s", "no id").error, "NotFound");
  EXPECT_EQ(client_->call("Feedback", "sss", unknown, "great", "").error, "InvalidArgument");
  const auto empty = client_->call("Search", "sasud", "", 0, 5U, 0.0);
  EXPECT_EQ(empty.error, "InvalidArgument");
  EXPECT_THAT(empty.text, StartsWith("query"));
  EXPECT_EQ(client_->call("Search", "sasud", "q", 0, 0U, 0.0).error, "InvalidArgument");
  EXPECT_EQ(client_->call("Search", "sasud", "q", 0, 5U, NAN).error, "InvalidArgument");
  EXPECT_EQ(client_->call("Store", "sa{sv}", "poem", 0).error, "InvalidArgument");
  EXPECT_THAT(client_->call("Recall", "sa{sv}", "q", 1, "limits", "u", 5U).text, HasSubstr("limits"));
  EXPECT_THAT(client_->call("Recall", "sa{sv}", "q", 1, "query", "s", "other").text, StartsWith("query"));
  EXPECT_THAT(client_->call("StoreSolution", "sssa{sv}", "q", "s", "Not Allowed", 0).text, StartsWith("category"));
  const auto structure = client_->call("StoreSolution", "sssa{sv}", "q", "s", "", 1, "pair", "(ii)", 1, 2);
  EXPECT_EQ(structure.error, "InvalidArgument");
  EXPECT_THAT(structure.text, StartsWith("metadata.pair"));
  const auto unreachable = core::Error(core::ErrorKind::Unavailable, "the disk is gone");
  daemon_->run([&] { daemon_->records.fault.error = unreachable; });
  EXPECT_EQ(client_->call("Get", "s", unknown).error, "Unavailable");
}

TEST_F(MemoryInterface, GivesEvenTheDeepestMetadata) {
  // As an import lets in: the bus would cut off who sends it nested so deep.
  std::string metadata = "1";
  for (int i = 0; i < 60; ++i) metadata = R"({"a":)" + metadata + "}";
  const std::string id = "018f0000-0000-7000-8000-000000000001";
  daemon_->import(R"({"id":")" + id + R"(","kind":"solution","query":"deep","solution":"x","metadata":)" + metadata + "}");
  EXPECT_NE(learning(id).find("metadata"), nullptr);
  EXPECT_TRUE(client_->isServed());
}

TEST_F(MemoryInterface, HasItsPropertiesAndSignalsTheirChange) {
  std::vector<std::string> changed;
  client_->listen("type='signal',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged'",
                  [&changed](sd_bus_message* signal) {
                    MessageReader reader(signal);
                    EXPECT_EQ(reader.text(), "org.learnd.Learnd1.Memory");
                    changed.push_back(json::write(reader.members("")));
                  });
  stored("Show open ports", "ss");
  const auto counted = [&changed] {
    return std::any_of(changed.begin(), changed.end(),
                       [](const auto& one) { return one.find(R"("LearningCount":1)") != std::string::npos; });
  };
  EXPECT_TRUE(client_->waitUntil(counted)) << testing::PrintToString(changed);
  const auto properties = client_->properties();
  EXPECT_EQ(*properties.find("LearningCount")->asInteger(), 1);
  EXPECT_FALSE(*properties.find("Degraded")->asBool());
  EXPECT_EQ(textOf(properties, "QualityBand"), "no-data");
  EXPECT_EQ(textOf(properties, "Version"), LEARND_VERSION);
  EXPECT_EQ(properties.asObject()->size(), 6U);
}

TEST_F(MemoryInterface, SignalsManyChangesAsFew) {
  int signals = 0;
  client_->listen("type='signal',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged'",
                  [&signals](sd_bus_message*) { ++signals; });
  for (int i = 0; i < 50; ++i) stored(("question " + std::to_string(i)).c_str(), "x");
  EXPECT_TRUE(client_->waitUntil([this] { return *client_->properties().find("LearningCount")->asInteger() == 50; }));
  EXPECT_LT(signals, 10);
}

TEST_F(MemoryInterface, SignalsEachNewLearning) {
  std::vector<std::string> heard;
  client_->listen("type='signal',interface='org.learnd.Learnd1.Memory',member='LearningStored'", [&heard](sd_bus_message* signal) {
    MessageReader reader(signal);
    auto id = reader.text();
    heard.push_back(id + " " + reader.text());
  });
  const auto first = stored("Show open ports", "ss");
  stored("Show open ports", "ss");
  const auto second = stored("Show open files", "lsof");
  EXPECT_TRUE(client_->waitUntil([&heard] { return heard.size() >= 2; }));
  EXPECT_EQ(heard, (std::vector<std::string>{first + " solution", second + " solution"}));
}

TEST_F(MemoryInterface, AnswersManyCallsAtOnce) {
  int answered = 0;
  std::vector<BusSlot> slots;
  for (int i = 0; i < 100; ++i) {
    auto message = client_->newCall("Search");
    sd_bus_message_append(message.get(), "sasud", "Show open ports", 0, 5U, 0.0);
    sd_bus_slot* slot = nullptr;
    const auto onAnswer = [](sd_bus_message* answer, void* count, sd_bus_error*) {
      if (sd_bus_message_get_error(answer) == nullptr) ++*static_cast<int*>(count);
      return 0;
    };
    ASSERT_GE(sd_bus_call_async(client_->handle(), &slot, message.get(), onAnswer, &answered, 0), 0);
    slots.emplace_back(slot);
  }
  EXPECT_TRUE(client_->waitUntil([&answered] { return answered == 100; })) << answered;
}

}  // namespace
}  // namespace learnd::test
