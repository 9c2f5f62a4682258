#include "adapters/postgres/connection.hpp"

#include "tests/private_postgres/private_postgres.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace learnd::postgres {

namespace {

using namespace std::chrono_literals;

std::string stateOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const PostgresFailure& failure) {
    return failure.state();
  }
  return "none";
}

class PostgresConnection : public testing::Test {
 protected:
  Connection connection_{tests::PrivatePostgres::shared().dsn()};
};

TEST_F(PostgresConnection, SaysTheSqlstateOfWhatFails) {
  connection_.script("create temporary table t (n integer primary key, m integer not null)");
  EXPECT_EQ(stateOf([&] { connection_.script("insert into t values (1, 1), (1, 1)"); }), "23505");
  EXPECT_EQ(stateOf([&] { connection_.script("select * from nothing_of_this_name"); }), "42P01");
  EXPECT_EQ(stateOf([&] { connection_.script("select no_such_function()"); }), "42883");
  EXPECT_EQ(stateOf([&] { connection_.script("selectt"); }), "42601");
  EXPECT_EQ(stateOf([&] { connection_.script("set statement_timeout = 20; select pg_sleep(5)"); }), "57014");
  connection_.script("set statement_timeout = 0");
  EXPECT_EQ(stateOf([&] { connection_.script("do $$ begin raise sqlstate '40001'; end $$"); }), "40001");
  EXPECT_EQ(stateOf([&] { connection_.script("do $$ begin raise sqlstate '40P01'; end $$"); }), "40P01");
  EXPECT_EQ(stateOf([&] { connection_.script("do $$ begin raise sqlstate '53100'; end $$"); }), "53100");
  EXPECT_TRUE(connection_.isOpen());
}

TEST_F(PostgresConnection, PreparesAStatementOnceAndReadsEachType) {
  static const Statement kAll("select $1::bigint, $2::text, $3::boolean, $4::double precision, $5::uuid, $6::bytea, null::text");
  for (int round = 0; round < 2; ++round) {
    std::array<std::uint8_t, 32> digest{};
    digest[0] = 0xfe;
    const core::LearningId id(core::LearningId::Bytes{7});
    Values values;
    values.add(std::int64_t{-5}).add("te\\xt\n").add(true).add(0.1 + 0.2).add(id).add(digest);
    const Rows rows = connection_.run(kAll, values);
    ASSERT_EQ(rows.size(), 1U);
    Row row(rows, 0);
    EXPECT_EQ(row.integer(), -5);
    EXPECT_EQ(row.text(), "te\\xt\n");
    EXPECT_TRUE(row.boolean());
    EXPECT_EQ(row.real(), 0.1 + 0.2);
    EXPECT_EQ(row.id(), id);
    EXPECT_EQ(row.digest(), digest);
    EXPECT_TRUE(row.absent());
  }
  const Rows prepared = connection_.script("select count(*) from pg_prepared_statements");
  EXPECT_EQ(Row(prepared, 0).integer(), 1);
}

TEST_F(PostgresConnection, ACommitAfterAFailureIsNoSuccess) {
  connection_.script("create temporary table t (n integer)");
  connection_.begin();
  connection_.script("insert into t values (1)");
  EXPECT_THROW(connection_.script("select 1 / 0"), PostgresFailure);
  EXPECT_THROW(connection_.commit(), PostgresFailure);
  EXPECT_TRUE(connection_.rollBack());
  const Rows rows = connection_.script("select * from t");
  EXPECT_TRUE(rows.empty());
}

TEST_F(PostgresConnection, AnEndedSessionIsLostAndNotMadeAnewInSecret) {
  connection_.begin();
  (void)tests::PrivatePostgres::shared().sql("select pg_terminate_backend(" + std::to_string(connection_.serverProcess()) + ")");
  for (int i = 0; i < 3; ++i) {
    try {
      connection_.script("select 1");
      FAIL();
    } catch (const PostgresFailure& failure) {
      EXPECT_TRUE(failure.lostConnection());
    }
  }
  EXPECT_FALSE(connection_.isOpen());
  EXPECT_FALSE(connection_.rollBack());
}

TEST_F(PostgresConnection, WhatGetsNoAnswerIsOverdueAndCanBeCutOff) {
  connection_.setPatience(50ms);
  EXPECT_FALSE(connection_.isOverdue(Connection::Clock::now() + 1h));
  std::thread watcher([this] {
    while (!connection_.isOverdue(Connection::Clock::now())) std::this_thread::sleep_for(5ms);
    connection_.cutOff();
  });
  EXPECT_EQ(stateOf([&] { connection_.script("select pg_sleep(60)"); }), "57014");
  watcher.join();
  EXPECT_FALSE(connection_.isOpen());
}

}  // namespace

}  // namespace learnd::postgres
