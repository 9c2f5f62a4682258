#include "interfaces/http/figures.hpp"

namespace learnd::interfaces::http {

void Figures::count(const Route* route, int status, std::chrono::steady_clock::duration took) {
  ++requests_[{route, status}];
  if (!route) return;
  Duration& duration = durations_[route];
  const double seconds = std::chrono::duration<double>(took).count();
  ++duration.count;
  duration.seconds += seconds;
  for (std::size_t i = 0; i < kBounds.size(); ++i) {
    if (seconds > kBounds[i]) continue;
    ++duration.within[i];
    break;
  }
}

}  // namespace learnd::interfaces::http
