#include "adapters/sqlite/database.hpp"
#include "tests/unit/adapters/sqlite/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace learnd::sqlite {

namespace {

class Database : public testing::Test {
 protected:
  Database() { std::ofstream(file()).flush(); }
  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "test.db"; }
  static std::int64_t count(Connection& connection, const std::string& table) {
    auto query = connection.query("select count(*) from " + table);
    return query.step() ? query.integer(0) : -1;
  }

  ScratchFolder folder_;
};

const FixedSql kInsert("insert into words (word) values (?)");
const FixedSql kFind("select word from words where word = ?");

TEST_F(Database, AStatementIsAsNewAfterEachUse) {
  Connection connection(":memory:", Access::ReadWrite);
  connection.execute("create table words (word text)");
  connection.query(kInsert).bind("one").run();
  connection.query(kInsert).bind("").run();
  connection.query(kInsert).bind(std::nullopt).run();
  EXPECT_TRUE(connection.query(kFind).bind("one").step());
  // Without a value bound it compares with NULL, not with the last value.
  EXPECT_FALSE(connection.query(kFind).step());
  EXPECT_TRUE(connection.query(kFind).bind(std::string_view()).step());
  EXPECT_EQ(count(connection, "words where word is null"), 1);
}

TEST_F(Database, AStatementIsNotUsedTwiceAtOnce) {
  Connection connection(":memory:", Access::ReadWrite);
  connection.execute("create table words (word text); insert into words values ('a'), ('a')");
  auto row = connection.query(kFind);
  ASSERT_TRUE(row.bind("a").step());
  EXPECT_THROW(connection.query(kFind), std::logic_error);
}

TEST_F(Database, KeepsNoMoreThanAFewDozenComposedStatements) {
  Connection connection(":memory:", Access::ReadWrite);
  for (int i = 0; i < 500; ++i) {
    auto query = connection.query("select " + std::to_string(i));
    ASSERT_TRUE(query.step());
    EXPECT_EQ(query.integer(0), i);
  }
}

TEST_F(Database, ATransactionThatIsNotCommittedLeavesNothing) {
  Connection connection(file(), Access::ReadWrite);
  connection.execute("create table words (word text)");
  {
    Transaction transaction(connection, Lock::Exclusive);
    connection.query(kInsert).bind("lost").run();
  }
  EXPECT_FALSE(connection.inTransaction());
  EXPECT_EQ(count(connection, "words"), 0);
  {
    Transaction transaction(connection, Lock::Exclusive);
    connection.query(kInsert).bind("kept").run();
    transaction.commit();
  }
  EXPECT_EQ(count(connection, "words"), 1);
}

TEST_F(Database, ASavepointThatIsNotKeptUndoesOnlyItself) {
  Connection connection(file(), Access::ReadWrite);
  connection.execute("create table words (word text)");
  Transaction transaction(connection, Lock::Exclusive);
  {
    Savepoint first(connection);
    connection.query(kInsert).bind("kept").run();
    first.keep();
  }
  {
    Savepoint second(connection);
    connection.query(kInsert).bind("lost").run();
  }
  transaction.commit();
  EXPECT_EQ(count(connection, "words"), 1);
}

TEST_F(Database, AnotherProgramsLockIsBusy) {
  Connection ours(file(), Access::ReadWrite);
  ours.execute("pragma journal_mode = wal; create table words (word text); pragma busy_timeout = 10");
  Connection theirs(file(), Access::ReadWrite);
  Transaction held(theirs, Lock::Exclusive);
  try {
    Transaction transaction(ours, Lock::Exclusive);
    FAIL() << "two writers at once";
  } catch (const SqliteFailure& failure) {
    EXPECT_EQ(errorOf(failure).kind(), core::ErrorKind::Busy);
  }
}

TEST_F(Database, AMissingFileIsUnavailable) {
  try {
    Connection connection(folder_.path() / "nowhere.db", Access::ReadWrite);
    FAIL() << "it was made";
  } catch (const SqliteFailure& failure) {
    EXPECT_EQ(errorOf(failure).kind(), core::ErrorKind::Unavailable);
  }
}

TEST_F(Database, AReaderCantWrite) {
  Connection writer(file(), Access::ReadWrite);
  writer.execute("create table words (word text)");
  Connection reader(file(), Access::ReadOnly);
  try {
    reader.query(kInsert).bind("no").run();
    FAIL() << "it was written";
  } catch (const SqliteFailure& failure) {
    EXPECT_EQ(errorOf(failure).kind(), core::ErrorKind::StorageFull);
  }
}

TEST_F(Database, ErrorsSayWhatToDo) {
  struct Case {
    int code;
    core::ErrorKind kind;
    const char* advice;
  };
  // Extended codes as in sqlite3.h.
  const std::vector<Case> cases{
      {13, core::ErrorKind::StorageFull, "free some space"},
      {8, core::ErrorKind::StorageFull, "writable"},
      {10 | (3 << 8), core::ErrorKind::StorageFull, "check the disk"},
      {10 | (4 << 8), core::ErrorKind::StorageFull, "check the disk"},
      {10 | (1 << 8), core::ErrorKind::Unavailable, "check the disk"},
      {5, core::ErrorKind::Busy, "another program"},
      {11, core::ErrorKind::Internal, "restore a backup"},
      {26, core::ErrorKind::Internal, "restore a backup"},
      {14, core::ErrorKind::Unavailable, ""},
      {9, core::ErrorKind::Timeout, ""},
      {18, core::ErrorKind::TooLarge, ""},
      {1, core::ErrorKind::Internal, ""},
  };
  for (const auto& one : cases) {
    const auto error = errorOf(SqliteFailure(one.code, "it failed"));
    EXPECT_EQ(error.kind(), one.kind) << one.code;
    EXPECT_NE(error.message().find(one.advice), std::string::npos) << error.message();
    EXPECT_NE(error.message().find("it failed"), std::string::npos);
  }
}

}  // namespace

}  // namespace learnd::sqlite
