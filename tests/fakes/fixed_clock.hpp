#pragma once

#include "ports/clock.hpp"

#include <chrono>

namespace learnd::fakes {

/// Stands still until a test moves it.
class FixedClock final : public ports::Clock {
 public:
  explicit FixedClock(core::Timestamp now = core::Timestamp(std::chrono::seconds(1767225600))) : now_(now) {}  // 2026-01-01
  [[nodiscard]] core::Timestamp now() const override { return now_; }
  void advance(std::chrono::microseconds time) { now_ += time; }

 private:
  core::Timestamp now_;
};

}  // namespace learnd::fakes
