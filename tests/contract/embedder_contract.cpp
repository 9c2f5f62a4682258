#include "tests/contract/embedder_contract.hpp"

#include "support/timeout.hpp"

#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <cmath>
#include <numeric>

namespace learnd::contract {

namespace {

using ports::Priority;

constexpr double kSame = 0.999;  // the same text in another batch may differ in its last digits

double cosine(const ports::Embedding& a, const ports::Embedding& b) {
  return std::inner_product(a.vector.begin(), a.vector.end(), b.vector.begin(), 0.0);
}

std::vector<std::string> manyTexts(std::size_t count) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i)
    texts.push_back("how to list file number " + std::to_string(i) + " of folder " + std::to_string(i * 7));
  return texts;
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

/// What several calls at once came to, and the order in which they ended.
struct Ended {
  std::vector<std::string> order;
  std::vector<core::Result<std::vector<ports::Embedding>>> results;
};

boost::asio::awaitable<void> embedInto(ports::Embedder& embedder, std::vector<std::string> texts, Priority priority, std::string name,
                                       Ended& ended, std::size_t place) {
  auto embedded = co_await embedder.embed(std::move(texts), priority);
  ended.order.push_back(std::move(name));
  ended.results[place] = std::move(embedded);
}

void rethrow(std::exception_ptr thrown) {
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

void EmbedderContract::expectUnit(const ports::Embedding& embedding) { EXPECT_NEAR(cosine(embedding, embedding), 1, 1e-4); }

TEST_P(EmbedderContract, KnowsWhatItIs) {
  const auto identity = get(embedder().identity());
  EXPECT_FALSE(identity.backend.empty());
  EXPECT_FALSE(identity.model.empty());
  EXPECT_GE(identity.digest.size(), 12U);
  EXPECT_GE(identity.dimensions, 8U);
  EXPECT_GE(identity.window, 64U);
  EXPECT_EQ(get(embedder().identity()), identity);
}

TEST_P(EmbedderContract, SaysThatItIsUpAndHowMuchItDid) {
  const auto before = get(embedder().status());
  EXPECT_TRUE(before.up) << before.detail;
  EXPECT_FALSE(before.detail.empty());
  embed({"one", "two", "three"}, Priority::Background);
  EXPECT_EQ(get(embedder().status()).texts, before.texts + 3);
}

TEST_P(EmbedderContract, GivesUnitVectorsOfItsDimensions) {
  const auto dimensions = get(embedder().identity()).dimensions;
  for (const auto& embedding : embed({"list open ports", "", "x", " ", "line\nfeed\ttab", "Ünïcödé 漢字 😀", "`rm -rf /`"})) {
    EXPECT_EQ(embedding.vector.size(), dimensions);
    expectUnit(embedding);
    EXPECT_FALSE(embedding.clipped);
  }
}

TEST_P(EmbedderContract, GivesNothingForNothing) {
  EXPECT_TRUE(embed({}).empty());
  EXPECT_TRUE(embed({}, Priority::Background).empty());
}

TEST_P(EmbedderContract, KeepsTheOrderOfTheTexts) {
  const auto texts = manyTexts(40);
  const auto together = embed(texts, Priority::Background);
  ASSERT_EQ(together.size(), texts.size());
  for (const std::size_t i : {0U, 1U, 17U, 38U, 39U}) {
    const auto alone = embedOne(texts[i]);
    EXPECT_GT(cosine(alone, together[i]), kSame) << i;
    for (const std::size_t other : {0U, 17U, 39U}) {
      if (other == i) continue;
      EXPECT_LT(cosine(alone, together[other]), cosine(alone, together[i])) << i;
    }
  }
}

TEST_P(EmbedderContract, GivesATextTheSameVectorWhoeverAsks) {
  const auto asked = embedOne("find files larger than a megabyte");
  EXPECT_GT(cosine(asked, embedOne("find files larger than a megabyte")), kSame);
  const auto stored = embed({"find files larger than a megabyte"}, Priority::Background);
  EXPECT_GT(cosine(asked, stored.front()), kSame);
}

TEST_P(EmbedderContract, PutsLikeTextsNearer) {
  const auto all = embed({"list all open network ports", "list the open network ports", "rename a branch of a repository"});
  EXPECT_GT(cosine(all[0], all[1]), cosine(all[0], all[2]));
}

TEST_P(EmbedderContract, ClipsWhatIsLongerThanItsWindowAndSaysSo) {
  const auto window = get(embedder().identity()).window;
  const std::string text = repeated("network port ", 2 * window);
  const auto clipped = embedOne(text);
  EXPECT_TRUE(clipped.clipped);
  expectUnit(clipped);
  // What comes behind the window does not matter.
  EXPECT_GT(cosine(clipped, embedOne(text + " something else at the end")), kSame);
}

TEST_P(EmbedderContract, ReadsLongTextsOfAnyKind) {
  // What tokenizers make much of: unknown signs, words of one sign, numbers, accents, no spaces at all.
  const std::vector<std::string> texts{repeated("😀 ", 3000),       repeated("漢字仮名", 2000),      repeated("café naïve ", 1500),
                                       repeated("a3f9c1d7", 2000), repeated("!?.,;:'\"(){}", 1000), repeated("x ", 9000)};
  std::vector<std::string> mixed = texts;
  mixed.insert(mixed.begin() + 2, "a short one");
  const auto all = embed(std::move(mixed), Priority::Background);
  ASSERT_EQ(all.size(), texts.size() + 1);
  for (const auto& embedding : all) expectUnit(embedding);
  EXPECT_FALSE(all[2].clipped);
  EXPECT_TRUE(all.back().clipped);
}

TEST_P(EmbedderContract, TakesBytesThatAreNoText) {
  for (const auto& embedding : embed({"broken \xff\xfe utf-8 \xc3", std::string("nul \0 inside", 12), "\xed\xa0\x80"}))
    expectUnit(embedding);
}

TEST_P(EmbedderContract, AnswersASearchBeforeWhatIsInTheBackground) {
  Ended ended;
  ended.results.resize(2);
  boost::asio::co_spawn(loop_, embedInto(embedder(), manyTexts(300), Priority::Background, "background", ended, 0), rethrow);
  boost::asio::co_spawn(loop_, embedInto(embedder(), {"open ports"}, Priority::Search, "search", ended, 1), rethrow);
  loop_.restart();
  while (ended.order.size() < 2 && loop_.run_one() > 0) {
  }
  EXPECT_EQ(ended.order, (std::vector<std::string>{"search", "background"}));
  ASSERT_TRUE(ended.results[0]) << ended.results[0].error().message();
  EXPECT_EQ(ended.results[0]->size(), 300U);
  ASSERT_TRUE(ended.results[1]) << ended.results[1].error().message();
}

TEST_P(EmbedderContract, GivesEachOfManyCallersHisOwn) {
  constexpr std::size_t kCallers = 32;
  const auto texts = manyTexts(kCallers);
  const auto expected = embed(texts, Priority::Background);
  Ended ended;
  ended.results.resize(kCallers);
  for (std::size_t i = 0; i < kCallers; ++i) {
    std::vector<std::string> own{texts[i]};
    boost::asio::co_spawn(loop_, embedInto(embedder(), std::move(own), Priority::Search, "search", ended, i), rethrow);
  }
  loop_.restart();
  while (ended.order.size() < kCallers && loop_.run_one() > 0) {
  }
  for (std::size_t i = 0; i < kCallers; ++i) {
    ASSERT_TRUE(ended.results[i]) << ended.results[i].error().message();
    ASSERT_EQ(ended.results[i]->size(), 1U);
    EXPECT_GT(cosine(ended.results[i]->front(), expected[i]), kSame) << i;
  }
}

TEST_P(EmbedderContract, LetsACallerLeaveAndGoesOn) {
  auto operation = embedder().embed(manyTexts(500), Priority::Background);
  const auto began = std::chrono::steady_clock::now();
  const auto left = fakes::runTask(loop_, support::withTimeout(std::move(operation), std::chrono::milliseconds(3)));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(1));
  ASSERT_FALSE(left);
  EXPECT_EQ(left.error().kind(), core::ErrorKind::Timeout);
  expectUnit(embedOne("who comes next is served"));
}

}  // namespace learnd::contract
