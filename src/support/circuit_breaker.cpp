#include "support/circuit_breaker.hpp"

#include <utility>

namespace learnd::support {

CircuitBreaker::CircuitBreaker(BreakerRules rules, Now now) : rules_(rules), now_(std::move(now)) {}

CircuitBreaker::State CircuitBreaker::state() const {
  if (!open_) return State::Closed;
  return now_() - openedAt_ < rules_.longestOpen ? State::Open : State::Trial;
}

bool CircuitBreaker::succeeded() {
  failures_ = 0;
  if (!open_ || ++successes_ < rules_.successes) return false;
  open_ = false;
  successes_ = 0;
  return true;
}

bool CircuitBreaker::failed() {
  successes_ = 0;
  if (open_) {
    // Calls that were under way when it opened, and probes, say nothing new.
    if (state() == State::Open) return false;
    openedAt_ = now_();
    return true;
  }
  if (++failures_ < rules_.failures) return false;
  failures_ = 0;
  open_ = true;
  openedAt_ = now_();
  return true;
}

}  // namespace learnd::support
