#include "tests/unit/interfaces/http/http_harness.hpp"
#include "tests/wait_until.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace learnd::interfaces::http {
namespace {

using namespace std::chrono_literals;

const std::string kHealth = request("GET", "/healthz");
const std::string kList = request("GET", "/v1/learnings");

void slow(HttpHarness& harness, std::chrono::milliseconds time) {
  harness.onThread([&harness, time] {
    harness.core.records.fault.latency = time;
    harness.core.records.fault.calls = 0;
  });
}

/// Whether a request comes to the record store after that.
bool isWorkedOn(HttpHarness& harness) {
  return tests::comesTrue([&harness] { return harness.onThread([&harness] { return harness.core.records.fault.calls; }) > 0; });
}

TEST(HttpStop, EndsIdleConnectionsAtOnce) {
  HttpHarness harness;
  auto never = harness.connect();
  auto once = harness.connect();
  EXPECT_EQ(once.ask(kHealth).status, 200);
  // An empty line is no request that somebody waits for.
  auto blank = harness.connect();
  EXPECT_EQ(blank.ask(kHealth).status, 200);
  blank.send("\r\n");
  ASSERT_TRUE(tests::comesTrue([&] { return blank.isRead(); }));
  auto stopped = harness.stop(20s);
  EXPECT_EQ(stopped.wait_for(2s), std::future_status::ready);
  EXPECT_TRUE(never.isClosed());
  EXPECT_TRUE(once.isClosed());
  EXPECT_TRUE(blank.isClosed());
}

TEST(HttpStop, AnswersWhatIsBeingWorkedOn) {
  HttpHarness harness;
  slow(harness, 1s);
  auto client = harness.connect();
  client.send(kList);
  ASSERT_TRUE(isWorkedOn(harness));
  auto stopped = harness.stop(20s);
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.fields.at("connection"), "close");
  EXPECT_TRUE(client.isClosed());
  EXPECT_EQ(stopped.wait_for(2s), std::future_status::ready);
}

TEST(HttpStop, AnswersWhatWasPipelinedBeforeIt) {
  HttpHarness harness;
  slow(harness, 1s);
  auto client = harness.connect();
  client.send(kList + kHealth + kList);
  ASSERT_TRUE(isWorkedOn(harness));
  auto stopped = harness.stop(20s);
  EXPECT_FALSE(client.receive().fields.contains("connection"));
  EXPECT_FALSE(client.receive().fields.contains("connection"));
  const auto last = client.receive();
  EXPECT_EQ(last.status, 200);
  EXPECT_EQ(last.fields.at("connection"), "close");
  EXPECT_EQ(stopped.wait_for(2s), std::future_status::ready);
}

TEST(HttpStop, LetsARequestBeReceivedToItsEnd) {
  HttpHarness harness;
  auto client = harness.connect();
  client.send("POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Length: 14\r\n\r\n{\"fac");
  ASSERT_TRUE(client.isRead());
  auto stopped = harness.stop(20s);
  client.send("tors\":{}}");
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_EQ(stopped.wait_for(2s), std::future_status::ready);
}

TEST(HttpStop, CutsWhatTakesLongerThanTheTime) {
  HttpHarness harness;
  slow(harness, 60s);
  auto client = harness.connect();
  client.send(kList);
  ASSERT_TRUE(isWorkedOn(harness));
  auto stopped = harness.stop(100ms);
  EXPECT_EQ(stopped.wait_for(2s), std::future_status::ready);
  EXPECT_EQ(client.receive().status, 0);
  harness.onThread([&] { harness.core.records.fault.latency = 0ms; });
}

TEST(HttpConnectionLimit, MakesRoomByTheConnectionThatIsIdleLongest) {
  HttpHarness harness({}, 2);
  auto first = harness.connect();
  EXPECT_EQ(first.ask(kHealth).status, 200);
  std::this_thread::sleep_for(5ms);
  auto second = harness.connect();
  EXPECT_EQ(second.ask(kHealth).status, 200);
  auto third = harness.connect();
  EXPECT_EQ(third.ask(kHealth).status, 200);
  EXPECT_TRUE(first.isClosed());
  EXPECT_EQ(second.ask(kHealth).status, 200);
  EXPECT_EQ(harness.onThread([&] { return harness.connections().size(); }), 2U);
}

TEST(HttpConnectionLimit, Answers429WhereAllAreBusy) {
  HttpHarness harness({}, 1);
  slow(harness, 1s);
  auto busy = harness.connect();
  busy.send(kList);
  ASSERT_TRUE(isWorkedOn(harness));
  auto refused = harness.connect();
  const auto answer = refused.receive();
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.fields.at("retry-after"), "1");
  EXPECT_EQ(answer.fields.at("content-type"), "application/problem+json");
  EXPECT_NE(problemDetail(answer).find("try again"), std::string::npos);
  EXPECT_TRUE(refused.isClosed());
  EXPECT_EQ(busy.receive().status, 200);
  EXPECT_EQ(harness.onThread([&] { return harness.connections().figures().refused(); }), 1U);
}

}  // namespace
}  // namespace learnd::interfaces::http
