#include "tests/fakes/run_task.hpp"
#include "tests/fakes/test_services.hpp"

#include <gtest/gtest.h>

namespace learnd::services {
namespace {

/// What another daemon does is done behind the services' back: in the records alone.
class Follower : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(fakes::runTask(io, fake.services.indexer.load())); }

  core::LearningId othersStore(std::string query) {
    core::Learning learning;
    learning.id = fake.ids.next(fake.clock.now());
    learning.category = "skills-patterns";
    learning.query = std::move(query);
    learning.solution = "so";
    write([learning](ports::RecordTransaction& transaction) { return transaction.insert(learning); });
    return learning.id;
  }
  void othersErase(core::LearningId id) {
    write([id](ports::RecordTransaction& transaction) { return transaction.erase(id); });
    fake.records.changed = {id};
  }
  void write(ports::RecordWork work) { ASSERT_TRUE(fakes::runTask(io, fake.records.write(std::move(work)))); }
  ports::Result<void> follow() { return fakes::runTask(io, fake.services.follower.follow()); }
  bool holds(core::LearningId id) { return fake.index.entries().contains(id); }

  boost::asio::io_context io;
  fakes::TestServices fake;
};

TEST_F(Follower, WhatIsStoredAndErasedElsewhereComesAndGoes) {
  const auto id = othersStore("plugh xyzzy");
  EXPECT_FALSE(holds(id));
  fake.records.changed = {id};
  ASSERT_TRUE(follow());
  EXPECT_TRUE(holds(id));
  othersErase(id);
  ASSERT_TRUE(follow());
  EXPECT_FALSE(holds(id));
}

TEST_F(Follower, WhatCouldNotBeReadIsMadeGoodByTheNext) {
  const auto id = othersStore("plugh xyzzy");
  fake.records.changed = {id};
  fake.records.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  fake.records.fault.passes = 1;
  EXPECT_FALSE(follow());
  EXPECT_TRUE(fake.records.changed.empty());
  fake.records.fault.error.reset();
  ASSERT_TRUE(follow());
  EXPECT_TRUE(holds(id));
}

TEST_F(Follower, WhatIsErasedWhileItIsOnItsWayFromTheOutboxDoesNotStay) {
  const auto id = othersStore("plugh xyzzy");
  fake.embedder.fault.latency = std::chrono::milliseconds(200);
  bool done = false;
  boost::asio::co_spawn(io, fake.services.indexer.work(), [&done](std::exception_ptr, Indexer::Round) { done = true; });
  io.restart();
  while (!fake.services.indexer.piece() && io.run_one() > 0) {
  }
  while (fake.records.looks == 0 && io.run_one() > 0) {
  }
  othersErase(id);
  // The other one finishes it too.
  auto pending = fakes::runTask(io, fake.records.pending(fake.clock.now(), 10));
  std::vector<ports::IndexedEntry> removed{{id, pending->at(0).revision, std::nullopt, false}};
  ASSERT_TRUE(fakes::runTask(io, fake.records.finishIndexing(std::move(removed), "")));
  ASSERT_TRUE(follow());
  ASSERT_TRUE(follow());
  ASSERT_FALSE(done);
  while (!done && io.run_one() > 0) {
  }
  EXPECT_TRUE(holds(id));  // of the outbox as it was
  ASSERT_TRUE(follow());
  EXPECT_FALSE(holds(id));
}

}  // namespace
}  // namespace learnd::services
