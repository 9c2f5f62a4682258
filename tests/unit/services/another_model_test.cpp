#include "tests/unit/services/index_jobs.hpp"

namespace learnd::services {
namespace {

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
