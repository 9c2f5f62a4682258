#pragma once

#include "core/result.hpp"
#include "ports/embedder.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace learnd::sentence_model {

/// A caller's texts as token ids, and where their vectors go. Ended by whoever finishes the last text.
struct EmbeddingRequest {
  std::vector<std::vector<std::int32_t>> texts;
  std::vector<ports::Embedding> answers;  // as long as `texts`
  std::size_t left = 0;
  std::function<void(core::Result<std::vector<ports::Embedding>>)> done;
};

/// One text of a request.
struct EmbeddingWork {
  std::shared_ptr<EmbeddingRequest> request;
  std::size_t place = 0;
};

/// What waits for the workers: searches first, the rest in small batches so that a search never waits long behind them. Any thread.
class EmbeddingQueue {
 public:
  /// False where there is no room.
  bool push(std::shared_ptr<EmbeddingRequest> request, ports::Priority priority);

  /// The next batch; blocks until there is one. Empty: the queue was closed.
  std::vector<EmbeddingWork> take();

  /// Nothing more is given out; what waited is handed back.
  std::vector<std::shared_ptr<EmbeddingRequest>> close();

 private:
  /// Texts that may wait: past it a search is told that the embedder is busy.
  static constexpr std::size_t kMostSearches = 1024;
  static constexpr std::size_t kMostBackground = 65536;
  /// A product of this many rows costs a few milliseconds.
  static constexpr std::size_t kBatchTokens = 192;
  static constexpr std::size_t kBatchTexts = 32;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<EmbeddingWork> searches_;
  std::deque<EmbeddingWork> background_;
  bool closed_ = false;
};

}  // namespace learnd::sentence_model
