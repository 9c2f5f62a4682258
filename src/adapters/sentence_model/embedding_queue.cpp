#include "adapters/sentence_model/embedding_queue.hpp"

#include <algorithm>

namespace learnd::sentence_model {

bool EmbeddingQueue::push(std::shared_ptr<EmbeddingRequest> request, ports::Priority priority) {
  const bool search = priority == ports::Priority::Search;
  {
    const std::lock_guard lock(mutex_);
    auto& waiting = search ? searches_ : background_;
    if (closed_ || waiting.size() + request->texts.size() > (search ? kMostSearches : kMostBackground)) return false;
    for (std::size_t place = 0; place < request->texts.size(); ++place) waiting.push_back({request, place});
  }
  if (request->texts.size() > 1) {
    changed_.notify_all();
  } else {
    changed_.notify_one();
  }
  return true;
}

std::vector<EmbeddingWork> EmbeddingQueue::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || !searches_.empty() || !background_.empty(); });
  std::vector<EmbeddingWork> batch;
  if (closed_) return batch;
  auto& waiting = searches_.empty() ? background_ : searches_;
  std::size_t tokens = 0;
  while (!waiting.empty() && batch.size() < kBatchTexts) {
    const std::size_t size = waiting.front().request->texts[waiting.front().place].size();
    if (!batch.empty() && tokens + size > kBatchTokens) break;
    tokens += size;
    batch.push_back(std::move(waiting.front()));
    waiting.pop_front();
  }
  return batch;
}

std::vector<std::shared_ptr<EmbeddingRequest>> EmbeddingQueue::close() {
  std::vector<std::shared_ptr<EmbeddingRequest>> left;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    for (auto* waiting : {&searches_, &background_}) {
      for (auto& work : *waiting) left.push_back(std::move(work.request));
      waiting->clear();
    }
  }
  changed_.notify_all();
  std::sort(left.begin(), left.end());
  left.erase(std::unique(left.begin(), left.end()), left.end());
  return left;
}

}  // namespace learnd::sentence_model
