#include "tests/fakes/run_task.hpp"
#include "tests/fakes/test_services.hpp"

#include <gtest/gtest.h>

namespace learnd::services {
namespace {

using core::Kind;

class Index : public testing::Test {
 protected:
  StoreAnswer store(std::string query, Kind kind = Kind::Solution) {
    StoreRequest request;
    request.learning.kind = kind;
    request.learning.query = std::move(query);
    request.learning.solution = "so";
    return fakes::runTask(io, fake.services.store.store(std::move(request), core::Caller{1000, 1000, {}})).value();
  }
  Indexer::Round work() { return fakes::runTask(io, fake.services.indexer.work()); }
  std::uint64_t vectors() { return fakes::runTask(io, fake.index.status())->vectors; }
  std::uint64_t pending() { return fakes::runTask(io, fake.records.counts())->pendingIndex; }
  void breakEmbedder() { fake.embedder.fault.error = core::Error(core::ErrorKind::Unavailable, "down"); }

  boost::asio::io_context io;
  fakes::TestServices fake;
};

TEST_F(Index, WithoutAnEmbedderWordsGoInAndVectorsFollowOnceThereIsOne) {
  breakEmbedder();
  ASSERT_EQ(work(), Indexer::Round::Idle);
  EXPECT_FALSE(store("plugh xyzzy").learning.indexed);
  EXPECT_EQ(work(), Indexer::Round::Idle);
  EXPECT_EQ(fake.index.entries().size(), 1U);
  EXPECT_EQ(vectors(), 0U);
  EXPECT_EQ(pending(), 1U);
  fake.embedder.fault.error.reset();
  EXPECT_EQ(work(), Indexer::Round::Idle);
  EXPECT_EQ(vectors(), 1U);
  EXPECT_EQ(pending(), 0U);
}

TEST_F(Index, WordsThatCameWithTheirStoreAreNotTakenInAgain) {
  breakEmbedder();
  ASSERT_EQ(work(), Indexer::Round::Idle);
  store("plugh xyzzy");
  // The index would say no: it is not asked.
  fake.index.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  EXPECT_EQ(work(), Indexer::Round::Idle);
  EXPECT_EQ(pending(), 1U);
  fake.index.fault.error.reset();
  fake.embedder.fault.error.reset();
  EXPECT_EQ(work(), Indexer::Round::Idle);
  EXPECT_EQ(vectors(), 1U);
}

TEST_F(Index, WithoutAnEmbedderTheOutboxIsLookedThroughOnlyForAReason) {
  breakEmbedder();
  store("plugh xyzzy");
  ASSERT_EQ(work(), Indexer::Round::Idle);
  const auto looks = fake.records.looks;
  EXPECT_EQ(work(), Indexer::Round::Idle);
  EXPECT_EQ(fake.records.looks, looks);
  store("plugh frotz");
  EXPECT_EQ(work(), Indexer::Round::Idle);
  EXPECT_GT(fake.records.looks, looks);
}

TEST_F(Index, AnEmbedderThatGoesLeavesTheWordsAndNoTryIsLost) {
  ASSERT_EQ(work(), Indexer::Round::Idle);
  breakEmbedder();
  for (int i = 0; i < 8; ++i) {
    store("question " + std::to_string(i));
    work();
  }
  EXPECT_EQ(fake.index.entries().size(), 8U);
  EXPECT_EQ(fakes::runTask(io, fake.records.counts())->setAside, 0U);
  fake.embedder.fault.error.reset();
  EXPECT_EQ(work(), Indexer::Round::Idle);
  EXPECT_EQ(vectors(), 8U);
  EXPECT_EQ(pending(), 0U);
}

TEST_F(Index, ATextThatFailsByItselfIsSetAsideWithItsErrorAndTheOthersGoIn) {
  ASSERT_EQ(work(), Indexer::Round::Idle);
  fake.embedder.refused = "poison";
  for (const char* query : {"one", "poison", "two"}) store(query);
  for (int i = 0; i < 5; ++i) {
    work();
    fake.clock.advance(std::chrono::minutes(5));
  }
  EXPECT_EQ(vectors(), 2U);
  EXPECT_EQ(fake.index.entries().size(), 3U);
  const auto counts = fakes::runTask(io, fake.records.counts()).value();
  EXPECT_EQ(counts.setAside, 1U);
  EXPECT_NE(counts.lastError.find("refused"), std::string::npos);
  fake.embedder.refused.clear();
  EXPECT_EQ(fakes::runTask(io, fake.services.health.retryIndex()).value(), 1U);
  work();
  EXPECT_EQ(vectors(), 3U);
}

TEST_F(Index, AnEntryThatTheIndexRefusesIsSetAsideWithItsErrorAndTheOthersGoIn) {
  ASSERT_EQ(work(), Indexer::Round::Idle);
  fake.index.refusedWords = "poison";
  for (const char* query : {"one", "poison", "two", "three"}) store(query);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(work(), Indexer::Round::Idle);
    fake.clock.advance(std::chrono::minutes(5));
  }
  EXPECT_EQ(vectors(), 3U);
  const auto counts = fakes::runTask(io, fake.records.counts()).value();
  EXPECT_EQ(counts.pendingIndex, 1U);
  EXPECT_EQ(counts.setAside, 1U);
  EXPECT_EQ(counts.lastError, "an entry is refused");
  fake.index.refusedWords.clear();
  EXPECT_EQ(fakes::runTask(io, fake.services.health.retryIndex()).value(), 1U);
  work();
  EXPECT_EQ(vectors(), 4U);
}

TEST_F(Index, WordsThatTheIndexRefusesDoNotKeepTheOthersOutEither) {
  breakEmbedder();
  ASSERT_EQ(work(), Indexer::Round::Idle);
  fake.index.refusedWords = "poison";
  for (const char* query : {"one", "poison", "two"}) store(query);
  EXPECT_EQ(work(), Indexer::Round::Idle);
  EXPECT_EQ(fake.index.entries().size(), 2U);
  EXPECT_EQ(pending(), 3U);
}

TEST_F(Index, ARemovalThatTheIndexRefusesIsSetAsideAndTheOthersGo) {
  ASSERT_EQ(work(), Indexer::Round::Idle);
  const auto stays = store("one").learning;
  const auto goes = store("two").learning;
  fake.index.refusedId = stays.id;
  for (const auto& id : {stays.id, goes.id}) {
    ASSERT_TRUE(fakes::runTask(io, fake.services.learnings.erase(id, core::Caller{1000, 1000, {}})));
  }
  store("three");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(work(), Indexer::Round::Idle);
    fake.clock.advance(std::chrono::minutes(5));
  }
  EXPECT_EQ(vectors(), 2U);
  ASSERT_EQ(fake.records.state().outbox.size(), 1U);
  EXPECT_TRUE(fake.records.state().outbox.front().setAside);
  EXPECT_EQ(fake.records.state().outbox.front().error, "a removal is refused");
}

TEST_F(Index, AnIndexThatIsDownDelaysAndLosesNothing) {
  ASSERT_EQ(work(), Indexer::Round::Idle);
  fake.index.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  EXPECT_FALSE(store("plugh").learning.indexed);
  EXPECT_EQ(work(), Indexer::Round::Failed);
  fake.index.fault.error.reset();
  EXPECT_EQ(work(), Indexer::Round::Idle);
  EXPECT_EQ(vectors(), 1U);
  EXPECT_EQ(pending(), 0U);
}

TEST_F(Index, WhatAnIndexThatIsDownLeavesIsGivenBackToOtherDaemonsAndNoTryIsLost) {
  fake.records.shared = true;
  ASSERT_EQ(work(), Indexer::Round::Idle);
  fake.index.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  store("plugh");
  EXPECT_EQ(work(), Indexer::Round::Failed);
  ASSERT_EQ(fake.records.state().outbox.size(), 1U);
  const auto& row = fake.records.state().outbox.front();
  EXPECT_EQ(row.error, "down");
  EXPECT_EQ(row.attempts, 0U);
  EXPECT_FALSE(row.setAside);
  EXPECT_LE(row.nextTry, fake.clock.now());
}

TEST_F(Index, WhatAnotherDaemonPutOffForWantOfAnEmbedderIsTakenAtTheNextLook) {
  fake.records.shared = true;
  ASSERT_EQ(work(), Indexer::Round::Idle);
  breakEmbedder();
  const auto stored = store("plugh").learning;
  // As a daemon does that is gone afterwards.
  ports::FailedEntry waits{stored.id, stored.revision, "waits for the embedder", false, fake.clock.now() + std::chrono::hours(1)};
  waits.attempted = false;
  std::vector<ports::FailedEntry> entries{waits};
  ASSERT_TRUE(fakes::runTask(io, fake.records.failIndexing(std::move(entries))));
  fake.embedder.fault.error.reset();
  EXPECT_EQ(work(), Indexer::Round::Idle);
  EXPECT_EQ(pending(), 0U);
  EXPECT_EQ(vectors(), 1U);
}

TEST_F(Index, WhatFailedKeepsItsTimeToTheNextTry) {
  fake.records.shared = true;
  ASSERT_EQ(work(), Indexer::Round::Idle);
  fake.index.refusedWords = "poison";
  store("poison");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(work(), Indexer::Round::Idle);
  ASSERT_EQ(fake.records.state().outbox.size(), 1U);
  EXPECT_EQ(fake.records.state().outbox.front().attempts, 1U);
}

TEST_F(Index, ARecordStoreThatIsDownAtTheStartIsLoadedLater) {
  fake.records.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  EXPECT_FALSE(fakes::runTask(io, fake.services.indexer.load()));
  EXPECT_EQ(work(), Indexer::Round::Failed);
  fake.records.fault.error.reset();
  EXPECT_EQ(work(), Indexer::Round::Idle);
  EXPECT_TRUE(store("plugh").learning.indexed);
}

TEST_F(Index, AServersIndexThatHasNothingOfWhatWentIntoItIsFilledAnewAtTheNextStart) {
  fake.index.outlives = true;
  ASSERT_EQ(work(), Indexer::Round::Idle);
  const std::vector<core::LearningId> ids{store("one").learning.id, store("two").learning.id};
  ASSERT_EQ(pending(), 0U);
  ASSERT_TRUE(fakes::runTask(io, fake.index.remove(ids)));
  Services next(fake.context);
  EXPECT_EQ(fakes::runTask(io, next.indexer.work()), Indexer::Round::Idle);
  EXPECT_EQ(vectors(), 2U);
  EXPECT_EQ(pending(), 0U);
}

TEST_F(Index, AServersIndexWhoseWordsAreOutdatedIsNotTakenForAnEmptyOne) {
  fake.index.outlives = true;
  ASSERT_EQ(work(), Indexer::Round::Idle);
  ASSERT_TRUE(fakes::runTask(io, fake.index.remove({store("one").learning.id})));
  fake.index.wordsOutdated = true;
  EmbedderAdoption next(fake.context);
  ASSERT_TRUE(fakes::runTask(io, next.adopt()));
  EXPECT_EQ(pending(), 0U);
}

TEST_F(Index, OfAServersIndexThatHasSomeOfItTheRestIsPutIn) {
  fake.index.outlives = true;
  ASSERT_EQ(work(), Indexer::Round::Idle);
  store("one");
  ASSERT_TRUE(fakes::runTask(io, fake.index.remove({store("two").learning.id})));
  Services next(fake.context);
  EXPECT_EQ(fakes::runTask(io, next.indexer.work()), Indexer::Round::Idle);
  io.restart();
  io.run_for(std::chrono::milliseconds(200));
  const auto jobs = next.jobs.list(core::Caller{0, 0, {}});
  ASSERT_EQ(jobs->size(), 1U);
  EXPECT_EQ(jobs->front().kind, JobKind::Verify);
  EXPECT_EQ(jobs->front().state, JobState::Succeeded);
  EXPECT_EQ(fakes::runTask(io, next.indexer.work()), Indexer::Round::Idle);
  EXPECT_EQ(fake.index.entries().size(), 2U);
  EXPECT_EQ(vectors(), 2U);
}

TEST_F(Index, OfInteractionsThatShareAnEntryTheNextOneTakesItOver) {
  ASSERT_EQ(work(), Indexer::Round::Idle);
  const auto first = store("which?", Kind::Interaction).learning;
  const auto second = store("which?", Kind::Interaction).learning;
  EXPECT_EQ(fake.index.entries().size(), 1U);
  for (const auto& id : {first.id, second.id}) {
    ASSERT_TRUE(fakes::runTask(io, fake.services.learnings.feedback({id, core::Outcome::Success, ""}, core::Caller{1000, 1000, {}})));
  }
  work();
  EXPECT_EQ(fake.index.entries().size(), 1U);
  ASSERT_TRUE(fakes::runTask(io, fake.services.learnings.erase(first.id, core::Caller{1000, 1000, {}})));
  work();
  ASSERT_EQ(fake.index.entries().size(), 1U);
  EXPECT_EQ(fake.index.entries().begin()->first, second.id);
}

}  // namespace
}  // namespace learnd::services
