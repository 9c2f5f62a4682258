#include "core/rank_fusion.hpp"

#include <algorithm>
#include <unordered_map>

namespace learnd::core {

namespace {

std::optional<double> better(std::optional<double> a, std::optional<double> b) {
  if (!a) return b;
  if (!b) return a;
  return std::max(*a, *b);
}

/// Each id once, with its better parts, in the order of first sight.
std::vector<Candidate> withoutTwins(const std::vector<Candidate>& candidates) {
  std::vector<Candidate> once;
  std::unordered_map<LearningId, std::size_t, LearningIdHash> places;
  once.reserve(candidates.size());
  for (const Candidate& candidate : candidates) {
    const auto [place, isNew] = places.emplace(candidate.id, once.size());
    if (isNew) {
      once.push_back(candidate);
      continue;
    }
    Candidate& kept = once[place->second];
    kept.cosine = better(kept.cosine, candidate.cosine);
    kept.wordScore = better(kept.wordScore, candidate.wordScore);
  }
  return once;
}

}  // namespace

std::vector<RankedHit> fuse(const std::vector<Candidate>& candidates, double bestWordScore, const std::optional<Calibration>& calibration,
                            SearchMode mode) {
  const Calibration unscaled = rawCalibration();
  const Calibration& scale = calibration ? *calibration : unscaled;
  std::vector<RankedHit> hits;
  hits.reserve(candidates.size());
  for (const Candidate& candidate : withoutTwins(candidates)) {
    const bool byWords = candidate.wordScore && *candidate.wordScore > 0;
    if (mode == SearchMode::Dense && !candidate.cosine) continue;
    if (mode == SearchMode::Lexical && !byWords) continue;
    const double lexical = byWords && bestWordScore > 0 ? *candidate.wordScore / bestWordScore : 0;
    const double meaning = candidate.cosine ? scale.meaning(*candidate.cosine) : 0;
    RankedHit hit{candidate.id, candidate.cosine, std::nullopt, 0};
    if (candidate.cosine && calibration) hit.score = calibration->score(*candidate.cosine);
    switch (mode) {
      case SearchMode::Hybrid:
        hit.rankScore = lexical + kMeaningWeight * meaning;
        break;
      // The raw cosine: below the median everything would tie at 0.
      case SearchMode::Dense:
        hit.rankScore = *candidate.cosine;
        break;
      case SearchMode::Lexical:
        hit.rankScore = lexical;
        break;
    }
    hits.push_back(hit);
  }
  std::sort(hits.begin(), hits.end(), [](const RankedHit& a, const RankedHit& b) {
    if (a.rankScore != b.rankScore) return a.rankScore > b.rankScore;
    return a.id > b.id;
  });
  return hits;
}

}  // namespace learnd::core
