#include "tests/fakes/run_task.hpp"
#include "tests/fakes/test_services.hpp"

#include <gtest/gtest.h>

#include <set>

namespace learnd::services {
namespace {

using core::Kind;
using core::Outcome;

constexpr std::uint32_t kCreator = 1000;
constexpr std::uint32_t kOther = 1001;

class Learnings : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(fakes::runTask(io, fake.services.indexer.load()));
    ASSERT_TRUE(fakes::runTask(io, fake.services.calibration.prepare()));
  }

  core::Learning store(Kind kind, std::string query, std::string solution, bool important = false) {
    StoreRequest request;
    request.learning.kind = kind;
    request.learning.query = std::move(query);
    request.learning.solution = std::move(solution);
    request.learning.important = important;
    return fakes::runTask(io, fake.services.store.store(std::move(request), core::Caller{kCreator, kCreator, {}})).value().learning;
  }
  core::Result<core::Learning> patch(const core::Learning& learning, PatchRequest request, std::uint32_t uid = kCreator) {
    return fakes::runTask(io, fake.services.learnings.patch(learning.id, std::move(request), core::Caller{uid, uid, {}}));
  }
  core::Learning feedback(const core::Learning& learning, Outcome outcome) {
    return fakes::runTask(io, fake.services.learnings.feedback({learning.id, outcome, "note"}, core::Caller{kOther, kOther, {}})).value();
  }

  boost::asio::io_context io;
  fakes::TestServices fake;
};

TEST_F(Learnings, OnlyTheCreatorAndAdministratorsEdit) {
  const auto mine = store(Kind::Solution, "how?", "so");
  PatchRequest request;
  request.solution = "thus";
  EXPECT_EQ(patch(mine, request, kOther).error().kind(), core::ErrorKind::PermissionDenied);
  EXPECT_EQ(patch(mine, request, kCreator)->solution, "thus");
  EXPECT_TRUE(patch(mine, request, 0));
}

TEST_F(Learnings, WhoeverMayResolveAnOpenFailureAndNoMore) {
  const auto open = store(Kind::Failure, "it broke", "");
  PatchRequest more;
  more.solution = "mend it";
  more.important = true;
  EXPECT_EQ(patch(open, more, kOther).error().kind(), core::ErrorKind::PermissionDenied);
  PatchRequest fix;
  fix.solution = "mend it";
  fix.rootCause = "age";
  EXPECT_EQ(patch(open, fix, kOther)->outcome, Outcome::Resolved);
  EXPECT_EQ(patch(open, fix, kOther).error().kind(), core::ErrorKind::PermissionDenied);
}

TEST_F(Learnings, WhoeverMayEditAPatternsOwnFields) {
  const auto pattern = store(Kind::Pattern, "{unit} failed", "restart {unit}");
  PatchRequest own;
  own.name = "a unit failed";
  EXPECT_EQ(patch(pattern, own, kOther)->pattern.name, "a unit failed");
  PatchRequest text;
  text.solution = "reboot";
  EXPECT_EQ(patch(pattern, text, kOther).error().kind(), core::ErrorKind::PermissionDenied);
}

TEST_F(Learnings, ResolvedWithoutASolutionIsRefused) {
  const auto open = store(Kind::Failure, "it broke", "");
  PatchRequest request;
  request.outcome = Outcome::Resolved;
  EXPECT_EQ(patch(open, request).error().field(), "outcome");
}

TEST_F(Learnings, ASolutionOfWhiteSpaceIsNone) {
  PatchRequest request;
  request.solution = " \n\v";
  const auto resolved = store(Kind::Failure, "it broke", "mend it");
  const auto after = patch(resolved, request);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->outcome, Outcome::Open);
  EXPECT_EQ(after->solution, "");
  EXPECT_EQ(patch(store(Kind::Solution, "how?", "so"), request).error().field(), "solution");
}

TEST_F(Learnings, ATextThatAnotherHasIsAConflictThatNamesIt) {
  const auto one = store(Kind::Solution, "the first", "same");
  const auto two = store(Kind::Solution, "the second", "same");
  PatchRequest request;
  request.query = "THE first";
  const auto refused = patch(two, request);
  EXPECT_EQ(refused.error().kind(), core::ErrorKind::Conflict);
  EXPECT_EQ(refused.error().id(), one.id.text());
}

TEST_F(Learnings, ArchivedLeavesTheIndexAndComesBack) {
  const auto learning = store(Kind::Solution, "how?", "so");
  PatchRequest away;
  away.status = core::Status::Archived;
  ASSERT_TRUE(patch(learning, away));
  EXPECT_TRUE(fake.index.entries().empty());
  PatchRequest back;
  back.status = core::Status::Active;
  EXPECT_TRUE(patch(learning, back)->indexed);
  EXPECT_EQ(fake.index.entries().size(), 1U);
}

TEST_F(Learnings, FeedbackCountsConfirmsAndSetsAnInteractionsOutcome) {
  const auto solution = store(Kind::Solution, "how?", "so");
  const auto told = feedback(solution, Outcome::Success);
  EXPECT_EQ(told.successes, 1U);
  EXPECT_EQ(told.breakdown.confirmation, (core::FactorScore{1.0, 0.15, true, false}));
  const auto talk = store(Kind::Interaction, "which?", "this");
  EXPECT_EQ(feedback(talk, Outcome::Partial).outcome, Outcome::Partial);
}

TEST_F(Learnings, APartialSuccessTakesNothingBackAndAFailureDoes) {
  const auto solution = store(Kind::Solution, "how?", "so");
  feedback(solution, Outcome::Success);
  EXPECT_EQ(feedback(solution, Outcome::Partial).latestFeedback, Outcome::Success);
  const auto failed = feedback(solution, Outcome::Failure);
  EXPECT_EQ(failed.latestFeedback, Outcome::Failure);
  EXPECT_FALSE(core::mayBeReused(failed));
}

TEST_F(Learnings, NoveltyThatWasFoundOutAtFirstStaysWhenItIsScoredAgain) {
  store(Kind::Solution, "how?", "one");
  const auto second = store(Kind::Solution, "how?", "two");
  ASSERT_EQ(second.breakdown.novelty.value, 0.2);
  EXPECT_EQ(feedback(second, Outcome::Success).breakdown.novelty.value, 0.2);
}

TEST_F(Learnings, PromotionComesWithAMarkAndEndsWithAFailure) {
  StoreRequest request;
  request.learning.query = "trim an SSD";
  request.learning.solution = "fstrim";
  request.learning.category = "mine";
  request.learning.important = true;
  const auto learning =
      fakes::runTask(io, fake.services.store.store(std::move(request), core::Caller{kCreator, kCreator, {}})).value().learning;
  EXPECT_TRUE(learning.promoted);
  EXPECT_FALSE(feedback(learning, Outcome::Failure).promoted);
}

TEST_F(Learnings, DeleteIsForTheCreatorAndForGood) {
  const auto learning = store(Kind::Solution, "how?", "so");
  EXPECT_EQ(fakes::runTask(io, fake.services.learnings.erase(learning.id, core::Caller{kOther, kOther, {}})).error().kind(),
            core::ErrorKind::PermissionDenied);
  EXPECT_TRUE(fakes::runTask(io, fake.services.learnings.erase(learning.id, core::Caller{kCreator, kCreator, {}})));
  EXPECT_EQ(fakes::runTask(io, fake.services.learnings.load(learning.id)).error().kind(), core::ErrorKind::NotFound);
  EXPECT_TRUE(fake.index.entries().empty());
}

TEST_F(Learnings, ACursorBelongsToItsFilterAndOrder) {
  for (const char* query : {"a", "b", "c"}) store(Kind::Solution, query, "x");
  ListRequest request;
  request.limit = 2;
  auto page = fakes::runTask(io, fake.services.learnings.list(request));
  ASSERT_EQ(page->learnings.size(), 2U);
  request.cursor = page->nextCursor;
  EXPECT_EQ(fakes::runTask(io, fake.services.learnings.list(request))->learnings.size(), 1U);
  request.order = ports::ListOrder::Value;
  EXPECT_EQ(fakes::runTask(io, fake.services.learnings.list(request)).error().field(), "cursor");
  request.cursor = "nonsense";
  EXPECT_EQ(fakes::runTask(io, fake.services.learnings.list(request)).error().field(), "cursor");
}

TEST_F(Learnings, ACursorWithATimeOrAValueThatNoLearningHasIsRefused) {
  for (const char* query : {"a", "b", "c"}) store(Kind::Solution, query, "x");
  ListRequest request;
  request.limit = 2;
  const std::string cursor = fakes::runTask(io, fake.services.learnings.list(request))->nextCursor;
  // Its parts are 8 bytes of digest, 8 of time and 8 of value.
  for (const auto& [place, part] : std::vector<std::pair<std::size_t, std::string>>{
           {16, "8000000000000000"}, {16, "7fffffffffffffff"}, {32, "7ff8000000000000"}, {32, "fff0000000000000"}}) {
    request.cursor = cursor;
    request.cursor.replace(place, part.size(), part);
    EXPECT_EQ(fakes::runTask(io, fake.services.learnings.list(request)).error().field(), "cursor") << part;
  }
}

TEST_F(Learnings, APageEndsByItsBytesAndTheNextOneGoesOnThere) {
  constexpr int kStored = 150;
  const std::string text(100 * 1024, 'x');
  for (int i = 0; i < kStored; ++i) store(Kind::Solution, "question " + std::to_string(i), text);
  ListRequest request;
  request.limit = 500;
  std::vector<std::size_t> pages;
  std::set<std::string> seen;
  do {
    auto page = fakes::runTask(io, fake.services.learnings.list(request));
    ASSERT_TRUE(page);
    pages.push_back(page->learnings.size());
    for (const auto& learning : page->learnings) seen.insert(learning.id.text());
    request.cursor = page->nextCursor;
  } while (!request.cursor.empty());
  EXPECT_EQ(pages, (std::vector<std::size_t>{81, 69}));
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kStored));
}

TEST_F(Learnings, APageHasAsManyRowsAsWereAskedForWhereTheyAreShort) {
  for (int i = 0; i < 200; ++i) store(Kind::Solution, "question " + std::to_string(i), "x");
  ListRequest request;
  for (const std::size_t limit : {1U, 64U, 65U, 199U}) {
    request.limit = limit;
    const auto page = fakes::runTask(io, fake.services.learnings.list(request));
    EXPECT_EQ(page->learnings.size(), limit);
    EXPECT_NE(page->nextCursor, "") << limit;
  }
  request.limit = 200;
  const auto all = fakes::runTask(io, fake.services.learnings.list(request));
  EXPECT_EQ(all->learnings.size(), 200U);
  EXPECT_EQ(all->nextCursor, "");
}

TEST_F(Learnings, ABlankFixResolvesNothingAndNobodyElseMayGiveIt) {
  const auto open = store(Kind::Failure, "it broke", "");
  PatchRequest blank;
  blank.solution = " \t";
  EXPECT_EQ(patch(open, blank, kOther).error().kind(), core::ErrorKind::PermissionDenied);
  const auto still = patch(open, blank);
  EXPECT_EQ(still->outcome, Outcome::Open);
  EXPECT_EQ(still->solution, "");
  const auto solution = store(Kind::Solution, "how?", "so");
  EXPECT_EQ(patch(solution, blank).error().field(), "solution");
}

TEST_F(Learnings, AFixOfAnothersFailureReplacesNothingThatItsCreatorSaid) {
  auto open = store(Kind::Failure, "it broke", "");
  PatchRequest cause;
  cause.rootCause = "age";
  ASSERT_TRUE(patch(open, cause));
  PatchRequest fix;
  fix.solution = "mend it";
  fix.rootCause = "something else";
  EXPECT_EQ(patch(open, fix, kOther).error().kind(), core::ErrorKind::PermissionDenied);
  fix.rootCause = "age";
  fix.attemptedSolution = "hit it";
  EXPECT_EQ(patch(open, fix, kOther)->attemptedSolution, "hit it");
}

TEST_F(Learnings, AGivenNoveltyThatIsTakenAwayIsFoundAnew) {
  StoreRequest request;
  request.learning.kind = Kind::Solution;
  request.learning.query = "how?";
  request.learning.solution = "so";
  request.learning.factors.isNovel = false;
  const core::Caller caller{kCreator, kCreator, {}};
  const auto stored = fakes::runTask(io, fake.services.store.store(std::move(request), caller)).value().learning;
  EXPECT_FALSE(stored.breakdown.novelty.derived);
  PatchRequest without;
  without.removedFactors = {"is_novel"};
  const auto after = patch(stored, without).value();
  EXPECT_TRUE(after.breakdown.novelty.derived);
  EXPECT_GT(after.breakdown.novelty.value, stored.breakdown.novelty.value);
  EXPECT_GT(after.valueScore, stored.valueScore);
}

TEST_F(Learnings, AHugePatchOfMetadataIsRefusedBeforeAnybodyWaitsForIt) {
  const auto learning = store(Kind::Solution, "how?", "so");
  json::Value metadata{json::Value::Object{}};
  metadata.asObject()->emplace_back("key", json::Value(std::string(200000, 'x')));
  PatchRequest request;
  request.metadata = std::move(metadata);
  const auto before = fake.records.commits + fake.records.rollbacks;
  const auto refused = patch(learning, request);
  EXPECT_EQ(refused.error().kind(), core::ErrorKind::TooLarge);
  EXPECT_EQ(refused.error().field(), "metadata");
  EXPECT_EQ(fake.records.commits + fake.records.rollbacks, before);
}

TEST_F(Learnings, WhatWasSupersededIsOfUseAgainOnceItIsStoredAgain) {
  const auto learning = store(Kind::Solution, "how?", "so");
  PatchRequest away;
  away.status = core::Status::Superseded;
  ASSERT_TRUE(patch(learning, away));
  EXPECT_EQ(store(Kind::Solution, "how?", "so").status, core::Status::Active);
  EXPECT_EQ(fake.index.entries().size(), 1U);
}

}  // namespace
}  // namespace learnd::services
