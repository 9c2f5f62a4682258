#pragma once

#include <array>
#include <optional>
#include <vector>

namespace learnd::core {

/// A model's scale: turns its cosines into scores in [0, 1] that mean the same for every model (docs/ranking.md).
/// Made from the cosines of all pairs of a probe set of unrelated questions.
struct Calibration {
  double median = 0;               // m of the ranking
  std::array<double, 4> points{};  // the cosines that mean score 0.5, 0.75, 0.8, 0.85

  /// 0 for a cosine of 0 or less, 1 for 1, linear between the points, clamped.
  [[nodiscard]] double score(double cosine) const;
  /// (cosine - m) / (1 - m), at least 0: what ranking uses.
  [[nodiscard]] double meaning(double cosine) const;
  bool operator==(const Calibration&) const = default;
};

/// The scale that takes the raw cosine, clamped to [0, 1], with m = 0 (`embedder.calibration = "none"`).
Calibration rawCalibration();

/// From the cosines of all pairs (consumed): score 0.5 is what 10 % exceed, 0.75 1 %, 0.8 0.3 %, 0.85 0.1 %; each point is at least 0.001
/// above the one before. Nothing where there are fewer than 1,000 pairs.
std::optional<Calibration> calibrate(std::vector<double> pairCosines);

}  // namespace learnd::core
