#include "core/reuse.hpp"

#include <algorithm>
#include <set>

namespace learnd::core {

namespace {

std::int64_t balanceOf(const Learning& learning) {
  return static_cast<std::int64_t>(learning.successes) - static_cast<std::int64_t>(learning.failures);
}

/// Different solutions past which a key says too little, where none is ahead of the others.
constexpr std::size_t kTooManySolutions = 3;

bool isTooGeneral(const std::vector<const Learning*>& reusable) {
  std::set<std::string_view> solutions;
  for (const Learning* learning : reusable) solutions.insert(learning->solution);
  if (solutions.size() <= kTooManySolutions) return false;
  return std::any_of(reusable.begin() + 1, reusable.end(), [&](const Learning* other) {
    return other->solution != reusable.front()->solution && balanceOf(*other) == balanceOf(*reusable.front());
  });
}

std::string whyNotReused(const Learning& learning) {
  if (learning.status != Status::Active) return "the same question is known, but its answer is no longer active";
  if (learning.solution.empty()) return "the same error is known, but nobody solved it yet";
  if (learning.failures > 0 && learning.failures >= learning.successes)
    return "the same question is known, but its answer failed as often as it helped";
  return "the same question is known, but its answer is no success";
}

}  // namespace

std::string_view nameOf(ReuseDecision decision) {
  switch (decision) {
    case ReuseDecision::Reuse:
      return "reuse";
    case ReuseDecision::Context:
      return "context";
    case ReuseDecision::None:
      break;
  }
  return "none";
}

bool mayBeReused(const Learning& learning) {
  if (learning.status != Status::Active || learning.solution.empty() || !isSuccess(learning)) return false;
  return learning.failures == 0 || learning.failures < learning.successes;
}

void sortExact(std::vector<Learning>& learnings) {
  std::stable_sort(learnings.begin(), learnings.end(), [](const Learning& a, const Learning& b) {
    if (mayBeReused(a) != mayBeReused(b)) return mayBeReused(a);
    if (balanceOf(a) != balanceOf(b)) return balanceOf(a) > balanceOf(b);
    if (a.timestamp != b.timestamp) return a.timestamp > b.timestamp;
    return a.id > b.id;
  });
}

Reuse decideReuse(const std::vector<Learning>& exact, const Learning* best, std::optional<double> bestScore, double contextMinScore) {
  std::vector<const Learning*> reusable;
  for (const Learning& learning : exact) {
    if (mayBeReused(learning)) reusable.push_back(&learning);
  }
  if (!reusable.empty()) {
    const LearningId id = reusable.front()->id;
    if (isTooGeneral(reusable)) {
      return {ReuseDecision::Context, id, 1.0, true,
              "the same question has more than three different answers and none is ahead: it is too general"};
    }
    return {ReuseDecision::Reuse, id, 1.0, true, "the same question was solved before"};
  }
  if (!exact.empty()) return {ReuseDecision::Context, exact.front().id, 1.0, true, whyNotReused(exact.front())};
  if (best == nullptr) return {ReuseDecision::None, std::nullopt, std::nullopt, false, "nothing is known about this"};
  if (!bestScore)
    return {ReuseDecision::Context, best->id, std::nullopt, false, "found by words alone: how alike the questions are is not known"};
  if (*bestScore > contextMinScore) {
    return {ReuseDecision::Context, best->id, bestScore, false, "a similar question was answered, but not the same one"};
  }
  return {ReuseDecision::None, best->id, bestScore, false, "nothing that is known is similar enough"};
}

}  // namespace learnd::core
