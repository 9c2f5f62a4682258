#pragma once

#include <mutex>
#include <shared_mutex>

namespace learnd::embedded_index {

/// A shared mutex under which a writer waits for the readers that are inside and for no others: std::shared_mutex lets readers that keep
/// coming shut writers out. Works with std::unique_lock and std::shared_lock.
class FairSharedMutex {
 public:
  void lock() {
    const std::lock_guard turn(turn_);
    inside_.lock();
  }
  /// True only where nobody is inside and nobody is about to enter.
  bool try_lock() {
    const std::unique_lock turn(turn_, std::try_to_lock);
    return turn && inside_.try_lock();
  }
  void unlock() { inside_.unlock(); }
  void lock_shared() {
    const std::lock_guard turn(turn_);
    inside_.lock_shared();
  }
  void unlock_shared() { inside_.unlock_shared(); }

 private:
  std::mutex turn_;  // held by who is next to enter
  std::shared_mutex inside_;
};

}  // namespace learnd::embedded_index
