#include "support/secret_file.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include <unistd.h>

namespace learnd::support {

namespace {

/// A file with some content, as long as a test.
class SecretFile : public testing::Test {
 protected:
  SecretFile() : path_(std::filesystem::temp_directory_path() / ("learnd-secret-" + std::to_string(::getpid()))) {}
  ~SecretFile() override { std::filesystem::remove(path_); }

  core::Result<std::string> read(const std::string& content) {
    std::ofstream(path_, std::ios::binary) << content;
    return readSecret(path_);
  }

  std::filesystem::path path_;
};

TEST_F(SecretFile, IsReadWithoutItsLineEnd) { EXPECT_EQ(read("  key-1\n").value(), "key-1"); }

TEST_F(SecretFile, MustHoldOneKey) {
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read(" \n"));
  EXPECT_FALSE(read("one\ntwo\n"));
  EXPECT_FALSE(read(std::string(5000, 'x')));
  EXPECT_TRUE(read(std::string(4096, 'x')));
}

TEST_F(SecretFile, ItsContentIsInNoMessage) { EXPECT_EQ(read("geheim\nzwei").error().message().find("geheim"), std::string::npos); }

TEST_F(SecretFile, MustBeThere) {
  const auto secret = readSecret("/nonexistent/key");
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().kind(), core::ErrorKind::InvalidInput);
  EXPECT_FALSE(readSecret(std::filesystem::temp_directory_path()));
}

}  // namespace

}  // namespace learnd::support
