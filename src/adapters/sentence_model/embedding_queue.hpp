#pragma once

#include "core/result.hpp"
#include "ports/embedder.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace learnd::sentence_model {

/// A caller's texts, and where their vectors go. Answered once: when its last text is done, or its first one has failed. What answers it is
/// let go with the answer, on whatever thread that is, and never later. Any thread.
class EmbeddingRequest {
 public:
  using Answer = core::Result<std::vector<ports::Embedding>>;

  /// At least one text.
  EmbeddingRequest(std::vector<std::string> texts, std::function<void(Answer)> done);

  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

  void finish(std::size_t place, ports::Embedding embedding);
  void fail(core::Error error);
  /// Nobody waits for it any more: what is not begun need not be.
  void abandon();
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  void end(Answer answer);

  std::vector<std::string> texts_;
  std::vector<ports::Embedding> answers_;
  std::atomic<std::size_t> left_;
  std::atomic<bool> ended_{false};
  std::function<void(Answer)> done_;
};

/// One text of a request.
struct EmbeddingWork {
  std::shared_ptr<EmbeddingRequest> request;
  std::size_t place = 0;

  [[nodiscard]] const std::string& text() const { return request->texts()[place]; }
};

/// What waits for the workers: searches first, shared among those that are idle; the rest in small batches, so that a search never waits
/// long behind one. Any thread.
class EmbeddingQueue {
 public:
  /// A batch has about `batchTokens` tokens, or one text.
  explicit EmbeddingQueue(std::size_t batchTokens) : batchTokens_(batchTokens) {}

  /// False where so much text waits already (8 MiB of searches, 64 MiB of the rest) that this would be too much, or after close().
  [[nodiscard]] bool push(const std::shared_ptr<EmbeddingRequest>& request, ports::Priority priority);

  /// The next batch; blocks until there is one. Empty: the queue was closed.
  [[nodiscard]] std::vector<EmbeddingWork> take();

  /// Nothing more is given out; what waited is handed back.
  [[nodiscard]] std::vector<std::shared_ptr<EmbeddingRequest>> close();

 private:
  struct Lane {
    std::deque<EmbeddingWork> waiting;
    std::size_t bytes = 0;
  };

  /// Moves what fits into a batch of at most `most` texts from the lane.
  void moveBatch(Lane& lane, std::size_t most, std::vector<EmbeddingWork>& batch) const;

  std::size_t batchTokens_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Lane searches_;
  Lane background_;
  std::size_t idle_ = 0;
  bool closed_ = false;
};

}  // namespace learnd::sentence_model
