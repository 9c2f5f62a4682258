#include "services/index_entry.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/test_services.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>

namespace learnd::services {
namespace {

const core::Caller kAdministrator{0, 0, {}};

class IndexJobs : public testing::Test {
 protected:
  void SetUp() override { work(); }

  core::Learning store(std::string query) {
    StoreRequest request;
    request.learning.kind = core::Kind::Solution;
    request.learning.query = std::move(query);
    request.learning.solution = "so";
    return fakes::runTask(io, fake.services.store.store(std::move(request), core::Caller{1000, 1000, {}})).value().learning;
  }
  void work() { fakes::runTask(io, fake.services.indexer.work()); }
  core::Result<Job> start(JobKind kind, bool dryRun = false) {
    return fakes::runTask(io, fake.services.jobs.start(kind, dryRun, kAdministrator));
  }
  Job show(const std::string& id) { return fake.services.jobs.show(id, kAdministrator).value(); }
  /// The job once it has ended.
  Job ended(const std::string& id) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (show(id).state == JobState::Running && std::chrono::steady_clock::now() < end) {
      io.restart();
      io.run_for(std::chrono::milliseconds(20));
    }
    return show(id);
  }
  Job run(JobKind kind, bool dryRun = false) { return ended(start(kind, dryRun).value().id); }
  std::uint64_t vectors() { return fakes::runTask(io, fake.index.status())->vectors; }
  static std::int64_t number(const Job& job, const char* name) { return *job.result.find(name)->asInteger(); }

  boost::asio::io_context io;
  fakes::TestServices fake;
};

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

TEST_F(IndexJobs, AnotherModelIsBuiltBesideTheOldOneWhichServesMeanwhile) {
  for (int i = 0; i < 20; ++i) store("question " + std::to_string(i));
  fakes::ScriptedEmbedder second;
  second.describes.digest = "digest-2";
  second.fault.latency = std::chrono::milliseconds(20);
  second.script["question 3"] = std::vector<float>(fakes::ScriptedEmbedder::kDimensions, 0.5F);
  ServingEmbedder serving(std::shared_ptr<ports::Embedder>(std::shared_ptr<void>(), &second), EmbedderSource{"scripted", "second", "", ""},
                          [this](const EmbedderSource& source) -> std::shared_ptr<ports::Embedder> {
                            if (source.model != "scripted-model") return nullptr;
                            return {std::shared_ptr<void>(), &fake.embedder};
                          });
  ServiceContext context{fake.records,       fake.index,         serving, fake.clock, fake.ids, fake.pool, fake.context.access,
                         fake.context.rules, fake.context.names, {}};
  Services services(context);
  // The index is filled as at a start; the embedder that made it answers still.
  ASSERT_TRUE(fakes::runTask(io, services.indexer.load()));
  EXPECT_FALSE(serving.servesConfigured());
  EXPECT_EQ(vectors(), 20U);
  const auto jobs = services.jobs.list(kAdministrator).value();
  ASSERT_EQ(jobs.size(), 1U);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (services.jobs.list(kAdministrator)->front().state == JobState::Running && std::chrono::steady_clock::now() < end) {
    io.restart();
    io.run_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(services.jobs.list(kAdministrator)->front().state, JobState::Succeeded);
  EXPECT_TRUE(serving.servesConfigured());
  EXPECT_EQ(vectors(), 20U);
  EXPECT_EQ(fake.index.entries().size(), 20U);
  for (const auto& [id, entry] : fake.index.entries()) {
    if (entry.words.find("question 3") == 0) {
      EXPECT_EQ(entry.vector->front(), 0.5F);
    }
  }
}

TEST_F(IndexJobs, WithoutTheEarlierModelWordsServeAndTheOutboxMakesVectorsAnew) {
  for (int i = 0; i < 5; ++i) store("question " + std::to_string(i));
  fakes::ScriptedEmbedder second;
  second.describes.digest = "digest-2";
  ServingEmbedder serving(std::shared_ptr<ports::Embedder>(std::shared_ptr<void>(), &second), EmbedderSource{"scripted", "second", "", ""},
                          [](const EmbedderSource&) { return nullptr; });
  ServiceContext context{fake.records,       fake.index,         serving, fake.clock, fake.ids, fake.pool, fake.context.access,
                         fake.context.rules, fake.context.names, {}};
  Services services(context);
  ASSERT_TRUE(fakes::runTask(io, services.indexer.load()));
  EXPECT_EQ(vectors(), 0U);
  fakes::runTask(io, services.indexer.work());
  EXPECT_EQ(vectors(), 5U);
}

/// Another daemon on the same records, with another model and an index of its own.
struct OtherDaemon {
  explicit OtherDaemon(fakes::TestServices& first, fakes::ScriptedEmbedder* earlier) : fake(first), earlier_(earlier) {
    embedder.describes.digest = "digest-2";
    embedder.script["question 3"] = std::vector<float>(fakes::ScriptedEmbedder::kDimensions, 0.5F);
  }

  fakes::TestServices& fake;
  fakes::ScriptedEmbedder embedder;
  fakes::SimpleIndex index;
  fakes::ScriptedEmbedder* earlier_;
  ServingEmbedder serving{std::shared_ptr<ports::Embedder>(std::shared_ptr<void>(), &embedder),
                          EmbedderSource{"scripted", "second", "", ""},
                          [this](const EmbedderSource& source) -> std::shared_ptr<ports::Embedder> {
                            if (!earlier_ || source.model != "scripted-model") return nullptr;
                            return {std::shared_ptr<void>(), earlier_};
                          }};
  ServiceContext context{fake.records,       index, serving, fake.clock, fake.ids, fake.pool, fake.context.access, fake.context.rules,
                         fake.context.names, {}};
  Services services{context};

  [[nodiscard]] Job job() const { return services.jobs.list(kAdministrator)->front(); }
  [[nodiscard]] bool isRebuilding() const {
    const auto jobs = services.jobs.list(kAdministrator).value();
    return !jobs.empty() && jobs.front().state == JobState::Running;
  }
  [[nodiscard]] bool hasNewVector() const {
    for (const auto& [id, entry] : index.entries()) {
      if (entry.words.find("question 3") == 0) return entry.vector && entry.vector->front() == 0.5F;
    }
    return false;
  }
};

void runUntil(boost::asio::io_context& io, const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!done() && std::chrono::steady_clock::now() < end) {
    io.restart();
    io.run_for(std::chrono::milliseconds(20));
  }
  EXPECT_TRUE(done());
}

TEST_F(IndexJobs, OfTwoDaemonsWithAnotherModelOneRebuildsAndTheOtherAdopts) {
  fake.records.shared = true;
  for (int i = 0; i < 20; ++i) store("question " + std::to_string(i));
  OtherDaemon one(fake, &fake.embedder);
  OtherDaemon two(fake, &fake.embedder);
  one.embedder.fault.latency = std::chrono::milliseconds(20);
  ASSERT_TRUE(fakes::runTask(io, one.services.indexer.load()));
  ASSERT_TRUE(fakes::runTask(io, two.services.indexer.load()));
  ASSERT_TRUE(one.isRebuilding());
  ASSERT_TRUE(two.isRebuilding());
  runUntil(io, [&] { return !one.isRebuilding() && !two.isRebuilding(); });
  EXPECT_EQ(one.job().state, JobState::Succeeded) << one.job().error;
  EXPECT_EQ(two.job().state, JobState::Succeeded) << two.job().error;
  EXPECT_EQ(number(one.job(), "embedded") + number(two.job(), "embedded"), 20);
  fakes::runTask(io, one.services.indexer.work());
  fakes::runTask(io, two.services.indexer.work());
  for (OtherDaemon* daemon : {&one, &two}) {
    EXPECT_TRUE(daemon->serving.servesConfigured());
    EXPECT_EQ(fakes::runTask(io, daemon->index.status())->vectors, 20U);
    EXPECT_TRUE(daemon->hasNewVector());
    EXPECT_FALSE(daemon->isRebuilding());
  }
}

TEST_F(IndexJobs, ADaemonWhoseIndexAnotherOneRebuiltForAnotherModelAdoptsAnewAndBeginsNoRebuild) {
  fake.records.shared = true;
  for (int i = 0; i < 5; ++i) store("question " + std::to_string(i));
  OtherDaemon other(fake, &fake.embedder);
  ASSERT_TRUE(fakes::runTask(io, other.services.indexer.load()));
  runUntil(io, [&] { return !other.isRebuilding(); });
  ASSERT_EQ(other.job().state, JobState::Succeeded) << other.job().error;
  // This one does not know of it yet.
  const auto late = store("a late one");
  EXPECT_FALSE(fakes::runTask(io, fake.records.load({late.id}))->front().indexed);
  work();
  EXPECT_TRUE(fake.services.jobs.list(kAdministrator)->empty());
  SearchRequest request;
  request.query = "question 3 again";
  const auto answer = fakes::runTask(io, fake.services.search.search(request));
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_TRUE(answer->degraded);
  fakes::runTask(io, other.services.indexer.work());
  EXPECT_TRUE(fakes::runTask(io, fake.records.load({late.id}))->front().indexed);
  EXPECT_FALSE(other.isRebuilding());
}

TEST_F(IndexJobs, AModelReplacedWhileItRunsIsNotComparedWithTheVectorsOfTheEarlierOne) {
  for (int i = 0; i < 5; ++i) store("question " + std::to_string(i));
  SearchRequest request;
  request.query = "question 3 again";
  EXPECT_FALSE(fakes::runTask(io, fake.services.search.search(request))->degraded);
  fake.embedder.describes.digest = "digest-9";
  fake.embedder.script["question 3"] = std::vector<float>(fakes::ScriptedEmbedder::kDimensions, 0.5F);
  const auto answer = fakes::runTask(io, fake.services.search.search(request));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->degraded);
  EXPECT_FALSE(answer->results.empty());
  for (const auto& hit : answer->results) EXPECT_FALSE(hit.score);
  const auto late = store("a late one");
  EXPECT_FALSE(fakes::runTask(io, fake.records.load({late.id}))->front().indexed);
  work();
  work();
  EXPECT_EQ(vectors(), 6U);
  for (const auto& [id, entry] : fake.index.entries()) {
    if (entry.words.find("question 3") == 0) {
      EXPECT_EQ(entry.vector->front(), 0.5F);
    }
  }
  EXPECT_FALSE(fakes::runTask(io, fake.services.search.search(request))->degraded);
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

TEST_F(IndexJobs, WordsOfAnotherVersionAreMadeAnewByThemselves) {
  for (int i = 0; i < 5; ++i) store("question " + std::to_string(i));
  OtherDaemon after(fake, nullptr);
  after.embedder.describes.digest = "digest-1";
  after.index.wordsOutdated = true;
  ASSERT_TRUE(fakes::runTask(io, after.services.indexer.load()));
  ASSERT_EQ(after.services.jobs.list(kAdministrator)->size(), 1U);
  runUntil(io, [&] { return !after.isRebuilding(); });
  EXPECT_EQ(after.job().state, JobState::Succeeded) << after.job().error;
  EXPECT_EQ(number(after.job(), "embedded"), 5);
}

}  // namespace
}  // namespace learnd::services
