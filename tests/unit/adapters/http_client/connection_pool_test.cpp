#include "adapters/http_client/connection_pool.hpp"

#include "tests/unit/adapters/http_client/client_under_test.hpp"

#include <boost/asio/co_spawn.hpp>

#include <atomic>
#include <thread>
#include <vector>

namespace learnd::http_client {

namespace {

using namespace std::chrono_literals;
using fakes::Conversation;
using fakes::ScriptedServer;

/// Sends so many requests at once and gives their answers.
std::vector<core::Result<Response>> sendAtOnce(ClientUnderTest& under, std::size_t count, std::chrono::milliseconds deadline) {
  std::vector<core::Result<Response>> answers;
  for (std::size_t i = 0; i < count; ++i) {
    Request request;
    request.deadline = deadline;
    boost::asio::co_spawn(under.loop, under.client.send(std::move(request)),
                          [&answers](std::exception_ptr failed, core::Result<Response> answer) {
                            ASSERT_FALSE(failed);
                            answers.push_back(std::move(answer));
                          });
  }
  under.loop.restart();
  while (answers.size() < count && under.loop.run_one() > 0) {
  }
  return answers;
}

TEST(ConnectionPool, MoreRequestsThanConnectionsWaitTheirTurn) {
  std::atomic<int> atOnce = 0;
  std::atomic<int> most = 0;
  ScriptedServer server({[&](Conversation& conversation) {
    while (!conversation.readRequest().empty()) {
      most = std::max<int>(most, ++atOnce);
      std::this_thread::sleep_for(10ms);
      --atOnce;
      conversation.answer(200, "fine");
    }
  }});
  ClientSettings settings = ClientUnderTest::quick();
  settings.pool.connections = 2;
  ClientUnderTest under(server.url(), settings);
  const auto answers = sendAtOnce(under, 12, 5s);
  for (const auto& answer : answers) EXPECT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answers.size(), 12U);
  EXPECT_EQ(most, 2);
  EXPECT_EQ(server.connections(), 2U);
}

TEST(ConnectionPool, TooManyThatWaitAreRefusedAtOnce) {
  ScriptedServer server({[](Conversation& conversation) { conversation.waitForEnd(); }});
  ClientSettings settings = ClientUnderTest::quick();
  settings.pool.connections = 1;
  settings.pool.waiting = 2;
  ClientUnderTest under(server.url(), settings);
  const auto answers = sendAtOnce(under, 4, 200ms);
  ASSERT_EQ(answers.size(), 4U);
  EXPECT_EQ(answers.front().error().kind(), core::ErrorKind::Busy);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(answers[i].error().kind(), core::ErrorKind::Timeout);
}

TEST(ConnectionPool, WhoGivesUpWaitingLeavesTheOthersTheirTurn) {
  std::atomic<bool> released = false;
  ScriptedServer server({[&](Conversation& conversation) {
    bool first = true;
    while (!conversation.readRequest().empty()) {
      while (first && !released) std::this_thread::sleep_for(1ms);
      first = false;
      conversation.answer(200, "fine");
    }
  }});
  ClientSettings settings = ClientUnderTest::quick();
  settings.pool.connections = 1;
  ClientUnderTest under(server.url(), settings);
  std::size_t good = 0;
  std::size_t late = 0;
  const auto count = [&](std::exception_ptr, core::Result<Response> answer) {
    (answer ? good : late) += 1;
    if (late == 3) released = true;
  };
  for (const auto deadline : {5000ms, 50ms, 50ms, 5000ms, 50ms}) {
    Request request;
    request.deadline = deadline;
    boost::asio::co_spawn(under.loop, under.client.send(std::move(request)), count);
  }
  while (good + late < 5 && under.loop.run_one() > 0) {
  }
  EXPECT_EQ(good, 2U);
  EXPECT_EQ(late, 3U);
}

TEST(ConnectionPool, AnUnusedConnectionIsClosedBeforeTheServerDoes) {
  std::atomic<bool> ended = false;
  ScriptedServer server({[&ended](Conversation& conversation) {
    conversation.readRequest();
    conversation.answer(200, "fine");
    conversation.waitForEnd();
    ended = true;
  }});
  ClientSettings settings = ClientUnderTest::quick();
  settings.pool.idle = 40ms;
  ClientUnderTest under(server.url(), settings);
  EXPECT_TRUE(under.get("/"));
  EXPECT_FALSE(ended);
  under.loop.restart();
  under.loop.run_for(300ms);
  std::this_thread::sleep_for(20ms);
  EXPECT_TRUE(ended);
}

TEST(ConnectionPool, ItIsUnusedForLessThanQdrantKeepsAConnection) { EXPECT_LT(PoolSettings().idle, 4s); }

TEST(ConnectionPool, ARequestUnderWayMayOutliveThePool) {
  ScriptedServer server({[](Conversation& conversation) { conversation.waitForEnd(); }});
  bool ended = false;
  {
    boost::asio::io_context loop;
    {
      HttpClient client(*parseUrl(server.url()), ClientUnderTest::quick());
      Request request;
      boost::asio::co_spawn(loop, client.send(std::move(request)), [&ended](std::exception_ptr, core::Result<Response>) { ended = true; });
      loop.run_for(50ms);
    }
  }
  EXPECT_FALSE(ended);
}

}  // namespace

}  // namespace learnd::http_client
