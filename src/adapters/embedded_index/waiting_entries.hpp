#pragma once

#include "ports/vector_index.hpp"

#include <atomic>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

namespace learnd::embedded_index {

/// Entries that came one by one and are not in the index yet, in their order. From any thread. What takes them gets a copy and answers
/// whether it is done with it; one that it is not done with, or at which it throws, stays with those behind it.
class WaitingEntries {
 public:
  /// How many there are now.
  std::size_t add(ports::IndexEntry entry) {
    const std::lock_guard lock(mutex_);
    entries_.push_back(std::move(entry));
    return ++count_;
  }

  /// Those that were added before, and where another thread is at that, waits for its end.
  template <class Take>
  void takeAll(Take take) {
    if (count_ == 0) return;
    const std::lock_guard turn(taking_);
    takeInTurn(take);
  }

  /// Waits for nobody: where another thread is at that there is nothing to do.
  template <class Take>
  void takeIfFree(Take take) {
    const std::unique_lock turn(taking_, std::try_to_lock);
    if (turn) takeInTurn(take);
  }

 private:
  template <class Take>
  void takeInTurn(Take& take) {
    for (std::size_t left = count_; left > 0 && take(first()); --left) {
      const std::lock_guard lock(mutex_);
      entries_.pop_front();
      --count_;
    }
  }

  ports::IndexEntry first() {
    const std::lock_guard lock(mutex_);
    return entries_.front();
  }

  std::mutex taking_;  // held by who takes them
  std::mutex mutex_;
  std::deque<ports::IndexEntry> entries_;
  std::atomic<std::size_t> count_ = 0;
};

}  // namespace learnd::embedded_index
