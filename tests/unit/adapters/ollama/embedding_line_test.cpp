#include "adapters/ollama/embedding_line.hpp"

#include "support/timeout.hpp"
#include "tests/fakes/run_task.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

namespace learnd::ollama {
namespace {

using core::Error;
using core::ErrorKind;
using ports::Priority;
using std::chrono::milliseconds;
using Answer = core::Result<std::vector<ports::Embedding>>;

/// Takes its time for each text, and refuses those that a test says.
class ScriptedSender final : public EmbeddingSender {
 public:
  struct Request {
    std::vector<std::string> texts;
    Priority priority;
  };

  ports::Task<EmbedAnswer> send(std::vector<std::string> texts, Priority priority) override {
    requests.push_back({texts, priority});
    ++underWay;
    mostUnderWay = std::max(mostUnderWay, underWay);
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, perText * static_cast<int>(texts.size()));
    co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    --underWay;
    if (error) co_return *error;
    EmbedAnswer answer;
    for (const std::string& text : texts) {
      if (text.size() > longest) co_return Error(ErrorKind::InvalidInput, "too long");
      if (poisoned.contains(text)) co_return Error(ErrorKind::Internal, "NaN");
      answer.vectors.push_back(directionless.contains(text) ? std::vector<float>{0, 0}
                                                            : std::vector<float>{3.0F * static_cast<float>(text.size()), 4.0F});
    }
    co_return answer;
  }
  void noteFailure(const Error&, const boost::asio::any_io_executor&) override { ++failures; }

  [[nodiscard]] std::size_t largest(Priority priority) const {
    std::size_t most = 0;
    for (const Request& request : requests) {
      if (request.priority == priority) most = std::max(most, request.texts.size());
    }
    return most;
  }

  std::vector<Request> requests;
  milliseconds perText{0};
  std::optional<Error> error;
  std::size_t longest = 1000;
  std::set<std::string> poisoned;
  std::set<std::string> directionless;
  std::size_t underWay = 0;
  std::size_t mostUnderWay = 0;
  std::size_t failures = 0;
};

boost::asio::awaitable<void> into(EmbeddingLine& line, std::vector<std::string> texts, Priority priority, std::shared_ptr<Answer> result,
                                  std::shared_ptr<std::size_t> left) {
  std::vector<WindowedText> windowed;
  for (const std::string& text : texts) windowed.push_back(windowOf(text, 100000));
  auto answer = co_await line.embed(std::move(windowed), priority);
  *result = std::move(answer);
  --*left;
}

class EmbeddingLineTest : public testing::Test {
 protected:
  void make(LineRules rules = {}, std::string prefix = "") { line_ = std::make_unique<EmbeddingLine>(sender_, std::move(prefix), rules); }

  /// Begins a call; `finish` runs all that have begun.
  std::shared_ptr<Answer> begin(std::vector<std::string> texts, Priority priority) {
    auto result = std::make_shared<Answer>(Error(ErrorKind::Internal, "it has not ended"));
    ++*left_;
    boost::asio::co_spawn(loop_, into(*line_, std::move(texts), priority, result, left_), [](std::exception_ptr thrown) {
      if (thrown) std::rethrow_exception(thrown);
    });
    return result;
  }
  void finish() {
    loop_.restart();
    while (*left_ > 0 && loop_.run_one() > 0) {
    }
  }
  Answer embed(std::vector<std::string> texts, Priority priority = Priority::Background) {
    const auto result = begin(std::move(texts), priority);
    finish();
    return *result;
  }
  static std::vector<std::string> texts(std::size_t count) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back("text " + std::to_string(i));
    return all;
  }

  boost::asio::io_context loop_;
  std::shared_ptr<ScriptedSender> sender_ = std::make_shared<ScriptedSender>();
  std::unique_ptr<EmbeddingLine> line_;
  std::shared_ptr<std::size_t> left_ = std::make_shared<std::size_t>(0);
};

TEST_F(EmbeddingLineTest, GivesUnitVectorsInOrder) {
  make();
  const auto answer = embed({"a", "bbbb", "cc"});
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->size(), 3U);
  EXPECT_NEAR((*answer)[0].vector[0], 3.0 / 5, 1e-6);
  EXPECT_NEAR((*answer)[1].vector[0], 12.0 / std::sqrt(144 + 16), 1e-6);
  EXPECT_NEAR((*answer)[2].vector[0], 6.0 / std::sqrt(36 + 16), 1e-6);
  EXPECT_EQ(line_->embedded(), 3U);
}

TEST_F(EmbeddingLineTest, PutsThePrefixBeforeEachText) {
  make({}, "search_query: ");
  embed({"a", ""});
  EXPECT_EQ(sender_->requests[0].texts, (std::vector<std::string>{"search_query: a", "search_query: "}));
}

TEST_F(EmbeddingLineTest, SendsNoMoreTextsAtOnceThanItsShareOfTime) {
  make();
  sender_->perText = milliseconds(40);
  const auto answer = embed(texts(40));
  ASSERT_TRUE(answer);
  // Some 300 ms are 7 of these; the first request is small, for no speed is known.
  EXPECT_GE(sender_->largest(Priority::Background), 4U);
  EXPECT_LE(sender_->largest(Priority::Background), 11U);
}

TEST_F(EmbeddingLineTest, SendsManyAtOnceWhereTheyAreFast) {
  make();
  ASSERT_TRUE(embed(texts(200)));
  EXPECT_EQ(sender_->largest(Priority::Background), 16U);
}

TEST_F(EmbeddingLineTest, LetsSearchesGoFirstAndTogether) {
  make();
  sender_->perText = milliseconds(5);
  const auto background = begin(texts(60), Priority::Background);
  std::vector<std::shared_ptr<Answer>> searches;
  for (int i = 0; i < 6; ++i) searches.push_back(begin({"search " + std::to_string(i)}, Priority::Search));
  finish();
  ASSERT_TRUE(*background);
  for (const auto& search : searches) ASSERT_TRUE(*search);
  std::size_t last = 0;
  std::size_t requests = 0;
  for (std::size_t i = 0; i < sender_->requests.size(); ++i) {
    if (sender_->requests[i].priority != Priority::Search) continue;
    last = i;
    ++requests;
  }
  EXPECT_LE(last, 3U);
  EXPECT_LE(requests, 2U);
  EXPECT_LE(sender_->mostUnderWay, 2U);
}

TEST_F(EmbeddingLineTest, LetsOneBackgroundTextInBetweenWhereSearchesNeverEnd) {
  LineRules rules;
  rules.starving = milliseconds(50);
  make(rules);
  sender_->perText = milliseconds(20);
  std::vector<std::shared_ptr<Answer>> searches;
  for (int i = 0; i < 60; ++i) searches.push_back(begin({"search number " + std::to_string(i) + std::string(300, 'x')}, Priority::Search));
  const auto background = begin(texts(5), Priority::Background);
  finish();
  ASSERT_TRUE(*background);
  const auto& requests = sender_->requests;
  const auto first = std::find_if(requests.begin(), requests.end(), [](const auto& one) { return one.priority == Priority::Background; });
  EXPECT_EQ(first->texts.size(), 1U);
  EXPECT_LT(first - requests.begin(), static_cast<std::ptrdiff_t>(requests.size()) - 5);
}

TEST_F(EmbeddingLineTest, ShortensATextThatIsTooLongAndLeavesTheOthersAlone) {
  make();
  sender_->longest = 100;
  auto all = texts(12);
  all[7] = std::string(350, 'x');
  const auto answer = embed(all);
  ASSERT_TRUE(answer) << answer.error().message();
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ((*answer)[i].clipped, i == 7) << i;
  const auto& requests = sender_->requests;
  EXPECT_TRUE(std::any_of(requests.begin(), requests.end(), [](const auto& one) { return one.texts.front() == std::string(87, 'x'); }));
}

TEST_F(EmbeddingLineTest, TellsTheCallerOfATextThatHasNoVectorAndServesTheOthers) {
  make();
  sender_->poisoned.insert("poison");
  sender_->directionless.insert("nowhere");
  const auto good = begin(texts(3), Priority::Background);
  const auto poisoned = begin({"fine", "poison"}, Priority::Background);
  const auto directionless = begin({"nowhere"}, Priority::Background);
  const auto behind = begin(texts(3), Priority::Background);
  finish();
  EXPECT_TRUE(*good);
  ASSERT_FALSE(*poisoned);
  EXPECT_EQ(poisoned->error().kind(), ErrorKind::InvalidInput);
  EXPECT_NE(poisoned->error().message().find("NaN"), std::string::npos);
  ASSERT_FALSE(*directionless);
  EXPECT_EQ(directionless->error().kind(), ErrorKind::InvalidInput);
  EXPECT_TRUE(*behind);
  EXPECT_EQ(sender_->failures, 0U);
}

TEST_F(EmbeddingLineTest, GivesUpOnATextThatIsRefusedAtAnyLength) {
  make();
  sender_->longest = 0;
  const auto answer = embed({std::string(5000, 'x')});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::InvalidInput);
  EXPECT_LT(sender_->requests.size(), 12U);
}

TEST_F(EmbeddingLineTest, TellsAllThatWaitWhereTheServerFails) {
  make();
  sender_->error = Error(ErrorKind::Unavailable, "down");
  std::vector<std::shared_ptr<Answer>> all;
  for (int i = 0; i < 50; ++i) all.push_back(begin(texts(2), Priority::Search));
  finish();
  for (const auto& one : all) {
    ASSERT_FALSE(*one);
    EXPECT_EQ(one->error().message(), "down");
  }
  EXPECT_EQ(sender_->failures, 1U);
  EXPECT_LT(sender_->requests.size(), 3U);
}

TEST_F(EmbeddingLineTest, RefusesWhatIsTooMuch) {
  LineRules rules;
  rules.mostSearches = 4;
  make(rules);
  sender_->perText = milliseconds(20);
  const auto underWay = begin(texts(4), Priority::Search);
  const auto waiting = begin(texts(4), Priority::Search);
  const auto refused = begin(texts(1), Priority::Search);
  const auto other = begin(texts(4), Priority::Background);
  finish();
  EXPECT_TRUE(*underWay);
  EXPECT_TRUE(*waiting);
  ASSERT_FALSE(*refused);
  EXPECT_EQ(refused->error().kind(), ErrorKind::Busy);
  EXPECT_TRUE(*other);
}

TEST_F(EmbeddingLineTest, DropsTheTextsOfACallerWhoLeaves) {
  make();
  sender_->perText = milliseconds(10);
  std::vector<WindowedText> many;
  for (const std::string& text : texts(100)) many.push_back(windowOf(text, 100));
  auto leaving = line_->embed(std::move(many), Priority::Background);
  const auto left = fakes::runTask(loop_, support::withTimeout(std::move(leaving), milliseconds(15)));
  ASSERT_FALSE(left);
  EXPECT_EQ(left.error().kind(), ErrorKind::Timeout);
  ASSERT_TRUE(embed({"the next"}));
  EXPECT_LT(sender_->requests.size(), 4U);
}

TEST_F(EmbeddingLineTest, DismissesSearchesAndNothingElse) {
  make();
  sender_->perText = milliseconds(10);
  const auto search = begin(texts(3), Priority::Search);
  const auto background = begin(texts(3), Priority::Background);
  boost::asio::steady_timer timer(loop_, milliseconds(5));
  timer.async_wait([this](const boost::system::error_code&) { line_->dismissSearches(Error(ErrorKind::Unavailable, "it loads")); });
  finish();
  ASSERT_FALSE(*search);
  EXPECT_EQ(search->error().message(), "it loads");
  EXPECT_TRUE(*background);
}

TEST_F(EmbeddingLineTest, TellsItsCallersWhenItEnds) {
  make();
  sender_->perText = milliseconds(10);
  const auto underWay = begin(texts(3), Priority::Search);
  const auto waiting = begin(texts(3), Priority::Background);
  boost::asio::steady_timer timer(loop_, milliseconds(5));
  timer.async_wait([this](const boost::system::error_code&) { line_.reset(); });
  finish();
  ASSERT_FALSE(*underWay);
  EXPECT_EQ(underWay->error().kind(), ErrorKind::Unavailable);
  EXPECT_FALSE(*waiting);
  // The request that was under way ends well behind it.
  loop_.run();
  EXPECT_EQ(sender_->underWay, 0U);
}

}  // namespace
}  // namespace learnd::ollama
