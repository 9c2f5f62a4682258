#include "adapters/sqlite/sqlite_record_store.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/unit/adapters/sqlite/scratch_folder.hpp"

#include <gtest/gtest.h>

namespace learnd::sqlite {

namespace {

class TextIndex : public testing::Test {
 protected:
  void open(bool keepTextIndex) {
    store_.reset();
    SqliteOptions options;
    options.stateFolder = folder_.path();
    options.keepTextIndex = keepTextIndex;
    auto opened = SqliteRecordStore::open(std::move(options));
    if (!opened) throw std::runtime_error(opened.error().message());
    store_ = std::move(*opened);
  }
  void insert(std::uint8_t number, std::string query, std::string solution = "so") {
    core::Learning learning;
    learning.id = core::LearningId({0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, number});
    learning.category = "skills-patterns";
    learning.query = std::move(query);
    learning.solution = std::move(solution);
    ports::RecordWork work = [learning](ports::RecordTransaction& transaction) { return transaction.insert(learning); };
    ASSERT_TRUE(fakes::runTask(loop_, store_->write(std::move(work))));
  }
  ports::Result<std::vector<ports::TextHit>> search(std::string words) {
    ports::TextQuery query;
    query.words = std::move(words);
    return fakes::runTask(loop_, store_->searchText(std::move(query)));
  }

  ScratchFolder folder_;
  boost::asio::io_context loop_;
  std::unique_ptr<SqliteRecordStore> store_;
};

TEST_F(TextIndex, IsBuiltForWhatIsThereAlready) {
  open(false);
  insert(1, "plugh xyzzy");
  const auto refused = search("plugh");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), core::ErrorKind::Unavailable);
  open(true);
  EXPECT_EQ(search("plugh")->size(), 1U);
}

TEST_F(TextIndex, WhatCameWhileItWasNotKeptIsFoundWhenItIsAgain) {
  open(true);
  insert(1, "plugh xyzzy");
  open(false);
  insert(2, "plugh frotz");
  open(true);
  EXPECT_EQ(search("plugh")->size(), 2U);
  EXPECT_EQ(search("frotz")->size(), 1U);
}

TEST_F(TextIndex, TakesTextsOfAnySize) {
  open(true);
  std::string log;
  while (log.size() < (2U << 20U)) log += "line" + std::to_string(log.size()) + " ";
  insert(1, "plugh xyzzy", log + " frotz");
  EXPECT_EQ(search("frotz")->size(), 1U);
}

}  // namespace

}  // namespace learnd::sqlite
