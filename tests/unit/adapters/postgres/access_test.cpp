#include "tests/private_postgres/scratch_schema.hpp"
#include "tests/unit/adapters/postgres/store_load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace learnd::postgres {

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A server that asks some roles for a password.
class PostgresAccess : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server() = std::make_unique<tests::PrivatePostgres>("fsync = off");
    server()->sql("create role guarded login password 'right one'; create role plain login; create role shut nologin");
    server()->letIn(
        "local all guarded scram-sha-256\nlocal all peered peer\nlocal all learnd trust\nlocal all plain,shut,nobody_knows trust");
  }
  static void TearDownTestSuite() { server().reset(); }
  static std::unique_ptr<tests::PrivatePostgres>& server() {
    static std::unique_ptr<tests::PrivatePostgres> server;
    return server;
  }

  PostgresOptions optionsFor(const std::string& role, const std::string& database = "learnd") {
    PostgresOptions options;
    options.dsn = "host=" + server()->folder().string() + " user=" + role + " dbname=" + database;
    options.schema = "access_test";
    return options;
  }
  std::string passwordFile(const std::string& password) {
    const auto file = server()->folder() / "password";
    std::ofstream(file) << password << '\n';
    return file.string();
  }
  static std::string problemOf(const PostgresOptions& options) {
    const auto store = PostgresRecordStore::open(options);
    if (!store) return store.error().message();
    const auto status = runTask((*store)->status());
    EXPECT_FALSE(status->up);
    return status->detail;
  }
};

TEST_F(PostgresAccess, EachObstacleHasAMessageWithTheCommandThatMendsIt) {
  EXPECT_THAT(problemOf(optionsFor("nobody_knows")), HasSubstr("sudo -u postgres createuser nobody_knows"));
  EXPECT_THAT(problemOf(optionsFor("plain", "missing")), HasSubstr("sudo -u postgres createdb --owner=ROLE missing"));
  EXPECT_THAT(problemOf(optionsFor("shut")), HasSubstr("alter role shut login"));
  EXPECT_THAT(problemOf(optionsFor("peered")), HasSubstr("run learnd as the system user"));
  EXPECT_THAT(problemOf(optionsFor("stranger")), HasSubstr("pg_hba.conf"));
  EXPECT_THAT(problemOf(optionsFor("guarded")), HasSubstr("store.password_file"));
  // Without the right to make a schema.
  EXPECT_THAT(problemOf(optionsFor("plain")), HasSubstr("owner"));
}

TEST_F(PostgresAccess, AWrongPasswordIsNamedButNotShown) {
  auto options = optionsFor("guarded");
  options.passwordFile = passwordFile("wrong one");
  EXPECT_THAT(problemOf(options), AllOf(HasSubstr("\\password guarded"), Not(HasSubstr("wrong one"))));
}

TEST_F(PostgresAccess, AMissingPasswordFileIsAnErrorAtStart) {
  auto options = optionsFor("guarded");
  options.passwordFile = "/nowhere/password";
  const auto opened = PostgresRecordStore::open(options);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().field(), "store.password_file");
}

TEST_F(PostgresAccess, WhatIsMendedWorksWithoutARestart) {
  server()->sql("grant create on database learnd to guarded");
  auto options = optionsFor("guarded");
  options.passwordFile = passwordFile("wrong one");
  const auto store = PostgresRecordStore::open(options);
  ASSERT_TRUE(store);
  EXPECT_FALSE(runTask((*store)->status())->up);
  (void)passwordFile("right one");
  EXPECT_TRUE(comesBack(**store, 1, 5s));
  ASSERT_TRUE(PostgresRecordStore::drop(options));
}

TEST_F(PostgresAccess, ARoleThatMayMakeNoSchemasUsesThoseThatWereMadeForIt) {
  server()->sql("create schema access_test authorization plain; create schema access_test_v1 authorization plain");
  const auto options = optionsFor("plain");
  const auto store = PostgresRecordStore::open(options);
  ASSERT_TRUE(store) << store.error().message();
  const auto status = runTask((*store)->status());
  EXPECT_TRUE(status->up) << status->detail;
  EXPECT_EQ(server()->sql("select count(*) from access_test_v1.learnings"), "0\n");
  ASSERT_TRUE(PostgresRecordStore::drop(options));
}

TEST_F(PostgresAccess, TheDatabaseMayBeMadeLater) {
  auto options = optionsFor("learnd", "later");
  const auto store = PostgresRecordStore::open(options);
  ASSERT_TRUE(store);
  EXPECT_FALSE(runTask((*store)->status())->up);
  server()->sql("create database later");
  EXPECT_TRUE(comesBack(**store, 1, 5s));
}

}  // namespace

}  // namespace learnd::postgres
