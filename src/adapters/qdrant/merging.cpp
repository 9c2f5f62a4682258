#include "adapters/qdrant/merging.hpp"

#include <algorithm>
#include <utility>

namespace learnd::qdrant {

namespace {

/// Identical vectors give up to 1.0000002.
double clamped(double cosine) { return std::clamp(cosine, -1.0, 1.0); }

/// The best of all collections together, each id once.
void chooseBest(std::vector<ScoredId> all, std::size_t count, IdSet& chosen) {
  std::stable_sort(all.begin(), all.end(), [](const ScoredId& a, const ScoredId& b) { return a.score > b.score; });
  IdSet seen;
  for (const auto& one : all) {
    if (seen.size() == count) return;
    seen.insert(one.id);
    chosen.insert(one.id);
  }
}

}  // namespace

void Found::take(const std::vector<Asked>& parts, std::vector<std::vector<ScoredId>> lists) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool meaning = parts[i] == Asked::Meaning || parts[i] == Asked::MeaningOfIds;
    for (const auto& one : lists[i]) {
      Scores& known = scores[one.id];
      if (meaning) {
        known.cosine = clamped(one.score);
      } else if (one.score > 0) {
        known.words = one.score;
      }
    }
    if (parts[i] == Asked::Meaning) byMeaning = std::move(lists[i]);
    if (parts[i] == Asked::Words) byWords = std::move(lists[i]);
  }
}

IdSet choose(const std::vector<Found>& all, const ports::IndexQuery& query) {
  std::vector<ScoredId> byMeaning;
  std::vector<ScoredId> byWords;
  IdSet chosen;
  for (const auto& found : all) {
    byMeaning.insert(byMeaning.end(), found.byMeaning.begin(), found.byMeaning.end());
    byWords.insert(byWords.end(), found.byWords.begin(), found.byWords.end());
    for (const auto& id : query.wanted) {
      if (found.scores.contains(id)) chosen.insert(id);
    }
  }
  chooseBest(std::move(byMeaning), query.candidates, chosen);
  chooseBest(std::move(byWords), query.candidates, chosen);
  return chosen;
}

double bestWords(const std::vector<Found>& all) {
  double best = 0;
  for (const auto& found : all) {
    if (!found.byWords.empty()) best = std::max(best, found.byWords.front().score);
  }
  return best;
}

/// The chosen ids of a collection that lack the score of one side.
std::vector<core::LearningId> lacking(const Found& found, const IdSet& chosen, std::optional<double> Scores::*side) {
  std::vector<core::LearningId> ids;
  for (const auto& [id, scores] : found.scores) {
    if (chosen.contains(id) && !(scores.*side)) ids.push_back(id);
  }
  return ids;
}

std::vector<core::Candidate> candidatesOf(const std::vector<Found>& all, const IdSet& chosen) {
  std::unordered_map<core::LearningId, core::Candidate, core::LearningIdHash> candidates;
  for (const auto& found : all) {
    for (const auto& [id, scores] : found.scores) {
      if (!chosen.contains(id)) continue;
      core::Candidate& one = candidates[id];
      one.id = id;
      if (scores.cosine) one.cosine = std::max(one.cosine.value_or(-1), *scores.cosine);
      if (scores.words) one.wordScore = std::max(one.wordScore.value_or(0), *scores.words);
    }
  }
  std::vector<core::Candidate> list;
  list.reserve(candidates.size());
  for (auto& [id, one] : candidates) list.push_back(one);
  return list;
}

}  // namespace learnd::qdrant
