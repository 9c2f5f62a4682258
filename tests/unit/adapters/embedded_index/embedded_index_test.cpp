#include "adapters/embedded_index/embedded_index.hpp"

#include "tests/fakes/run_task.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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

ports::Task<void> storeOne(EmbeddedIndex& index, ports::IndexEntry entry) {
  std::vector<ports::IndexEntry> entries;
  entries.push_back(std::move(entry));
  return index.upsert(std::move(entries));
}

/// Of words alone, as stores without an embedder bring them.
ports::IndexEntry wordsOf(std::uint8_t number, std::string words) {
  ports::IndexEntry entry = entryOf(number, 1);
  entry.words = std::move(words);
  entry.vector.reset();
  return entry;
}

std::size_t foundBy(boost::asio::io_context& loop, EmbeddedIndex& index, const std::string& words) {
  ports::IndexQuery query;
  query.words = words;
  const auto answer = fakes::runTask(loop, index.search(std::move(query)));
  return answer ? answer->candidates.size() : 0;
}

TEST(EmbeddedIndex, ASmallEntryOfWordsWaitsForNobody) {
  support::BlockingPool pool(1);
  EmbeddedIndex index(pool);
  pool.stop();
  EXPECT_TRUE(fakes::runTask(storeOne(index, wordsOf(1, "restart the service"))));
}

TEST(EmbeddedIndex, WhatWaitsIsFoundChangedAndRemovedByTheNextCall) {
  boost::asio::io_context loop;
  support::BlockingPool pool(2);
  EmbeddedIndex index(pool);
  for (std::uint8_t number = 0; number < 21; ++number) {
    ASSERT_TRUE(fakes::runTask(loop, storeOne(index, wordsOf(number, "restart the service"))));
    ASSERT_EQ(foundBy(loop, index, "service"), number + 1U);
  }
  for (std::uint8_t number = 100; number < 103; ++number)
    ASSERT_TRUE(fakes::runTask(loop, storeOne(index, wordsOf(number, "mount the disk"))));
  EXPECT_EQ(fakes::runTask(loop, index.status())->entries, 24U);
  ASSERT_TRUE(fakes::runTask(loop, storeOne(index, wordsOf(103, "mount the disk"))));
  std::vector<core::LearningId> gone{entryOf(103, 1).id};
  ASSERT_TRUE(fakes::runTask(loop, index.remove(std::move(gone))));
  EXPECT_EQ(foundBy(loop, index, "disk"), 3U);
  ASSERT_TRUE(fakes::runTask(loop, storeOne(index, wordsOf(104, "mount the disk"))));
  ports::IndexEntry withVector = wordsOf(104, "mount the disk");
  withVector.vector = std::vector<float>{1, 2, 3};
  ASSERT_TRUE(fakes::runTask(loop, storeOne(index, withVector)));
  const auto status = fakes::runTask(loop, index.status());
  EXPECT_EQ(std::pair(status->entries, status->vectors), std::pair(std::size_t{25}, std::size_t{1}));
}

TEST(EmbeddedIndex, WhatWaitsBelongsToTheIndexThatServed) {
  boost::asio::io_context loop;
  support::BlockingPool pool(1);
  EmbeddedIndex index(pool);
  ASSERT_TRUE(fakes::runTask(loop, index.beginRebuild("second", 3)));
  ASSERT_TRUE(fakes::runTask(loop, storeOne(index, wordsOf(1, "restart the service"))));
  ASSERT_TRUE(fakes::runTask(loop, index.finishRebuild()));
  EXPECT_EQ(foundBy(loop, index, "service"), 0U);
}

TEST(EmbeddedIndex, OtherDimensionsAndAMissingSecondIndexAreErrors) {
  boost::asio::io_context loop;
  support::BlockingPool pool(1);
  EmbeddedIndex index(pool);
  ASSERT_TRUE(fakes::runTask(loop, storeOne(index, entryOf(1, 1))));
  std::vector<ports::IndexEntry> entries;
  entries.push_back(entryOf(1, 2));
  entries.front().vector->push_back(4);
  const auto otherDimensions = fakes::runTask(loop, index.upsert(entries));
  ASSERT_FALSE(otherDimensions);
  EXPECT_EQ(otherDimensions.error().kind(), core::ErrorKind::InvalidInput);
  const auto noSecond = fakes::runTask(loop, index.upsertRebuilt(entries));
  ASSERT_FALSE(noSecond);
  EXPECT_EQ(noSecond.error().kind(), core::ErrorKind::Conflict);
}

TEST(WaitingEntries, WhatFailsStaysAndKeepsItsPlace) {
  WaitingEntries waiting;
  EXPECT_EQ(waiting.add(wordsOf(1, "first")), 1U);
  EXPECT_EQ(waiting.add(wordsOf(2, "second")), 2U);
  std::vector<std::string> taken;
  const auto refuse = [&taken](const ports::IndexEntry& entry) {
    if (entry.words == "second") throw std::bad_alloc();
    taken.push_back(entry.words);
    return true;
  };
  EXPECT_THROW(waiting.takeAll(refuse), std::bad_alloc);
  EXPECT_THROW(waiting.takeAll(refuse), std::bad_alloc);
  waiting.takeIfFree([](const ports::IndexEntry&) { return false; });
  waiting.takeIfFree([&taken](const ports::IndexEntry& entry) {
    taken.push_back(entry.words);
    return true;
  });
  EXPECT_EQ(taken, (std::vector<std::string>{"first", "second"}));
}

TEST(WaitingEntries, WhoComesSecondWaitsUntilTheFirstHasTakenThemIn) {
  WaitingEntries waiting;
  for (std::uint8_t number = 0; number < 8; ++number) waiting.add(wordsOf(number, "words"));
  std::atomic<int> taken = 0;
  const auto slowly = [&taken](const ports::IndexEntry&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    ++taken;
    return true;
  };
  const auto seenAfter = [&] {
    waiting.takeAll(slowly);
    return taken.load();
  };
  auto other = std::async(std::launch::async, seenAfter);
  EXPECT_EQ(seenAfter(), 8);
  EXPECT_EQ(other.get(), 8);
}

TEST(EmbeddedIndex, ALargeEntryGoesToThePool) {
  // Whoever waits for the pool outlives it.
  boost::asio::io_context loop;
  support::BlockingPool pool(1);
  EmbeddedIndex index(pool);
  pool.stop();
  bool ended = false;
  boost::asio::co_spawn(loop, storeOne(index, wordsOf(1, std::string(5000, 'w'))), [&ended](std::exception_ptr, auto) { ended = true; });
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
