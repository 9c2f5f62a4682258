#pragma once

#include <chrono>
#include <functional>

namespace learnd::support {

struct BreakerRules {
  int failures = 5;                      // in a row open it
  int successes = 2;                     // in a row close it
  std::chrono::seconds longestOpen{30};  // after that calls go through again, as a trial, with or without a probe
  std::chrono::seconds probeEvery{2};    // while open
};

/// Keeps calls from a backend that fails, so that they fail at once and the backend gets its rest. It knows nothing of the backend: who
/// calls asks `allows()` first and says how it went; while it is open, somebody probes. Not thread-safe.
class CircuitBreaker {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Now = std::function<TimePoint()>;

  enum class State : unsigned char {
    Closed,  // all calls go through
    Open,    // none does
    Trial    // open for long enough: calls go through, one failure opens it again
  };

  explicit CircuitBreaker(BreakerRules rules = {}, Now now = std::chrono::steady_clock::now);

  [[nodiscard]] State state() const;
  [[nodiscard]] bool allows() const { return state() != State::Open; }
  /// A call or a probe went well; true: it has closed now.
  bool succeeded();
  /// A call or a probe failed by the backend's fault; true: it has opened now (or again).
  bool failed();
  [[nodiscard]] const BreakerRules& rules() const { return rules_; }

 private:
  BreakerRules rules_;
  Now now_;
  bool open_ = false;
  TimePoint openedAt_{};
  int failures_ = 0;
  int successes_ = 0;
};

}  // namespace learnd::support
