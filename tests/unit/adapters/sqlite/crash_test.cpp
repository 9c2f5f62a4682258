#include "adapters/sqlite/sqlite_record_store.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/unit/adapters/sqlite/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstring>
#include <random>
#include <set>

namespace learnd::sqlite {

namespace {

core::LearningId idOf(std::uint32_t number) {
  core::LearningId::Bytes bytes{0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80};
  std::memcpy(bytes.data() + 12, &number, sizeof(number));
  return core::LearningId(bytes);
}

/// A learning that shows by itself whether it is whole.
core::Learning learningOf(std::uint32_t number) {
  core::Learning learning;
  learning.id = idOf(number);
  learning.category = "skills-patterns";
  learning.query = "question " + std::to_string(number);
  for (int i = 0; i < 40; ++i) learning.solution += learning.query + "; ";
  return learning;
}

boost::asio::awaitable<void> writeForEver(ports::RecordStore& store, std::uint32_t& next, int acknowledgements) {
  while (true) {
    const std::uint32_t number = next++;
    ports::RecordWork work = [learning = learningOf(number)](ports::RecordTransaction& transaction) {
      return transaction.insert(learning);
    };
    const auto done = co_await store.write(std::move(work));
    if (!done || ::write(acknowledgements, &number, sizeof(number)) != sizeof(number)) ::_exit(2);
  }
}

/// In a process of its own: 32 writers, until it is killed. Tells each number once it is acknowledged.
[[noreturn]] void beDaemon(const std::filesystem::path& folder, std::uint32_t first, int acknowledgements) {
  boost::asio::io_context loop;
  auto store = SqliteRecordStore::open({folder});
  if (!store) ::_exit(3);
  std::uint32_t next = first;
  for (int i = 0; i < 32; ++i) {
    boost::asio::co_spawn(loop, writeForEver(**store, next, acknowledgements), [](std::exception_ptr error) {
      if (error) ::_exit(4);
    });
  }
  loop.run();
  ::_exit(5);
}

/// The numbers that a daemon acknowledged before it was killed after about so many.
std::vector<std::uint32_t> killAfter(const std::filesystem::path& folder, std::uint32_t first, std::size_t count) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    beDaemon(folder, first, ends[1]);
  }
  ::close(ends[1]);
  std::vector<std::uint32_t> acknowledged;
  std::uint32_t number = 0;
  while (::read(ends[0], &number, sizeof(number)) == sizeof(number)) {
    acknowledged.push_back(number);
    if (acknowledged.size() == count) ::kill(child, SIGKILL);
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the daemon ended by itself: " << WEXITSTATUS(status);
  return acknowledged;
}

TEST(Crash, LosesNothingAcknowledgedAndLeavesNothingHalf) {
  ScratchFolder folder;
  std::mt19937 random(20260101);
  std::set<std::uint32_t> acknowledged;
  for (std::uint32_t round = 0; round < 10; ++round) {
    const std::size_t count = std::uniform_int_distribution<std::size_t>(1, 600)(random);
    const auto told = killAfter(folder.path(), round * 100'000, count);
    acknowledged.insert(told.begin(), told.end());
    boost::asio::io_context loop;
    auto store = SqliteRecordStore::open({folder.path()});
    ASSERT_TRUE(store) << store.error().message();
    const auto all = fakes::runTask(loop, (*store)->exportPage(std::nullopt, 1'000'000));
    ASSERT_TRUE(all);
    std::set<std::uint32_t> found;
    for (const auto& learning : *all) {
      std::uint32_t number = 0;
      std::memcpy(&number, learning.id.bytes().data() + 12, sizeof(number));
      EXPECT_EQ(learning.solution, learningOf(number).solution);
      found.insert(number);
    }
    for (const auto number : acknowledged) EXPECT_TRUE(found.contains(number)) << number << " in round " << round;
    // Each has its outbox row still: nobody has indexed it.
    const auto pending = fakes::runTask(loop, (*store)->pending(core::Timestamp(), 1'000'000));
    ASSERT_TRUE(pending);
    EXPECT_EQ(pending->size(), all->size());
  }
}

}  // namespace

}  // namespace learnd::sqlite
