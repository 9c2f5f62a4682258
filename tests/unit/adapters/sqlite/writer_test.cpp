#include "adapters/sqlite/sqlite_record_store.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/unit/adapters/sqlite/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <future>

namespace learnd::sqlite {

namespace {

using core::ErrorKind;
using core::Result;

core::Learning learningOf(std::uint8_t number) {
  core::Learning learning;
  learning.id = core::LearningId({0x01, 0x90, 0, 0, 0, 0, 0x70, number, 0x80});
  learning.category = "skills-patterns";
  learning.query = "question " + std::to_string(number);
  learning.solution = "answer";
  return learning;
}

class WriterTest : public testing::Test {
 protected:
  void open(std::size_t queueLimit = 1024) {
    auto opened = SqliteRecordStore::open({folder_.path(), queueLimit});
    if (!opened) throw std::runtime_error(opened.error().message());
    store_ = std::move(*opened);
  }

  /// Starts a write whose result is kept in its place of results_.
  void start(ports::RecordWork work) {
    results_.emplace_back();
    auto keep = [this, place = results_.size() - 1](std::exception_ptr error, Result<void> result) {
      if (error) std::rethrow_exception(error);
      results_[place] = std::move(result);
    };
    boost::asio::co_spawn(loop_, store_->write(std::move(work)), keep);
    // Until it waits for its answer.
    loop_.restart();
    loop_.poll();
  }
  /// A write that holds the writer until release().
  void block() {
    start([this](ports::RecordTransaction&) -> Result<void> {
      reached_.set_value();
      released_.get_future().wait();
      return {};
    });
    reached_.get_future().wait();
  }
  void release() { released_.set_value(); }
  void insert(std::uint8_t number) {
    start([learning = learningOf(number)](ports::RecordTransaction& transaction) { return transaction.insert(learning); });
  }
  void finish() {
    loop_.restart();
    loop_.run();
  }
  std::uint64_t stored() {
    auto counts = fakes::runTask(loop_, store_->counts());
    return counts ? counts->learnings : 0;
  }

  ScratchFolder folder_;
  boost::asio::io_context loop_;
  std::promise<void> reached_;
  std::promise<void> released_;
  std::vector<std::optional<Result<void>>> results_;
  std::unique_ptr<SqliteRecordStore> store_;
};

TEST_F(WriterTest, WhatWaitsSharesOneCommit) {
  open();
  const auto before = store_->writerFigures();
  block();
  for (std::uint8_t i = 1; i <= 40; ++i) insert(i);
  release();
  finish();
  for (const auto& result : results_) EXPECT_TRUE(result && *result);
  const auto after = store_->writerFigures();
  EXPECT_EQ(after.works - before.works, 41U);
  EXPECT_EQ(after.commits - before.commits, 2U);
  EXPECT_EQ(stored(), 40U);
}

TEST_F(WriterTest, AnErrorInAGroupUndoesOnlyItsOwnWork) {
  open();
  block();
  insert(1);
  start([](ports::RecordTransaction& transaction) -> Result<void> {
    EXPECT_TRUE(transaction.insert(learningOf(2)));
    return core::Error(ErrorKind::InvalidInput, "no");
  });
  start([](ports::RecordTransaction& transaction) -> Result<void> {
    EXPECT_TRUE(transaction.insert(learningOf(3)));
    throw std::runtime_error("a bug");
  });
  insert(1);  // a conflict with one of the same group
  insert(4);
  release();
  finish();
  EXPECT_TRUE(*results_[1]);
  EXPECT_EQ(results_[2]->error().kind(), ErrorKind::InvalidInput);
  EXPECT_EQ(results_[3]->error().kind(), ErrorKind::Internal);
  EXPECT_EQ(results_[4]->error().kind(), ErrorKind::Conflict);
  EXPECT_TRUE(*results_[5]);
  EXPECT_EQ(stored(), 2U);
}

TEST_F(WriterTest, AGroupOfFailuresCommitsNothing) {
  open();
  block();
  for (int i = 0; i < 3; ++i) start([](ports::RecordTransaction&) -> Result<void> { return core::Error(ErrorKind::InvalidInput, "no"); });
  const auto before = store_->writerFigures();
  release();
  finish();
  EXPECT_EQ(store_->writerFigures().commits - before.commits, 1U);  // the one that held the writer
}

TEST_F(WriterTest, AFullQueueIsBusyAtOnce) {
  open(2);
  block();
  insert(1);
  insert(2);
  insert(3);
  ASSERT_TRUE(results_[3]);
  EXPECT_EQ(results_[3]->error().kind(), ErrorKind::Busy);
  release();
  finish();
  EXPECT_EQ(stored(), 2U);
  insert(3);
  finish();
  EXPECT_TRUE(*results_.back());
}

TEST_F(WriterTest, WhatWasTakenIsDoneBeforeTheStoreCloses) {
  open();
  block();
  for (std::uint8_t i = 1; i <= 20; ++i) insert(i);
  release();
  store_.reset();
  finish();
  for (const auto& result : results_) EXPECT_TRUE(result && *result);
  open();
  EXPECT_EQ(stored(), 20U);
}

TEST_F(WriterTest, IndexingRidesAlongWithAStore) {
  open();
  insert(1);
  finish();
  block();
  std::optional<Result<void>> finished;
  auto keep = [&](std::exception_ptr, Result<void> result) { finished = std::move(result); };
  std::vector<ports::IndexedEntry> entries{{learningOf(1).id, 1, std::vector<float>{1}, false}};
  boost::asio::co_spawn(loop_, store_->finishIndexing(std::move(entries), ""), keep);
  insert(2);
  const auto before = store_->writerFigures();
  release();
  finish();
  EXPECT_TRUE(finished && *finished);
  EXPECT_EQ(store_->writerFigures().commits - before.commits, 2U);
}

TEST_F(WriterTest, AWorkCantKeepWhatSqliteRefused) {
  open();
  core::Learning wrong = learningOf(1);
  wrong.valueScore = std::numeric_limits<double>::quiet_NaN();  // SQLite takes it for NULL
  start([wrong](ports::RecordTransaction& transaction) -> Result<void> {
    EXPECT_TRUE(transaction.insert(learningOf(2)));
    EXPECT_FALSE(transaction.insert(wrong));
    return {};  // the failure is not passed on
  });
  finish();
  EXPECT_EQ(results_[0]->error().kind(), ErrorKind::Internal);
  EXPECT_EQ(stored(), 0U);
}

}  // namespace

}  // namespace learnd::sqlite
