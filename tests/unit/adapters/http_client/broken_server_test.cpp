#include "tests/unit/adapters/http_client/client_under_test.hpp"

#include "support/timeout.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace learnd::http_client {

namespace {

using namespace std::chrono_literals;
using fakes::Conversation;
using fakes::ScriptedServer;
using testing::HasSubstr;

void answerAll(Conversation& conversation) {
  while (!conversation.readRequest().empty()) conversation.answer(200, "fine");
}

void expectUnavailable(const core::Result<Response>& answer, const std::string& url, const std::string& part) {
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), core::ErrorKind::Unavailable);
  EXPECT_THAT(answer.error().message(), HasSubstr("Qdrant at " + url));
  EXPECT_THAT(answer.error().message(), HasSubstr(part));
}

TEST(BrokenServer, NobodyListensThere) {
  std::string url;
  {
    const ScriptedServer gone({answerAll});
    url = gone.url();
  }
  ClientUnderTest under(url);
  expectUnavailable(under.get("/"), url, "start it, or set index.url");
}

TEST(BrokenServer, AnEndInsteadOfAnAnswerOnANewConnectionIsNotRepeated) {
  ScriptedServer server({[](Conversation& conversation) { conversation.readRequest(); }});
  ClientUnderTest under(server.url());
  expectUnavailable(under.get("/"), server.url(), "gave no answer to GET /");
  EXPECT_EQ(server.connections(), 1U);
}

/// Answers once, and drops the second request of the connection without a word.
void dropSecond(Conversation& conversation) {
  conversation.readRequest();
  conversation.answer(200, "first");
  conversation.readRequest();
}

TEST(BrokenServer, AReusedConnectionThatEndsIsReplacedOnce) {
  ScriptedServer server({dropSecond, answerAll});
  ClientUnderTest under(server.url());
  EXPECT_EQ(under.post("/", "1")->body, "first");
  const auto answer = under.post("/", "2");
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->body, "fine");
  EXPECT_EQ(server.connections(), 2U);
}

TEST(BrokenServer, AReplacedConnectionThatEndsTooIsTheEnd) {
  ScriptedServer server({dropSecond, [](Conversation& conversation) { conversation.readRequest(); }});
  ClientUnderTest under(server.url());
  EXPECT_TRUE(under.get("/"));
  expectUnavailable(under.get("/"), server.url(), "gave no answer");
  EXPECT_EQ(server.connections(), 2U);
}

TEST(BrokenServer, WhatMustNotBeSentTwiceIsNot) {
  ScriptedServer server({dropSecond, answerAll});
  ClientUnderTest under(server.url());
  EXPECT_TRUE(under.get("/"));
  Request request;
  request.repeat = Repeat::Forbidden;
  expectUnavailable(under.send(std::move(request)), server.url(), "gave no answer");
  EXPECT_EQ(server.connections(), 1U);
}

TEST(BrokenServer, AConnectionClosedWhileNobodyUsedItIsNotUsed) {
  ScriptedServer server({[](Conversation& conversation) {
                           conversation.readRequest();
                           conversation.answer(200, "first");
                         },
                         answerAll});
  ClientUnderTest under(server.url());
  EXPECT_TRUE(under.get("/"));
  std::this_thread::sleep_for(50ms);
  Request request;
  request.repeat = Repeat::Forbidden;
  const auto answer = under.send(std::move(request));
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->body, "fine");
}

TEST(BrokenServer, HalfAnAnswerIsNone) {
  ScriptedServer server({[](Conversation& conversation) {
    conversation.readRequest();
    conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"result\":");
  }});
  ClientUnderTest under(server.url());
  expectUnavailable(under.get("/"), server.url(), "broke its answer to GET / off");
}

TEST(BrokenServer, HalfAHeadIsNoAnswer) {
  ScriptedServer server({[](Conversation& conversation) {
    conversation.readRequest();
    conversation.write("HTTP/1.1 200 OK\r\nContent-");
  }});
  ClientUnderTest under(server.url());
  expectUnavailable(under.get("/"), server.url(), "broke its answer");
}

TEST(BrokenServer, AnotherProtocolIsSeen) {
  ScriptedServer server({[](Conversation& conversation) {
    conversation.readRequest();
    conversation.write("SSH-2.0-OpenSSH_9.2\r\n\r\n");
  }});
  ClientUnderTest under(server.url());
  expectUnavailable(under.get("/"), server.url(), "does not speak HTTP");
}

TEST(BrokenServer, AResetIsNoAnswer) {
  ScriptedServer server({[](Conversation& conversation) {
    conversation.readRequest();
    conversation.reset();
  }});
  ClientUnderTest under(server.url());
  expectUnavailable(under.get("/"), server.url(), "gave no answer");
}

TEST(BrokenServer, AResetInTheMiddleIsNoAnswer) {
  ScriptedServer server({[](Conversation& conversation) {
    conversation.readRequest();
    conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    std::this_thread::sleep_for(20ms);
    conversation.reset();
  }});
  ClientUnderTest under(server.url());
  expectUnavailable(under.get("/"), server.url(), "broke its answer");
}

TEST(BrokenServer, SilenceEndsWithTheDeadline) {
  ScriptedServer server({[](Conversation& conversation) { conversation.waitForEnd(); }});
  ClientUnderTest under(server.url());
  Request request;
  request.deadline = 150ms;
  const auto time = timed([&] {
    const auto answer = under.send(std::move(request));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind(), core::ErrorKind::Timeout);
    EXPECT_THAT(answer.error().message(), HasSubstr(server.url() + " did not answer GET / within 150 ms"));
  });
  EXPECT_GE(time, 140ms);
  EXPECT_LT(time, 2000ms);
}

TEST(BrokenServer, AnAnswerThatDripsEndsWithTheDeadline) {
  ScriptedServer server({[](Conversation& conversation) {
    conversation.readRequest();
    conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 100; ++i) {
      conversation.write("x");
      std::this_thread::sleep_for(10ms);
    }
  }});
  ClientUnderTest under(server.url());
  Request request;
  request.deadline = 150ms;
  const auto time = timed([&] {
    const auto answer = under.send(std::move(request));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind(), core::ErrorKind::Timeout);
  });
  EXPECT_LT(time, 900ms);
}

TEST(BrokenServer, TheNextRequestAfterALateAnswerGetsItsOwn) {
  ScriptedServer server({[](Conversation& conversation) {
                           conversation.readRequest();
                           std::this_thread::sleep_for(120ms);
                           conversation.answer(200, "late");
                         },
                         answerAll});
  ClientUnderTest under(server.url());
  Request request;
  request.deadline = 60ms;
  EXPECT_FALSE(under.send(std::move(request)));
  std::this_thread::sleep_for(120ms);
  const auto answer = under.get("/");
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->body, "fine");
}

TEST(BrokenServer, AHugeAnswerIsNotTakenIn) {
  ScriptedServer server({[](Conversation& conversation) {
                           conversation.readRequest();
                           conversation.answer(200, std::string(2000, 'x'));
                         },
                         [](Conversation& conversation) {
                           conversation.readRequest();
                           conversation.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                           for (int i = 0; i < 100; ++i) conversation.write("64\r\n" + std::string(100, 'x') + "\r\n");
                         }});
  ClientUnderTest under(server.url());
  for (int i = 0; i < 2; ++i) {
    Request request;
    request.maxResponse = 1000;
    expectUnavailable(under.send(std::move(request)), server.url(), "more than 1000 bytes");
  }
}

TEST(BrokenServer, AnEndlessHeadIsNotTakenIn) {
  ScriptedServer server({[](Conversation& conversation) {
    conversation.readRequest();
    conversation.write("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 2000; ++i) conversation.write("X-Header: " + std::string(100, 'x') + "\r\n");
    conversation.waitForEnd();
  }});
  ClientUnderTest under(server.url());
  expectUnavailable(under.get("/"), server.url(), "");
}

TEST(BrokenServer, ARefusalBeforeTheBodyWasReadIsSeen) {
  ScriptedServer server({[](Conversation& conversation) {
    conversation.readHead();
    conversation.answer(400, "too large", "Connection: close\r\n");
    std::this_thread::sleep_for(50ms);
  }});
  ClientUnderTest under(server.url());
  const auto answer = under.post("/", std::string(64 * 1024, 'x'));
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->status, 400U);
  EXPECT_EQ(answer->body, "too large");
}

TEST(BrokenServer, WhatComesUnaskedBehindAnAnswerEndsTheConnection) {
  ScriptedServer server({[](Conversation& conversation) {
                           conversation.readRequest();
                           conversation.answer(200, "first");
                           conversation.answer(200, "nobody asked");
                           conversation.waitForEnd();
                         },
                         answerAll});
  ClientUnderTest under(server.url());
  EXPECT_EQ(under.get("/")->body, "first");
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(under.get("/")->body, "fine");
}

TEST(BrokenServer, ACallThatIsCancelledEndsAtOnceAndLeavesItsPlace) {
  ScriptedServer server({[](Conversation& conversation) { conversation.waitForEnd(); }, answerAll});
  ClientSettings settings = ClientUnderTest::quick();
  settings.pool.connections = 1;
  ClientUnderTest under(server.url(), settings);
  const auto time = timed([&] {
    Request request;
    request.deadline = 10s;
    auto sending = under.client.send(std::move(request));
    const auto answer = fakes::runTask(under.loop, support::withTimeout(std::move(sending), 50ms));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind(), core::ErrorKind::Timeout);
  });
  EXPECT_LT(time, 2000ms);
  const auto next = under.get("/");
  ASSERT_TRUE(next) << next.error().message();
  EXPECT_EQ(next->body, "fine");
}

}  // namespace

}  // namespace learnd::http_client
