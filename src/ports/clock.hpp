#pragma once

#include "core/timestamp.hpp"

namespace learnd::ports {

/// The wall clock. Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual core::Timestamp now() const = 0;
};

}  // namespace learnd::ports
