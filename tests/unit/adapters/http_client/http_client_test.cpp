#include "adapters/http_client/http_client.hpp"

#include "tests/unit/adapters/http_client/client_under_test.hpp"

#include <gmock/gmock.h>

#include <mutex>
#include <vector>

namespace learnd::http_client {

namespace {

using namespace std::chrono_literals;
using fakes::Conversation;
using fakes::ScriptedServer;
using testing::HasSubstr;

void answerAll(Conversation& conversation) {
  while (!conversation.readRequest().empty()) conversation.answer(200, "fine");
}

TEST(HttpClient, SendsWhatWasAskedAndGivesTheAnswer) {
  std::string seen;
  ScriptedServer server({[&seen](Conversation& conversation) {
    seen = conversation.readRequest();
    conversation.answer(201, "{\"a\":1}", "Content-Type: application/json\r\n");
    conversation.waitForEnd();
  }});
  {
    ClientUnderTest under(server.url() + "/base");
    Request request;
    request.method = "PUT";
    request.target = "/collections/a?wait=true";
    request.body = "{}";
    request.headers.emplace_back("api-key", "secret");
    const auto answer = under.send(std::move(request));
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->status, 201U);
    EXPECT_EQ(answer->contentType, "application/json");
    EXPECT_EQ(answer->body, "{\"a\":1}");
  }
  EXPECT_THAT(seen, HasSubstr("PUT /base/collections/a?wait=true HTTP/1.1\r\n"));
  EXPECT_THAT(seen, HasSubstr("Host: 127.0.0.1:" + std::to_string(server.port()) + "\r\n"));
  EXPECT_THAT(seen, HasSubstr("api-key: secret\r\n"));
  EXPECT_THAT(seen, HasSubstr("Content-Length: 2\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\n\r\n{}"));
}

TEST(HttpClient, AConnectionServesManyRequests) {
  ScriptedServer server({answerAll});
  ClientUnderTest under(server.url());
  for (int i = 0; i < 5; ++i) {
    const auto answer = under.get("/");
    ASSERT_TRUE(answer) << answer.error().message();
  }
  EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpClient, AConnectionThatTheServerWantsClosedIsNotUsedAgain) {
  ScriptedServer server({[](Conversation& conversation) {
    conversation.readRequest();
    conversation.answer(200, "", "Connection: close\r\n");
  }});
  ClientUnderTest under(server.url());
  EXPECT_TRUE(under.get("/"));
  EXPECT_TRUE(under.get("/"));
  EXPECT_EQ(server.connections(), 2U);
}

TEST(HttpClient, AnAnswerInPiecesIsPutTogether) {
  ScriptedServer server({[](Conversation& conversation) {
    conversation.readRequest();
    conversation.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
    conversation.waitForEnd();
  }});
  ClientUnderTest under(server.url());
  const auto answer = under.get("/");
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->body, "abcdefg");
}

TEST(HttpClient, AnAnswerMayEndWithItsConnection) {
  ScriptedServer server({[](Conversation& conversation) {
    conversation.readRequest();
    conversation.write("HTTP/1.0 200 OK\r\n\r\nuntil the end");
  }});
  ClientUnderTest under(server.url());
  const auto answer = under.get("/");
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->body, "until the end");
}

TEST(HttpClient, InterimAnswersArePassedOver) {
  ScriptedServer server({[](Conversation& conversation) {
    conversation.readRequest();
    conversation.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
    conversation.answer(200, "the answer");
    conversation.waitForEnd();
  }});
  ClientUnderTest under(server.url());
  const auto answer = under.get("/");
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->body, "the answer");
}

TEST(HttpClient, AGoodAnswerCanBeTakenPieceByPiece) {
  ScriptedServer server({[](Conversation& conversation) {
    conversation.readRequest();
    conversation.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    conversation.write("2\r\nde\r\n0\r\n\r\n");
    conversation.waitForEnd();
  }});
  ClientUnderTest under(server.url());
  std::string taken;
  Request request;
  request.onPiece = [&taken](std::string_view piece) {
    taken += piece;
    return core::Result<void>();
  };
  const auto answer = under.send(std::move(request));
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(taken, "abcde");
  EXPECT_EQ(answer->body, "");
}

TEST(HttpClient, WhoTakesThePiecesCanEndTheExchange) {
  ScriptedServer server({[](Conversation& conversation) {
    conversation.readRequest();
    conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc");
    conversation.waitForEnd();
  }});
  ClientUnderTest under(server.url());
  Request request;
  request.onPiece = [](std::string_view) -> core::Result<void> { return core::Error(core::ErrorKind::Conflict, "enough"); };
  const auto answer = under.send(std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), core::ErrorKind::Conflict);
}

TEST(HttpClient, ABusyServerIsAskedAgain) {
  ScriptedServer server({[](Conversation& conversation) {
    conversation.readRequest();
    conversation.answer(429, "slow down", "Retry-After: 0\r\n");
    conversation.readRequest();
    conversation.answer(503, "not yet");
    conversation.readRequest();
    conversation.answer(200, "now");
    conversation.waitForEnd();
  }});
  ClientUnderTest under(server.url());
  const auto answer = under.get("/");
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->status, 200U);
}

TEST(HttpClient, AServerThatStaysBusyIsAskedAFewTimesOnly) {
  int asked = 0;
  {
    ScriptedServer server({[&asked](Conversation& conversation) {
      while (!conversation.readRequest().empty()) {
        ++asked;
        conversation.answer(503, "no");
      }
    }});
    ClientUnderTest under(server.url());
    const auto answer = under.get("/");
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->status, 503U);
    EXPECT_EQ(answer->body, "no");
  }
  EXPECT_EQ(asked, 3);
}

TEST(HttpClient, TheServersOwnPauseIsKept) {
  ScriptedServer server({[](Conversation& conversation) {
    conversation.readRequest();
    conversation.answer(429, "", "Retry-After: 1\r\n");
    conversation.readRequest();
    conversation.answer(200, "");
    conversation.waitForEnd();
  }});
  ClientUnderTest under(server.url());
  const auto time = timed([&under] { EXPECT_EQ(under.get("/")->status, 200U); });
  EXPECT_GE(time, 1000ms);
}

TEST(HttpClient, APauseBeyondTheDeadlineIsNoReasonToWait) {
  ScriptedServer server({[](Conversation& conversation) {
    conversation.readRequest();
    conversation.answer(429, "", "Retry-After: 60\r\n");
    conversation.waitForEnd();
  }});
  ClientUnderTest under(server.url());
  const auto time = timed([&under] {
    const auto answer = under.get("/");
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->status, 429U);
    EXPECT_EQ(answer->retryAfter, 60s);
  });
  EXPECT_LT(time, 2000ms);
}

TEST(HttpClient, AHostIsFoundByItsName) {
  ScriptedServer server({answerAll});
  ClientUnderTest under("http://localhost:" + std::to_string(server.port()));
  const auto answer = under.get("/");
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->body, "fine");
}

}  // namespace

}  // namespace learnd::http_client
