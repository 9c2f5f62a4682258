#include "adapters/sqlite/sqlite_record_store.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/unit/adapters/sqlite/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <csignal>

namespace learnd::sqlite {

namespace {

/// No file may grow past this size while it lives: what a full disk looks like to SQLite.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    signalBefore_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signalBefore_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*signalBefore_)(int) = nullptr;
};

core::Learning learningOf(std::uint32_t number) {
  core::Learning learning;
  learning.id = core::LearningId(
      {0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)});
  learning.category = "skills-patterns";
  learning.query = "question " + std::to_string(number);
  learning.solution = std::string(3000, 'x');
  return learning;
}

class FullDisk : public testing::Test {
 protected:
  void open() {
    auto opened = SqliteRecordStore::open({folder_.path()});
    if (!opened) throw std::runtime_error(opened.error().message());
    store_ = std::move(*opened);
  }
  /// A pair: what is half there would show.
  core::Result<void> insertPair(std::uint32_t number) {
    ports::RecordWork work = [number](ports::RecordTransaction& transaction) -> core::Result<void> {
      auto first = transaction.insert(learningOf(2 * number));
      return first ? transaction.insert(learningOf(2 * number + 1)) : first;
    };
    return fakes::runTask(loop_, store_->write(std::move(work)));
  }
  ports::RecordStoreStatus status() {
    auto told = fakes::runTask(loop_, store_->status());
    return told ? *told : ports::RecordStoreStatus{};
  }
  std::size_t exported() {
    auto all = fakes::runTask(loop_, store_->exportPage(std::nullopt, 100000));
    return all ? all->size() : 0;
  }

  ScratchFolder folder_;
  boost::asio::io_context loop_;
  std::unique_ptr<SqliteRecordStore> store_;
};

TEST_F(FullDisk, IsAnErrorOfItsOwnLeavesNothingHalfAndEndsWhenRoomIsBack) {
  open();
  std::uint32_t acknowledged = 0;
  std::uint32_t next = 0;
  {
    const FileSizeLimit limit(1 << 20);
    // Refused five times on end: neither the log nor the database itself has room.
    for (int refused = 0; refused < 5 && next < 1000; ++next) {
      const auto done = insertPair(next);
      if (done) {
        ++acknowledged;
        refused = 0;
        continue;
      }
      ++refused;
      EXPECT_EQ(done.error().kind(), core::ErrorKind::StorageFull) << done.error().message();
    }
    ASSERT_LT(next, 1000U);
    EXPECT_EQ(exported(), 2 * acknowledged);
    EXPECT_NE(status().detail.find("check the disk"), std::string::npos) << status().detail;
    EXPECT_TRUE(status().up);
  }
  for (std::uint32_t i = 0; i < 50; ++i) {
    const auto done = insertPair(next + i);
    ASSERT_TRUE(done) << done.error().message();
    ++acknowledged;
  }
  EXPECT_EQ(status().detail, "");
  store_.reset();
  open();
  EXPECT_EQ(exported(), 2 * acknowledged);
}

TEST_F(FullDisk, ALogThatTakesTheRoomIsWrittenBack) {
  open();
  const FileSizeLimit limit(1 << 20);
  std::uint32_t next = 0;
  while (next < 1000 && insertPair(next)) ++next;
  ASSERT_LT(next, 1000U);
  const auto log = folder_.path() / "learnd.db-wal";
  EXPECT_GT(std::filesystem::file_size(log), 900'000U);
  EXPECT_TRUE(insertPair(next));
  EXPECT_LT(std::filesystem::file_size(log), 200'000U);
}

TEST_F(FullDisk, OfAGroupThatDoesNotFitNothingIsKept) {
  open();
  ASSERT_TRUE(insertPair(0));
  {
    const FileSizeLimit limit(1 << 20);
    ports::RecordWork work = [](ports::RecordTransaction& transaction) -> core::Result<void> {
      for (std::uint32_t i = 100; i < 1100; ++i) {
        if (auto done = transaction.insert(learningOf(i)); !done) return done;
      }
      return {};
    };
    const auto done = fakes::runTask(loop_, store_->write(std::move(work)));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind(), core::ErrorKind::StorageFull);
  }
  EXPECT_EQ(exported(), 2U);
  store_.reset();
  open();
  EXPECT_EQ(exported(), 2U);
  ASSERT_TRUE(insertPair(1));
}

}  // namespace

}  // namespace learnd::sqlite
