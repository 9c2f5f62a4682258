#include "tests/private_postgres/scratch_schema.hpp"
#include "tests/unit/adapters/postgres/store_load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace learnd::postgres {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Two daemons, each with an index of its own.
class PostgresChanges : public testing::Test {
 protected:
  PostgresChanges() {
    schema_.options().followChanges = true;
    one_ = schema_.open();
    two_ = schema_.open();
    EXPECT_THAT(told(*one_), IsEmpty());
    EXPECT_THAT(told(*two_), IsEmpty());
  }

  static std::vector<core::LearningId> told(ports::RecordStore& store) {
    auto changed = runTask(store.changedByOthers());
    if (!changed) throw std::runtime_error(changed.error().message());
    return *changed;
  }
  static std::vector<ports::StoredEntry> entries(ports::RecordStore& store, std::vector<core::LearningId> ids) {
    return runTask(store.entriesOf(std::move(ids))).value();
  }

  tests::ScratchSchema schema_{tests::PrivatePostgres::shared()};
  std::unique_ptr<PostgresRecordStore> one_;
  std::unique_ptr<PostgresRecordStore> two_;
};

TEST_F(PostgresChanges, WhatOneStoresTheOtherIsToldOnce) {
  const auto learning = learningOf(1);
  mustInsert(*one_, learning);
  EXPECT_THAT(told(*one_), IsEmpty());
  EXPECT_THAT(told(*two_), ElementsAre(learning.id));
  EXPECT_THAT(told(*two_), IsEmpty());
  const auto found = entries(*two_, {learning.id, learningOf(2).id});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].learning.query, learning.query);
  EXPECT_FALSE(found[0].vector);
}

TEST_F(PostgresChanges, AVectorThatFollowsIsToldToo) {
  ASSERT_TRUE(runTask(one_->useEmbedder("a model")));
  const auto learning = learningOf(1);
  mustInsert(*one_, learning);
  EXPECT_THAT(told(*two_), ElementsAre(learning.id));
  std::vector<ports::IndexedEntry> done{{learning.id, 1, std::vector<float>{1, 0}, false}};
  ASSERT_TRUE(runTask(one_->finishIndexing(std::move(done), "")));
  EXPECT_THAT(told(*two_), ElementsAre(learning.id));
  EXPECT_EQ(entries(*two_, {learning.id}).at(0).vector, (std::vector<float>{1, 0}));
}

TEST_F(PostgresChanges, WhatIsErasedIsToldAndHasNoEntry) {
  const auto learning = learningOf(1);
  mustInsert(*one_, learning);
  EXPECT_THAT(told(*two_), ElementsAre(learning.id));
  ports::RecordWork work = [id = learning.id](ports::RecordTransaction& transaction) { return transaction.erase(id); };
  ASSERT_TRUE(runTask(two_->write(std::move(work))));
  EXPECT_THAT(told(*one_), ElementsAre(learning.id));
  EXPECT_THAT(entries(*one_, {learning.id}), IsEmpty());
}

TEST_F(PostgresChanges, ClaimsAndFailedTriesAreNoChange) {
  const auto learning = learningOf(1);
  mustInsert(*one_, learning);
  EXPECT_THAT(told(*two_), ElementsAre(learning.id));
  std::vector<ports::FailedEntry> failed{{learning.id, 1, "no", false, core::Timestamp()}};
  ASSERT_TRUE(runTask(one_->failIndexing(std::move(failed))));
  ASSERT_TRUE(runTask(one_->pending(core::Timestamp(std::chrono::seconds(4'000'000'000)), 10)));
  EXPECT_THAT(told(*two_), IsEmpty());
}

TEST_F(PostgresChanges, ATransactionThatBeganEarlierAndEndsLaterIsNotMissed) {
  const auto early = learningOf(1);
  const auto late = learningOf(2);
  std::promise<void> begun;
  std::promise<void> mayEnd;
  std::thread slow([&] {
    ports::RecordWork work = [&](ports::RecordTransaction& transaction) -> core::Result<void> {
      auto done = transaction.insert(early);
      begun.set_value();
      mayEnd.get_future().wait();
      return done;
    };
    EXPECT_TRUE(runTask(one_->write(std::move(work))));
  });
  begun.get_future().wait();
  mustInsert(*one_, late);
  EXPECT_THAT(told(*two_), ElementsAre(late.id));
  EXPECT_THAT(told(*two_), IsEmpty());
  mayEnd.set_value();
  slow.join();
  EXPECT_THAT(told(*two_), ElementsAre(early.id));
  EXPECT_THAT(told(*two_), IsEmpty());
}

TEST_F(PostgresChanges, WhatADumpBroughtFromAnotherServerIsForgotten) {
  schema_.sql(
      "insert into changes values ('0190a1b2-0000-7000-8000-000000000001', '0190a1b2-0000-7000-8000-000000000002', '999999999999')");
  const auto third = schema_.open();
  EXPECT_EQ(schema_.sql("select count(*) from changes"), "0\n");
}

TEST_F(PostgresChanges, ANumberThatACrashOfTheServerGivesOnceMoreIsNotMissed) {
  const auto learning = learningOf(1);
  mustInsert(*one_, learning);
  EXPECT_THAT(told(*two_), ElementsAre(learning.id));
  // Numbers that were given and not written when it crashed: what comes next has smaller ones than were seen already.
  for (int i = 0; i < 8; ++i) schema_.sql("select pg_current_xact_id()");
  EXPECT_THAT(told(*two_), IsEmpty());
  schema_.sql("insert into changes select '" + learningOf(2).id.text() +
              "', gen_random_uuid(), (pg_current_xact_id()::text::bigint - 5)::text::xid8");
  EXPECT_THAT(told(*two_), ElementsAre(learningOf(2).id));
  EXPECT_THAT(told(*two_), IsEmpty());
}

TEST_F(PostgresChanges, WhereNobodyFollowsNothingIsNoted) {
  schema_.options().followChanges = false;
  const auto store = schema_.open();
  mustInsert(*store, learningOf(1));
  EXPECT_EQ(schema_.sql("select count(*) from changes"), "0\n");
  EXPECT_FALSE(store->isFollowed());
}

}  // namespace

}  // namespace learnd::postgres
