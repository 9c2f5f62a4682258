#include "adapters/system/uuid7_source.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace learnd::system {

namespace {

constexpr std::uint64_t kTailMask = (std::uint64_t{1} << 62) - 1;
constexpr std::uint64_t kMostMilliseconds = (std::uint64_t{1} << 48) - 1;

// Asks the kernel for 32 numbers at once: one call an id would be most of an id's cost. Used under the source's lock only.
class KernelRandom {
 public:
  std::uint64_t operator()() {
    if (used_ == numbers_.size()) refill();
    return numbers_[used_++];
  }

 private:
  void refill() {
    auto* bytes = reinterpret_cast<char*>(numbers_.data());
    std::size_t filled = 0;
    while (filled < sizeof(numbers_)) {
      const auto got = getrandom(bytes + filled, sizeof(numbers_) - filled, 0);
      if (got > 0) filled += static_cast<std::size_t>(got);
      if (got < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    used_ = 0;
  }

  std::array<std::uint64_t, 32> numbers_{};
  std::size_t used_ = numbers_.size();
};

// 60 bits: milliseconds since 1970 and the part of one in 4096ths.
std::uint64_t timeBits(core::Timestamp time) {
  const auto sinceEpoch = std::max<std::int64_t>(time.time_since_epoch().count(), 0);
  const auto microseconds = static_cast<std::uint64_t>(sinceEpoch);
  const auto milliseconds = std::min(microseconds / 1000, kMostMilliseconds);
  return milliseconds << 12 | (microseconds % 1000) * 4096 / 1000;
}

core::LearningId assemble(std::uint64_t time, std::uint64_t tail) {
  const std::uint64_t high = (time >> 12) << 16 | std::uint64_t{7} << 12 | (time & 0xfff);
  const std::uint64_t low = std::uint64_t{2} << 62 | tail;
  core::LearningId::Bytes bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
  }
  return core::LearningId(bytes);
}

}  // namespace

Uuid7Source::Uuid7Source() : random_(KernelRandom()) {}

core::LearningId Uuid7Source::next(core::Timestamp time) {
  const std::lock_guard lock(mutex_);
  const auto now = timeBits(time);
  if (now > lastTime_) {
    lastTime_ = now;
    lastTail_ = random_() & kTailMask;
  } else {
    // A random step keeps the next id from being guessed.
    const auto step = (random_() & 0xffffffff) + 1;
    lastTail_ += step;
    if (lastTail_ > kTailMask) {
      ++lastTime_;
      lastTail_ = random_() & kTailMask;
    }
  }
  return assemble(lastTime_, lastTail_);
}

}  // namespace learnd::system
