#pragma once

#include "services/index_entry.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/test_services.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>

namespace learnd::services {

inline const core::Caller kAdministrator{0, 0, {}};

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

inline void runUntil(boost::asio::io_context& io, const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!done() && std::chrono::steady_clock::now() < end) {
    io.restart();
    io.run_for(std::chrono::milliseconds(20));
  }
  EXPECT_TRUE(done());
}

}  // namespace learnd::services
