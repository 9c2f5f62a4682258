#include "tests/fakes/run_task.hpp"
#include "tests/fakes/test_services.hpp"

#include <gtest/gtest.h>

namespace learnd::services {
namespace {

using core::Kind;

class Search : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(fakes::runTask(io, fake.services.indexer.load()));
    ASSERT_TRUE(fakes::runTask(io, fake.services.calibration.prepare()));
  }

  core::LearningId store(Kind kind, std::string query, std::string solution, std::string category = "") {
    StoreRequest request;
    request.learning.category = std::move(category);
    request.learning.kind = kind;
    request.learning.query = std::move(query);
    request.learning.solution = std::move(solution);
    return fakes::runTask(io, fake.services.store.store(std::move(request), core::Caller{1000, 1000, {}})).value().learning.id;
  }
  SearchAnswer search(SearchRequest request) { return fakes::runTask(io, fake.services.search.search(std::move(request))).value(); }
  SearchAnswer search(std::string query) {
    SearchRequest request;
    request.query = std::move(query);
    return search(std::move(request));
  }

  boost::asio::io_context io;
  fakes::TestServices fake;
};

TEST_F(Search, AnEqualKeyComesFirstWithScoreOneAndIsReused) {
  store(Kind::Solution, "restart the web server now", "other");
  const auto id = store(Kind::Solution, "restart the web server", "systemctl restart nginx");
  const SearchAnswer answer = search("Restart  THE web server");
  ASSERT_EQ(answer.results.size(), 2U);
  EXPECT_EQ(answer.results[0].learning.id, id);
  EXPECT_EQ(answer.results[0].score, 1.0);
  EXPECT_EQ(answer.reuse.decision, core::ReuseDecision::Reuse);
  EXPECT_FALSE(answer.degraded);
}

TEST_F(Search, AnErrorsKeyIsMetInItsOwnForm) {
  const auto id = store(Kind::Failure, "cron[4711]: PAM failed", "install it");
  const SearchAnswer answer = search("cron[99]: PAM failed");
  ASSERT_FALSE(answer.results.empty());
  EXPECT_EQ(answer.results[0].learning.id, id);
  EXPECT_EQ(answer.results[0].score, 1.0);
}

TEST_F(Search, EveryEqualKeyCountsForReuseWhateverTheLimit) {
  for (const char* solution : {"a", "b", "c", "d"}) store(Kind::Solution, "display help", solution);
  SearchRequest request;
  request.query = "display help";
  request.limit = 1;
  const SearchAnswer answer = search(std::move(request));
  EXPECT_EQ(answer.results.size(), 1U);
  EXPECT_EQ(answer.reuse.decision, core::ReuseDecision::Context);
}

TEST_F(Search, WithoutAnEmbedderItSearchesByWordsAndSaysSo) {
  const auto id = store(Kind::Solution, "plugh xyzzy", "so");
  fake.embedder.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  const SearchAnswer answer = search("xyzzy");
  EXPECT_TRUE(answer.degraded);
  ASSERT_EQ(answer.results.size(), 1U);
  EXPECT_EQ(answer.results[0].learning.id, id);
  EXPECT_FALSE(answer.results[0].score);
}

TEST_F(Search, MinScoreLeavesOutWhatIsBelowAndWhatIsNull) {
  store(Kind::Solution, "plugh xyzzy", "so");
  SearchRequest request;
  request.query = "xyzzy other words entirely";
  request.minScore = 0.99;
  EXPECT_TRUE(search(request).results.empty());
  fake.embedder.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  request.minScore = 0.0;
  EXPECT_TRUE(search(request).results.empty());
}

TEST_F(Search, FiltersHoldForEqualKeysToo) {
  store(Kind::Solution, "how?", "so");
  SearchRequest request;
  request.query = "how?";
  request.kinds = {Kind::Failure};
  EXPECT_TRUE(search(request).results.empty());
  request.kinds.clear();
  request.filter = {{"source", {"\"human-interaction\""}}};
  EXPECT_EQ(search(request).results.size(), 1U);
  request.filter = {{"source", {"\"elsewhere\""}}};
  EXPECT_TRUE(search(request).results.empty());
}

TEST_F(Search, TheQualityLogCountsTheBestScoreButNotWhenAskedNotToOrDegraded) {
  store(Kind::Solution, "how?", "so");
  search("how?");
  SearchRequest uncounted;
  uncounted.query = "how?";
  uncounted.count = false;
  search(uncounted);
  fake.embedder.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  search("how?");
  const auto report = fakes::runTask(io, fake.services.quality.report());
  EXPECT_EQ(report->queries, 1U);
  EXPECT_EQ(report->averageRelevance, 1.0);
  ASSERT_TRUE(fakes::runTask(io, fake.services.quality.flush()));
  EXPECT_EQ(fakes::runTask(io, fake.services.quality.report())->queries, 1U);
}

TEST_F(Search, AMissCountsAsZero) {
  search("nobody knows");
  EXPECT_EQ(fakes::runTask(io, fake.services.quality.report())->averageRelevance, 0.0);
  EXPECT_EQ(fakes::runTask(io, fake.services.quality.report())->band, "low");
}

TEST_F(Search, AnErrorOfTheRecordStoreComesThrough) {
  fake.records.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  SearchRequest request;
  request.query = "how?";
  EXPECT_EQ(fakes::runTask(io, fake.services.search.search(std::move(request))).error().kind(), core::ErrorKind::Unavailable);
}

TEST_F(Search, WhatIsFoundByWordsAloneIsContext) {
  const auto id = store(Kind::Solution, "plugh xyzzy", "so");
  fake.embedder.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  const SearchAnswer answer = search("xyzzy");
  EXPECT_EQ(answer.reuse.decision, core::ReuseDecision::Context);
  EXPECT_EQ(answer.reuse.id, id);
}

TEST_F(Search, AnAnswerEndsAtSomeMegabytes) {
  for (int i = 0; i < 40; ++i) store(Kind::Solution, "plugh " + std::to_string(i), std::string(500'000, 'x'));
  SearchRequest request;
  request.query = "plugh";
  request.limit = 100;
  const auto few = search(request).results.size();
  EXPECT_GT(few, 15U);
  EXPECT_LT(few, 19U);
  request.limit = 5;
  EXPECT_EQ(search(request).results.size(), 5U);
}

TEST_F(Search, WithoutItsIndexTheRecordStoresWordsServeAndItSaysSo) {
  const auto id = store(Kind::Solution, "plugh xyzzy", "so");
  const auto other = store(Kind::Solution, "plugh frotz", "so", "other-things");
  fake.index.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  const SearchAnswer equal = search("Plugh XYZZY");
  EXPECT_TRUE(equal.degraded);
  ASSERT_EQ(equal.results.size(), 2U);
  EXPECT_EQ(equal.results[0].learning.id, id);
  EXPECT_EQ(equal.reuse.decision, core::ReuseDecision::Reuse);
  const SearchAnswer words = search("frotz and more");
  EXPECT_TRUE(words.degraded);
  ASSERT_EQ(words.results.size(), 1U);
  EXPECT_EQ(words.results[0].learning.id, other);
  EXPECT_FALSE(words.results[0].score);
  EXPECT_EQ(words.reuse.decision, core::ReuseDecision::Context);
  EXPECT_TRUE(search("something else").results.empty());
}

TEST_F(Search, AnIndexThatTakesTooLongIsDoneWithoutInTime) {
  const auto id = store(Kind::Solution, "plugh xyzzy", "so");
  fake.index.fault.latency = std::chrono::seconds(60);
  const auto began = std::chrono::steady_clock::now();
  const SearchAnswer answer = search("xyzzy and more");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(7));
  EXPECT_TRUE(answer.degraded);
  ASSERT_EQ(answer.results.size(), 1U);
  EXPECT_EQ(answer.results[0].learning.id, id);
}

TEST_F(Search, WithoutItsIndexFiltersHoldToo) {
  store(Kind::Solution, "plugh xyzzy", "so", "one-thing");
  const auto id = store(Kind::Failure, "plugh frotz", "so", "other-things");
  fake.index.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  SearchRequest byCategory;
  byCategory.query = "plugh";
  byCategory.categories = {"other-things"};
  SearchRequest byKind;
  byKind.query = "plugh";
  byKind.kinds = {Kind::Failure};
  for (const auto& request : {byCategory, byKind}) {
    const auto answer = fakes::runTask(io, fake.services.search.search(request)).value();
    ASSERT_EQ(answer.results.size(), 1U);
    EXPECT_EQ(answer.results[0].learning.id, id);
  }
}

TEST_F(Search, WithoutItsIndexAFilterFindsWhatHundredsOfOthersAreAheadOf) {
  for (int i = 0; i < 250; ++i) store(Kind::Solution, "plugh frotz " + std::to_string(i), "so");
  StoreRequest request;
  request.learning.query = "plugh alone";
  request.learning.solution = "so";
  request.metadata = json::parse(R"({"host":"helios"})").value();
  const auto id = fakes::runTask(io, fake.services.store.store(std::move(request), core::Caller{1000, 1000, {}})).value().learning.id;
  fake.index.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  SearchRequest filtered;
  filtered.query = "plugh frotz";
  filtered.filter = {{"metadata.host", {"\"helios\""}}};
  const SearchAnswer answer = search(std::move(filtered));
  ASSERT_EQ(answer.results.size(), 1U);
  EXPECT_EQ(answer.results[0].learning.id, id);
}

TEST_F(Search, WhereTheRecordStoreKeepsNoWordsEqualKeysAreFoundStill) {
  const auto id = store(Kind::Solution, "plugh xyzzy", "so");
  fake.index.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  fake.records.keepsTextIndex = false;
  const SearchAnswer answer = search("plugh xyzzy");
  EXPECT_TRUE(answer.degraded);
  ASSERT_EQ(answer.results.size(), 1U);
  EXPECT_EQ(answer.results[0].learning.id, id);
}

}  // namespace
}  // namespace learnd::services
