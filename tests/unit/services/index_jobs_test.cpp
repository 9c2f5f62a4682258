#include "services/index_entry.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/test_services.hpp"

#include <gtest/gtest.h>

#include <chrono>

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

}  // namespace
}  // namespace learnd::services
