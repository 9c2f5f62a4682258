#include "adapters/postgres/connection_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace learnd::postgres {

namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;

TEST(ConnectionText, AddsTimeOutsToAUriAndToWords) {
  EXPECT_THAT(connectionText("postgresql:///learnd", "", 3s), StartsWith("postgresql:///learnd?connect_timeout=3&"));
  EXPECT_THAT(connectionText("postgresql://host/db?user=x", "", 3s), HasSubstr("?user=x&connect_timeout=3"));
  EXPECT_THAT(connectionText("dbname=learnd", "", 3s), StartsWith("dbname=learnd connect_timeout='3' "));
}

TEST(ConnectionText, LeavesWhatTheDsnSaysItself) {
  const auto text = connectionText("dbname=learnd connect_timeout = 20 keepalives_idle=7", "", 3s);
  EXPECT_THAT(text, Not(HasSubstr("connect_timeout='3'")));
  EXPECT_THAT(text, Not(HasSubstr("keepalives_idle='")));
  EXPECT_THAT(text, HasSubstr("keepalives_interval='"));
}

TEST(ConnectionText, QuotesThePassword) {
  EXPECT_THAT(connectionText("dbname=learnd", R"(a'b\ c)", 3s), HasSubstr(R"(password='a\'b\\ c')"));
  EXPECT_THAT(connectionText("postgresql:///learnd", "a&b c%", 3s), HasSubstr("password=a%26b%20c%25"));
}

TEST(ConnectionText, APasswordIsTheFirstLineOfItsFile) {
  std::string folder = (std::filesystem::temp_directory_path() / "learnd-password-XXXXXX").string();
  ASSERT_TRUE(::mkdtemp(folder.data()));
  const std::string file = folder + "/password";
  std::ofstream(file) << "s3cret word\r\nnot this\n";
  EXPECT_EQ(*readPassword(file), "s3cret word");
  std::ofstream(file) << "\n";
  EXPECT_THAT(readPassword(file).error().message(), HasSubstr("no password"));
  EXPECT_EQ(readPassword(folder + "/none").error().field(), "store.password_file");
  std::filesystem::remove_all(folder);
}

TEST(ConnectionText, APasswordIsBlottedOutInAnyForm) {
  EXPECT_EQ(withoutPassword("bad token \"a%26b\" in a&b", "a&b"), "bad token \"…\" in …");
  EXPECT_EQ(withoutPassword("nothing", ""), "nothing");
  EXPECT_EQ(withoutPassword("…", "…"), "…");
}

}  // namespace

}  // namespace learnd::postgres
