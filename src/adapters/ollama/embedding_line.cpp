#include "adapters/ollama/embedding_line.hpp"

#include "support/blocking_pool.hpp"
#include "support/log.hpp"
#include "support/thrown.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cmath>
#include <deque>
#include <exception>
#include <iterator>
#include <optional>
#include <utility>

namespace learnd::ollama {

namespace {

namespace asio = boost::asio;
using core::Error;
using core::ErrorKind;
using ports::Priority;
using SteadyClock = std::chrono::steady_clock;
using Answer = core::Result<std::vector<ports::Embedding>>;

constexpr std::size_t kTokensOfATextsEnds = 2;
constexpr double kFirstBudget = 32;  // tokens of a request while no speed is known
constexpr std::size_t kShortestPart = 16;

/// A caller's texts.
struct Job {
  std::vector<WindowedText> texts;
  std::vector<ports::Embedding> answers;  // as long as `texts`
  std::size_t left = 0;
  std::shared_ptr<support::Pending<Answer>> pending;  // nothing once it is answered

  [[nodiscard]] bool isOver() const { return pending == nullptr; }
  void finish(Answer answer) {
    if (!isOver()) support::Pending<Answer>::finish(std::exchange(pending, nullptr), std::move(answer));
  }
};

/// One text of a job.
struct Item {
  std::shared_ptr<Job> job;
  std::size_t place = 0;

  [[nodiscard]] WindowedText& text() const { return job->texts[place]; }
};
using Batch = std::vector<Item>;

struct Lane {
  std::deque<Item> waiting;
  Batch underWay;
  bool works = false;

  [[nodiscard]] bool isIdle() const { return !works && waiting.empty(); }
};

/// False for a vector without a direction.
bool normalise(std::vector<float>& vector) {
  double squares = 0;
  for (const float part : vector) squares += static_cast<double>(part) * static_cast<double>(part);
  const double length = std::sqrt(squares);
  if (!std::isfinite(length) || length < 1e-12) return false;
  for (float& part : vector) part = static_cast<float>(static_cast<double>(part) / length);
  return true;
}

/// Tells every caller with an unfinished text among these.
template <class Items>
void failAll(const Items& items, const Error& error) {
  for (const Item& item : items) item.job->finish(error);
}

}  // namespace

struct EmbeddingLine::State : std::enable_shared_from_this<State> {
  State(std::shared_ptr<EmbeddingSender> by, std::string before, LineRules with)
      : sender(std::move(by)), prefix(std::move(before)), rules(with) {}

  Lane& lane(Priority priority) { return priority == Priority::Search ? searches : background; }

  void start(Priority priority, const asio::any_io_executor& executor);
  asio::awaitable<void> work(Priority priority);
  /// False: they did not end, so one text goes in between.
  asio::awaitable<bool> letSearchesPass();
  Batch take(Priority priority, std::size_t mostTexts);
  asio::awaitable<void> embedBatch(Batch batch, Priority priority);
  asio::awaitable<void> embedHalves(Batch batch, Priority priority);
  ports::Task<EmbedAnswer> sendTimed(const Batch& batch, Priority priority);
  void deliver(const Batch& batch, EmbedAnswer answer);

  std::shared_ptr<EmbeddingSender> sender;
  std::string prefix;
  LineRules rules;
  Lane searches;
  Lane background;
  std::optional<asio::steady_timer> searchesEnd;
  double speed = 0;  // tokens a millisecond
  SteadyClock::time_point lastAnswer{};
  std::uint64_t embedded = 0;
  bool closed = false;
};

EmbeddingLine::EmbeddingLine(std::shared_ptr<EmbeddingSender> sender, std::string prefix, LineRules rules)
    : state_(std::make_shared<State>(std::move(sender), std::move(prefix), rules)) {}

EmbeddingLine::~EmbeddingLine() {
  state_->closed = true;
  const Error stopping(ErrorKind::Unavailable, "the embedder is stopping");
  for (Lane* lane : {&state_->searches, &state_->background}) {
    failAll(lane->underWay, stopping);
    failAll(lane->waiting, stopping);
    lane->waiting.clear();
  }
  if (state_->searchesEnd) state_->searchesEnd->cancel();
}

std::uint64_t EmbeddingLine::embedded() const { return state_->embedded; }

ports::Task<std::vector<ports::Embedding>> EmbeddingLine::embed(std::vector<WindowedText> texts, Priority priority) {
  const auto state = state_;
  auto& waiting = state->lane(priority).waiting;
  const std::size_t most = priority == Priority::Search ? state->rules.mostSearches : state->rules.mostBackground;
  if (waiting.size() + texts.size() > most) {
    co_return Error(ErrorKind::Busy, std::to_string(waiting.size()) + " texts wait for Ollama already: try again");
  }
  const auto executor = co_await asio::this_coro::executor;
  const auto pending = std::make_shared<support::Pending<Answer>>(executor);
  const auto job = std::make_shared<Job>();
  job->texts = std::move(texts);
  job->answers.resize(job->texts.size());
  job->left = job->texts.size();
  job->pending = pending;
  for (std::size_t place = 0; place < job->texts.size(); ++place) waiting.push_back({job, place});
  state->start(priority, executor);
  auto answer = co_await support::Pending<Answer>::wait(pending);
  // Whoever was cancelled wants nothing any more.
  job->pending = nullptr;
  co_return answer;
}

void EmbeddingLine::dismissSearches(const Error& error) {
  failAll(state_->searches.underWay, error);
  failAll(state_->searches.waiting, error);
  state_->searches.waiting.clear();
}

void EmbeddingLine::State::start(Priority priority, const asio::any_io_executor& executor) {
  Lane& started = lane(priority);
  if (started.works || started.waiting.empty()) return;
  started.works = true;
  if (!searchesEnd) searchesEnd.emplace(executor);
  asio::co_spawn(executor, work(priority), [self = shared_from_this(), priority, executor](std::exception_ptr thrown) {
    Lane& ended = self->lane(priority);
    ended.works = false;
    if (thrown) {
      support::log::error("a request to Ollama ended unexpectedly", {{"ERROR", support::reasonOf(thrown)}});
      failAll(std::exchange(ended.underWay, {}), Error(ErrorKind::Internal, "a request to Ollama ended unexpectedly"));
    }
    if (priority == Priority::Search) self->searchesEnd->cancel();
    // What came between the last look and this.
    if (!self->closed) self->start(priority, executor);
  });
}

asio::awaitable<void> EmbeddingLine::State::work(Priority priority) {
  const auto self = shared_from_this();
  while (!closed) {
    std::size_t most = rules.mostTexts;
    if (priority == Priority::Background) {
      const bool passed = co_await letSearchesPass();
      if (!passed) most = 1;
    }
    Batch batch = take(priority, most);
    if (batch.empty()) break;
    lane(priority).underWay = batch;
    co_await embedBatch(std::move(batch), priority);
    lane(priority).underWay.clear();
  }
}

asio::awaitable<bool> EmbeddingLine::State::letSearchesPass() {
  const auto until = SteadyClock::now() + rules.starving;
  while (!closed && !searches.isIdle()) {
    if (SteadyClock::now() >= until) co_return false;
    searchesEnd->expires_at(until);
    co_await searchesEnd->async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_return true;
}

Batch EmbeddingLine::State::take(Priority priority, std::size_t mostTexts) {
  auto& waiting = lane(priority).waiting;
  const double budget = speed > 0 ? speed * static_cast<double>(rules.share.count()) : kFirstBudget;
  Batch batch;
  double tokens = 0;
  while (!waiting.empty() && batch.size() < mostTexts) {
    Item& next = waiting.front();
    if (!next.job->isOver()) {
      tokens += static_cast<double>(next.text().tokens + kTokensOfATextsEnds);
      if (!batch.empty() && tokens > budget) break;
      batch.push_back(std::move(next));
    }
    waiting.pop_front();
  }
  return batch;
}

asio::awaitable<void> EmbeddingLine::State::embedBatch(Batch batch, Priority priority) {
  auto answer = co_await sendTimed(batch, priority);
  if (answer) co_return deliver(batch, std::move(*answer));
  const Error error = answer.error();
  const bool textAtFault = error.kind() == ErrorKind::InvalidInput || error.kind() == ErrorKind::Internal;
  if (textAtFault && batch.size() > 1) {
    co_await embedHalves(std::move(batch), priority);
    co_return;
  }
  if (textAtFault) {
    WindowedText& text = batch.front().text();
    if (error.kind() == ErrorKind::InvalidInput && text.text.size() > kShortestPart && !batch.front().job->isOver()) {
      text.text = halfOf(text.text);
      text.clipped = true;
      co_await embedBatch(std::move(batch), priority);
      co_return;
    }
    failAll(batch, Error(ErrorKind::InvalidInput, "there is no vector for this text: " + error.message()));
    co_return;
  }
  // Those behind it would fare alike, and wait for it.
  failAll(batch, error);
  auto& waiting = lane(priority).waiting;
  failAll(waiting, error);
  waiting.clear();
  sender->noteFailure(error, co_await asio::this_coro::executor);
}

asio::awaitable<void> EmbeddingLine::State::embedHalves(Batch batch, Priority priority) {
  const auto middle = batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2);
  Batch half(middle, batch.end());
  batch.erase(middle, batch.end());
  co_await embedBatch(std::move(batch), priority);
  std::erase_if(half, [](const Item& item) { return item.job->isOver(); });
  if (!half.empty() && !closed) co_await embedBatch(std::move(half), priority);
}

ports::Task<EmbedAnswer> EmbeddingLine::State::sendTimed(const Batch& batch, Priority priority) {
  std::vector<std::string> texts;
  double tokens = 0;
  for (const Item& item : batch) {
    texts.push_back(prefix + item.text().text);
    tokens += static_cast<double>(item.text().tokens + kTokensOfATextsEnds);
  }
  const auto began = SteadyClock::now();
  auto answer = co_await sender->send(std::move(texts), priority);
  const auto now = SteadyClock::now();
  // One text at a time, in the order in which they came: beside another request it was that one's turn until that ended.
  const double took = std::chrono::duration<double, std::milli>(now - std::max(began, lastAnswer)).count();
  lastAnswer = now;
  // A request that waited for the model to be loaded says nothing of the speed.
  if (!answer || answer->load >= kLoaded) co_return answer;
  const double seen = tokens / std::max(took, 0.05);
  speed = speed > 0 ? 0.7 * speed + 0.3 * seen : seen;
  co_return answer;
}

void EmbeddingLine::State::deliver(const Batch& batch, EmbedAnswer answer) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Job& job = *batch[i].job;
    if (job.isOver()) continue;
    if (!normalise(answer.vectors[i])) {
      job.finish(Error(ErrorKind::InvalidInput, "there is no vector for this text: Ollama gave none of finite numbers with a direction"));
      continue;
    }
    ++embedded;
    job.answers[batch[i].place] = {std::move(answer.vectors[i]), batch[i].text().clipped};
    if (--job.left == 0) job.finish(std::move(job.answers));
  }
}

}  // namespace learnd::ollama
