#include "adapters/sentence_model/embedding_queue.hpp"

#include "adapters/sentence_model/vector_cache.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace learnd::sentence_model {
namespace {

using Answer = EmbeddingRequest::Answer;

std::shared_ptr<EmbeddingRequest> requestOf(std::vector<std::string> texts, std::vector<Answer>* answers = nullptr) {
  auto done = [answers](Answer answer) {
    if (answers != nullptr) answers->push_back(std::move(answer));
  };
  return std::make_shared<EmbeddingRequest>(std::move(texts), std::move(done));
}

std::vector<std::string> textsOf(const std::vector<EmbeddingWork>& batch) {
  std::vector<std::string> texts;
  for (const EmbeddingWork& one : batch) texts.push_back(one.text());
  return texts;
}

using Texts = std::vector<std::string>;

TEST(EmbeddingRequest, IsAnsweredOnceAndInOrder) {
  std::vector<Answer> answers;
  const auto request = requestOf({"a", "b"}, &answers);
  request->finish(1, {{2}, true});
  EXPECT_TRUE(answers.empty());
  request->finish(0, {{1}, false});
  ASSERT_EQ(answers.size(), 1U);
  ASSERT_TRUE(answers[0]);
  EXPECT_EQ((*answers[0])[0].vector, (std::vector<float>{1}));
  EXPECT_EQ((*answers[0])[1].vector, (std::vector<float>{2}));
  EXPECT_TRUE((*answers[0])[1].clipped);
  request->fail(core::Error(core::ErrorKind::Unavailable, "late"));
  EXPECT_EQ(answers.size(), 1U);
}

TEST(EmbeddingRequest, FailsAsAWhole) {
  std::vector<Answer> answers;
  const auto request = requestOf({"a", "b"}, &answers);
  request->fail(core::Error(core::ErrorKind::Unavailable, "no"));
  request->finish(0, {});
  request->finish(1, {});
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].error().message(), "no");
}

TEST(EmbeddingQueue, GivesSearchesBeforeTheRest) {
  EmbeddingQueue queue(1000);
  ASSERT_TRUE(queue.push(requestOf({"b1", "b2"}), ports::Priority::Background));
  ASSERT_TRUE(queue.push(requestOf({"s1"}), ports::Priority::Search));
  ASSERT_TRUE(queue.push(requestOf({"s2"}), ports::Priority::Search));
  EXPECT_EQ(textsOf(queue.take()), (Texts{"s1", "s2"}));
  EXPECT_EQ(textsOf(queue.take()), (Texts{"b1", "b2"}));
}

TEST(EmbeddingQueue, CutsTheRestIntoSmallBatches) {
  EmbeddingQueue queue(100);
  ASSERT_TRUE(
      queue.push(requestOf({std::string(150, 'a'), std::string(120, 'b'), std::string(9000, 'c'), "d"}), ports::Priority::Background));
  EXPECT_EQ(queue.take().size(), 2U);
  EXPECT_EQ(queue.take().size(), 1U);
  EXPECT_EQ(queue.take().size(), 1U);
}

TEST(EmbeddingQueue, PutsRequestsTogether) {
  EmbeddingQueue queue(100);
  for (const char* text : {"a", "b", "c"}) ASSERT_TRUE(queue.push(requestOf({text}), ports::Priority::Background));
  EXPECT_EQ(textsOf(queue.take()), (Texts{"a", "b", "c"}));
}

TEST(EmbeddingQueue, PassesOverWhatNobodyWaitsFor) {
  EmbeddingQueue queue(100);
  const auto abandoned = requestOf({"a", "b"});
  ASSERT_TRUE(queue.push(abandoned, ports::Priority::Search));
  ASSERT_TRUE(queue.push(requestOf({"c"}), ports::Priority::Search));
  abandoned->abandon();
  EXPECT_EQ(textsOf(queue.take()), (Texts{"c"}));
}

TEST(EmbeddingQueue, HasNoRoomForMoreThanItsLimit) {
  EmbeddingQueue queue(100);
  // A request that is too large by itself is taken where nothing waits.
  ASSERT_TRUE(queue.push(requestOf({std::string(9U << 20U, 'x')}), ports::Priority::Search));
  EXPECT_FALSE(queue.push(requestOf({"s"}), ports::Priority::Search));
  ASSERT_TRUE(queue.push(requestOf({"b"}), ports::Priority::Background));
  EXPECT_EQ(queue.take().size(), 1U);
  EXPECT_TRUE(queue.push(requestOf({"s"}), ports::Priority::Search));
  int taken = 0;
  while (queue.push(requestOf({std::string(1U << 20U, 'x')}), ports::Priority::Background)) ++taken;
  EXPECT_GE(taken, 60);
  EXPECT_LE(taken, 64);
}

TEST(EmbeddingQueue, SharesSearchesAmongIdleWorkers) {
  EmbeddingQueue queue(1000);
  const auto take = [&queue] { return queue.take().size(); };
  std::vector<std::future<std::size_t>> workers;
  for (int i = 0; i < 4; ++i) workers.push_back(std::async(std::launch::async, take));
  // All four wait: a request of 8 is 2 for each, in whatever order they wake.
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  ASSERT_TRUE(queue.push(requestOf(Texts(8, "s")), ports::Priority::Search));
  for (auto& worker : workers) EXPECT_EQ(worker.get(), 2U);
}

TEST(EmbeddingQueue, HandsBackWhatWaitsWhenItIsClosed) {
  EmbeddingQueue queue(100);
  const auto request = requestOf({"a", "b"});
  ASSERT_TRUE(queue.push(request, ports::Priority::Background));
  EXPECT_EQ(queue.close(), (std::vector<std::shared_ptr<EmbeddingRequest>>{request}));
  EXPECT_TRUE(queue.take().empty());
  EXPECT_FALSE(queue.push(request, ports::Priority::Background));
}

TEST(EmbeddingQueue, WakesItsWorkersWhenItIsClosed) {
  EmbeddingQueue queue(100);
  auto worker = std::async(std::launch::async, [&queue] { return queue.take().size(); });
  EXPECT_TRUE(queue.close().empty());
  EXPECT_EQ(worker.get(), 0U);
}

TEST(VectorCache, ForgetsWhatWasAskedLongestAgo) {
  VectorCache cache(2);
  cache.keep("a", {{1}, false});
  cache.keep("b", {{2}, true});
  ASSERT_TRUE(cache.find("a"));
  cache.keep("c", {{3}, false});
  EXPECT_FALSE(cache.find("b"));
  ASSERT_TRUE(cache.find("a"));
  EXPECT_EQ(cache.find("a")->vector, (std::vector<float>{1}));
  EXPECT_EQ(cache.find("c")->vector, (std::vector<float>{3}));
}

TEST(VectorCache, KeepsNoLongTexts) {
  VectorCache cache(2);
  cache.keep(std::string(1025, 'x'), {{1}, false});
  cache.keep(std::string(1024, 'x'), {{1}, false});
  EXPECT_FALSE(cache.find(std::string(1025, 'x')));
  EXPECT_TRUE(cache.find(std::string(1024, 'x')));
}

}  // namespace
}  // namespace learnd::sentence_model
