#include "adapters/sentence_model/embedding_queue.hpp"

#include <algorithm>
#include <utility>

namespace learnd::sentence_model {

namespace {

constexpr std::size_t kMostSearchBytes = 8U << 20U;
constexpr std::size_t kMostBackgroundBytes = 64U << 20U;
/// What a text costs beside its bytes.
constexpr std::size_t kTextOverhead = 128;
constexpr std::size_t kAllTexts = static_cast<std::size_t>(-1);

std::size_t costOf(const EmbeddingWork& work) { return work.text().size() + kTextOverhead; }

/// More than most texts have: a batch should rather be small than late.
std::size_t likelyTokens(std::string_view text) { return text.size() / 3 + 2; }

}  // namespace

EmbeddingRequest::EmbeddingRequest(std::vector<std::string> texts, std::function<void(Answer)> done)
    : texts_(std::move(texts)), answers_(texts_.size()), left_(texts_.size()), done_(std::move(done)) {}

void EmbeddingRequest::finish(std::size_t place, ports::Embedding embedding) {
  answers_[place] = std::move(embedding);
  if (left_.fetch_sub(1) == 1 && !ended_.exchange(true)) end(std::move(answers_));
}

void EmbeddingRequest::fail(core::Error error) {
  if (!ended_.exchange(true)) end(std::move(error));
}

void EmbeddingRequest::abandon() {
  if (!ended_.exchange(true)) done_ = nullptr;
}

void EmbeddingRequest::end(Answer answer) {
  const auto done = std::exchange(done_, nullptr);
  done(std::move(answer));
}

bool EmbeddingQueue::push(const std::shared_ptr<EmbeddingRequest>& request, ports::Priority priority) {
  const bool search = priority == ports::Priority::Search;
  const std::size_t texts = request->texts().size();
  {
    const std::lock_guard lock(mutex_);
    Lane& lane = search ? searches_ : background_;
    std::size_t bytes = texts * kTextOverhead;
    for (const std::string& text : request->texts()) bytes += text.size();
    // A request that is too large by itself is taken where nothing else waits: there is no later that would suit it better.
    const std::size_t most = search ? kMostSearchBytes : kMostBackgroundBytes;
    if (closed_ || (!lane.waiting.empty() && lane.bytes + bytes > most)) return false;
    for (std::size_t place = 0; place < texts; ++place) lane.waiting.push_back({request, place});
    lane.bytes += bytes;
  }
  if (texts > 1) {
    changed_.notify_all();
  } else {
    changed_.notify_one();
  }
  return true;
}

void EmbeddingQueue::moveBatch(Lane& lane, std::size_t most, std::vector<EmbeddingWork>& batch) const {
  std::size_t tokens = 0;
  while (!lane.waiting.empty() && batch.size() < most) {
    EmbeddingWork& next = lane.waiting.front();
    const bool wanted = !next.request->ended();
    const std::size_t size = likelyTokens(next.text());
    if (wanted && !batch.empty() && tokens + size > batchTokens_) return;
    lane.bytes -= costOf(next);
    if (wanted) {
      tokens += size;
      batch.push_back(std::move(next));
    }
    lane.waiting.pop_front();
  }
}

std::vector<EmbeddingWork> EmbeddingQueue::take() {
  std::vector<EmbeddingWork> batch;
  std::unique_lock lock(mutex_);
  while (batch.empty()) {
    ++idle_;
    changed_.wait(lock, [this] { return closed_ || !searches_.waiting.empty() || !background_.waiting.empty(); });
    const std::size_t sharers = idle_--;
    if (closed_) return batch;
    const std::size_t share = (searches_.waiting.size() + sharers - 1) / sharers;
    moveBatch(searches_, share, batch);
    if (batch.empty()) moveBatch(background_, kAllTexts, batch);
  }
  return batch;
}

std::vector<std::shared_ptr<EmbeddingRequest>> EmbeddingQueue::close() {
  std::vector<std::shared_ptr<EmbeddingRequest>> left;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    for (Lane* lane : {&searches_, &background_}) {
      for (EmbeddingWork& work : lane->waiting) left.push_back(std::move(work.request));
      lane->waiting.clear();
    }
  }
  changed_.notify_all();
  std::sort(left.begin(), left.end());
  left.erase(std::unique(left.begin(), left.end()), left.end());
  return left;
}

}  // namespace learnd::sentence_model
