#include "tests/unit/adapters/qdrant/index_under_test.hpp"

#include "support/timeout.hpp"
#include "tests/fakes/scripted_server.hpp"

#include <gmock/gmock.h>

#include <chrono>

namespace learnd::qdrant {

namespace {

using namespace std::chrono_literals;
using fakes::qdrant::FakeSettings;
using fakes::qdrant::ServerFault;
using testing::HasSubstr;

struct FaultCase {
  const char* name;
  ServerFault fault;
};

class QdrantFault : public testing::TestWithParam<FaultCase> {};

TEST_P(QdrantFault, IsAnOutageAndTheIndexRecoversByItself) {
  IndexUnderTest under;
  ASSERT_TRUE(under.put(entryOf(1, "flush the dns cache")));
  under.server.setFault(GetParam().fault);
  const auto began = std::chrono::steady_clock::now();
  const auto failed = under.put(entryOf(2, "mount a share"));
  ASSERT_FALSE(failed);
  const auto kind = failed.error().kind();
  EXPECT_TRUE(kind == core::ErrorKind::Unavailable || kind == core::ErrorKind::Busy) << failed.error().message();
  EXPECT_THAT(failed.error().message(), HasSubstr(under.server.url()));
  EXPECT_FALSE(under.search("flush"));
  EXPECT_LT(std::chrono::steady_clock::now() - began, 20s);
  under.server.setFault(ServerFault::None);
  EXPECT_TRUE(under.put(entryOf(2, "mount a share")));
  EXPECT_EQ(under.search("mount")->candidates.size(), 1U);
  EXPECT_EQ(under.search("flush")->candidates.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Each, QdrantFault,
                         testing::Values(FaultCase{"error500", ServerFault::Error500}, FaultCase{"busy429", ServerFault::Busy429},
                                         FaultCase{"garbage", ServerFault::Garbage}, FaultCase{"half", ServerFault::Half},
                                         FaultCase{"reset", ServerFault::Reset}),
                         [](const auto& info) { return info.param.name; });

TEST(QdrantOutage, ASearchThatGetsNoAnswerEndsInTime) {
  IndexUnderTest under;
  ASSERT_TRUE(under.put(entryOf(1, "flush")));
  under.server.setFault(ServerFault::Hang);
  const auto began = std::chrono::steady_clock::now();
  const auto answer = under.search("flush");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), core::ErrorKind::Timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 8s);
}

TEST(QdrantOutage, AStoreThatIsGivenUpEndsAtOnce) {
  IndexUnderTest under;
  ASSERT_TRUE(under.put(entryOf(1, "flush")));
  under.server.setFault(ServerFault::Hang);
  std::vector<ports::IndexEntry> entries{entryOf(2, "mount")};
  const auto began = std::chrono::steady_clock::now();
  auto putting = under.index.upsert(std::move(entries));
  EXPECT_FALSE(fakes::runTask(under.loop, support::withTimeout(std::move(putting), 100ms)));
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
}

TEST(QdrantOutage, PastFiveFailuresCallsEndAtOnceAndAProbeOpensTheWayAgain) {
  IndexUnderTest under;
  ASSERT_TRUE(under.put(entryOf(1, "flush")));
  under.server.setFault(ServerFault::Error500);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(under.search("flush"));
  const auto asked = under.server.requests();
  const auto refused = under.search("flush");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), core::ErrorKind::Unavailable);
  EXPECT_EQ(under.server.requests(), asked);
  EXPECT_FALSE(under.status().up);
  under.server.setFault(ServerFault::None);
  const auto began = std::chrono::steady_clock::now();
  while (!under.search("flush") && std::chrono::steady_clock::now() - began < 20s) {
    under.loop.restart();
    under.loop.run_for(100ms);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
  EXPECT_TRUE(under.status().up);
}

TEST(QdrantOutage, NobodyListens) {
  std::string url;
  {
    const fakes::qdrant::FakeQdrant gone;
    url = gone.url();
  }
  boost::asio::io_context loop;
  support::BlockingPool pool(1);
  QdrantIndex index(IndexUnderTest::settings(url, "", ""), pool);
  const auto status = *fakes::runTask(loop, index.status());
  EXPECT_FALSE(status.up);
  EXPECT_THAT(status.detail, HasSubstr("index.url"));
}

TEST(QdrantKey, IsSentAndAWrongOneIsSaid) {
  FakeSettings settings;
  settings.apiKey = "sesame";
  settings.readOnlyKey = "window";
  IndexUnderTest good(settings, "", "sesame");
  EXPECT_TRUE(good.put(entryOf(1, "flush")));
  EXPECT_EQ(good.search("flush")->candidates.size(), 1U);
  for (const char* key : {"", "wrong"}) {
    IndexUnderTest bad(settings, "", key);
    const auto refused = bad.put(entryOf(1, "flush"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), core::ErrorKind::Unavailable);
    EXPECT_THAT(refused.error().message(), HasSubstr("index.api_key_file"));
  }
}

TEST(QdrantKey, AWrongOneIsNoOutageThatAProbeWithoutAKeyCouldEnd) {
  FakeSettings settings;
  settings.apiKey = "sesame";
  IndexUnderTest under(settings, "", "wrong");
  for (int i = 0; i < 12; ++i) {
    const auto asked = under.server.requests();
    const auto refused = under.put(entryOf(1, "flush"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), core::ErrorKind::Unavailable);
    EXPECT_GT(under.server.requests(), asked);
    EXPECT_EQ(refused.error().message().find("repeatedly"), std::string::npos);
  }
}

TEST(QdrantOutage, WellFormedNonsenseIsNoEmptyQdrant) {
  const auto script = [](fakes::Conversation& conversation) {
    while (!conversation.readRequest().empty()) conversation.answer(200, R"({"version":"1.18.3","result":{}})");
  };
  const fakes::ScriptedServer server({script});
  boost::asio::io_context loop;
  support::BlockingPool pool(1);
  QdrantIndex index(IndexUnderTest::settings(server.url(), "", ""), pool);
  ports::IndexQuery query;
  query.words = "flush";
  const auto answer = fakes::runTask(loop, index.search(std::move(query)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), core::ErrorKind::Unavailable);
  EXPECT_FALSE(fakes::runTask(loop, index.status())->up);
}

TEST(QdrantKey, OneThatMayOnlyReadIsSaid) {
  FakeSettings settings;
  settings.apiKey = "sesame";
  settings.readOnlyKey = "window";
  IndexUnderTest under(settings, "", "window");
  const auto refused = under.put(entryOf(1, "flush"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("may not write"));
  EXPECT_TRUE(under.search("flush"));
}

TEST(QdrantConnections, AreUsedAgainAndReplacedWhenTheServerClosesThem) {
  FakeSettings settings;
  settings.keepAlive = 100ms;
  IndexUnderTest under(settings);
  ASSERT_TRUE(under.put(entryOf(1, "flush")));
  const auto before = under.server.connections();
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(under.search("flush"));
  EXPECT_LE(under.server.connections(), before + 1);
  std::this_thread::sleep_for(250ms);
  EXPECT_TRUE(under.search("flush"));
  EXPECT_TRUE(under.put(entryOf(2, "mount")));
}

}  // namespace

}  // namespace learnd::qdrant
