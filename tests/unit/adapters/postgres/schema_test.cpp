#include "adapters/postgres/schema.hpp"

#include "tests/private_postgres/scratch_schema.hpp"
#include "tests/unit/adapters/postgres/store_load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

namespace learnd::postgres {

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A schema of its own and a connection of an administrator.
class PostgresSchema : public testing::Test {
 protected:
  core::Result<void> takeSteps(std::span<const Migration> steps) {
    Connection connection(server_.dsn());
    return migrate(connection, names(), steps);
  }
  static bool isUpWithin(ports::RecordStore& store, std::chrono::milliseconds time) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    do {
      const auto status = runTask(store.status());
      if (status && status->up) return true;
      std::this_thread::sleep_for(20ms);
    } while (std::chrono::steady_clock::now() < deadline);
    return false;
  }
  SchemaNames names() { return SchemaNames(schema_.options().schema); }
  std::string tables() {
    return server_.sql("select relname, relkind from pg_class where relnamespace = '" + schema_.options().schema +
                       "'::regnamespace order by 1");
  }

  tests::PrivatePostgres& server_ = tests::PrivatePostgres::shared();
  tests::ScratchSchema schema_{server_};
};

TEST_F(PostgresSchema, EveryOlderVersionComesForward) {
  const auto steps = migrations();
  for (std::size_t version = 0; version < steps.size(); ++version) {
    ASSERT_TRUE(takeSteps(steps.first(version)));
    const auto store = schema_.open();
    mustInsert(*store, learningOf(1));
    EXPECT_EQ(schema_.sql("select count(*) from schema_steps"), std::to_string(steps.size()) + "\n");
    ASSERT_TRUE(PostgresRecordStore::drop(schema_.options()));
  }
}

TEST_F(PostgresSchema, FourDaemonsMayStartAtOnce) {
  std::vector<std::thread> daemons;
  std::atomic<int> up{0};
  for (int i = 0; i < 4; ++i) {
    daemons.emplace_back([&] {
      const auto store = schema_.open();
      if (isUpWithin(*store, 30s)) ++up;
    });
  }
  for (auto& daemon : daemons) daemon.join();
  EXPECT_EQ(up, 4);
  EXPECT_EQ(schema_.sql("select count(*) from schema_steps"), std::to_string(migrations().size()) + "\n");
}

TEST_F(PostgresSchema, ACurrentOneNeedsNoLockAndOneThatAnotherDaemonBringsForwardIsTakenLater) {
  const std::string lock = "(" + std::to_string(names().lockClass()) + ", " + std::to_string(kMigrationLock) + ")";
  Connection other(server_.dsn());
  other.script("select pg_advisory_lock" + lock);
  auto began = std::chrono::steady_clock::now();
  auto store = schema_.open();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
  auto status = runTask(store->status());
  EXPECT_FALSE(status->up);
  EXPECT_THAT(status->detail, HasSubstr("another learnd"));
  began = std::chrono::steady_clock::now();
  store.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
  store = schema_.open();
  other.script("select pg_advisory_unlock" + lock);
  EXPECT_TRUE(isUpWithin(*store, 30s));
  other.script("select pg_advisory_lock" + lock);
  store = schema_.open();
  status = runTask(store->status());
  EXPECT_TRUE(status->up) << status->detail;
}

TEST_F(PostgresSchema, StepsThatTakeLongDoNotKeepAStoreFromItsEnd) {
  ServerSettings settings;
  settings.dsn = server_.dsn();
  settings.schema = "public";
  std::promise<void> reached;
  std::atomic<int> tries{0};
  auto server = std::make_unique<Server>(settings, [&](Connection& connection) -> core::Result<void> {
    if (++tries == 1) return core::Error(core::ErrorKind::Unavailable, "later");
    reached.set_value();
    connection.setPatience(60s);
    connection.script("set statement_timeout = 0; select pg_sleep(30)");
    return {};
  });
  ASSERT_TRUE(server->start());
  reached.get_future().wait();
  const auto began = std::chrono::steady_clock::now();
  server.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
}

TEST_F(PostgresSchema, ANewerOneIsRefused) {
  std::vector<Migration> newer(migrations().begin(), migrations().end());
  newer.push_back({"9999_later", "create table later (n integer)"});
  ASSERT_TRUE(takeSteps(newer));
  const auto opened = PostgresRecordStore::open(schema_.options());
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message(), HasSubstr("run the newer learnd"));
}

TEST_F(PostgresSchema, AStepThatDiffersIsRefused) {
  ASSERT_TRUE(schema_.open());
  schema_.sql("update schema_steps set digest = '\\x00' where number = 1");
  const auto opened = PostgresRecordStore::open(schema_.options());
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message(), HasSubstr("step 1 of the schema"));
}

TEST_F(PostgresSchema, AnotherProgramsSchemaIsLeftAlone) {
  server_.sql("create schema " + schema_.options().schema);
  schema_.sql("create table theirs (n integer)");
  const auto before = tables();
  const auto opened = PostgresRecordStore::open(schema_.options());
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message(), HasSubstr("store.schema"));
  EXPECT_EQ(tables(), before);
}

TEST_F(PostgresSchema, AnEmptyOneThatAnAdministratorMadeIsTaken) {
  server_.sql("create schema " + schema_.options().schema);
  EXPECT_TRUE(schema_.open());
}

TEST_F(PostgresSchema, AStepThatFailsLeavesNothing) {
  std::vector<Migration> broken{migrations().front()};
  broken.push_back({"0002_broken", "create table half (n integer); select no_such_function()"});
  EXPECT_THROW((void)takeSteps(broken), PostgresFailure);
  EXPECT_THAT(tables(), testing::Not(HasSubstr("half")));
  EXPECT_TRUE(schema_.open());
}

TEST_F(PostgresSchema, AWrongNameIsRefused) {
  for (const char* name : {"", "Learnd", "a b", "pg_learnd", "x\"; drop schema public; --"}) {
    schema_.options().schema = name;
    const auto opened = PostgresRecordStore::open(schema_.options());
    ASSERT_FALSE(opened) << name;
    EXPECT_EQ(opened.error().field(), "store.schema");
  }
  schema_.options().schema = "scratch_none";
}

TEST_F(PostgresSchema, TheIndexedTextIsAtMost64KiBAndNoCharacterIsCut) {
  const auto store = schema_.open();
  const auto clipped = [&](const std::string& query) {
    return schema_.sql("select octet_length(t), char_length(t) from indexed_text(" + query + ", 'the answer') as t");
  };
  EXPECT_EQ(clipped("repeat('a', 100)"), "111|111\n");
  EXPECT_EQ(clipped("repeat('a', 70000)"), "65536|65536\n");
  EXPECT_EQ(clipped("repeat('\xF0\x9F\x99\x82', 70000)"), "65536|16384\n");
  EXPECT_EQ(clipped("repeat('\xC3\xA4', 70000)"), "32768|16384\n");
}

TEST_F(PostgresSchema, TextsOfAnyLengthAndScriptCanBeStored) {
  const auto store = schema_.open();
  core::Learning longest = learningOf(1);
  longest.query.clear();
  for (int i = 0; longest.query.size() < 250'000; ++i) longest.query += " word" + std::to_string(i * 7919) + "/x-y_z.conf";
  longest.solution = std::string(256 * 1024, 'x');
  mustInsert(*store, longest);
  core::Learning wide = learningOf(2);
  wide.query.clear();
  while (wide.query.size() < 250'000) wide.query += "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E";
  mustInsert(*store, wide);
  std::vector<core::LearningId> ids{longest.id, wide.id};
  const auto found = runTask(store->load(ids));
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)[0].query, longest.query);
  EXPECT_EQ((*found)[1].query, wide.query);
}

TEST_F(PostgresSchema, MetadataComesBackByteForByteAndTimesOfAllYears) {
  const auto store = schema_.open();
  core::Learning learning = learningOf(1);
  learning.metadata = R"({"10":1,"9":1e+300,"a":5e-324,"b":-0.000001,"é":"\u0001","z":[1,{"y":null}],"🙂":"1.0"})";
  learning.timestamp = *core::parseTimestamp("0000-01-01T00:00:00.000001Z");
  learning.updated = *core::parseTimestamp("9999-12-31T23:59:59.999999Z");
  learning.valueScore = 5e-324;
  mustInsert(*store, learning);
  std::vector<core::LearningId> ids{learning.id};
  const auto found = runTask(store->load(ids));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front().metadata, learning.metadata);
  EXPECT_EQ(found->front().timestamp, learning.timestamp);
  EXPECT_EQ(found->front().updated, learning.updated);
  EXPECT_EQ(found->front().valueScore, learning.valueScore);
}

}  // namespace

}  // namespace learnd::postgres
