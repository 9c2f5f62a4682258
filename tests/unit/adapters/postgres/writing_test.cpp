#include "tests/private_postgres/forgetful_proxy.hpp"
#include "tests/private_postgres/scratch_schema.hpp"
#include "tests/unit/adapters/postgres/store_load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace

}  // namespace learnd::postgres
