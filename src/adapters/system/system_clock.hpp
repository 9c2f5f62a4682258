#pragma once

#include "ports/clock.hpp"

namespace learnd::system {

/// The machine's wall clock.
class SystemClock : public ports::Clock {
 public:
  [[nodiscard]] core::Timestamp now() const override;
};

}  // namespace learnd::system
