#include "tests/private_postgres/scratch_schema.hpp"
#include "tests/unit/adapters/postgres/store_load.hpp"

#include <boost/asio/co_spawn.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace learnd::postgres {

namespace {

core::Learning interactionOf(std::uint64_t number, const std::string& question) {
  core::Learning learning = learningOf(number);
  learning.kind = core::Kind::Interaction;
  learning.category = "interaction-history";
  learning.outcome = core::Outcome::Unknown;
  learning.query = question;
  learning.solution = "an answer";
  return learning;
}

std::vector<ports::ExpectedLearning> expectedOf(const std::vector<core::Learning>& learnings) {
  std::vector<ports::ExpectedLearning> expected;
  for (const auto& learning : learnings) expected.push_back({learning.id, core::keyOf(learning)});
  return expected;
}

std::vector<core::Learning> learningsFrom(std::uint64_t first, std::uint64_t count) {
  std::vector<core::Learning> learnings;
  for (std::uint64_t i = first; i < first + count; ++i) learnings.push_back(learningOf(i));
  return learnings;
}

/// As an import does it.
ports::RecordWork importOf(const std::vector<core::Learning>& learnings) {
  return [learnings](ports::RecordTransaction& transaction) -> core::Result<void> {
    if (auto known = transaction.expect(expectedOf(learnings)); !known) return known;
    for (const auto& learning : learnings) {
      auto there = transaction.load(learning.id);
      if (!there) return there.error();
      if (*there) continue;
      if (auto done = storeOnceOf(learning)(transaction); !done) return done;
    }
    return {};
  };
}

class PostgresBulkInsert : public testing::Test {
 protected:
  void must(const ports::RecordWork& work) {
    const auto done = runTask(store_->write(work));
    if (!done) throw std::runtime_error(done.error().message());
  }

  tests::ScratchSchema schema_{tests::PrivatePostgres::shared()};
  std::unique_ptr<PostgresRecordStore> store_ = schema_.open();
};

TEST_F(PostgresBulkInsert, WhatItWritesIsWhatSingleInsertsWrite) {
  core::Learning full = learningOf(7);
  full.query = "tab\there, line\nthere, \\N and \\. and \\x41 \xF0\x9F\x99\x82";
  full.metadata = R"({"a":"\\N","b":[1,2.5]})";
  full.pattern.keywords = {"a\tb", ""};
  full.latestFeedback = core::Outcome::Partial;
  full.interaction.tokens.input = 0;
  full.createdBy = 1000;
  auto learnings = learningsFrom(100, 30);
  learnings.push_back(full);
  must(importOf(learnings));
  ASSERT_TRUE(PostgresRecordStore::open(schema_.options()));
  const std::string bulk =
      schema_.sql("select to_jsonb(l) - 'seq' from learnings l where key = (select key from learnings where query like 'tab%')");
  ports::RecordWork erase = [id = full.id](ports::RecordTransaction& transaction) { return transaction.erase(id); };
  must(erase);
  schema_.sql("delete from outbox where removal");
  mustInsert(*store_, full);
  EXPECT_EQ(schema_.sql("select to_jsonb(l) - 'seq' from learnings l where query like 'tab%'"), bulk);
  EXPECT_EQ(countOf(*store_), 31U);
  EXPECT_EQ(schema_.sql("select count(*) from outbox o join learnings l using (seq, id, revision)"), "31\n");
}

TEST_F(PostgresBulkInsert, RunAgainItChangesNothing) {
  const auto learnings = learningsFrom(1, 40);
  must(importOf(learnings));
  must(importOf(learnings));
  EXPECT_EQ(countOf(*store_), 40U);
  EXPECT_EQ(schema_.sql("select max(occurrences) from learnings"), "1\n");
}

TEST_F(PostgresBulkInsert, RepeatsAmongItsOwnAndAmongTheStoredAreCounted) {
  mustInsert(*store_, learningOf(3));
  std::vector<core::Learning> learnings = learningsFrom(1, 20);
  learnings[2].id = learningOf(900).id;
  core::Learning again = learningOf(10);
  again.id = learningOf(901).id;
  learnings.push_back(again);
  must(importOf(learnings));
  EXPECT_EQ(countOf(*store_), 20U);
  EXPECT_EQ(schema_.sql("select string_agg(solution, ',' order by solution) from learnings where occurrences = 2"),
            "do-thing 10,do-thing 3\n");
}

TEST_F(PostgresBulkInsert, RepeatsOfAnInteractionHaveOneOwnerWhereverTheyComeFrom) {
  mustInsert(*store_, interactionOf(1, "stored before"));
  std::vector<core::Learning> learnings = learningsFrom(100, 10);
  for (std::uint64_t i = 2; i <= 4; ++i) learnings.push_back(interactionOf(i, "stored before"));
  for (std::uint64_t i = 5; i <= 8; ++i) learnings.push_back(interactionOf(i, "new"));
  ports::RecordWork work = [learnings](ports::RecordTransaction& transaction) -> core::Result<void> {
    if (auto known = transaction.expect(expectedOf(learnings)); !known) return known;
    for (const auto& learning : learnings) {
      if (auto done = transaction.insert(learning); !done) return done;
      auto stored = transaction.load(learning.id);
      if (!stored) return stored.error();
      EXPECT_TRUE(*stored);
      const bool owns = learning.kind == core::Kind::Solution || learning.id == learningOf(5).id;
      EXPECT_EQ((*stored)->ownsIndexEntry, owns);
      EXPECT_FALSE((*stored)->indexed);
      EXPECT_EQ((*stored)->revision, 1U);
    }
    return {};
  };
  must(work);
  EXPECT_EQ(
      schema_.sql(
          "select query, count(*), count(*) filter (where owns_entry) from learnings where kind = 'interaction' group by 1 order by 1"),
      "new|4|1\nstored before|4|1\n");
  EXPECT_EQ(schema_.sql("select count(*) from outbox"), "12\n");
}

TEST_F(PostgresBulkInsert, AConflictAndAChangeInBetweenSeeWhatWasGathered) {
  const auto learnings = learningsFrom(1, 12);
  ports::RecordWork work = [learnings](ports::RecordTransaction& transaction) -> core::Result<void> {
    if (auto known = transaction.expect(expectedOf(learnings)); !known) return known;
    for (const auto& learning : learnings) {
      if (auto done = transaction.insert(learning); !done) return done;
    }
    EXPECT_TRUE(*transaction.hasAny());
    const auto twice = transaction.insert(learnings[4]);
    EXPECT_EQ(twice.error().kind(), core::ErrorKind::Conflict);
    core::Learning changed = learnings[5];
    changed.uses = 3;
    if (auto done = transaction.update(changed, ports::IndexChange::None); !done) return done;
    if (auto done = transaction.addFeedback({learnings[6].id, learnings[6].timestamp, core::Outcome::Success, "", 0}); !done) return done;
    EXPECT_TRUE(*transaction.hasKey(core::keyOf(learnings[7]), learningOf(999).id));
    return transaction.erase(learnings[8].id);
  };
  must(work);
  EXPECT_EQ(countOf(*store_), 11U);
  EXPECT_EQ(schema_.sql("select sum(uses), (select count(*) from feedback) from learnings"), "3|1\n");
}

TEST_F(PostgresBulkInsert, AnIdWhoseRemovalStillWaitsGoesOnBehindIt) {
  mustInsert(*store_, learningOf(1));
  std::vector<ports::IndexedEntry> done{{learningOf(1).id, 1, std::vector<float>{1}, false}};
  ASSERT_TRUE(runTask(store_->finishIndexing(done, "")));
  ports::RecordWork erase = [](ports::RecordTransaction& transaction) { return transaction.erase(learningOf(1).id); };
  must(erase);
  must(importOf(learningsFrom(1, 12)));
  EXPECT_EQ(schema_.sql("select revision, removal from outbox where id = '" + learningOf(1).id.text() + "'"), "3|f\n");
}

/// Some of everything that can meet: ids and questions that come again, events, failures, other states.
core::Learning anyOf(std::mt19937& random) {
  const auto upTo = [&random](unsigned most) { return std::uniform_int_distribution<unsigned>(0, most)(random); };
  core::Learning learning = upTo(3) == 0 ? interactionOf(upTo(400), "event " + std::to_string(upTo(20))) : learningOf(upTo(400));
  if (learning.kind == core::Kind::Solution) {
    learning.query = "Question " + std::to_string(upTo(60));
    learning.solution = "answer " + std::to_string(upTo(3));
    if (upTo(4) == 0) {
      learning.kind = core::Kind::Failure;
      learning.outcome = upTo(1) == 0 ? core::Outcome::Open : core::Outcome::Resolved;
      if (learning.outcome == core::Outcome::Open) learning.solution.clear();
    }
  }
  if (upTo(5) == 0) learning.status = upTo(1) == 0 ? core::Status::Archived : core::Status::Superseded;
  return learning;
}

/// The steps of an import's line, as all that it asks goes into what it does.
ports::RecordWork linesOf(const std::vector<core::Learning>& learnings, bool atOnce) {
  return [learnings, atOnce](ports::RecordTransaction& transaction) -> core::Result<void> {
    if (atOnce) {
      if (auto known = transaction.expect(expectedOf(learnings)); !known) return known;
    }
    for (core::Learning learning : learnings) {
      auto there = transaction.load(learning.id);
      if (!there) return there.error();
      const core::Key key = core::keyOf(learning);
      auto same = transaction.findSame(learning);
      if (!same) return same.error();
      auto open = transaction.findOpenFailure(key);
      if (!open) return open.error();
      auto hasKey = transaction.hasKey(key, learning.id);
      if (!hasKey) return hasKey.error();
      core::Result<void> done;
      if (*there) {
        (*there)->uses += *hasKey ? 1 : 100;
        done = transaction.update(**there, ports::IndexChange::None);
      } else if (*same) {
        (*same)->occurrences += 1;
        done = transaction.update(**same, ports::IndexChange::None);
      } else {
        if (*open) learning.rootCause = (*open)->id.text();
        learning.valueScore = *hasKey ? 0.25 : 0.5;
        done = transaction.insert(learning);
      }
      if (!done) return done;
    }
    return {};
  };
}

TEST_F(PostgresBulkInsert, WhateverMeetsInItEndsAsSingleInsertsDo) {
  const std::string rows =
      "select (to_jsonb(l) - 'seq' - 'text_index')::text from learnings l order by id;"
      "select id, revision, removal from outbox order by seq";
  for (unsigned seed = 1; seed <= 6; ++seed) {
    std::mt19937 random(seed);
    tests::ScratchSchema single(tests::PrivatePostgres::shared());
    tests::ScratchSchema bulk(tests::PrivatePostgres::shared());
    const auto singleStore = single.open();
    const auto bulkStore = bulk.open();
    for (int round = 0; round < 3; ++round) {
      std::vector<core::Learning> learnings;
      for (int i = 0; i < 120; ++i) learnings.push_back(anyOf(random));
      ASSERT_TRUE(runTask(singleStore->write(linesOf(learnings, false)))) << seed;
      ASSERT_TRUE(runTask(bulkStore->write(linesOf(learnings, true)))) << seed;
    }
    const std::string expected = single.sql(rows);
    EXPECT_GT(std::count(expected.begin(), expected.end(), '\n'), 150);
    EXPECT_EQ(bulk.sql(rows), expected) << seed;
  }
}

TEST_F(PostgresBulkInsert, TwoImportsOfTheSameAtOnceStoreItOnce) {
  const auto second = schema_.open();
  const auto learnings = learningsFrom(1, 300);
  auto others = learnings;
  for (auto& learning : others) learning.id = learningOf(1'000'000 + static_cast<std::uint64_t>(&learning - others.data())).id;
  std::reverse(others.begin(), others.end());
  boost::asio::io_context loop;
  const auto check = [](std::exception_ptr, core::Result<void> done) { EXPECT_TRUE(done) << done.error().message(); };
  boost::asio::co_spawn(loop, store_->write(importOf(learnings)), check);
  boost::asio::co_spawn(loop, second->write(importOf(others)), check);
  loop.run();
  EXPECT_EQ(countOf(*store_), 300U);
  EXPECT_EQ(schema_.sql("select min(occurrences), max(occurrences) from learnings"), "2|2\n");
}

}  // namespace

}  // namespace learnd::postgres
