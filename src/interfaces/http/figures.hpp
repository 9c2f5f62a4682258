#pragma once

#include "interfaces/http/router.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <utility>

namespace learnd::interfaces::http {

/// What the door counts for /metrics. On the I/O thread.
class Figures {
 public:
  /// Upper bounds of the duration histogram, in seconds; what takes longer is in none of them.
  static constexpr std::array<double, 9> kBounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10};

  struct Duration {
    std::array<std::uint64_t, kBounds.size()> within{};  // requests that took at most the bound, not cumulated
    std::uint64_t count = 0;
    double seconds = 0;
  };

  /// `route` is nothing for a request that found none, or was none.
  void count(const Route* route, int status, std::chrono::steady_clock::duration took);
  void connectionOpened() { ++connections_; }
  void connectionClosed() { --connections_; }
  void connectionRefused() { ++refused_; }

  [[nodiscard]] const std::map<std::pair<const Route*, int>, std::uint64_t>& requests() const { return requests_; }
  [[nodiscard]] const std::map<const Route*, Duration>& durations() const { return durations_; }
  [[nodiscard]] std::uint64_t connections() const { return connections_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  std::map<std::pair<const Route*, int>, std::uint64_t> requests_;
  std::map<const Route*, Duration> durations_;
  std::uint64_t connections_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace learnd::interfaces::http
