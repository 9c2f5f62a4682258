#include "interfaces/http/figures.hpp"
#include "interfaces/http/line_splitter.hpp"
#include "interfaces/http/metrics_text.hpp"
#include "interfaces/http/peer.hpp"
#include "interfaces/http/response_head.hpp"
#include "interfaces/http/target.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace learnd::interfaces::http {
namespace {

TEST(HttpTarget, IsSplitIntoPathAndQuery) {
  const auto both = splitTarget("/v1/learnings?kind=failure&x=?");
  EXPECT_EQ(both.path, "/v1/learnings");
  EXPECT_EQ(both.query, "kind=failure&x=?");
  EXPECT_EQ(splitTarget("http://localhost:8300/healthz?x").path, "/healthz");
  EXPECT_EQ(splitTarget("http://localhost").path, "/");
  EXPECT_EQ(splitTarget("*").path, "*");
}

TEST(HttpTarget, DecodesPercentSignsStrictly) {
  EXPECT_EQ(percentDecode("a%20b%C3%A9"), "a b\xC3\xA9");
  EXPECT_EQ(percentDecode("%00"), std::string(1, '\0'));
  for (const char* wrong : {"%", "%2", "%zz", "a%", "%FF", "%C3", "%C0%80", "%ED%A0%80", "%F4%90%80%80", "%C3x"}) {
    EXPECT_EQ(percentDecode(wrong), std::nullopt) << wrong;
  }
}

TEST(HttpTarget, ReadsParametersWithBlanksAndEmptyValues) {
  const auto parameters = parseQuery("a=1+2&&b&metadata.c%3Dd=%26&=x");
  ASSERT_TRUE(parameters);
  const std::vector<std::pair<std::string, std::string>> expected{{"a", "1 2"}, {"b", ""}, {"metadata.c=d", "&"}, {"", "x"}};
  EXPECT_EQ(*parameters, expected);
  const auto wrong = parseQuery("limit=%zz");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().field(), "limit");
}

TEST(HttpResponseHead, SaysWhatTheBodyAndTheConnectionAre) {
  Response response;
  response.status = 429;
  response.contentType = "application/problem+json";
  Framing framing;
  framing.length = 12;
  framing.keepAlive = false;
  std::string head;
  writeHead(response, framing, "Thu, 01 Jan 2026 00:00:00 GMT", head);
  EXPECT_EQ(head,
            "HTTP/1.1 429 Too Many Requests\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Type: application/problem+json\r\n"
            "Content-Length: 12\r\nRetry-After: 1\r\nConnection: close\r\n\r\n");
}

TEST(HttpResponseHead, HasNoLengthWhereThereIsNoBodyToCome) {
  Response response;
  response.status = 204;
  Framing framing;
  framing.length = 0;
  std::string head;
  writeHead(response, framing, "D", head);
  EXPECT_EQ(head, "HTTP/1.1 204 No Content\r\nDate: D\r\n\r\n");
  response.status = 200;
  framing.length.reset();
  framing.chunked = true;
  writeHead(response, framing, "D", head);
  EXPECT_EQ(head, "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
  std::string chunk;
  appendChunkHead(255, chunk);
  EXPECT_EQ(chunk, "ff\r\n");
}

TEST(HttpDate, HasTheOneFormOfHttp) {
  DateText date;
  const std::string text = date.now();
  ASSERT_EQ(text.size(), 29U);
  EXPECT_EQ(text.substr(3, 2), ", ");
  EXPECT_EQ(text.substr(25), " GMT");
}

TEST(LineSplitter, NumbersLinesAndPassesEmptyOnesOver) {
  LineSplitter splitter;
  splitter.push("one\n\ntw");
  splitter.push("o\nthree");
  splitter.finish();
  const auto lines = splitter.take(1000);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].text, "one");
  EXPECT_EQ(lines[1].number, 3U);
  EXPECT_EQ(lines[1].text, "two");
  EXPECT_EQ(lines[2].text, "three");
  splitter.push("four\nfive\nsix\n");
  EXPECT_EQ(splitter.take(2).back().text, "five");
  EXPECT_EQ(splitter.bytes(), 3U);
  EXPECT_EQ(splitter.take(2).front().text, "six");
  EXPECT_TRUE(splitter.take(1000).empty());
}

TEST(LineSplitter, NamesALineThatIsTooLong) {
  LineSplitter splitter;
  const std::string half(LineSplitter::kLongestLine / 2 + 1, 'x');
  splitter.push("a\n" + half);
  splitter.push(half + "still the same line\nb\n");
  EXPECT_EQ(splitter.take(1000).size(), 2U);
  EXPECT_EQ(splitter.takeTooLong(), std::vector<std::uint64_t>{2});
  EXPECT_TRUE(splitter.takeTooLong().empty());
  splitter.push(std::string(LineSplitter::kLongestLine, 'x') + "\n");
  EXPECT_EQ(splitter.take(1000).size(), 1U);
}

TEST(HttpFigures, CountByCallAndStatusAndSortDurations) {
  Figures figures;
  const Route& route = routes().front();
  figures.count(&route, 200, std::chrono::microseconds(500));
  figures.count(&route, 200, std::chrono::milliseconds(30));
  figures.count(&route, 503, std::chrono::seconds(20));
  figures.count(nullptr, 404, std::chrono::seconds(0));
  EXPECT_EQ(figures.requests().at({&route, 200}), 2U);
  EXPECT_EQ(figures.requests().at({&route, 503}), 1U);
  EXPECT_EQ(figures.requests().at({nullptr, 404}), 1U);
  const auto& duration = figures.durations().at(&route);
  EXPECT_EQ(duration.count, 3U);
  EXPECT_EQ(duration.within[0], 1U);
  EXPECT_EQ(duration.within[5], 1U);
  EXPECT_NEAR(duration.seconds, 20.0305, 1e-9);
}

TEST(MetricsText, EscapesLabelsAndWritesOneHeadAMetric) {
  MetricsText text;
  text.begin("learnd_things", "counter", "Things.");
  text.sample(1, {{"name", "a\"b\\c\nd"}});
  text.part("_sum", 0.25, {});
  text.single("learnd_other", "gauge", "Another.", 2);
  EXPECT_EQ(
      text.take(),
      "# HELP learnd_things Things.\n# TYPE learnd_things counter\nlearnd_things{name=\"a\\\"b\\\\c\\nd\"} 1\nlearnd_things_sum 0.25\n"
      "# HELP learnd_other Another.\n# TYPE learnd_other gauge\nlearnd_other 2\n");
}

TEST(Peer, IsWhoTheKernelSaysItIs) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const auto caller = peerOf(ends[0]);
  EXPECT_EQ(caller.uid, ::geteuid());
  EXPECT_EQ(caller.gid, ::getegid());
  std::vector<gid_t> groups(static_cast<std::size_t>(::getgroups(0, nullptr)));
  ASSERT_EQ(::getgroups(static_cast<int>(groups.size()), groups.data()), static_cast<int>(groups.size()));
  EXPECT_TRUE(std::is_permutation(groups.begin(), groups.end(), caller.groups.begin(), caller.groups.end()));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Peer, IsNobodyOverTcp) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  EXPECT_EQ(peerOf(descriptor).uid, 65534U);
  EXPECT_TRUE(peerOf(descriptor).groups.empty());
  ::close(descriptor);
}

}  // namespace
}  // namespace learnd::interfaces::http
