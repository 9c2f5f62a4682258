#include "adapters/http_client/url.hpp"

#include <gtest/gtest.h>

namespace learnd::http_client {

namespace {

TEST(Url, ItsPartsAreFound) {
  const auto url = parseUrl("https://qdrant.example:8443/base/");
  ASSERT_TRUE(url) << url.error().message();
  EXPECT_TRUE(url->secure);
  EXPECT_EQ(url->host, "qdrant.example");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/base");
  EXPECT_EQ(url->text(), "https://qdrant.example:8443/base");
}

TEST(Url, EachSchemeHasItsOwnPortWhichIsNotWritten) {
  EXPECT_EQ(parseUrl("http://a")->port, 80);
  EXPECT_EQ(parseUrl("https://a")->port, 443);
  EXPECT_EQ(parseUrl("http://a:80")->authority(), "a");
  EXPECT_EQ(parseUrl("https://a:80")->authority(), "a:80");
}

TEST(Url, AnAddressOfSixteenBytesStandsInBrackets) {
  const auto url = parseUrl("http://[::1]:6333");
  ASSERT_TRUE(url) << url.error().message();
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->authority(), "[::1]:6333");
}

class WrongUrl : public testing::TestWithParam<const char*> {};

TEST_P(WrongUrl, IsRefused) {
  const auto url = parseUrl(GetParam());
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().kind(), core::ErrorKind::InvalidInput);
}

INSTANTIATE_TEST_SUITE_P(Each, WrongUrl,
                         testing::Values("", "127.0.0.1:6333", "ftp://a", "http://", "http://:6333", "http://a:", "http://a:0",
                                         "http://a:65536", "http://a:6333x", "http://a b", "http://[::1", "http://a?b", "http://a/b?c",
                                         "http://a/b#c", "http://user@a", "http://a/\r\nX: y"));

TEST(Url, APasswordInAWrongOneIsNotRepeated) {
  EXPECT_EQ(parseUrl("http://user:geheim@a").error().message().find("geheim"), std::string::npos);
}

}  // namespace

}  // namespace learnd::http_client
