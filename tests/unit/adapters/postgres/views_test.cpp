#include "tests/private_postgres/scratch_schema.hpp"
#include "tests/unit/adapters/postgres/store_load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace learnd::postgres {

namespace {

using testing::HasSubstr;

/// What stands in backticks.
std::vector<std::string> namesIn(const std::string& text) {
  std::vector<std::string> names;
  for (std::size_t at = text.find('`'); at != std::string::npos;) {
    const auto end = text.find('`', at + 1);
    names.push_back(text.substr(at + 1, end - at - 1));
    at = text.find('`', end + 1);
  }
  return names;
}

/// The `sql` blocks of a page.
std::vector<std::string> examplesOf(const std::string& page) {
  std::ifstream stream(page);
  std::vector<std::string> examples;
  bool inside = false;
  for (std::string line; std::getline(stream, line);) {
    if (line == "```sql") {
      examples.emplace_back();
      inside = true;
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      examples.back() += line + "\n";
    }
  }
  return examples;
}

core::Learning typed(std::uint64_t number, core::Kind kind, core::Outcome outcome) {
  core::Learning learning = learningOf(number);
  learning.kind = kind;
  learning.outcome = outcome;
  return learning;
}

/// A store with a learning of each kind, whose views the role learnd_reader reads.
class PostgresViews : public testing::Test {
 protected:
  PostgresViews() {
    server_.sql("drop role if exists learnd_reader; create role learnd_reader");
    store_ = schema_.open();
    core::Learning solution = typed(1, core::Kind::Solution, core::Outcome::None);
    solution.metadata = R"({"n":1.5,"os":"nixos"})";
    solution.valueScore = 0.725;
    solution.uses = 4;
    solution.successes = 3;
    solution.failures = 1;
    mustInsert(*store_, solution);
    core::Learning failure = typed(2, core::Kind::Failure, core::Outcome::Open);
    failure.solution.clear();
    failure.occurrences = 9;
    mustInsert(*store_, failure);
    core::Learning interaction = typed(3, core::Kind::Interaction, core::Outcome::Success);
    interaction.interaction.tokensSaved = 120;
    interaction.interaction.contextUsed = {{solution.id, "a text", 0.5}};
    mustInsert(*store_, interaction);
    core::Learning pattern = typed(4, core::Kind::Pattern, core::Outcome::None);
    pattern.pattern.name = "restart";
    pattern.pattern.keywords = {"unit", "restart"};
    pattern.pattern.successRate = 0.75;
    mustInsert(*store_, pattern);
    ports::RecordWork feedback = [id = solution.id](ports::RecordTransaction& transaction) {
      return transaction.addFeedback({id, std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()),
                                      core::Outcome::Failure, "it did not start", 1000});
    };
    if (!runTask(store_->write(feedback))) throw std::runtime_error("no feedback");
  }
  ~PostgresViews() override {
    store_.reset();
    (void)PostgresRecordStore::drop(schema_.options());
    server_.sql("drop role learnd_reader");
  }

  std::string asReader(const std::string& statements) {
    return server_.sql("set role learnd_reader; set search_path = " + schema_.options().schema + "_v1; " + statements);
  }

  tests::PrivatePostgres& server_ = tests::PrivatePostgres::shared();
  tests::ScratchSchema schema_{server_};
  std::unique_ptr<PostgresRecordStore> store_;
};

TEST_F(PostgresViews, HaveTheTypesThatPeopleExpect) {
  EXPECT_EQ(asReader("select count(*) from learnings"), "4\n");
  EXPECT_EQ(
      asReader("select value_score, pg_typeof(value_score), pg_typeof(timestamp), pg_typeof(metadata), pg_typeof(id), outcome is null, "
               "metadata ->> 'os', indexed from learnings where kind = 'solution'"),
      "0.725|numeric|timestamp with time zone|jsonb|uuid|t|nixos|f\n");
  EXPECT_EQ(asReader("select outcome, correct_solution is null, occurrences from failures"), "open|t|9\n");
  EXPECT_EQ(asReader("select outcome, tokens_saved, context_used -> 0 ->> 'text', llm_used is null from interactions"),
            "success|120|a text|t\n");
  EXPECT_EQ(asReader("select name, keywords ->> 1, success_rate, members from patterns"), "restart|restart|0.75|[]\n");
  EXPECT_EQ(asReader("select outcome, note, uid, kind from feedback"), "failure|it did not start|1000|solution\n");
}

TEST_F(PostgresViews, CanOnlyBeRead) {
  for (const char* attempt : {"delete from learnings", "update feedback set note = ''", "insert into patterns (name) values ('x')"}) {
    EXPECT_THROW((void)asReader(attempt), std::runtime_error) << attempt;
  }
  // Nor by the tables behind them.
  EXPECT_THROW((void)asReader("select * from " + schema_.options().schema + ".learnings"), std::runtime_error);
}

TEST_F(PostgresViews, ARoleMadeLaterIsLetInAtTheNextStart) {
  EXPECT_EQ(runTask(store_->status())->advice, "");
  server_.sql("drop owned by learnd_reader; drop role learnd_reader");
  store_ = schema_.open();
  EXPECT_THAT(runTask(store_->status())->advice, HasSubstr("create role learnd_reader; grant usage on schema scratch_"));
  server_.sql("create role learnd_reader");
  EXPECT_THROW((void)asReader("select count(*) from learnings"), std::runtime_error);
  store_ = schema_.open();
  EXPECT_EQ(asReader("select count(*) from learnings"), "4\n");
}

TEST_F(PostgresViews, HaveTheColumnsThatTheManualNames) {
  std::ifstream stream("docs/sql.md");
  const std::string page(std::istreambuf_iterator<char>(stream), {});
  const std::string begin = "All but `feedback` have ";
  const auto from = page.find(begin) + begin.size();
  const auto ofAll = namesIn(page.substr(from, page.find(" and all but `patterns`") - from));
  ASSERT_GT(ofAll.size(), 10U);
  std::istringstream lines(page);
  int views = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    auto names = namesIn(line);
    const std::string view = names.front();
    std::set<std::string> named(names.begin() + 1, names.end());
    if (view != "feedback") {
      named.insert(ofAll.begin(), ofAll.end());
      named.insert("occurrences");
    }
    if (view == "patterns") {
      named.erase("outcome");
      named.erase("occurrences");
    }
    std::string expected;
    for (const auto& name : named) expected += name + "\n";
    EXPECT_EQ(server_.sql("select attname from pg_attribute where attnum > 0 and attrelid = '" + schema_.options().schema + "_v1." + view +
                          "'::regclass order by attname collate \"C\""),
              expected)
        << view;
    ++views;
  }
  EXPECT_EQ(views, 5);
}

TEST_F(PostgresViews, TheExamplesOfTheManualFindWhatTheySay) {
  const auto examples = examplesOf("docs/sql.md");
  ASSERT_EQ(examples.size(), 5U);
  std::vector<std::string> answers;
  for (auto example : examples) {
    for (auto at = example.find("learnd_v1"); at != std::string::npos; at = example.find("learnd_v1")) {
      example.replace(at, 9, schema_.options().schema + "_v1");
    }
    answers.push_back(asReader(example));
  }
  EXPECT_THAT(answers[0], HasSubstr("9|2023-11-14|How is thing 2 done?"));
  EXPECT_THAT(answers[1], HasSubstr("|1|120|"));
  EXPECT_THAT(answers[2], HasSubstr("0.73|4|0.75|How is thing 1 done?|do-thing 1"));
  EXPECT_THAT(answers[3], HasSubstr("solution|skills-patterns|How is thing 1 done?"));
  EXPECT_THAT(answers[4], HasSubstr("How is thing 1 done?|do-thing 1|it did not start"));
}

}  // namespace

}  // namespace learnd::postgres
