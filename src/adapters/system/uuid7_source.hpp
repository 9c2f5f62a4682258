#pragma once

#include "ports/id_source.hpp"

#include <cstdint>
#include <functional>
#include <mutex>

namespace learnd::system {

/// UUIDs of version 7 (RFC 9562, sections 5.7 and 6.2): milliseconds, then the part of a millisecond in 12 bits (method 3), then random
/// bits. Where the clock stands still or goes back, the last id is counted on by a random step (method 2), so that each is above the one
/// before. Any thread.
class Uuid7Source : public ports::IdSource {
 public:
  /// 64 random bits, of which nobody can guess the next.
  using Random = std::function<std::uint64_t()>;

  /// By the kernel's random numbers.
  Uuid7Source();
  explicit Uuid7Source(Random random) : random_(std::move(random)) {}

  core::LearningId next(core::Timestamp time) override;

 private:
  std::mutex mutex_;
  Random random_;
  std::uint64_t lastTime_ = 0;  // milliseconds and their 4096 parts
  std::uint64_t lastTail_ = 0;  // 62 bits
};

}  // namespace learnd::system
