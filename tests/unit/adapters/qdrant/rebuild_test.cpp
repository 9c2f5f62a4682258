#include "tests/unit/adapters/qdrant/index_under_test.hpp"

#include <set>

namespace learnd::qdrant {

namespace {

constexpr std::uint64_t kManyCalls = 200;

ports::IndexEntry entryIn(const std::string& category, std::uint8_t number, std::vector<float> vector) {
  auto entry = entryOf(number, "flush the cache of " + category, std::move(vector));
  entry.category = category;
  return entry;
}

std::vector<ports::IndexEntry> entriesOf(std::vector<float> vector) {
  return {entryIn("networking", 1, vector), entryIn("printers", 2, vector), entryIn("storage", 3, vector)};
}

/// A server with three categories and a second index of all of them, of other dimensions, not yet finished.
struct Rebuilt : IndexUnderTest {
  explicit Rebuilt(const std::string& version) : IndexUnderTest(settingsOf(version)) {
    EXPECT_TRUE(put(entriesOf({1, 0})));
    EXPECT_TRUE(fakes::runTask(loop, index.beginRebuild("model-b", 3)));
    EXPECT_TRUE(fakes::runTask(loop, index.upsertRebuilt(entriesOf({0, 0, 1}))));
  }

  static fakes::qdrant::FakeSettings settingsOf(const std::string& version) {
    fakes::qdrant::FakeSettings settings;
    settings.version = version;
    return settings;
  }

  core::Result<void> finish() { return fakes::runTask(loop, index.finishRebuild()); }

  std::set<std::string> collections() {
    std::set<std::string> names;
    const json::Value all = result("GET", "/collections");
    for (const auto& one : *all.find("collections")->asArray()) names.insert(*one.find("name")->asText());
    return names;
  }
  /// By whatever index asks: each learning is found in a collection that an alias names.
  void expectServed(const std::string& after) {
    for (const char* category : {"networking", "printers", "storage"}) {
      const json::Value count = result("POST", "/collections/" + std::string(category) + "/points/count", "{}");
      ASSERT_TRUE(count.find("count")) << category << " is not there after " << after;
      EXPECT_EQ(count.find("count")->number(), 1) << category << " after " << after;
    }
  }
  void expectFinished(const std::string& after) {
    const std::set<std::string> expected{"learnd-networking-2", "learnd-printers-2", "learnd-storage-2"};
    EXPECT_EQ(collections(), expected) << after;
    expectServed(after);
    const auto answer = search("flush");
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->candidates.size(), 3U) << after;
    EXPECT_EQ(status().vectors, 3U) << after;
    EXPECT_EQ(status().dimensions, 3U) << after;
  }
};

class QdrantRebuild : public testing::TestWithParam<std::string> {};

TEST_P(QdrantRebuild, AFinishThatFailsAtAnyCallLosesNothingAndIsRepeated) {
  std::uint64_t call = 1;
  for (bool failed = true; failed; ++call) {
    ASSERT_LT(call, kManyCalls);
    for (const bool done : {false, true}) {
      const std::string what = "a fault at call " + std::to_string(call) + (done ? ", which was done" : "");
      Rebuilt under(GetParam());
      under.server.failOnce(call, done);
      const auto first = under.finish();
      failed = under.server.hasFailed();
      EXPECT_EQ(first.has_value(), !failed) << what;
      under.server.failOnce(0);
      under.expectServed(what);
      if (failed) {
        const auto second = under.finish();
        EXPECT_TRUE(second) << what << ": " << second.error().message();
      }
      under.expectFinished(what);
    }
  }
  EXPECT_GT(call, 12U);
}

INSTANTIATE_TEST_SUITE_P(Versions, QdrantRebuild, testing::Values("1.15.0", "1.18.3"),
                         [](const auto& info) { return info.param == "1.15.0" ? "Old" : "New"; });

TEST(QdrantRebuild, AnotherProcessFinishesOneThatWasBrokenOffAtAnyCall) {
  std::uint64_t call = 1;
  for (bool failed = true; failed; ++call) {
    ASSERT_LT(call, kManyCalls);
    const std::string what = "an end at call " + std::to_string(call);
    Rebuilt under("1.18.3");
    under.server.failOnce(call);
    (void)under.finish();
    failed = under.server.hasFailed();
    under.server.failOnce(0);
    QdrantIndex after(IndexUnderTest::settings(under.server.url(), "", ""), under.pool);
    const auto begun = fakes::runTask(under.loop, after.beginRebuild("model-b", 3));
    ASSERT_TRUE(begun) << what << ": " << begun.error().message();
    EXPECT_EQ(*begun, ports::RebuildBegun::Again) << what;
    const auto finished = fakes::runTask(under.loop, after.finishRebuild());
    ASSERT_TRUE(finished) << what << ": " << finished.error().message();
    under.expectFinished(what);
  }
}

TEST(QdrantRebuild, WhatServesStaysWhereTheSecondIndexIsLost) {
  Rebuilt under("1.18.3");
  for (const char* name : {"networking", "printers", "storage"}) under.result("DELETE", "/collections/learnd-" + std::string(name) + "-2");
  const auto refused = under.finish();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), core::ErrorKind::Conflict);
  under.expectServed("the loss");
  EXPECT_EQ(*fakes::runTask(under.loop, under.index.beginRebuild("model-b", 3)), ports::RebuildBegun::Anew);
}

TEST(QdrantRebuild, AServerWithoutMetadataHasForgottenItAfterARestart) {
  Rebuilt under("1.15.0");
  QdrantIndex after(IndexUnderTest::settings(under.server.url(), "", ""), under.pool);
  const auto begun = fakes::runTask(under.loop, after.beginRebuild("model-b", 3));
  ASSERT_TRUE(begun) << begun.error().message();
  EXPECT_EQ(*begun, ports::RebuildBegun::Anew);
  under.expectServed("the restart");
}

TEST(QdrantRebuild, ASecondDaemonThatFinishesTheSameOneDropsNothing) {
  Rebuilt under("1.18.3");
  QdrantIndex other(IndexUnderTest::settings(under.server.url(), "", ""), under.pool);
  ASSERT_TRUE(fakes::runTask(under.loop, other.beginRebuild("model-b", 3)));
  ASSERT_TRUE(under.finish());
  const auto second = fakes::runTask(under.loop, other.finishRebuild());
  EXPECT_TRUE(second) << second.error().message();
  under.expectFinished("both");
}

TEST(QdrantRebuild, AChangeOfDimensionsThatFailsAgainAndAgainLeavesNoCollections) {
  std::uint64_t call = 1;
  for (bool failed = true; failed; ++call) {
    ASSERT_LT(call, kManyCalls);
    IndexUnderTest under;
    ASSERT_TRUE(under.put(entryOf(1, "flush", {1, 0})));
    for (int i = 0; i < 3; ++i) {
      under.server.failOnce(call);
      (void)fakes::runTask(under.loop, under.index.useDimensions(3));
      failed = under.server.hasFailed();
    }
    under.server.failOnce(0);
    ASSERT_TRUE(fakes::runTask(under.loop, under.index.useDimensions(3)));
    EXPECT_EQ(under.search("flush")->candidates.size(), 1U) << call;
    const json::Value all = under.result("GET", "/collections");
    EXPECT_LE(all.find("collections")->asArray()->size(), 2U) << call;
    ASSERT_TRUE(fakes::runTask(under.loop, under.index.dropRebuild()));
    EXPECT_EQ(json::write(under.result("GET", "/collections")), R"({"collections":[{"name":"learnd-networking-2"}]})") << call;
  }
}

}  // namespace

}  // namespace learnd::qdrant
