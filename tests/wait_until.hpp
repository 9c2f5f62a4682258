#pragma once

#include <chrono>
#include <thread>

namespace learnd::tests {

/// Whether it comes true, however long a busy machine takes: what a test waits for, where it would guess a time else.
template <class Condition>
bool comesTrue(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace learnd::tests
