#include "adapters/embedded_index/embedded_index.hpp"

#include "tests/fakes/run_task.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <string>
#include <thread>

namespace learnd::embedded_index {

namespace {

ports::IndexEntry entryOf(std::uint8_t number, std::uint64_t revision) {
  core::LearningId::Bytes bytes{};
  bytes[15] = number;
  ports::IndexEntry entry;
  entry.id = core::LearningId(bytes);
  entry.revision = revision;
  entry.category = "skills-patterns";
  entry.words = "restart the service of revision " + std::to_string(revision % 7);
  entry.vector = std::vector<float>{1, static_cast<float>(revision), static_cast<float>(number)};
  return entry;
}

ports::Task<void> writeAll(EmbeddedIndex& index, std::uint64_t rounds) {
  for (std::uint64_t revision = 1; revision <= rounds; ++revision) {
    std::vector<ports::IndexEntry> entries;
    for (std::uint8_t number = 0; number < 200; ++number) entries.push_back(entryOf(number, revision));
    auto taken = co_await index.upsert(std::move(entries));
    if (!taken) co_return taken.error();
    std::vector<core::LearningId> gone{entryOf(static_cast<std::uint8_t>(revision), 0).id};
    taken = co_await index.remove(std::move(gone));
    if (!taken) co_return taken.error();
  }
  co_return core::Result<void>();
}

ports::Task<std::size_t> searchAll(EmbeddedIndex& index, int rounds) {
  std::size_t found = 0;
  for (int i = 0; i < rounds; ++i) {
    ports::IndexQuery query;
    query.words = "restart revision 3";
    query.vector = {1, 2, 3};
    query.filter.categories = {"skills-patterns"};
    auto answer = co_await index.search(std::move(query));
    if (!answer) co_return answer.error();
    found += answer->candidates.size();
  }
  co_return found;
}

TEST(EmbeddedIndex, SearchesAndChangesGoOnSideBySide) {
  support::BlockingPool pool(3);
  EmbeddedIndex index(pool);
  boost::asio::io_context loop;
  int ended = 0;
  const auto expectValue = [&ended](std::exception_ptr thrown, auto result) {
    EXPECT_FALSE(thrown);
    EXPECT_TRUE(result);
    ++ended;
  };
  boost::asio::co_spawn(loop, writeAll(index, 30), expectValue);
  for (int i = 0; i < 4; ++i) boost::asio::co_spawn(loop, searchAll(index, 100), expectValue);
  loop.run();
  EXPECT_EQ(ended, 5);
  const auto status = fakes::runTask(loop, index.status());
  ASSERT_TRUE(status);
  EXPECT_EQ(status->entries, 199U);
  EXPECT_EQ(status->vectors, 199U);
}

TEST(EmbeddedIndex, ASmallEntryAloneGoesInWithoutAnotherThread) {
  support::BlockingPool pool(1);
  EmbeddedIndex index(pool);
  pool.stop();
  std::vector<ports::IndexEntry> entries;
  entries.push_back(entryOf(1, 1));
  EXPECT_TRUE(fakes::runTask(index.upsert(entries)));
  entries.front().revision = 2;
  entries.front().vector->push_back(4);
  const auto otherDimensions = fakes::runTask(index.upsert(entries));
  ASSERT_FALSE(otherDimensions);
  EXPECT_EQ(otherDimensions.error().kind(), core::ErrorKind::InvalidInput);
  const auto noSecond = fakes::runTask(index.upsertRebuilt(entries));
  ASSERT_FALSE(noSecond);
  EXPECT_EQ(noSecond.error().kind(), core::ErrorKind::Conflict);
}

TEST(EmbeddedIndex, ALargeEntryGoesToThePool) {
  // Whoever waits for the pool outlives it.
  boost::asio::io_context loop;
  support::BlockingPool pool(1);
  EmbeddedIndex index(pool);
  pool.stop();
  std::vector<ports::IndexEntry> entries;
  entries.push_back(entryOf(1, 1));
  entries.front().words = std::string(5000, 'w');
  bool ended = false;
  boost::asio::co_spawn(loop, index.upsert(std::move(entries)), [&ended](std::exception_ptr, auto) { ended = true; });
  loop.poll();
  EXPECT_FALSE(ended);
}

TEST(EmbeddedIndex, ItsStatusNamesDimensionsAndInstructionSet) {
  support::BlockingPool pool(1);
  EmbeddedIndex index(pool);
  boost::asio::io_context loop;
  ASSERT_TRUE(fakes::runTask(loop, index.useDimensions(384)));
  const auto status = fakes::runTask(loop, index.status());
  ASSERT_TRUE(status);
  EXPECT_TRUE(status->up);
  EXPECT_NE(status->detail.find("384 dimensions"), std::string::npos);
  EXPECT_NE(status->detail.find(kernels::instructionSet()), std::string::npos);
  EXPECT_TRUE(index.keepsVectorsInStore());
}

TEST(FairSharedMutex, AWriterGetsInBetweenReadersThatKeepComing) {
  FairSharedMutex mutex;
  std::atomic<bool> written = false;
  std::atomic<int> readers = 0;
  const auto read = [&] {
    while (!written) {
      const std::shared_lock lock(mutex);
      ++readers;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back(read);
  while (readers < 3) std::this_thread::yield();
  {
    const std::unique_lock lock(mutex);
    written = true;
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(written);
}

TEST(FairSharedMutex, IsTakenAtOnceOnlyWhereNobodyIsInside) {
  FairSharedMutex mutex;
  mutex.lock_shared();
  EXPECT_FALSE(mutex.try_lock());
  mutex.unlock_shared();
  EXPECT_TRUE(mutex.try_lock());
  std::thread other([&mutex] { EXPECT_FALSE(mutex.try_lock()); });
  other.join();
  mutex.unlock();
}

}  // namespace

}  // namespace learnd::embedded_index
