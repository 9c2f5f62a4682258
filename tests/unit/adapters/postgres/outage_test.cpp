#include "tests/private_postgres/scratch_schema.hpp"
#include "tests/unit/adapters/postgres/store_load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace learnd::postgres {

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using Milliseconds = std::chrono::milliseconds;

/// A server with fsync, which each test may stop and kill.
class PostgresOutage : public testing::Test {
 protected:
  static void SetUpTestSuite() { server() = std::make_unique<tests::PrivatePostgres>(); }
  static void TearDownTestSuite() { server().reset(); }
  static std::unique_ptr<tests::PrivatePostgres>& server() {
    static std::unique_ptr<tests::PrivatePostgres> server;
    return server;
  }

  void SetUp() override { store_ = schema_.open(); }

  void waitUntilBusy(const StoreLoad& load, std::uint64_t more) {
    const auto target = load.acknowledgedNow() + more;
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (load.acknowledgedNow() < target && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(5ms);
    ASSERT_GE(load.acknowledgedNow(), target);
  }

  /// All that was acknowledged is there, once.
  void expectAllThere(const StoreLoad& load) {
    EXPECT_THAT(load.surprises(), IsEmpty());
    std::vector<core::LearningId> ids;
    for (const auto number : load.acknowledged()) ids.push_back(learningOf(number).id);
    const auto count = ids.size();
    const auto found = runTask(store_->load(std::move(ids)));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->size(), count);
    // What was not answered may be there too, but nothing twice, and the counts are right.
    EXPECT_GE(countOf(*store_), count);
    EXPECT_EQ(std::to_string(countOf(*store_)) + "\n", schema_.sql("select count(*) from learnings"));
    EXPECT_EQ(schema_.sql("select count(*) from learnings l where not exists (select 1 from outbox o where o.seq = l.seq)"), "0\n");
  }

  Milliseconds timeOf(core::Result<void>& result) {
    const auto began = std::chrono::steady_clock::now();
    result = runTask(store_->write(insertionOf(learningOf(++last_))));
    return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - began);
  }

  /// Many calls, so that one which a busy machine holds up does not count, and one which waits does.
  void expectRefusedAtOnce() {
    Milliseconds together{0};
    core::Result<void> result;
    for (int i = 0; i < 20; ++i) {
      together += timeOf(result);
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().kind(), core::ErrorKind::Unavailable) << result.error().message();
    }
    EXPECT_LT(together, 5s);
  }

  tests::ScratchSchema schema_{*server()};
  std::unique_ptr<PostgresRecordStore> store_;
  std::uint64_t last_ = 900'000'000;
};

TEST_F(PostgresOutage, ARestartUnderLoadLosesNothingAndNeedsNoRestartOfTheStore) {
  StoreLoad load(*store_, 16, 0);
  waitUntilBusy(load, 50);
  server()->stop();
  std::this_thread::sleep_for(300ms);
  server()->start();
  waitUntilBusy(load, 50);
  load.stop();
  // Whether anybody was refused in so short a time is chance.
  EXPECT_LT(load.longest(), 9s);
  expectAllThere(load);
}

TEST_F(PostgresOutage, ACrashUnderLoadLosesNothingAcknowledged) {
  StoreLoad load(*store_, 16, 0);
  waitUntilBusy(load, 50);
  server()->crash();
  server()->start();
  waitUntilBusy(load, 50);
  load.stop();
  expectAllThere(load);
}

TEST_F(PostgresOutage, KilledConnectionsAreMadeAgainAndTheirWorkIsDoneOnce) {
  StoreLoad load(*store_, 8, 0);
  for (int round = 0; round < 10; ++round) {
    waitUntilBusy(load, 10);
    (void)server()->sql("select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'learnd'");
  }
  load.stop();
  // Only connections broke, not the server: whoever wrote was spared, but where the second connection was cut off too.
  EXPECT_LE(load.refused(), load.acknowledged().size() / 10);
  expectAllThere(load);
}

TEST_F(PostgresOutage, WhileTheServerIsDownCallsFailAtOnceAndItComesBackByItself) {
  mustInsert(*store_, learningOf(1));
  server()->stop();
  core::Result<void> result;
  (void)timeOf(result);  // finds it out
  ASSERT_FALSE(result);
  expectRefusedAtOnce();
  auto status = runTask(store_->status());
  EXPECT_FALSE(status->up);
  EXPECT_THAT(status->detail, HasSubstr("sudo systemctl start postgresql"));
  server()->start();
  EXPECT_TRUE(comesBack(*store_, 2, 5s));
  status = runTask(store_->status());
  EXPECT_TRUE(status->up) << status->detail;
}

TEST_F(PostgresOutage, AStoreStartsWithoutItsServerAndMakesItsSchemaLater) {
  server()->stop();
  tests::ScratchSchema fresh(*server());
  const auto store = fresh.open();
  EXPECT_FALSE(runTask(store->status())->up);
  EXPECT_EQ(runTask(store->counts()).error().kind(), core::ErrorKind::Unavailable);
  server()->start();
  EXPECT_TRUE(comesBack(*store, 1, 5s));
  EXPECT_EQ(countOf(*store), 1U);
}

TEST_F(PostgresOutage, AServerThatHangsIsGivenUpInTimeAndThenAtOnce) {
  schema_.options().statementTimeout = 500ms;
  schema_.options().lockTimeout = 400ms;
  schema_.options().writers = 1;
  store_ = schema_.open();
  mustInsert(*store_, learningOf(1));
  server()->pause();
  core::Result<void> result;
  EXPECT_LT(timeOf(result), 4s);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), core::ErrorKind::Timeout) << result.error().message();
  // None of them waits for its own time to be over.
  expectRefusedAtOnce();
  EXPECT_FALSE(runTask(store_->status())->up);
  server()->resume();
  EXPECT_TRUE(comesBack(*store_, 2, 8s));
}

TEST_F(PostgresOutage, ItsEndIsLoggedAsItsBeginningIs) {
  testing::internal::CaptureStderr();
  ServerSettings settings;
  settings.dsn = server()->dsn();
  settings.schema = schema_.options().schema;
  Server watched(settings, [](Connection&) -> core::Result<void> { return {}; });
  ASSERT_TRUE(watched.start());
  const std::string start = testing::internal::GetCapturedStderr();
  testing::internal::CaptureStderr();
  watched.noteHanging();
  const auto deadline = std::chrono::steady_clock::now() + 8s;
  while (watched.whyDown() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(10ms);
  std::this_thread::sleep_for(100ms);
  const std::string end = testing::internal::GetCapturedStderr();
  EXPECT_THAT(start, testing::Not(HasSubstr("the record store is there")));
  EXPECT_THAT(end, HasSubstr("the record store is down"));
  EXPECT_THAT(end, HasSubstr("the record store is there"));
}

TEST_F(PostgresOutage, ALockThatSomebodyHoldsIsATimeout) {
  schema_.options().lockTimeout = 300ms;
  store_ = schema_.open();
  mustInsert(*store_, learningOf(1));
  Connection other(server()->dsn());
  other.script("begin; lock table " + schema_.options().schema + ".learnings in access exclusive mode");
  core::Result<void> result;
  EXPECT_LT(timeOf(result), 3s);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), core::ErrorKind::Timeout);
  other.script("rollback");
  (void)timeOf(result);
  EXPECT_TRUE(result);
}

TEST_F(PostgresOutage, AFullQueueIsBusy) {
  schema_.options().queueLimit = 2;
  schema_.options().writers = 1;
  store_ = schema_.open();
  Connection other(server()->dsn());
  other.script("begin; lock table " + schema_.options().schema + ".learnings in access exclusive mode");
  boost::asio::io_context loop;
  std::vector<core::ErrorKind> kinds;
  for (std::uint64_t i = 0; i < 6; ++i) {
    boost::asio::co_spawn(loop, store_->write(insertionOf(learningOf(i))), [&kinds](std::exception_ptr, core::Result<void> done) {
      if (!done) kinds.push_back(done.error().kind());
    });
  }
  std::thread release([&other] {
    std::this_thread::sleep_for(500ms);
    other.script("rollback");
  });
  loop.run();
  release.join();
  EXPECT_GE(kinds.size(), 3U);
  EXPECT_THAT(kinds, testing::Each(core::ErrorKind::Busy));
}

}  // namespace

}  // namespace learnd::postgres
