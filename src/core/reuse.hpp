#pragma once

#include "core/learning.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace learnd::core {

enum class ReuseDecision : std::uint8_t { None, Context, Reuse };
std::string_view nameOf(ReuseDecision decision);

/// What may be done with the best hit, and why.
struct Reuse {
  ReuseDecision decision = ReuseDecision::None;
  std::optional<LearningId> id;
  std::optional<double> score;
  bool exact = false;
  std::string reason;
};

/// Whether it may be reused at all (docs/ranking.md, "What may be reused"): an active success with an answer, without feedback that speaks
/// against it.
bool mayBeReused(const Learning& learning);

/// The order among learnings with an equal key: most successes - failures, then the newest.
void sortExact(std::vector<Learning>& learnings);

/// Decides on exact keys: `exact` are the learnings with the question's key, in sortExact's order; `best` is the best hit besides, if any,
/// with its score.
Reuse decideReuse(const std::vector<Learning>& exact, const Learning* best, std::optional<double> bestScore, double contextMinScore);

}  // namespace learnd::core
