#include "tests/private_postgres/scratch_schema.hpp"
#include "tests/unit/adapters/postgres/store_load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>

namespace learnd::postgres {

namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

/// Two daemons on one database.
class TwoStores : public testing::Test {
 protected:
  TwoStores() {
    schema_.options().claimLife = 700ms;
    // A busy machine has its time: works that block each other for good still fail.
    schema_.options().statementTimeout = 90s;
    schema_.options().lockTimeout = 60s;
    one_ = schema_.open();
    two_ = schema_.open();
  }

  static std::set<core::LearningId> claim(ports::RecordStore& store, std::size_t limit) {
    const auto entries = runTask(store.pending(core::Timestamp(std::chrono::seconds(4'000'000'000)), limit));
    if (!entries) throw std::runtime_error(entries.error().message());
    std::set<core::LearningId> ids;
    for (const auto& entry : *entries) ids.insert(entry.id);
    return ids;
  }

  /// Rows that nobody has claimed yet.
  void insertUnclaimed(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) mustInsert(*one_, learningOf(i));
    schema_.sql("update outbox set claimed_by = null, claimed_until = null");
  }

  static std::vector<core::LearningId> common(const std::set<core::LearningId>& a, const std::set<core::LearningId>& b) {
    std::vector<core::LearningId> both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
    return both;
  }

  /// All works at once, spread over both.
  void runOnBoth(const std::vector<ports::RecordWork>& works) {
    boost::asio::io_context loop;
    bool second = false;
    for (const auto& work : works) {
      auto& store = second ? *two_ : *one_;
      second = !second;
      boost::asio::co_spawn(loop, store.write(work),
                            [](std::exception_ptr, core::Result<void> done) { EXPECT_TRUE(done) << done.error().message(); });
    }
    loop.run();
  }

  tests::ScratchSchema schema_{tests::PrivatePostgres::shared()};
  std::unique_ptr<PostgresRecordStore> one_;
  std::unique_ptr<PostgresRecordStore> two_;
};

TEST_F(TwoStores, ClaimDisjointRows) {
  insertUnclaimed(20);
  const auto first = claim(*one_, 8);
  const auto second = claim(*two_, 8);
  EXPECT_THAT(first, SizeIs(8));
  EXPECT_THAT(second, SizeIs(8));
  EXPECT_THAT(common(first, second), IsEmpty());
  // What one has claimed it gets again, until it is finished.
  EXPECT_EQ(claim(*one_, 8), first);
}

TEST_F(TwoStores, WhatOneHasStoredIsItsOwnAtFirst) {
  mustInsert(*one_, learningOf(1));
  EXPECT_THAT(claim(*two_, 10), IsEmpty());
  EXPECT_THAT(claim(*one_, 10), SizeIs(1));
}

TEST_F(TwoStores, TheRowsOfADeadOneAreFinishedByTheOther) {
  insertUnclaimed(5);
  ASSERT_THAT(claim(*one_, 10), SizeIs(5));
  EXPECT_THAT(claim(*two_, 10), IsEmpty());
  // One is dead: it finishes nothing more, and says nothing either.
  std::this_thread::sleep_for(900ms);
  EXPECT_THAT(claim(*two_, 10), SizeIs(5));
}

TEST_F(TwoStores, OneThatStopsLeavesItsRowsToTheOtherAtOnce) {
  insertUnclaimed(5);
  ASSERT_THAT(claim(*one_, 10), SizeIs(5));
  one_.reset();
  EXPECT_THAT(claim(*two_, 10), SizeIs(5));
}

TEST_F(TwoStores, OneAtATimeHasALease) {
  EXPECT_TRUE(*runTask(one_->takeLease("rebuild", "one", 60s)));
  EXPECT_FALSE(*runTask(two_->takeLease("rebuild", "two", 60s)));
  EXPECT_TRUE(*runTask(one_->takeLease("rebuild", "one", 1s)));
  std::this_thread::sleep_for(2100ms);
  EXPECT_TRUE(*runTask(two_->takeLease("rebuild", "two", 60s)));
  EXPECT_FALSE(*runTask(one_->takeLease("rebuild", "one", 60s)));
  ASSERT_TRUE(runTask(two_->giveLeaseBack("rebuild", "two")));
  EXPECT_TRUE(*runTask(one_->takeLease("rebuild", "one", 60s)));
}

TEST_F(TwoStores, ALateFinishOfAnOlderRevisionChangesNothing) {
  insertUnclaimed(1);
  ASSERT_THAT(claim(*one_, 1), SizeIs(1));
  core::Learning changed = learningOf(0);
  changed.query = "asked in another way";
  ports::RecordWork change = [changed](ports::RecordTransaction& transaction) {
    return transaction.update(changed, ports::IndexChange::Text);
  };
  ASSERT_TRUE(runTask(two_->write(change)));
  std::vector<ports::IndexedEntry> late{{changed.id, 1, std::vector<float>{1, 2}, false}};
  ASSERT_TRUE(runTask(one_->finishIndexing(late, "")));
  EXPECT_THAT(claim(*two_, 1), SizeIs(1));
  EXPECT_EQ(schema_.sql("select count(*) from vectors"), "0\n");
}

TEST_F(TwoStores, TheSameLearningStoredByBothAtOnceIsOneRow) {
  std::vector<ports::RecordWork> works;
  for (std::uint64_t question = 0; question < 6; ++question) {
    for (std::uint64_t i = 0; i < 10; ++i) {
      core::Learning learning = learningOf(1000 * question + i);
      learning.query = "question " + std::to_string(question);
      learning.solution = "answer";
      works.push_back(storeOnceOf(learning));
    }
  }
  runOnBoth(works);
  EXPECT_EQ(countOf(*one_), 6U);
  EXPECT_EQ(schema_.sql("select min(occurrences), max(occurrences) from learnings"), "10|10\n");
}

TEST_F(TwoStores, RepeatsOfAnInteractionHaveOneOwner) {
  std::vector<ports::RecordWork> works;
  for (std::uint64_t i = 0; i < 40; ++i) {
    core::Learning learning = learningOf(i);
    learning.kind = core::Kind::Interaction;
    learning.category = "interaction-history";
    learning.outcome = core::Outcome::Unknown;
    learning.query = "which shell?";
    learning.solution = "bash";
    works.push_back(insertionOf(learning));
  }
  runOnBoth(works);
  EXPECT_EQ(schema_.sql("select count(*), count(*) filter (where owns_entry) from learnings"), "40|1\n");
  EXPECT_EQ(schema_.sql("select count(*) from outbox"), "1\n");
}

TEST_F(TwoStores, CountsOfOneRowAddUp) {
  mustInsert(*one_, learningOf(1));
  ports::RecordWork use = [](ports::RecordTransaction& transaction) -> core::Result<void> {
    auto found = transaction.load(learningOf(1).id);
    if (!found) return found.error();
    (*found)->uses += 1;
    return transaction.update(**found, ports::IndexChange::None);
  };
  runOnBoth(std::vector<ports::RecordWork>(60, use));
  EXPECT_EQ(schema_.sql("select uses from learnings"), "60\n");
}

TEST_F(TwoStores, AnIdempotencyKeyCountsForBoth) {
  std::vector<ports::RecordWork> works;
  for (std::uint64_t i = 0; i < 20; ++i) {
    core::Learning learning = learningOf(i);
    works.push_back([learning](ports::RecordTransaction& transaction) -> core::Result<void> {
      auto first = transaction.recall(7, "key", core::Timestamp());
      if (!first) return first.error();
      if (*first) return {};
      if (auto done = transaction.insert(learning); !done) return done;
      ports::RememberedAnswer answer;
      answer.id = learning.id;
      answer.learning = "{}";
      return transaction.remember(7, "key", learning.timestamp, answer);
    });
  }
  runOnBoth(works);
  EXPECT_EQ(countOf(*one_), 1U);
}

TEST_F(TwoStores, WorksWithManyKeysInAnyOrderDoNotBlockEachOther) {
  std::vector<ports::RecordWork> works;
  for (std::uint64_t batch = 0; batch < 8; ++batch) {
    works.push_back([batch](ports::RecordTransaction& transaction) -> core::Result<void> {
      for (std::uint64_t i = 0; i < 60; ++i) {
        // Every other batch from behind: locks in opposite orders.
        core::Learning learning = learningOf(batch % 2 == 0 ? i : 59 - i);
        learning.id = learningOf(1000 * (batch + 1) + i).id;
        if (auto done = storeOnceOf(learning)(transaction); !done) return done;
      }
      return {};
    });
  }
  runOnBoth(works);
  EXPECT_EQ(countOf(*two_), 60U);
  EXPECT_EQ(schema_.sql("select min(occurrences), max(occurrences) from learnings"), "8|8\n");
}

}  // namespace

}  // namespace learnd::postgres
