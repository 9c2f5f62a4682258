#include "adapters/sqlite/outbox.hpp"

#include "adapters/sqlite/sqlite_record_store.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/unit/adapters/sqlite/scratch_folder.hpp"

#include <gtest/gtest.h>

namespace learnd::sqlite {

namespace {

core::Learning learningOf(std::uint8_t number) {
  core::Learning learning;
  learning.id = core::LearningId({0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, number});
  learning.category = "skills-patterns";
  learning.query = "question " + std::to_string(number);
  learning.solution = "so";
  return learning;
}

TEST(SqliteOutbox, ARowThatCantBeReadIsSetAsideAndTheOthersGoOn) {
  const ScratchFolder folder;
  SqliteOptions options;
  options.stateFolder = folder.path();
  const auto opened = SqliteRecordStore::open(std::move(options));
  ASSERT_TRUE(opened);
  auto& store = **opened;
  boost::asio::io_context loop;
  for (std::uint8_t number = 1; number <= 3; ++number) {
    ports::RecordWork insert = [number](ports::RecordTransaction& transaction) { return transaction.insert(learningOf(number)); };
    ASSERT_TRUE(fakes::runTask(loop, store.write(std::move(insert))));
  }
  Connection(folder.path() / "learnd.db", Access::ReadWrite)
      .execute("update learnings set breakdown = '{\"x\":1}' where query = 'question 2'");
  const auto pending = fakes::runTask(loop, store.pending(core::Timestamp(std::chrono::seconds(4'000'000'000)), 10));
  ASSERT_TRUE(pending) << pending.error().message();
  ASSERT_EQ(pending->size(), 2U);
  EXPECT_EQ(pending->at(1).id, learningOf(3).id);
  const auto counts = fakes::runTask(loop, store.counts());
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->setAside, 1U);
  EXPECT_NE(counts->lastError.find("can't be read"), std::string::npos) << counts->lastError;
}

}  // namespace

}  // namespace learnd::sqlite
