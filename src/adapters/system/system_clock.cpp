#include "adapters/system/system_clock.hpp"

namespace learnd::system {

core::Timestamp SystemClock::now() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace learnd::system
