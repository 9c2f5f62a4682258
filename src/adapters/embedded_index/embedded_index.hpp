#pragma once

#include "adapters/embedded_index/fair_shared_mutex.hpp"
#include "adapters/embedded_index/memory_index.hpp"
#include "adapters/embedded_index/waiting_entries.hpp"
#include "ports/vector_index.hpp"
#include "support/blocking_pool.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

namespace learnd::embedded_index {

/// The index in memory, loaded from the record store at start. Its work is done on the pool's threads: searches side by side, changes in
/// short turns between them. A single small entry of words alone goes in behind the call that brings it, on the caller's executor if nobody
/// is at work then, and at the latest before the next call is answered. The pool must outlive the index, and its jobs must have ended
/// (BlockingPool::stop) before this goes, as must the executors of those who called.
class EmbeddedIndex final : public ports::VectorIndex {
 public:
  explicit EmbeddedIndex(support::BlockingPool& pool) : pool_(pool) {}

  /// Until useDimensions was called the first vector says how many there are. A vector of zeros or with numbers that are not finite is as
  /// none. InvalidInput: nothing of the call is taken.
  ports::Task<void> upsert(std::vector<ports::IndexEntry> entries) override;
  ports::Task<void> remove(std::vector<core::LearningId> ids) override;
  /// A vector of other dimensions finds nothing: its answer has words alone.
  ports::Task<ports::IndexAnswer> search(ports::IndexQuery query) override;
  ports::Task<void> useDimensions(std::size_t dimensions) override;
  ports::Task<std::vector<ports::HeldEntry>> find(std::vector<core::LearningId> ids) override;
  ports::Task<ports::HeldPage> held(std::string place, std::size_t limit) override;
  /// The second index takes as much memory as the first.
  ports::Task<ports::RebuildBegun> beginRebuild(std::string name, std::size_t dimensions) override;
  ports::Task<void> upsertRebuilt(std::vector<ports::IndexEntry> entries) override;
  ports::Task<void> finishRebuild() override;
  ports::Task<void> dropRebuild() override;
  ports::Task<ports::IndexStatus> status() override;
  [[nodiscard]] bool keepsVectorsInStore() const override { return true; }
  [[nodiscard]] bool showsLearnings() const override { return false; }
  [[nodiscard]] std::string place() const override { return {}; }
  [[nodiscard]] std::optional<std::size_t> categoryLimit() const override { return std::nullopt; }

 private:
  /// Memory for the scores of a search, used again by the next.
  class Scores;

  enum class Target : unsigned char { Serving, Rebuilt };

  /// Runs `job` on the pool, after what waits was taken in.
  template <class Job>
  boost::asio::awaitable<std::invoke_result_t<Job&>> run(Job job);
  void letWait(ports::IndexEntry entry, const boost::asio::any_io_executor& executor);
  void takeWaiting();
  void takeWaitingIfFree();
  ports::Task<void> put(Target target, std::vector<ports::IndexEntry> entries);
  /// Null where there is no second one.
  [[nodiscard]] MemoryIndex* at(Target target) { return target == Target::Serving ? serving_.get() : rebuilt_.get(); }
  [[nodiscard]] core::Result<void> checkDimensions(Target target, const std::vector<std::size_t>& sizes);
  core::Result<void> takeIn(Target target, std::vector<ports::IndexEntry> entries);
  core::Result<ports::IndexAnswer> answer(ports::IndexQuery query);

  support::BlockingPool& pool_;
  WaitingEntries waiting_;
  std::atomic<bool> asked_ = false;  // the caller's executor, to take them in
  FairSharedMutex mutex_;
  std::unique_ptr<MemoryIndex> serving_ = std::make_unique<MemoryIndex>();
  std::unique_ptr<MemoryIndex> rebuilt_;
  std::string rebuiltName_;
  std::mutex spareMutex_;
  std::vector<std::vector<float>> spareScores_;
};

}  // namespace learnd::embedded_index
