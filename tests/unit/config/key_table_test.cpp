#include "config/key_table.hpp"
#include "config/load_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace learnd::config {
namespace {

std::string documentation() {
  std::ifstream file("docs/configuration.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(KeyTable, HasEachKeyOnce) {
  std::set<std::string_view> paths;
  for (const auto& key : keyTable()) EXPECT_TRUE(paths.insert(key.path).second) << key.path;
}

TEST(KeyTable, TakesEveryDefaultAsAValue) {
  for (const auto& key : keyTable()) {
    const auto shown = key.show(Config{});
    if (shown.empty()) continue;
    const std::string text = "[" + std::string(key.table()) + "]\n" + std::string(key.name()) + " = " + shown + "\n";
    const auto read = parseConfig(text, "default.toml");
    ASSERT_TRUE(std::holds_alternative<Config>(read)) << text << testing::PrintToString(std::get<Problems>(read));
    EXPECT_EQ(key.show(std::get<Config>(read)), shown) << key.path;
  }
}

TEST(KeyTable, GivesEachKeyAPlaceOfItsOwn) {
  // A setter that writes to another key's place would change what that one shows.
  for (const auto& key : keyTable()) {
    for (const Scalar& value :
         {Scalar(false), Scalar(std::int64_t{1}), Scalar(0.125), Scalar(std::string("session")), Scalar(std::string("/other")),
          Scalar(std::string("http://other")), Scalar(std::string("0600")), Scalar(std::string("qdrant")), Scalar(std::string("postgres")),
          Scalar(std::string("ollama")), Scalar(std::string("127.0.0.1:1")), Scalar(std::string("chat")), Scalar(std::string("code")),
          Scalar(std::string("detailed")), Scalar(std::string("other")), Scalar(std::string("none"))}) {
      Config changed;
      if (!key.set(value, changed) || key.show(changed) == key.show(Config{})) continue;
      for (const auto& other : keyTable()) {
        if (other.path == key.path) continue;
        EXPECT_EQ(other.show(changed), other.show(Config{})) << key.path << " changes " << other.path;
      }
    }
  }
}

TEST(KeyTable, SetsNothingWhereItRefuses) {
  for (const auto& key : keyTable()) {
    Config config;
    EXPECT_FALSE(key.set(Scalar(), config)) << key.path;
    EXPECT_EQ(key.show(config), key.show(Config{})) << key.path;
  }
}

TEST(KeyTable, IsWhatTheDocumentationSays) {
  const auto text = documentation();
  ASSERT_FALSE(text.empty());
  for (const auto& key : keyTable()) {
    const auto shown = key.show(Config{});
    const std::string row =
        "| `" + std::string(key.path) + "` | " + (shown.empty() ? std::string("unset") : "`" + shown + "`") + " | " + key.allowed + " | ";
    EXPECT_THAT(text, testing::HasSubstr(row));
  }
}

TEST(KeyTable, HasEveryKeyThatTheDocumentationNames) {
  std::istringstream lines(documentation());
  std::size_t rows = 0;
  for (std::string line; std::getline(lines, line);) rows += line.starts_with("| `") ? 1 : 0;
  EXPECT_EQ(rows, keyTable().size());
}

}  // namespace
}  // namespace learnd::config
