#include "core/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace learnd::core {

namespace {

constexpr std::array<double, 4> kScores{0.5, 0.75, 0.8, 0.85};
constexpr std::array<double, 4> kExceeding{0.10, 0.01, 0.003, 0.001};
constexpr double kLeastStep = 0.001;
constexpr std::size_t kLeastPairs = 1000;

/// The value that `share` of the values exceed. Reorders them.
double exceededBy(std::vector<double>& values, double share) {
  const auto rank = static_cast<std::size_t>(std::floor(share * static_cast<double>(values.size())));
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(std::min(rank, values.size() - 1));
  std::nth_element(values.begin(), place, values.end(), std::greater<>());
  return *place;
}

}  // namespace

double Calibration::score(double cosine) const {
  if (!(cosine > 0)) return 0;
  double fromCosine = 0;
  double fromScore = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (cosine < points[i]) return fromScore + (kScores[i] - fromScore) * (cosine - fromCosine) / (points[i] - fromCosine);
    fromCosine = points[i];
    fromScore = kScores[i];
  }
  if (fromCosine >= 1) return 1;
  return std::min(1.0, fromScore + (1 - fromScore) * (cosine - fromCosine) / (1 - fromCosine));
}

double Calibration::meaning(double cosine) const {
  if (median >= 1) return 0;
  return std::max(0.0, (cosine - median) / (1 - median));
}

Calibration rawCalibration() { return Calibration{0, kScores}; }

std::optional<Calibration> calibrate(std::vector<double> pairCosines) {
  if (pairCosines.size() < kLeastPairs) return std::nullopt;
  Calibration calibration;
  double least = 0;
  for (std::size_t i = 0; i < kExceeding.size(); ++i) {
    least = std::max(exceededBy(pairCosines, kExceeding[i]), least + kLeastStep);
    calibration.points[i] = least;
  }
  calibration.median = std::max(0.0, exceededBy(pairCosines, 0.5));
  return calibration;
}

}  // namespace learnd::core
