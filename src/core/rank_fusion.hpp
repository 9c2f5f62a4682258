#pragma once

#include "core/calibration.hpp"
#include "core/identifier.hpp"

#include <optional>
#include <vector>

namespace learnd::core {

/// One learning that an index found; null is unknown (no vector, no common word).
struct Candidate {
  LearningId id;
  std::optional<double> cosine;
  std::optional<double> wordScore;  // raw BM25 of words + 0.3 trigrams
};

enum class SearchMode : unsigned char { Hybrid, Dense, Lexical };

struct RankedHit {
  LearningId id;
  std::optional<double> cosine;
  std::optional<double> score;  // calibrated; null without a vector or a calibration
  double rankScore = 0;
};

/// What meaning counts beside words.
inline constexpr double kMeaningWeight = 1.5;

/// The fused order, best first (ties by newest id): wordScore / bestWordScore + 1.5 x meaning; `Lexical` and `Dense` rank by one part
/// alone, and a candidate without that part is left out. Source of the formula: the retrieval definition in docs/ranking.md.
/// An id that comes twice counts once, with its better parts.
std::vector<RankedHit> fuse(const std::vector<Candidate>& candidates, double bestWordScore, const std::optional<Calibration>& calibration,
                            SearchMode mode);

}  // namespace learnd::core
