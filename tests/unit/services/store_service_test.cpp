#include "json/metadata.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/test_services.hpp"

#include <gtest/gtest.h>

namespace learnd::services {
namespace {

using core::Kind;
using core::Outcome;

StoreRequest requestOf(Kind kind, std::string query, std::string solution) {
  StoreRequest request;
  request.learning.kind = kind;
  request.learning.query = std::move(query);
  request.learning.solution = std::move(solution);
  return request;
}

class Store : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(fakes::runTask(io, fake.services.indexer.load()));
    ASSERT_TRUE(fakes::runTask(io, fake.services.calibration.prepare()));
  }

  core::Result<StoreAnswer> tryStore(StoreRequest request, std::uint32_t uid = 1000) {
    return fakes::runTask(io, fake.services.store.store(std::move(request), core::Caller{uid, uid, {}}));
  }
  StoreAnswer store(StoreRequest request) { return tryStore(std::move(request)).value(); }
  StoreAnswer store(Kind kind, std::string query, std::string solution) {
    return store(requestOf(kind, std::move(query), std::move(solution)));
  }

  boost::asio::io_context io;
  fakes::TestServices fake;
};

TEST_F(Store, ANewLearningHasItsDefaultsAndItsVector) {
  const StoreAnswer answer = store(Kind::Solution, "how?", "so");
  EXPECT_TRUE(answer.created);
  EXPECT_FALSE(answer.duplicate);
  EXPECT_TRUE(answer.learning.indexed);
  EXPECT_EQ(answer.learning.category, "skills-patterns");
  EXPECT_EQ(answer.learning.createdBy, 1000U);
  EXPECT_EQ(answer.learning.createdOn, "test-host");
  EXPECT_EQ(answer.learning.profile, "standard");
}

TEST_F(Store, TheSameAgainIsCountedAndAddsOnlyNewMetadata) {
  StoreRequest first = requestOf(Kind::Solution, "how?", "so");
  first.metadata.set("os", "nixos");
  const auto id = store(std::move(first)).learning.id;
  StoreRequest again = requestOf(Kind::Solution, "  HOW?", "so");
  again.metadata.set("os", "debian");
  again.metadata.set("tool", "ss");
  const StoreAnswer answer = store(std::move(again));
  EXPECT_EQ(answer.learning.id, id);
  EXPECT_TRUE(answer.duplicate);
  EXPECT_FALSE(answer.created);
  EXPECT_EQ(answer.learning.occurrences, 2U);
  EXPECT_EQ(answer.learning.metadata, R"({"os":"nixos","tool":"ss"})");
}

TEST_F(Store, FactorsOfARepeatScoreItAgainAndTheOldScoreIsKept) {
  const double before = store(Kind::Solution, "how?", "so").learning.valueScore;
  StoreRequest again = requestOf(Kind::Solution, "how?", "so");
  again.learning.factors.severity = "critical";
  EXPECT_GT(store(std::move(again)).learning.valueScore, before);
  ASSERT_EQ(fake.records.state().scoreHistory.size(), 1U);
  EXPECT_EQ(fake.records.state().scoreHistory[0].first.valueScore, before);
}

TEST_F(Store, AFixResolvesTheOpenFailureWithItsKey) {
  const StoreAnswer open = store(Kind::Failure, "sshd[411]: bind failed", "");
  EXPECT_EQ(open.learning.outcome, Outcome::Open);
  const StoreAnswer fixed = store(Kind::Failure, "sshd[9]: bind failed", "stop the other one");
  EXPECT_EQ(fixed.learning.id, open.learning.id);
  EXPECT_FALSE(fixed.created);
  EXPECT_FALSE(fixed.duplicate);
  EXPECT_EQ(fixed.learning.outcome, Outcome::Resolved);
  EXPECT_EQ(fixed.learning.solution, "stop the other one");
}

TEST_F(Store, AFixThatIsKnownAlreadyIsCountedAndTheOpenFailureGivesWay) {
  const auto known = store(Kind::Failure, "it broke", "mend it").learning.id;
  const auto open = store(Kind::Failure, "it broke", "").learning.id;
  ASSERT_NE(known, open);
  const StoreAnswer again = store(Kind::Failure, "it broke", "mend it");
  EXPECT_EQ(again.learning.id, known);
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(fakes::runTask(io, fake.services.learnings.load(open))->status, core::Status::Superseded);
}

TEST_F(Store, AnIdempotencyKeyGivesTheFirstAnswerAgainToTheSameCallerForSevenDays) {
  const auto keyed = [](std::string solution) {
    StoreRequest request = requestOf(Kind::Solution, "keyed", std::move(solution));
    request.idempotencyKey = "k";
    request.bodyDigest = core::sha256(request.learning.solution);
    return request;
  };
  const auto first = store(keyed("one"));
  const auto again = store(keyed("one"));
  EXPECT_EQ(again.learning.id, first.learning.id);
  EXPECT_TRUE(again.created);
  EXPECT_FALSE(again.duplicate);
  EXPECT_EQ(again.learning.indexed, first.learning.indexed);
  EXPECT_TRUE(first.learning.indexed);
  EXPECT_EQ(fakes::runTask(io, fake.services.learnings.load(first.learning.id))->occurrences, 1U);
  EXPECT_EQ(tryStore(keyed("two")).error().kind(), core::ErrorKind::Conflict);
  EXPECT_TRUE(tryStore(keyed("two"), 1001));
  fake.clock.advance(std::chrono::hours(7 * 24) + std::chrono::seconds(1));
  EXPECT_TRUE(store(keyed("one")).duplicate);
}

TEST_F(Store, EachInteractionIsARowAndWhatItSavedIsEstimatedFromItsContext) {
  StoreRequest request = requestOf(Kind::Interaction, "which?", "this");
  request.learning.interaction.contextUsed.push_back({std::nullopt, "a text", std::nullopt});
  const StoreAnswer one = store(request);
  const StoreAnswer two = store(request);
  EXPECT_NE(one.learning.id, two.learning.id);
  EXPECT_EQ(one.learning.outcome, Outcome::Unknown);
  EXPECT_EQ(one.learning.interaction.tokensSaved, 14500U);
  EXPECT_TRUE(one.learning.interaction.tokensSavedEstimated);
  EXPECT_EQ(store(Kind::Interaction, "other?", "this").learning.interaction.tokensSaved, 0U);
  request.learning.interaction.tokens.input = 20000;
  EXPECT_EQ(store(request).learning.interaction.tokensSaved, 0U);
}

TEST_F(Store, AContextsIdIsResolvedToItsText) {
  const auto id = store(Kind::Solution, "how?", "so it goes").learning.id;
  StoreRequest request = requestOf(Kind::Interaction, "which?", "this");
  request.learning.interaction.contextUsed.push_back({id, "", std::nullopt});
  EXPECT_EQ(store(std::move(request)).learning.interaction.contextUsed[0].text, "so it goes");
}

TEST_F(Store, AnEqualKeyOrASimilarQuestionIsNotNovel) {
  EXPECT_EQ(store(Kind::Solution, "restart the web server", "one").learning.breakdown.novelty, (core::FactorScore{1.0, 0.2, true, false}));
  EXPECT_EQ(store(Kind::Solution, "restart the web server", "two").learning.breakdown.novelty.value, 0.2);
  fake.embedder.script["near to it"] =
      fakes::runTask(io, fake.embedder.embed({"restart the web server"}, ports::Priority::Search)).value()[0].vector;
  EXPECT_EQ(store(Kind::Solution, "near to it", "three").learning.breakdown.novelty.value, 0.2);
}

TEST_F(Store, WithoutAnEmbedderItIsKeptFoundByWordsAndFollowsLater) {
  fake.embedder.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  const StoreAnswer answer = store(Kind::Solution, "plugh xyzzy", "so");
  EXPECT_TRUE(answer.created);
  EXPECT_FALSE(answer.learning.indexed);
  EXPECT_EQ(fake.index.entries().count(answer.learning.id), 1U);
  EXPECT_EQ(fakes::runTask(io, fake.records.counts())->pendingIndex, 1U);
}

TEST_F(Store, AnErrorOfTheRecordStoreComesThroughAndNothingIsThere) {
  fake.records.fault.error = core::Error(core::ErrorKind::StorageFull, "full");
  EXPECT_EQ(tryStore(requestOf(Kind::Solution, "how?", "so")).error().kind(), core::ErrorKind::StorageFull);
  fake.records.fault.error.reset();
  EXPECT_TRUE(fake.records.state().rows.empty());
  EXPECT_TRUE(fake.index.entries().empty());
}

TEST_F(Store, SecretsAreTakenOutOfEveryText) {
  StoreRequest request = requestOf(Kind::Solution, "connect with password=Blue4y", "psql postgres://u:Blue4y@h/d");
  request.metadata.set("db_password", "Blue4y");
  request.learning.source = "token=Blue4yBlue4y";
  const core::Learning stored = store(std::move(request)).learning;
  for (const auto& text : {stored.query, stored.solution, stored.metadata, stored.source})
    EXPECT_EQ(text.find("Blue4y"), std::string::npos) << text;
}

TEST_F(Store, AWrongCategoryOrFactorIsNamed) {
  StoreRequest request = requestOf(Kind::Solution, "how?", "so");
  request.learning.category = "Not Allowed";
  EXPECT_EQ(tryStore(request).error().field(), "category");
  request.learning.category.clear();
  request.learning.factors.severity = "awful";
  EXPECT_EQ(tryStore(request).error().field(), "factors.severity");
}

}  // namespace
}  // namespace learnd::services
