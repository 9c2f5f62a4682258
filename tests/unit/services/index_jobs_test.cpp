#include "tests/unit/services/index_jobs.hpp"

namespace learnd::services {
namespace {

TEST_F(IndexJobs, VerifyFindsNothingWhereAllIsWell) {
  store("one");
  const Job job = run(JobKind::Verify);
  EXPECT_EQ(job.state, JobState::Succeeded);
  EXPECT_EQ(number(job, "checked"), 1);
  EXPECT_EQ(number(job, "repaired"), 0);
}

TEST_F(IndexJobs, VerifyRepairsWhatIsMissingStaleAndOrphaned) {
  const auto missing = store("one");
  const auto stale = store("two");
  store("three");
  ASSERT_TRUE(fakes::runTask(io, fake.index.remove({missing.id})));
  ASSERT_TRUE(fakes::runTask(io, fake.index.remove({stale.id})));
  ports::IndexEntry old = entryOf(stale, std::nullopt);
  ports::IndexEntry orphan = entryOf(stale, std::nullopt);
  orphan.id = fake.ids.next(fake.clock.now());
  std::vector<ports::IndexEntry> entries{old, orphan};
  ASSERT_TRUE(fakes::runTask(io, fake.index.upsert(std::move(entries))));

  const Job dry = run(JobKind::Verify, true);
  EXPECT_EQ(number(dry, "changes"), 3);
  EXPECT_EQ(vectors(), 1U);
  const Job job = run(JobKind::Verify);
  EXPECT_EQ(number(job, "missing"), 1);
  EXPECT_EQ(number(job, "stale"), 1);
  EXPECT_EQ(number(job, "orphaned"), 1);
  EXPECT_EQ(number(job, "repaired"), 3);
  work();
  EXPECT_EQ(fake.index.entries().size(), 3U);
  EXPECT_EQ(vectors(), 3U);
  EXPECT_EQ(number(run(JobKind::Verify), "repaired"), 0);
}

TEST_F(IndexJobs, VerifyRepairsWhatIsNotFoundUnderEachOfItsCategories) {
  store("one");
  fake.index.lostCategory = "best-practices";
  EXPECT_EQ(number(run(JobKind::Verify, true), "missing"), 0);
  fake.index.lostCategory = fake.index.entries().begin()->second.category;
  EXPECT_EQ(number(run(JobKind::Verify, true), "missing"), 1);
}

TEST_F(IndexJobs, WhatWaitsInTheOutboxIsNoFault) {
  fake.index.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  store("one");
  fake.index.fault.error.reset();
  EXPECT_EQ(number(run(JobKind::Verify, true), "changes"), 0);
}

TEST_F(IndexJobs, ReindexMakesEveryVectorAnewAndKeepsThemForTheNextStart) {
  for (int i = 0; i < 40; ++i) store("question " + std::to_string(i));
  fake.embedder.script["question 7"] = std::vector<float>(fakes::ScriptedEmbedder::kDimensions, 0.25F);
  const Job job = run(JobKind::Reindex);
  ASSERT_EQ(job.state, JobState::Succeeded) << job.error;
  EXPECT_EQ(number(job, "embedded"), 40);
  EXPECT_EQ(vectors(), 40U);
  for (const auto& entry : fakes::runTask(io, fake.records.scanActive(std::nullopt, 100)).value()) {
    ASSERT_TRUE(entry.vector);
    if (entry.learning.query == "question 7") {
      EXPECT_EQ(entry.vector->front(), 0.25F);
    }
  }
  EXPECT_FALSE(fakes::runTask(io, fake.services.rebuild.isUnfinished()).value());
}

TEST_F(IndexJobs, ATextThatIsRefusedIsLeftToTheOutbox) {
  for (const char* query : {"one", "poison", "two"}) store(query);
  fake.embedder.refused = "poison";
  const Job job = run(JobKind::Reindex);
  ASSERT_EQ(job.state, JobState::Succeeded) << job.error;
  EXPECT_EQ(number(job, "refused"), 1);
  EXPECT_EQ(number(job, "embedded"), 2);
}

TEST_F(IndexJobs, AnOutageMakesAReindexWaitAndACancelEndsIt) {
  store("one");
  fake.embedder.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  const auto id = start(JobKind::Reindex)->id;
  io.restart();
  io.run_for(std::chrono::milliseconds(50));
  EXPECT_EQ(show(id).state, JobState::Running);
  EXPECT_EQ(start(JobKind::Reindex).error().id(), id);
  ASSERT_TRUE(fake.services.jobs.cancel(id, kAdministrator));
  EXPECT_EQ(ended(id).state, JobState::Cancelled);
  fake.embedder.fault.error.reset();
  EXPECT_EQ(vectors(), 1U);
  EXPECT_FALSE(fake.services.jobs.cancel(id, kAdministrator));
}

TEST_F(IndexJobs, AReindexThatWasAskedForWhileNothingAnsweredIsRememberedByTheRecords) {
  store("one");
  fake.embedder.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  const auto id = start(JobKind::Reindex)->id;
  io.restart();
  io.run_for(std::chrono::milliseconds(50));
  EXPECT_TRUE(fakes::runTask(io, fake.services.rebuild.isUnfinished()).value());
  ASSERT_TRUE(fake.services.jobs.cancel(id, kAdministrator));
  EXPECT_EQ(ended(id).state, JobState::Cancelled);
  EXPECT_FALSE(fakes::runTask(io, fake.services.rebuild.isUnfinished()).value());
}

TEST_F(IndexJobs, ALearningThatTheSecondIndexRefusesKeepsNoOthersOut) {
  fake.index.keepsInStore = false;
  for (const char* query : {"one", "two", "plugh", "three"}) store(query);
  fake.index.refusedWords = "plugh";
  const Job job = run(JobKind::Reindex);
  ASSERT_EQ(job.state, JobState::Succeeded) << job.error;
  EXPECT_EQ(number(job, "embedded"), 3);
  EXPECT_EQ(number(job, "refused"), 1);
  EXPECT_EQ(fake.index.swaps, 1U);
  EXPECT_EQ(vectors(), 3U);
}

TEST_F(IndexJobs, AnotherDaemonMayGoOnWithAReindexWhileThisOneCannotOrEnds) {
  const auto mayAnother = [&] {
    const bool taken = *fakes::runTask(io, fake.records.takeLease("reindex", "another", std::chrono::seconds(30)));
    if (taken) (void)fakes::runTask(io, fake.records.giveLeaseBack("reindex", "another"));
    return taken;
  };
  fake.records.shared = true;
  store("one");
  fake.embedder.fault.latency = std::chrono::milliseconds(300);
  auto id = start(JobKind::Reindex)->id;
  io.restart();
  io.run_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(mayAnother());
  fake.embedder.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  io.restart();
  io.run_for(std::chrono::milliseconds(1000));
  EXPECT_TRUE(mayAnother());
  fake.embedder.fault.error.reset();
  fake.embedder.fault.latency = std::chrono::milliseconds(0);
  // It takes it again, to its end.
  EXPECT_EQ(ended(id).state, JobState::Succeeded);

  fake.embedder.fault.latency = std::chrono::milliseconds(300);
  id = start(JobKind::Reindex)->id;
  io.restart();
  io.run_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(mayAnother());
  ASSERT_TRUE(fakes::runTask(io, fake.services.rebuild.stop()));
  EXPECT_TRUE(mayAnother());
  ASSERT_TRUE(fake.services.jobs.cancel(id, kAdministrator));
  io.restart();
  io.run_for(std::chrono::milliseconds(1000));
}

TEST_F(IndexJobs, AReindexThatAnotherDaemonBroughtToItsEndIsNotBegunAgain) {
  fake.records.shared = true;
  for (int i = 0; i < 3; ++i) store("question " + std::to_string(i));
  fake.index.keepsInStore = false;
  fake.embedder.fault.latency = std::chrono::milliseconds(300);
  const auto id = start(JobKind::Reindex)->id;
  io.restart();
  io.run_for(std::chrono::milliseconds(50));
  fake.embedder.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  io.restart();
  io.run_for(std::chrono::milliseconds(500));
  // What the other one leaves.
  ASSERT_TRUE(fakes::runTask(io, fake.records.saveNote("reindex", "")));
  fake.embedder.fault = {};
  EXPECT_EQ(ended(id).state, JobState::Succeeded);
  EXPECT_EQ(fake.index.swaps, 0U);
}

TEST_F(IndexJobs, JobsAreForAdministrators) {
  const core::Caller somebody{54321, 54321, {}};
  EXPECT_EQ(fakes::runTask(io, fake.services.jobs.start(JobKind::Verify, false, somebody)).error().kind(),
            core::ErrorKind::PermissionDenied);
  EXPECT_EQ(fake.services.jobs.list(somebody).error().kind(), core::ErrorKind::PermissionDenied);
}

TEST_F(IndexJobs, ACancelWhileNothingAnswersForgetsTheReindex) {
  store("one");
  fake.index.keepsInStore = false;
  fake.index.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  const auto id = start(JobKind::Reindex)->id;
  runUntil(io, [&] { return fake.index.fault.calls > 0; });
  ASSERT_TRUE(fake.services.jobs.cancel(id, kAdministrator));
  EXPECT_EQ(ended(id).state, JobState::Cancelled);
  EXPECT_FALSE(fakes::runTask(io, fake.services.rebuild.isUnfinished()).value());
}

TEST_F(IndexJobs, ACancelWaitsForTheRecordsThatRememberTheReindex) {
  for (int i = 0; i < 40; ++i) store("question " + std::to_string(i));
  fake.embedder.fault.latency = std::chrono::milliseconds(20);
  const auto id = start(JobKind::Reindex)->id;
  runUntil(io, [&] { return fakes::runTask(io, fake.services.rebuild.isUnfinished()).value(); });
  ASSERT_TRUE(fake.services.jobs.cancel(id, kAdministrator));
  fake.records.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  io.restart();
  io.run_for(std::chrono::milliseconds(200));
  EXPECT_EQ(show(id).state, JobState::Running);
  fake.records.fault.error.reset();
  EXPECT_EQ(ended(id).state, JobState::Cancelled);
  EXPECT_FALSE(fakes::runTask(io, fake.services.rebuild.isUnfinished()).value());
}

TEST_F(IndexJobs, AnOutageBehindTheSwapRepeatsTheComparisonOnly) {
  for (int i = 0; i < 20; ++i) store("question " + std::to_string(i));
  fake.index.failHeld = 1;
  const Job job = run(JobKind::Reindex);
  ASSERT_EQ(job.state, JobState::Succeeded) << job.error;
  EXPECT_EQ(number(job, "embedded"), 20);
  EXPECT_EQ(number(job, "checked"), 20);
  EXPECT_EQ(fake.index.swaps, 1U);
}

TEST_F(IndexJobs, AComparisonThatACrashCutOffIsGoneOnWith) {
  const auto learning = store("question 1");
  const auto digest = fakes::runTask(io, fake.records.usedEmbedder()).value().value();
  ASSERT_TRUE(fakes::runTask(io, fake.records.saveNote("reindex", R"({"digest":")" + digest + R"(","name":"n","phase":"verify"})")));
  ASSERT_TRUE(fakes::runTask(io, fake.index.remove({learning.id})));
  ASSERT_TRUE(fakes::runTask(io, fake.services.jobs.resume()));
  const Job job = ended(fake.services.jobs.list(kAdministrator)->front().id);
  ASSERT_EQ(job.state, JobState::Succeeded) << job.error;
  EXPECT_EQ(number(job, "embedded"), 0);
  EXPECT_EQ(number(job, "missing"), 1);
  EXPECT_EQ(fake.index.swaps, 0U);
  EXPECT_FALSE(fakes::runTask(io, fake.services.rebuild.isUnfinished()).value());
}

TEST_F(IndexJobs, ASwapThatACrashCutOffIsDoneNotTakenForDone) {
  fake.index.keepsInStore = false;
  for (int i = 0; i < 20; ++i) store("question " + std::to_string(i));
  const auto digest = fakes::runTask(io, fake.records.usedEmbedder()).value().value();
  const std::string note = R"({"digest":")" + digest + R"(","name":"n","phase":"swap","after":"00000000-0000-7000-8000-000000000000"})";
  // What was built is there.
  ASSERT_TRUE(fakes::runTask(io, fake.index.beginRebuild("n", fakes::ScriptedEmbedder::kDimensions)));
  ASSERT_TRUE(fakes::runTask(io, fake.records.saveNote("reindex", note)));
  ASSERT_TRUE(fakes::runTask(io, fake.services.jobs.resume()));
  Job job = ended(fake.services.jobs.list(kAdministrator)->front().id);
  ASSERT_EQ(job.state, JobState::Succeeded) << job.error;
  EXPECT_EQ(number(job, "embedded"), 0);
  EXPECT_EQ(fake.index.swaps, 1U);
  EXPECT_EQ(number(job, "missing"), 20);
  work();
  // It is not: all is built again.
  ASSERT_TRUE(fakes::runTask(io, fake.records.saveNote("reindex", note)));
  ASSERT_TRUE(fakes::runTask(io, fake.services.jobs.resume()));
  job = ended(fake.services.jobs.list(kAdministrator)->front().id);
  ASSERT_EQ(job.state, JobState::Succeeded) << job.error;
  EXPECT_EQ(number(job, "embedded"), 20);
  EXPECT_EQ(fake.index.swaps, 2U);
  EXPECT_EQ(vectors(), 20U);
}

}  // namespace
}  // namespace learnd::services
