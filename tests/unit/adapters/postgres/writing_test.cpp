#include "adapters/postgres/writing.hpp"

#include "tests/private_postgres/forgetful_proxy.hpp"
#include "tests/private_postgres/scratch_schema.hpp"
#include "tests/unit/adapters/postgres/store_load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

namespace learnd::postgres {

namespace {

using testing::HasSubstr;

class PostgresWriting : public testing::Test {
 protected:
  /// The first `times` inserts of a learning do this; a sequence is not rolled back.
  void disturbInserts(int times, const std::string& how, const std::string& when) {
    schema_.sql(
        "create sequence disturbances; create function disturb() returns trigger language plpgsql as $$ begin "
        "if nextval('" +
        schema_.options().schema + ".disturbances') <= " + std::to_string(times) + " then " + how +
        "; end if; return null; end $$; create " + when + " for each row execute function disturb()");
  }
  std::uint64_t disturbances() { return std::stoull(schema_.sql("select last_value from disturbances")); }

  tests::PrivatePostgres& server_ = tests::PrivatePostgres::shared();
  tests::ScratchSchema schema_{server_};
  std::unique_ptr<PostgresRecordStore> store_ = schema_.open();
};

TEST_F(PostgresWriting, AWorkThatOthersAreInTheWayOfIsRunAgain) {
  disturbInserts(3, "raise sqlstate '40001'", "trigger disturbed after insert on learnings");
  int runs = 0;
  ports::RecordWork work = [&runs](ports::RecordTransaction& transaction) {
    ++runs;
    return transaction.insert(learningOf(1));
  };
  ASSERT_TRUE(runTask(store_->write(work)));
  EXPECT_EQ(runs, 4);
  EXPECT_EQ(countOf(*store_), 1U);
}

TEST_F(PostgresWriting, OneThatNeverPassesIsBusy) {
  disturbInserts(1000, "raise sqlstate '40P01'", "trigger disturbed after insert on learnings");
  const auto done = runTask(store_->write(insertionOf(learningOf(1))));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind(), core::ErrorKind::Busy);
  EXPECT_LT(disturbances(), 20U);
}

TEST_F(PostgresWriting, AnErrorThatTheWorkPassesOverIsNotCommitted) {
  disturbInserts(1, "raise sqlstate '22012'", "trigger disturbed after insert on learnings");
  ports::RecordWork work = [](ports::RecordTransaction& transaction) -> core::Result<void> {
    (void)transaction.insert(learningOf(1));
    (void)transaction.insert(learningOf(2));
    return {};
  };
  EXPECT_FALSE(runTask(store_->write(work)));
  EXPECT_EQ(countOf(*store_), 0U);
}

TEST_F(PostgresWriting, ASessionThatEndsDuringTheCommitIsAskedAboutAndTheWorkRunAgain) {
  disturbInserts(2, "perform pg_terminate_backend(pg_backend_pid())",
                 "constraint trigger disturbed after insert on learnings deferrable initially deferred");
  ASSERT_TRUE(runTask(store_->write(insertionOf(learningOf(1)))));
  EXPECT_EQ(disturbances(), 3U);
  EXPECT_EQ(countOf(*store_), 1U);
}

TEST_F(PostgresWriting, ACommitWhoseAnswerIsLostIsFoundOutAndNotDoneTwice) {
  tests::ForgetfulProxy forgetful(server_.folder(), 3);
  auto options = schema_.options();
  options.dsn = forgetful.dsn();
  const auto unlucky = PostgresRecordStore::open(options);
  ASSERT_TRUE(unlucky);
  int runs = 0;
  for (std::uint64_t i = 1; i <= 6; ++i) {
    ports::RecordWork work = [&runs, i](ports::RecordTransaction& transaction) {
      ++runs;
      return transaction.insert(learningOf(i));
    };
    const auto done = runTask((*unlucky)->write(work));
    EXPECT_TRUE(done) << done.error().message();
  }
  EXPECT_EQ(runs, 6);
  EXPECT_EQ(forgetful.lossesLeft(), 0);
  EXPECT_EQ(countOf(*store_), 6U);
}

TEST_F(PostgresWriting, ACommitThatIsStillUnderWayIsWaitedForAlsoWhereItsWriterHasNoMark) {
  disturbInserts(2, "perform pg_sleep(0.7)", "constraint trigger disturbed after insert on learnings deferrable initially deferred");
  tests::ForgetfulProxy forgetful(server_.folder(), 2, tests::Loss::OfClient);
  auto options = schema_.options();
  options.dsn = forgetful.dsn();
  options.writers = 1;
  const auto unlucky = PostgresRecordStore::open(options);
  ASSERT_TRUE(unlucky);
  int runs = 0;
  for (std::uint64_t i = 1; i <= 2; ++i) {
    ports::RecordWork work = [&runs, i](ports::RecordTransaction& transaction) {
      ++runs;
      return transaction.insert(learningOf(i));
    };
    const auto done = runTask((*unlucky)->write(work));
    EXPECT_TRUE(done) << done.error().message();
    schema_.sql("delete from commits");
  }
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(forgetful.lossesLeft(), 0);
  EXPECT_EQ(countOf(*store_), 2U);
}

TEST_F(PostgresWriting, AnOutboxRowThatCantBeReadIsSetAsideAndTheOthersGoOn) {
  for (std::uint64_t i = 1; i <= 3; ++i) mustInsert(*store_, learningOf(i));
  schema_.sql("update learnings set breakdown = '{\"x\":1}' where id = '" + learningOf(2).id.text() + "'");
  const auto pending = runTask(store_->pending(core::Timestamp(std::chrono::seconds(4'000'000'000)), 10));
  ASSERT_TRUE(pending) << pending.error().message();
  ASSERT_EQ(pending->size(), 2U);
  EXPECT_EQ(pending->at(1).id, learningOf(3).id);
  const auto counts = runTask(store_->counts());
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->setAside, 1U);
  EXPECT_THAT(counts->lastError, HasSubstr("can't be read"));
}

TEST_F(PostgresWriting, AWorkThatThrowsLeavesNoTransactionOpen) {
  ServerSettings settings;
  settings.dsn = server_.dsn();
  settings.schema = schema_.options().schema;
  Server server(settings, [](Connection&) -> core::Result<void> { return {}; });
  ASSERT_TRUE(server.start());
  Lane lane(server, {1, 10, Durability::Unsynced, "tests"});
  std::promise<std::string> state;
  lane.post([&](Slot& slot) {
    EXPECT_THROW((void)runRepeatable(slot, [](Connection&) { throw std::runtime_error("unreadable"); }), std::runtime_error);
    const int process = slot.connection().serverProcess();
    state.set_value(schema_.sql("select state from pg_stat_activity where pid = " + std::to_string(process)));
  });
  EXPECT_EQ(state.get_future().get(), "idle\n");
}

}  // namespace

}  // namespace learnd::postgres
