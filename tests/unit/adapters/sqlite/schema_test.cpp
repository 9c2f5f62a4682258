#include "adapters/sqlite/schema.hpp"

#include "adapters/sqlite/sqlite_record_store.hpp"
#include "tests/unit/adapters/sqlite/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fstream>

namespace learnd::sqlite {

namespace {

/// Steps as a later release could have them: a column with its values, an index, a table in the place of another.
constexpr auto kSteps = std::to_array<Migration>({
    {"0001_first",
     "create table words (number integer primary key, word text); create table notes (word integer references words, note text);"},
    {"0002_length", "alter table words add column length integer; update words set length = length(word);"},
    {"0003_index",
     "create index words_by_length on words (length); create table remarks (note text); insert into remarks select note from notes;"
     "drop table notes;"},
});

class Schema : public testing::Test {
 protected:
  Schema() { std::ofstream(file()).flush(); }
  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "learnd.db"; }
  [[nodiscard]] Connection connection() const { return {file(), Access::ReadWrite}; }
  static std::int64_t number(Connection& connection, const std::string& sql) {
    auto query = connection.query(sql);
    return query.step() ? query.integer(0) : -1;
  }
  static std::span<const Migration> firstSteps(std::size_t count) { return std::span(kSteps).first(count); }
  /// The refusal's message.
  std::string refusal(std::span<const Migration> steps) const {
    auto opened = connection();
    const auto done = migrate(opened, steps);
    return done ? "" : done.error().message();
  }

  ScratchFolder folder_;
};

TEST_F(Schema, BringsAnEmptyFileToTheLastVersion) {
  auto opened = connection();
  ASSERT_TRUE(migrate(opened, migrations()));
  EXPECT_EQ(number(opened, "pragma user_version"), static_cast<std::int64_t>(migrations().size()));
  EXPECT_EQ(number(opened, "pragma application_id"), kApplicationId);
  EXPECT_EQ(number(opened, "select count(*) from learnings"), 0);
  ASSERT_TRUE(migrate(opened, migrations()));
}

TEST_F(Schema, EveryOlderVersionIsBroughtForwardWithWhatItHolds) {
  for (std::size_t from = 1; from <= kSteps.size(); ++from) {
    std::filesystem::remove(file());
    std::ofstream(file()).flush();
    {
      auto old = connection();
      ASSERT_TRUE(migrate(old, firstSteps(from)));
      old.execute("insert into words (word) values ('seven77')");
      old.execute(from < 3 ? "insert into notes values (1, 'kept')" : "insert into remarks values ('kept')");
      if (from >= 2) old.execute("update words set length = 7");
    }
    auto opened = connection();
    ASSERT_TRUE(migrate(opened, kSteps));
    EXPECT_EQ(number(opened, "pragma user_version"), 3);
    EXPECT_EQ(number(opened, "select count(*) from words where length = 7"), 1);
    EXPECT_EQ(number(opened, "select count(*) from remarks where note = 'kept'"), 1);
    EXPECT_EQ(number(opened, "select count(*) from sqlite_schema where name = 'notes'"), 0);
  }
}

TEST_F(Schema, AStepThatFailsLeavesTheFileAsItWas) {
  const auto broken =
      std::to_array<Migration>({kSteps[0], {"0002_broken", "create table half (a); insert into half values (1); nonsense;"}});
  EXPECT_NE(refusal(broken).find("nonsense"), std::string::npos);
  auto opened = connection();
  EXPECT_EQ(number(opened, "pragma user_version"), 1);
  EXPECT_EQ(number(opened, "select count(*) from sqlite_schema where name = 'half'"), 0);
  EXPECT_TRUE(migrate(opened, kSteps));
}

TEST_F(Schema, AStepThatBreaksReferencesIsUndone) {
  {
    auto old = connection();
    ASSERT_TRUE(migrate(old, firstSteps(1)));
    old.execute("insert into words values (1, 'a'); insert into notes values (1, 'of a')");
  }
  const auto breaking = std::to_array<Migration>({kSteps[0], {"0002_breaking", "delete from words;"}});
  EXPECT_NE(refusal(breaking).find("0002_breaking"), std::string::npos);
  auto opened = connection();
  EXPECT_EQ(number(opened, "pragma user_version"), 1);
  EXPECT_EQ(number(opened, "select count(*) from words"), 1);
}

TEST_F(Schema, ANewerFileIsRefusedAndLeftAlone) {
  {
    auto newer = connection();
    ASSERT_TRUE(migrate(newer, kSteps));
  }
  const std::string message = refusal(firstSteps(2));
  EXPECT_NE(message.find("version 3"), std::string::npos) << message;
  EXPECT_NE(message.find("newer learnd"), std::string::npos) << message;
  auto opened = connection();
  EXPECT_EQ(number(opened, "pragma user_version"), 3);
}

TEST_F(Schema, AnotherProgramsFileIsRefusedAndLeftAlone) {
  {
    auto theirs = connection();
    theirs.execute("create table bookmarks (url text)");
  }
  EXPECT_NE(refusal(kSteps).find("another program"), std::string::npos);
  auto opened = connection();
  EXPECT_EQ(number(opened, "select count(*) from sqlite_schema"), 1);
}

TEST_F(Schema, ARefusedFileKeepsItsJournalMode) {
  {
    auto theirs = connection();
    theirs.execute("create table bookmarks (url text)");
  }
  EXPECT_FALSE(SqliteRecordStore::open({folder_.path()}));
  auto opened = connection();
  auto query = opened.query(std::string("pragma journal_mode"));
  ASSERT_TRUE(query.step());
  EXPECT_EQ(query.text(0), "delete");
}

TEST_F(Schema, AFileWhoseTablesDifferIsRefused) {
  {
    auto old = connection();
    ASSERT_TRUE(migrate(old, kSteps));
    old.execute("drop index words_by_length");
  }
  EXPECT_NE(refusal(kSteps).find("no words_by_length"), std::string::npos);
  {
    auto old = connection();
    old.execute("create index words_by_length on words (word)");
  }
  EXPECT_NE(refusal(kSteps).find("another words_by_length"), std::string::npos);
}

TEST_F(Schema, WhatAnAdministratorAddedIsNoReasonToRefuse) {
  auto opened = connection();
  ASSERT_TRUE(migrate(opened, kSteps));
  opened.execute("create view long_words as select * from words where length > 9");
  EXPECT_TRUE(migrate(opened, kSteps));
}

TEST_F(Schema, ADamagedFileIsRefusedWithWhatToDo) {
  {
    std::ofstream damaged(file());
    for (int i = 0; i < 1000; ++i) damaged << "this is no database; ";
  }
  const auto opened = SqliteRecordStore::open({folder_.path()});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind(), core::ErrorKind::Internal);
  EXPECT_NE(opened.error().message().find("restore a backup"), std::string::npos) << opened.error().message();
}

}  // namespace

}  // namespace learnd::sqlite
