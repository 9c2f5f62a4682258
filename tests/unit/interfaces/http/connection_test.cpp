#include "tests/unit/interfaces/http/http_harness.hpp"

#include <boost/asio/co_spawn.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace learnd::interfaces::http {
namespace {

using namespace std::chrono_literals;

const std::string kHealth = request("GET", "/healthz");
const std::string kScore = request("POST", "/v1/score", R"({"factors":{"lines_of_code":33}})");

std::string solution(const std::string& query) {
  return request("POST", "/v1/solutions", R"({"query":")" + query + R"(","solution":"do it"})");
}

TEST(HttpConnection, AnswersOneRequestAfterTheOther) {
  HttpHarness harness;
  auto client = harness.connect();
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.ask(kHealth);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"status":"alive"})");
    EXPECT_EQ(answer.fields.at("content-type"), "application/json");
    EXPECT_TRUE(answer.fields.contains("date"));
    EXPECT_FALSE(answer.fields.contains("connection"));
  }
}

TEST(HttpConnection, AnswersPipelinedRequestsInTheirOrder) {
  HttpHarness harness;
  auto client = harness.connect();
  client.send(kHealth + kScore + request("GET", "/nothing") + solution("first") + kHealth);
  for (const int status : {200, 200, 404, 201, 200}) EXPECT_EQ(client.receive().status, status);
}

TEST(HttpConnection, PassesOverEmptyLinesBeforeARequest) {
  HttpHarness harness;
  auto client = harness.connect();
  client.send("\r\n" + kHealth + "\r\n" + kScore);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(client.receive().status, 200);
}

TEST(HttpConnection, TakesARequestByteByByte) {
  HttpHarness harness;
  auto client = harness.connect();
  for (const char byte : kScore) client.send({&byte, 1});
  EXPECT_EQ(client.receive().status, 200);
}

TEST(HttpConnection, ClosesWhenTheClientAsksForIt) {
  HttpHarness harness;
  auto client = harness.connect();
  const auto answer = client.ask(request("GET", "/healthz", "", "Connection: close\r\n"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.fields.at("connection"), "close");
  EXPECT_TRUE(client.isClosed());
}

TEST(HttpConnection, ClosesAfterHttp10UnlessAskedToStay) {
  HttpHarness harness;
  auto once = harness.connect();
  EXPECT_EQ(once.ask("GET /healthz HTTP/1.0\r\n\r\n").status, 200);
  EXPECT_TRUE(once.isClosed());
  auto stays = harness.connect();
  const auto answer = stays.ask("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(answer.fields.at("connection"), "keep-alive");
  EXPECT_EQ(stays.ask(kHealth).status, 200);
}

TEST(HttpConnection, AnswersHeadWithoutABody) {
  HttpHarness harness;
  auto client = harness.connect();
  client.send(request("HEAD", "/healthz"));
  const auto answer = client.receive(true);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.fields.at("content-length"), "18");
  EXPECT_EQ(client.ask(kHealth).body.size(), 18U);
}

TEST(HttpConnection, TakesTheAbsoluteFormOfATarget) {
  HttpHarness harness;
  auto client = harness.connect();
  EXPECT_EQ(client.ask(request("GET", "http://localhost/healthz")).status, 200);
}

TEST(HttpConnection, SaysWhichMethodsAPathTakes) {
  HttpHarness harness;
  auto client = harness.connect();
  const auto answer = client.ask(request("DELETE", "/v1/search"));
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.fields.at("allow"), "POST");
  EXPECT_EQ(answer.fields.at("content-type"), "application/problem+json");
  EXPECT_EQ(client.ask(request("POST", "/v1/learnings/x", "{}")).fields.at("allow"), "GET, HEAD, PATCH, DELETE");
  EXPECT_EQ(client.ask(request("POST", "/v1/nothing", "a body that nobody reads")).status, 404);
  EXPECT_EQ(client.ask(kHealth).status, 200);
}

TEST(HttpConnection, RefusesParametersThatWouldDoNothing) {
  HttpHarness harness;
  auto client = harness.connect();
  for (const std::string path : {"GET /v1/export", "GET /v1/stats", "GET /v1/doctor", "POST /v1/search", "DELETE /v1/learnings/x"}) {
    const auto answer = client.ask(path + "?kind=failure HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(answer.status, 422) << path;
    EXPECT_EQ(problemField(answer), "kind") << path;
  }
  const auto refused = harness.connect().ask(request("POST", "/v1/import?dry_run=1", "{}"));
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(problemField(refused), "dry_run");
  EXPECT_EQ(harness.onThread([&] { return harness.core.records.state().rows.size(); }), 0U);
  EXPECT_EQ(client.ask(request("GET", "/healthz?probe=1")).status, 200);
  EXPECT_EQ(client.ask(request("GET", "/v1/learnings?limit=%zz")).status, 422);
}

TEST(HttpConnection, RefusesAHeadThatIsTooLong) {
  HttpHarness harness;
  auto client = harness.connect();
  const auto answer = client.ask(request("GET", "/healthz", "", "X: " + std::string(200000, 'a') + "\r\n"));
  EXPECT_EQ(answer.status, 431);
  EXPECT_TRUE(client.isClosed());
}

TEST(HttpConnection, RefusesABodyThatIsTooLong) {
  HttpHarness harness;
  auto announced = harness.connect();
  const auto answer = announced.ask(request("POST", "/v1/solutions", std::string((1U << 20U) + 1, 's')));
  EXPECT_EQ(answer.status, 413);
  EXPECT_NE(problemDetail(answer).find("1048576"), std::string::npos);
  EXPECT_TRUE(announced.isClosed());
  auto chunked = harness.connect();
  chunked.send("POST /v1/solutions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 17; ++i) chunked.send("10000\r\n" + std::string(65536, 's') + "\r\n");
  EXPECT_EQ(chunked.receive().status, 413);
}

TEST(HttpConnection, TakesABodyInChunks) {
  HttpHarness harness;
  auto client = harness.connect();
  client.send("POST /v1/score HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;name=value\r\n{\"fac\r\n");
  client.send("8\r\ntors\":{}\r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_EQ(client.ask(kHealth).status, 200);
}

class MalformedRequest : public testing::TestWithParam<const char*> {};

TEST_P(MalformedRequest, IsRefusedAndTheConnectionClosed) {
  HttpHarness harness;
  auto client = harness.connect();
  client.send(GetParam());
  client.endSending();
  const auto answer = client.receive();
  EXPECT_TRUE(answer.status == 0 || (answer.status >= 400 && answer.status < 500)) << answer.status;
  EXPECT_TRUE(client.isClosed());
  EXPECT_EQ(harness.connect().ask(kHealth).status, 200);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, MalformedRequest,
    testing::Values("\x16\x03\x01\x02\r\n\r\n", "GET\r\n\r\n", "GET /healthz\r\n\r\n", "GET /healthz HTTP/9.9\r\n\r\n",
                    "GET /healthz HTTP/1.1\r\nHost x\r\n\r\n", "GET  /healthz HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                    "POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\nabc",
                    "POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
                    "POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\nabcde",
                    "POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                    "POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
                    "POST /v1/search HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\nabc",
                    "POST /v1/search HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                    "POST /v1/search HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
                    "POST /v1/search HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcdefgh\r\n0\r\n\r\n",
                    "POST /v1/search HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
                    "POST /v1/solutions HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{\"query\":\"half"));

TEST(HttpConnection, AnswersWhatIsNoJsonWith400) {
  HttpHarness harness;
  auto client = harness.connect();
  for (const char* body : {"", "null", "[]", "{\"query\": ", "{} x"}) {
    const auto answer = client.ask(request("POST", "/v1/solutions", body));
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.fields.at("content-type"), "application/problem+json");
  }
}

TEST(HttpConnection, AnswersASlowClientWith408AndServesOthersMeanwhile) {
  ConnectionLimits limits;
  limits.receive = 200ms;
  HttpHarness harness(limits);
  auto slow = harness.connect();
  slow.send("POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{");
  EXPECT_EQ(harness.connect().ask(kHealth).status, 200);
  EXPECT_EQ(slow.receive().status, 408);
  EXPECT_TRUE(slow.isClosed());
  auto trickling = harness.connect();
  const auto began = std::chrono::steady_clock::now();
  std::size_t sent = 0;
  while (sent < 40 && std::chrono::steady_clock::now() - began < 4s) {
    trickling.send("G");
    ++sent;
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_EQ(trickling.receive().status, 408);
}

TEST(HttpConnection, ClosesAnIdleConnectionWithoutAWord) {
  ConnectionLimits limits;
  limits.idle = 50ms;
  HttpHarness harness(limits);
  auto never = harness.connect();
  EXPECT_TRUE(never.isClosed());
  auto once = harness.connect();
  EXPECT_EQ(once.ask(kHealth).status, 200);
  EXPECT_TRUE(once.isClosed());
}

TEST(HttpConnection, SaysContinueToWhoWaitsForIt) {
  HttpHarness harness;
  auto client = harness.connect();
  client.send("POST /v1/score HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 14\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  EXPECT_EQ(client.ask(R"({"factors":{}})").status, 200);
  // A client that does not wait gets no 100 in between.
  client.send("POST /v1/score HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(client.receive().status, 400);
}

TEST(HttpConnection, RefusesBeforeTheBodyWhereItWouldBeOfNoUse) {
  HttpHarness harness;
  const std::string expect = "Host: x\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n\r\n";
  EXPECT_EQ(harness.connect().ask("POST /v1/score HTTP/1.1\r\n" + expect).status, 413);
  EXPECT_EQ(harness.connect().ask("POST /v1/nothing HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n").status, 404);
  EXPECT_EQ(harness.connect().ask("POST /v1/score HTTP/1.1\r\nHost: x\r\nExpect: a-miracle\r\nContent-Length: 2\r\n\r\n{}").status, 417);
}

TEST(HttpConnection, GivesUpOnAnAnswerAfterItsDeadline) {
  ConnectionLimits limits;
  limits.answer = 100ms;
  HttpHarness harness(limits);
  harness.onThread([&] { harness.core.records.fault.latency = 60s; });
  auto client = harness.connect();
  for (int time = 0; time < 2; ++time) {
    const auto answer = client.ask(request("GET", "/v1/learnings"));
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.fields.at("retry-after"), "1");
  }
  harness.onThread([&] { harness.core.records.fault.latency = 0s; });
  EXPECT_EQ(client.ask(request("GET", "/v1/learnings")).status, 200);
  EXPECT_EQ(client.ask(kHealth).status, 200);
}

TEST(HttpConnection, AnswersABugWith500AndGoesOn) {
  HttpHarness harness;
  harness.onThread([&] { harness.core.records.fault.thrown = "a bug"; });
  auto client = harness.connect();
  EXPECT_EQ(client.ask(request("GET", "/v1/learnings")).status, 500);
  EXPECT_EQ(client.ask(kHealth).status, 200);
}

struct FailureCase {
  core::ErrorKind kind;
  int status;
};

class StoreFailure : public testing::TestWithParam<FailureCase> {};

TEST_P(StoreFailure, IsAnsweredByItsKind) {
  HttpHarness harness;
  harness.onThread([&] { harness.core.records.fault.error = core::Error(GetParam().kind, "why"); });
  const auto answer = harness.connect().ask(solution("anything"));
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_EQ(answer.fields.at("content-type"), "application/problem+json");
  EXPECT_EQ(answer.fields.contains("retry-after"), answer.status == 429 || answer.status == 503);
  EXPECT_NE(problemDetail(answer).find("why"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Kinds, StoreFailure,
                         testing::Values(FailureCase{core::ErrorKind::Internal, 500}, FailureCase{core::ErrorKind::NotFound, 404},
                                         FailureCase{core::ErrorKind::InvalidInput, 400}, FailureCase{core::ErrorKind::Conflict, 409},
                                         FailureCase{core::ErrorKind::PermissionDenied, 403}, FailureCase{core::ErrorKind::TooLarge, 413},
                                         FailureCase{core::ErrorKind::Busy, 429}, FailureCase{core::ErrorKind::Unavailable, 503},
                                         FailureCase{core::ErrorKind::Timeout, 503}, FailureCase{core::ErrorKind::StorageFull, 507}));

TEST(HttpConnection, ServesNoPageOfABrowserOverTcp) {
  HttpHarness harness;
  const auto statusOver = [&harness](Transport transport, std::string_view head) {
    return harness.connect(transport).ask("GET /healthz HTTP/1.1\r\n" + std::string(head) + "\r\n").status;
  };
  EXPECT_EQ(statusOver(Transport::Tcp, "Host: localhost:8300\r\n"), 200);
  EXPECT_EQ(statusOver(Transport::Tcp, "Host: 127.0.0.1\r\n"), 200);
  EXPECT_EQ(statusOver(Transport::Tcp, "Host: [::1]:8300\r\n"), 200);
  EXPECT_EQ(statusOver(Transport::Tcp, "Host: evil.example\r\n"), 403);
  EXPECT_EQ(statusOver(Transport::Tcp, ""), 403);
  EXPECT_EQ(statusOver(Transport::Tcp, "Host: localhost\r\nOrigin: http://evil.example\r\n"), 403);
  EXPECT_EQ(statusOver(Transport::Tcp, "Host: localhost.evil.example\r\n"), 403);
  EXPECT_EQ(statusOver(Transport::Unix, "Host: whatever\r\nOrigin: null\r\n"), 200);
}

/// Holds the only thread of the pool up until it is destroyed.
class BusyPool {
 public:
  explicit BusyPool(HttpHarness& harness) {
    harness.onThread([&harness, waits = waits_] {
      auto work = [waits]() -> core::Result<bool> {
        waits->get_future().wait();
        return true;
      };
      boost::asio::co_spawn(harness.executor(), harness.core.pool.run(std::move(work)),
                            [](std::exception_ptr, const core::Result<bool>&) {});
    });
  }
  BusyPool(const BusyPool&) = delete;
  BusyPool& operator=(const BusyPool&) = delete;
  ~BusyPool() { waits_->set_value(); }

 private:
  std::shared_ptr<std::promise<void>> waits_ = std::make_shared<std::promise<void>>();
};

TEST(HttpConnection, EncodesALongAnswerBesideTheIoThread) {
  HttpHarness harness;
  std::string body;
  for (int i = 0; i < 4; ++i) {
    body += R"({"kind":"solution","query":"long )" + std::to_string(i) + R"(","solution":")" + std::string(100 * 1024, 'x') + "\"}\n";
  }
  ASSERT_EQ(harness.connect().ask(request("POST", "/v1/import", body)).status, 200);
  auto list = harness.connect();
  auto search = harness.connect();
  {
    const BusyPool busy(harness);
    list.send(request("GET", "/v1/learnings"));
    search.send(request("POST", "/v1/search", R"({"query":"long","limit":100,"mode":"lexical"})"));
    EXPECT_EQ(harness.connect().ask(request("GET", "/v1/learnings?limit=1")).status, 200);
    std::this_thread::sleep_for(50ms);
    EXPECT_FALSE(list.hasBytes());
    EXPECT_FALSE(search.hasBytes());
  }
  for (auto* client : {&list, &search}) {
    const auto answer = client->receive();
    EXPECT_EQ(answer.status, 200);
    EXPECT_GT(answer.body.size(), 400U * 1024);
  }
}

TEST(HttpConnection, TakesOnlyJsonBodiesOverTcp) {
  HttpHarness harness;
  const auto statusWith = [&harness](Transport transport, std::string_view fields) {
    return harness.connect(transport)
        .ask("POST /v1/score HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) + "Content-Length: 14\r\n\r\n{\"factors\":{}}")
        .status;
  };
  EXPECT_EQ(statusWith(Transport::Tcp, "Content-Type: application/json\r\n"), 200);
  EXPECT_EQ(statusWith(Transport::Tcp, "Content-Type: Application/JSON ; charset=utf-8\r\n"), 200);
  EXPECT_EQ(statusWith(Transport::Tcp, "Content-Type: application/x-ndjson\r\n"), 200);
  EXPECT_EQ(statusWith(Transport::Tcp, "Content-Type: text/plain\r\n"), 415);
  EXPECT_EQ(statusWith(Transport::Tcp, "Content-Type: application/x-www-form-urlencoded\r\n"), 415);
  EXPECT_EQ(statusWith(Transport::Tcp, ""), 415);
  EXPECT_EQ(statusWith(Transport::Unix, "Content-Type: text/plain\r\n"), 200);
  auto chunked = harness.connect(Transport::Tcp);
  EXPECT_EQ(chunked.ask("POST /v1/import HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").status, 415);
}

}  // namespace
}  // namespace learnd::interfaces::http
