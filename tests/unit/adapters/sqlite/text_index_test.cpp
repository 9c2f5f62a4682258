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
  static core::LearningId idOf(unsigned number) {
    return core::LearningId(
        {0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)});
  }
  static core::Learning learningOf(unsigned number, std::string query, std::string solution) {
    core::Learning learning;
    learning.id = idOf(number);
    learning.category = "skills-patterns";
    learning.query = std::move(query);
    learning.solution = std::move(solution);
    return learning;
  }
  void write(ports::RecordWork work) { ASSERT_TRUE(fakes::runTask(loop_, store_->write(std::move(work)))); }
  void insert(unsigned number, std::string query, std::string solution = "so") {
    const auto learning = learningOf(number, std::move(query), std::move(solution));
    write([learning](ports::RecordTransaction& transaction) { return transaction.insert(learning); });
  }
  void insertMany(unsigned first, unsigned count, const std::string& query) {
    write([=](ports::RecordTransaction& transaction) -> core::Result<void> {
      for (unsigned i = first; i < first + count; ++i) {
        if (auto done = transaction.insert(learningOf(i, query + " number" + std::to_string(i), "so")); !done) return done;
      }
      return {};
    });
  }
  /// What was there before comes into the index while others are served.
  std::size_t foundOnce(const std::string& words, std::size_t expected) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    std::size_t found = 0;
    do {
      found = search(words)->size();
    } while (found != expected && std::chrono::steady_clock::now() < end);
    return found;
  }
  /// FTS5's own comparison of the index with the rows.
  void expectWhole() {
    store_.reset();
    Connection connection(folder_.path() / "learnd.db", Access::ReadWrite);
    EXPECT_NO_THROW(connection.execute("insert into text_index (text_index, rank) values ('integrity-check', 1)"));
    auto left = connection.query(std::string("select count(*) from learnings where seq < (select seq from text_index_from)"));
    ASSERT_TRUE(left.step());
    EXPECT_EQ(left.integer(0), 0);
  }
  ports::Result<std::vector<ports::TextHit>> search(std::string words) {
    ports::TextQuery query;
    query.words = std::move(words);
    query.limit = 5000;
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
  EXPECT_EQ(foundOnce("plugh", 1), 1U);
}

TEST_F(TextIndex, WhatIsThereChangesAndGoesWhileTheIndexGrows) {
  open(false);
  insertMany(1, 3000, "plugh");
  open(true);
  // Some of them are in it already, others aren't yet.
  for (unsigned i = 1; i <= 3000; i += 150) {
    const auto changed = learningOf(i, "xyzzy " + std::to_string(i), "so");
    write([changed](ports::RecordTransaction& transaction) { return transaction.update(changed, ports::IndexChange::Text); });
    write([i](ports::RecordTransaction& transaction) { return transaction.erase(idOf(i + 1)); });
    insert(10'000 + i, "plugh anew");
  }
  EXPECT_EQ(foundOnce("plugh", 2980), 2980U);
  EXPECT_EQ(foundOnce("xyzzy", 20), 20U);
  EXPECT_EQ(search("anew")->size(), 20U);
  expectWhole();
}

TEST_F(TextIndex, GrowsOnAfterAStopInBetween) {
  open(false);
  insertMany(1, 3000, "plugh");
  for (int i = 0; i < 4; ++i) {
    open(true);
    insert(20'000U + static_cast<unsigned>(i), "plugh anew");
  }
  EXPECT_EQ(foundOnce("plugh", 3004), 3004U);
  expectWhole();
}

TEST_F(TextIndex, AnErasedOneIsForgottenWhileTheIndexIsOff) {
  open(true);
  insertMany(1, 600, "plugh");
  open(false);
  for (unsigned i = 1; i <= 10; ++i) write([i](ports::RecordTransaction& transaction) { return transaction.erase(idOf(i)); });
  const auto changed = learningOf(11, "xyzzy", "so");
  write([changed](ports::RecordTransaction& transaction) { return transaction.update(changed, ports::IndexChange::Text); });
  open(true);
  EXPECT_EQ(foundOnce("plugh", 589), 589U);
  EXPECT_EQ(foundOnce("xyzzy", 1), 1U);
  expectWhole();
}

TEST_F(TextIndex, WhatCameWhileItWasNotKeptIsFoundWhenItIsAgain) {
  open(true);
  insert(1, "plugh xyzzy");
  open(false);
  insert(2, "plugh frotz");
  open(true);
  EXPECT_EQ(foundOnce("plugh", 2), 2U);
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
