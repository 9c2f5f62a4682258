#include "json/value.hpp"
#include "tests/unit/interfaces/http/http_harness.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace learnd::interfaces::http {
namespace {

using namespace std::chrono_literals;

std::string line(const std::string& query) { return R"({"kind":"solution","query":")" + query + R"(","solution":"do it"})" + "\n"; }

std::string lines(int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += line("question " + std::to_string(i));
  return all;
}

std::int64_t countOf(const Answer& answer, std::string_view name) {
  const auto value = json::parse(answer.body);
  const json::Value* member = value ? value->find(name) : nullptr;
  return member && member->asInteger() ? *member->asInteger() : -1;
}

std::vector<std::pair<std::int64_t, std::string>> rejectedIn(const Answer& answer) {
  std::vector<std::pair<std::int64_t, std::string>> rejected;
  const auto value = json::parse(answer.body);
  if (!value || !value->find("rejected")) return rejected;
  for (const json::Value& one : *value->find("rejected")->asArray()) {
    const std::string* field = one.find("field")->asText();
    rejected.emplace_back(*one.find("line")->asInteger(), field ? *field : std::string());
  }
  return rejected;
}

const std::string kChunkedImport = "POST /v1/import HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(std::string_view bytes) {
  char size[20];
  std::snprintf(size, sizeof(size), "%zx\r\n", bytes.size());
  return size + std::string(bytes) + "\r\n";
}

TEST(HttpImport, StoresEveryLineOfABodyWithALength) {
  HttpHarness harness;
  auto client = harness.connect();
  const auto answer = client.ask(request("POST", "/v1/import", lines(1203)));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(countOf(answer, "stored"), 1203);
  EXPECT_EQ(harness.onThread([&] { return harness.core.records.state().rows.size(); }), 1203U);
  EXPECT_EQ(client.ask(request("GET", "/healthz")).status, 200);
}

TEST(HttpImport, TakesLinesThatChunksCutAnywhere) {
  HttpHarness harness;
  auto client = harness.connect();
  const std::string body = lines(50) + "\r\n\n" + R"({"kind":"solution","query":"the last","solution":"without a line break"})";
  client.send(kChunkedImport);
  for (std::size_t from = 0, size = 1; from < body.size(); from += size, size = size % 97 + 1) {
    client.send(chunk(std::string_view(body).substr(from, size)));
  }
  client.send("0\r\n\r\n");
  EXPECT_EQ(countOf(client.receive(), "stored"), 51);
}

TEST(HttpImport, HasNoLimitOnItsBody) {
  HttpHarness harness;
  const std::string text(200 * 1024, 'x');
  std::string body;
  for (int i = 0; i < 12; ++i) {
    body += R"({"kind":"solution","query":"long )" + std::to_string(i) + R"(","solution":")" + text + "\"}\n";
  }
  EXPECT_EQ(countOf(harness.connect().ask(request("POST", "/v1/import", body)), "stored"), 12);
}

TEST(HttpImport, RejectsWrongLinesByTheirNumberAndStoresTheOthers) {
  HttpHarness harness;
  const std::string body =
      line("good") + "\n{\"kind\":\n" + R"({"kind":"poem"})" + "\n" + R"({"kind":"solution","query":"q"})" + "\n" + line("good too");
  const auto answer = harness.connect().ask(request("POST", "/v1/import", body));
  EXPECT_EQ(countOf(answer, "stored"), 2);
  const std::vector<std::pair<std::int64_t, std::string>> expected{{3, ""}, {4, "kind"}, {5, "solution"}};
  EXPECT_EQ(rejectedIn(answer), expected);
  EXPECT_EQ(countOf(answer, "rejected_count"), 3);
}

TEST(HttpImport, RejectsALineThatIsTooLongWithoutHoldingIt) {
  HttpHarness harness;
  const std::string body = line("before") + std::string(9 * 1024 * 1024, 'x') + "\n" + line("behind");
  const auto answer = harness.connect().ask(request("POST", "/v1/import", body));
  EXPECT_EQ(countOf(answer, "stored"), 2);
  ASSERT_EQ(rejectedIn(answer).size(), 1U);
  EXPECT_EQ(rejectedIn(answer)[0].first, 2);
}

TEST(HttpImport, CountsAllRejectedLinesAndListsTheFirstThousand) {
  HttpHarness harness;
  std::string body = line("before");
  for (int i = 0; i < 20000; ++i) body += "x\n";
  body += line("behind") + std::string(9 * 1024 * 1024, 'x') + "\n";
  const auto answer = harness.connect().ask(request("POST", "/v1/import", body));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(countOf(answer, "stored"), 2);
  EXPECT_EQ(countOf(answer, "rejected_count"), 20001);
  const auto rejected = rejectedIn(answer);
  ASSERT_EQ(rejected.size(), 1000U);
  EXPECT_EQ(rejected.front().first, 2);
  EXPECT_EQ(rejected.back().first, 1001);
}

TEST(HttpImport, SaysWhatIsStoredOfABodyThatBreaksOff) {
  HttpHarness harness;
  auto client = harness.connect();
  client.send("POST /v1/import HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + lines(700));
  client.endSending();
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(problemDetail(answer).find("up to line 500"), std::string::npos) << answer.body;
  EXPECT_NE(problemDetail(answer).find("Go on behind line 500"), std::string::npos) << answer.body;
  EXPECT_NE(problemDetail(answer).find("only interactions without an id would be stored twice"), std::string::npos) << answer.body;
  EXPECT_EQ(harness.onThread([&] { return harness.core.records.state().rows.size(); }), 500U);
}

TEST(HttpImport, AnswersABrokenChunkAndASlowClient) {
  ConnectionLimits limits;
  limits.receive = 150ms;
  HttpHarness harness(limits);
  EXPECT_EQ(harness.connect().ask(kChunkedImport + chunk(line("one")) + "zz\r\n").status, 400);
  auto slow = harness.connect();
  slow.send(kChunkedImport + chunk(line("two")));
  const auto answer = slow.receive();
  EXPECT_EQ(answer.status, 408);
  EXPECT_EQ(json::parse(answer.body)->find("status")->number(), 408);
}

TEST(HttpImport, MayTakeLongerThanARequestAsLongAsSomethingComes) {
  ConnectionLimits limits;
  limits.receive = 300ms;
  HttpHarness harness(limits);
  auto client = harness.connect();
  client.send(kChunkedImport);
  for (int i = 0; i < 8; ++i) {
    client.send(chunk(line("slowly " + std::to_string(i))));
    std::this_thread::sleep_for(100ms);
  }
  client.send("0\r\n\r\n");
  EXPECT_EQ(countOf(client.receive(), "stored"), 8);
}

TEST(HttpImport, SaysContinueFirst) {
  HttpHarness harness;
  auto client = harness.connect();
  client.send("POST /v1/import HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send(chunk(line("after it")) + "0\r\n\r\n");
  EXPECT_EQ(countOf(client.receive(), "stored"), 1);
}

TEST(HttpImport, AnswersWhereTheRecordStoreFailsHalfWay) {
  HttpHarness harness;
  harness.onThread([&] {
    harness.core.records.fault.error = core::Error(core::ErrorKind::StorageFull, "the disk is full");
    harness.core.records.fault.passes = 1;
  });
  auto client = harness.connect();
  const auto answer = client.ask(request("POST", "/v1/import", lines(1500)));
  EXPECT_EQ(answer.status, 507);
  EXPECT_NE(problemDetail(answer).find("up to line 500"), std::string::npos) << answer.body;
}

TEST(HttpExport, GivesEveryLearningInOrderOfItsId) {
  HttpHarness harness;
  auto client = harness.connect();
  EXPECT_EQ(client.ask(request("POST", "/v1/import", lines(1203))).status, 200);
  const auto answer = client.ask(request("GET", "/v1/export"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.fields.at("content-type"), "application/x-ndjson");
  EXPECT_EQ(answer.fields.at("transfer-encoding"), "chunked");
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(std::count(answer.body.begin(), answer.body.end(), '\n'), 1203);
  EXPECT_EQ(client.ask(request("GET", "/healthz")).status, 200);
}

TEST(HttpExport, ComesBackAsItWas) {
  HttpHarness first;
  auto client = first.connect();
  client.ask(request("POST", "/v1/failures", R"({"error":"bridge br0 has no carrier","metadata":{"b":1.0,"a":[null,"é"]}})"));
  client.ask(
      request("POST", "/v1/interactions", R"({"query":"q?","response":"r","context_used":["a text"],"tokens":{"input":5,"output":7}})"));
  client.ask(request("POST", "/v1/patterns", R"({"query":"{unit} failed","solution":"restart {unit}","keywords":["unit"],"name":"n"})"));
  client.ask(request("POST", "/v1/import", lines(10)));
  const auto exported = client.ask(request("GET", "/v1/export"));
  HttpHarness second;
  auto other = second.connect();
  EXPECT_EQ(countOf(other.ask(request("POST", "/v1/import", exported.body)), "stored"), 13);
  EXPECT_EQ(other.ask(request("GET", "/v1/export")).body, exported.body);
}

TEST(HttpExport, ReadsABodyThatNobodyAskedFor) {
  HttpHarness harness;
  auto client = harness.connect();
  client.ask(request("POST", "/v1/import", lines(3)));
  // Taken for the next request, either of these would be malformed.
  const std::string chunked =
      "GET /v1/export HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("no request") + "0\r\n\r\n";
  for (const std::string& asked : {request("GET", "/v1/export", "GET /healthz HTTP/1.1"), chunked}) {
    client.send(asked.substr(0, asked.size() - 4));
    std::this_thread::sleep_for(20ms);
    client.send(asked.substr(asked.size() - 4) + request("GET", "/v1/learnings"));
    const auto exported = client.receive();
    EXPECT_EQ(exported.status, 200);
    EXPECT_EQ(std::count(exported.body.begin(), exported.body.end(), '\n'), 3);
    const auto next = client.receive();
    EXPECT_EQ(next.status, 200);
    EXPECT_NE(next.body.find("next_cursor"), std::string::npos);
  }
}

TEST(HttpExport, EndsWithTheConnectionForHttp10) {
  HttpHarness harness;
  harness.connect().ask(request("POST", "/v1/import", lines(3)));
  const auto answer = harness.connect().ask("GET /v1/export HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_FALSE(answer.fields.contains("transfer-encoding"));
  EXPECT_EQ(answer.fields.at("connection"), "close");
  EXPECT_EQ(std::count(answer.body.begin(), answer.body.end(), '\n'), 3);
}

TEST(HttpExport, IsAProblemWhereItFailsAtOnceAndCutWhereItFailsLater) {
  HttpHarness harness;
  auto client = harness.connect();
  client.ask(request("POST", "/v1/import", lines(1203)));
  harness.onThread([&] { harness.core.records.fault.error = core::Error(core::ErrorKind::Unavailable, "down"); });
  EXPECT_EQ(client.ask(request("GET", "/v1/export")).status, 503);
  harness.onThread([&] { harness.core.records.fault.passes = 2; });
  const auto cut = client.ask(request("GET", "/v1/export"));
  EXPECT_EQ(cut.status, 200);
  EXPECT_FALSE(cut.whole);
}

TEST(HttpExport, WaitsForAClientThatReadsSlowlyAndGivesUpOnOneThatDoesNot) {
  ConnectionLimits limits;
  limits.send = 300ms;
  HttpHarness harness(limits);
  // More than a socket's buffers hold.
  const std::string text(8 * 1024, 'x');
  std::string body;
  for (int i = 0; i < 600; ++i) {
    body += R"({"kind":"solution","query":"long )" + std::to_string(i) + R"(","solution":")" + text + "\"}\n";
  }
  auto client = harness.connect();
  EXPECT_EQ(countOf(client.ask(request("POST", "/v1/import", body)), "stored"), 600);
  const auto before = harness.onThread([&] { return harness.core.records.fault.calls; });
  client.send(request("GET", "/v1/export"));
  EXPECT_TRUE(client.waitForBytes());
  std::this_thread::sleep_for(100ms);
  // The second page is not asked for before the first is taken.
  EXPECT_EQ(harness.onThread([&] { return harness.core.records.fault.calls; }), before + 1);
  std::this_thread::sleep_for(700ms);
  EXPECT_FALSE(client.receive().whole);
}

}  // namespace
}  // namespace learnd::interfaces::http
