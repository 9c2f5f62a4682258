#include "config/load_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>
#include <filesystem>
#include <fstream>

namespace learnd::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

Config good(const std::string& text) {
  auto read = parseConfig(text, "config.toml");
  if (const auto* problems = std::get_if<Problems>(&read)) ADD_FAILURE() << testing::PrintToString(*problems);
  return std::holds_alternative<Config>(read) ? std::get<Config>(std::move(read)) : Config{};
}

Problems wrong(const std::string& text) {
  auto read = parseConfig(text, "config.toml");
  EXPECT_TRUE(std::holds_alternative<Problems>(read)) << text;
  return std::holds_alternative<Problems>(read) ? std::get<Problems>(std::move(read)) : Problems{};
}

TEST(LoadConfig, TakesAnEmptyFileAsTheDefaults) {
  const auto config = good("");
  EXPECT_EQ(config.store.backend, "sqlite");
  EXPECT_EQ(config.embedder.backend, "builtin");
  EXPECT_EQ(config.server.socketMode, 0660U);
  EXPECT_FALSE(config.server.bus);
  EXPECT_EQ(config.scoring.custom, core::Weights{});
}

TEST(LoadConfig, SetsWhatTheFileSays) {
  const auto config = good(R"(
[server]
socket = "/run/other.sock"
socket_mode = "0600"
socket_group = "users"
bus = "session"
tcp = "[::1]:8085"
[store]
backend = "postgres"
redact = false
[embedder]
query_prefix = ""
threads = 4
[llm.remote]
monthly_token_budget = 1000000
[scoring]
weight_set = "custom"
weights = { complexity = 0.1, reusability = 0.4, novelty = 0.2, confirmation = 0.2, impact = 0.1 }
factors.generic_yes = 0.9
factors.lines_of_code_full = 200
[routing]
max_complexity = 7
[quality]
window_days = 30
)");
  EXPECT_EQ(config.server.socket, "/run/other.sock");
  EXPECT_EQ(config.server.socketMode, 0600U);
  EXPECT_EQ(config.server.socketGroup, "users");
  EXPECT_EQ(config.server.bus, Bus::Session);
  EXPECT_EQ(config.server.tcp, "[::1]:8085");
  EXPECT_EQ(config.store.backend, "postgres");
  EXPECT_FALSE(config.store.redact);
  EXPECT_EQ(config.embedder.queryPrefix, "");
  EXPECT_EQ(config.embedder.threads, 4U);
  EXPECT_EQ(config.remoteModel.monthlyTokenBudget, 1000000U);
  EXPECT_EQ(config.scoring.weightSet, "custom");
  EXPECT_DOUBLE_EQ(config.scoring.custom.reusability, 0.4);
  EXPECT_DOUBLE_EQ(config.scoring.numbers.genericYes, 0.9);
  EXPECT_DOUBLE_EQ(config.scoring.numbers.linesOfCodeFull, 200);
  EXPECT_DOUBLE_EQ(config.routing.maxComplexity, 7);
  EXPECT_EQ(config.quality.windowDays, 30);
}

TEST(LoadConfig, NamesAnUnknownKeyItsLineTheNearestAndAllOfItsTable) {
  EXPECT_THAT(wrong("[store]\nbackend = \"sqlite\"\nbackendd = \"x\"\n"),
              ElementsAre("config.toml:3: store.backendd: there is no such key (did you mean \"backend\"?); [store] takes backend, dsn, "
                          "password_file, schema, redact"));
}

TEST(LoadConfig, NamesAnUnknownTableAndAllTables) {
  EXPECT_THAT(
      wrong("[stores]\nbackend = \"sqlite\"\n"),
      ElementsAre(AllOf(StartsWith("config.toml:1: stores: there is no such table (did you mean \"store\"?); "), HasSubstr("retention"))));
  EXPECT_THAT(wrong("[llm.cloud]\nurl = \"http://a\"\n"),
              ElementsAre(AllOf(HasSubstr(":1: llm.cloud"), HasSubstr("[llm] takes local, remote"))));
  EXPECT_THAT(wrong("min_score = 0.8\n"), ElementsAre(HasSubstr(":1: min_score: there is no such table")));
}

TEST(LoadConfig, TakesNoKeyThatIsWrittenAsOneQuotedName) {
  EXPECT_THAT(wrong("\"store.redact\" = false\n"), ElementsAre(HasSubstr("store.redact: there is no such table")));
}

TEST(LoadConfig, NamesABadValueItsLineAndWhatIsAllowed) {
  EXPECT_THAT(wrong("[store]\nbackend = \"oracle\"\n"),
              ElementsAre("config.toml:2: store.backend: \"oracle\" is not allowed; it takes \"sqlite\" or \"postgres\""));
  EXPECT_THAT(wrong("[reuse]\nmin_score = 1.5\n"),
              ElementsAre("config.toml:2: reuse.min_score: 1.5 is not allowed; it takes a number from 0 to 1"));
}

TEST(LoadConfig, ShowsNoTextThatMayBeASecret) {
  EXPECT_THAT(wrong("[index]\nurl = \"http://user:hunter2@qdrant:6333\"\n"), ElementsAre(testing::Not(HasSubstr("hunter2"))));
}

TEST(LoadConfig, ReportsEverythingAtOnceInTheOrderOfTheLines) {
  EXPECT_THAT(
      wrong("[tokens]\nbaseline = -1\n[reuse]\nmin_score = \"high\"\n[dataset]\nformats = \"chat\"\n[server]\nbus = \"both\"\n"),
      ElementsAre(StartsWith("config.toml:2: tokens.baseline: -1 "), StartsWith("config.toml:4: reuse.min_score: this text "),
                  StartsWith("config.toml:6: dataset.formats: there is no such key"), StartsWith("config.toml:8: server.bus: \"both\"")));
}

TEST(LoadConfig, NamesTheLineOfASyntaxError) {
  EXPECT_THAT(wrong("[server\n"), ElementsAre(StartsWith("config.toml:1: this is not TOML: ")));
  EXPECT_THAT(wrong("[server]\nsocket = \"a\"\nsocket = \"b\"\n"), ElementsAre(StartsWith("config.toml:3: this is not TOML: ")));
}

TEST(LoadConfig, RefusesATableThatIsAValueAndAValueThatIsATable) {
  EXPECT_THAT(wrong("store = 1\n"), ElementsAre(HasSubstr("store is a table: write [store]")));
  EXPECT_THAT(wrong("[[store]]\n"), ElementsAre(HasSubstr("store is a table: write [store]")));
  EXPECT_THAT(wrong("[store.backend]\n"), ElementsAre(HasSubstr("store.backend: a table is not allowed")));
  EXPECT_THAT(wrong("[store]\nbackend = [\"sqlite\"]\n"), ElementsAre(HasSubstr("store.backend: a list is not allowed")));
}

TEST(LoadConfig, WantsCustomWeightsThatSumToOne) {
  EXPECT_THAT(wrong("[scoring]\nweight_set = \"custom\"\nweights.complexity = 0.9\n"),
              ElementsAre(AllOf(StartsWith("config.toml:3: scoring.weights: "), HasSubstr("sum to 1.7"))));
  EXPECT_THAT(wrong("[scoring.weights]\nimpact = 0.16\n"), ElementsAre(StartsWith("config.toml:2: scoring.weights: ")));
  EXPECT_EQ(good("[scoring]\nweight_set = \"custom\"\n").scoring.custom, core::Weights{});
}

TEST(LoadConfig, ForgivesTheLastBitsOfASum) {
  const std::string rest = "[scoring.weights]\nreusability = 0.3\nnovelty = 0.2\nconfirmation = 0.15\nimpact = 0.15\n";
  EXPECT_DOUBLE_EQ(good(rest + "complexity = 0.2000000005\n").scoring.custom.complexity, 0.2000000005);
  EXPECT_THAT(wrong(rest + "complexity = 0.200000002\n"), ElementsAre(HasSubstr("scoring.weights")));
}

TEST(LoadConfig, DoesNotAddUpWeightsOfWhichOneIsRefused) {
  EXPECT_THAT(wrong("[scoring.weights]\ncomplexity = 1.2\n"), ElementsAre(HasSubstr("scoring.weights.complexity: 1.2")));
}

TEST(LoadConfig, WantsTheBandsInTheirOrder) {
  EXPECT_THAT(wrong("[quality]\nlow = 0.8\n"), ElementsAre(AllOf(StartsWith("config.toml:2: quality: "), HasSubstr("0.8, 0.75 and 0.85"))));
  EXPECT_THAT(wrong("[quality]\ngood = 0.85\n"), ElementsAre(HasSubstr("low < good < excellent")));
}

struct Sample {
  const char* key;
  const char* value;
  bool allowed;
};

class SampleValues : public testing::TestWithParam<Sample> {};

TEST_P(SampleValues, AreJudgedByTheirKey) {
  const std::string path = GetParam().key;
  const auto dot = path.rfind('.');
  const auto read = parseConfig("[" + path.substr(0, dot) + "]\n" + path.substr(dot + 1) + " = " + GetParam().value + "\n", "config.toml");
  EXPECT_EQ(std::holds_alternative<Config>(read), GetParam().allowed) << path << " = " << GetParam().value;
  if (const auto* problems = std::get_if<Problems>(&read)) {
    EXPECT_THAT(*problems, ElementsAre(StartsWith("config.toml:2: " + path)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, SampleValues,
    testing::Values(
        Sample{"server.socket", "\"/run/learnd/learnd.sock\"", true}, Sample{"server.socket", "\"\"", true},
        Sample{"server.socket", "\"learnd.sock\"", false}, Sample{"server.socket", "\"/run/\\u0001\"", false},
        Sample{"server.socket",
               "\"/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456\"", true},
        Sample{"server.socket",
               "\"/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/01234567\"", false},
        Sample{"server.socket_mode", "\"0660\"", true}, Sample{"server.socket_mode", "\"777\"", true},
        Sample{"server.socket_mode", "\"1777\"", false}, Sample{"server.socket_mode", "\"0668\"", false},
        Sample{"server.socket_mode", "432", false}, Sample{"server.socket_mode", "\"-660\"", false},
        Sample{"server.socket_group", "\"systemd-journal\"", true}, Sample{"server.socket_group", "\"101\"", true},
        Sample{"server.admin_group", "\"two words\"", false}, Sample{"server.admin_group", "\"-x\"", false},
        Sample{"server.tcp", "\"127.0.0.1:8080\"", true}, Sample{"server.tcp", "\"[::1]:65535\"", true},
        Sample{"server.tcp", "\"localhost:1\"", true}, Sample{"server.tcp", "\"\"", true}, Sample{"server.tcp", "\"0.0.0.0:8080\"", false},
        Sample{"server.tcp", "\"127.0.0.1\"", false}, Sample{"server.tcp", "\"127.0.0.1:0\"", false},
        Sample{"server.tcp", "\"127.0.0.1:65536\"", false}, Sample{"server.tcp", "\"127.0.0.1:+80\"", false},
        Sample{"server.tcp", "\"[::]:8080\"", false}, Sample{"server.bus", "\"none\"", true}, Sample{"server.bus", "\"\"", false},
        Sample{"store.dsn", "\"postgresql:///learnd\"", true}, Sample{"store.dsn", "\"postgresql://me@host:5433/db\"", true},
        Sample{"store.dsn", "\"postgresql://[::1]:5433/db\"", true}, Sample{"store.dsn", "\"dbname=x passfile=/y\"", true},
        Sample{"store.dsn", "\" host = /run/postgresql\"", true}, Sample{"store.dsn", "\"\"", true},
        Sample{"store.dsn", "\"postgresql://me:secret@host/db\"", false}, Sample{"store.dsn", "\"postgres://me:secret@/db\"", false},
        Sample{"store.dsn", "\"postgresql://me:se?cret@host/db\"", false}, Sample{"store.dsn", "\"postgresql://me:?secret@host\"", false},
        Sample{"store.dsn", "\"postgresql://me@host?sslmode=require\"", true},
        Sample{"store.dsn", "\"postgresql:///db?application_name=a:b@c\"", true},
        Sample{"store.dsn", "\"postgresql:///db?password=secret\"", false}, Sample{"store.dsn", "\"dbname=x password=secret\"", false},
        Sample{"store.dsn", "\"dbname=x password = 's'\"", false}, Sample{"store.dsn", "\"nonsense\"", false},
        Sample{"store.dsn", "\"mysql://host/db\"", false}, Sample{"store.dsn", "\"=x\"", false},
        Sample{"store.password_file", "\"password\"", false}, Sample{"store.schema", "\"learnd_2\"", true},
        Sample{"store.schema", "\"\"", false}, Sample{"store.schema", "\"Learnd\"", false}, Sample{"store.schema", "\"2nd\"", false},
        Sample{"store.schema", "\"pg_x\"", false}, Sample{"store.redact", "\"true\"", false}, Sample{"store.redact", "1", false},
        Sample{"index.url", "\"http://127.0.0.1:6333\"", true}, Sample{"index.url", "\"https://[::1]:6334/base?a=b\"", true},
        Sample{"index.url", "\"http://qdrant.example/\"", true}, Sample{"index.url", "\"127.0.0.1:6333\"", false},
        Sample{"index.url", "\"ftp://qdrant\"", false}, Sample{"index.url", "\"http://\"", false},
        Sample{"index.url", "\"http://:6333\"", false}, Sample{"index.url", "\"http://qdrant:\"", false},
        Sample{"index.url", "\"http://qdrant:99999\"", false}, Sample{"index.url", "\"http://a b\"", false},
        Sample{"index.url", "\"http://qdrant/#x\"", false}, Sample{"index.url", "\"\"", false}, Sample{"index.prefix", "\"team-a_\"", true},
        Sample{"index.prefix", "\"a/b\"", false}, Sample{"embedder.calibration", "\"none\"", true}, Sample{"embedder.threads", "-1", false},
        Sample{"embedder.threads", "2.0", false}, Sample{"llm.local.timeout_seconds", "0", false},
        Sample{"llm.local.timeout_seconds", "1", true}, Sample{"llm.local.api_key_file", "\"/x\"", false},
        Sample{"llm.remote.api_key_file", "\"/x\"", true}, Sample{"scoring.profile", "\"imported\"", false},
        Sample{"scoring.profile", "\"detailed\"", true}, Sample{"scoring.weight_set", "\"code\"", true},
        Sample{"scoring.factors.scope_divisor", "0", false}, Sample{"scoring.factors.scope_divisor", "0.5", true},
        Sample{"scoring.factors.novel_no", "1", true}, Sample{"scoring.factors.novel_no", "-0.1", false},
        Sample{"reuse.min_score", "nan", false}, Sample{"reuse.min_score", "inf", false}, Sample{"reuse.min_score", "0", true},
        Sample{"reuse.min_score", "1.0", true}, Sample{"context.max_hits", "101", false}, Sample{"routing.max_complexity", "5.5", true},
        Sample{"patterns.min_similarity", "0.5", true}, Sample{"patterns.min_occurrences", "0", false},
        Sample{"dataset.format", "\"csv\"", false}, Sample{"quality.window_days", "0", false},
        Sample{"retention.interactions_days", "1979-05-27", false}));

class ConfigFile : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("learnd-config-test-" + std::to_string(::getpid()));
};

TEST_F(ConfigFile, IsRead) {
  const auto file = folder_ / "config.toml";
  std::ofstream(file) << "[dataset]\nmin_value = 0.9\n";
  const auto read = loadConfig(file);
  ASSERT_TRUE(std::holds_alternative<Config>(read));
  EXPECT_DOUBLE_EQ(std::get<Config>(read).dataset.minValue, 0.9);
}

TEST_F(ConfigFile, ThatIsMissingIsAProblemThatNamesIt) {
  const auto file = folder_ / "absent.toml";
  const auto read = loadConfig(file);
  ASSERT_TRUE(std::holds_alternative<Problems>(read));
  EXPECT_THAT(std::get<Problems>(read), ElementsAre(AllOf(StartsWith(file.string() + ": "), HasSubstr("No such file"))));
}

TEST_F(ConfigFile, ThatIsAFolderIsAProblem) {
  const auto read = loadConfig(folder_);
  ASSERT_TRUE(std::holds_alternative<Problems>(read));
  EXPECT_THAT(std::get<Problems>(read), ElementsAre(StartsWith(folder_.string() + ": it can't be read")));
}

TEST_F(ConfigFile, ThatIsFarTooLargeIsAProblem) {
  const auto file = folder_ / "large.toml";
  std::ofstream(file) << std::string(1024 * 1024 + 1, '#');
  EXPECT_TRUE(std::holds_alternative<Problems>(loadConfig(file)));
}

}  // namespace
}  // namespace learnd::config
