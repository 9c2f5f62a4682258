#pragma once

#include "adapters/qdrant/search_request.hpp"
#include "ports/vector_index.hpp"

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace learnd::qdrant {

using IdSet = std::unordered_set<core::LearningId, core::LearningIdHash>;

/// What one collection says of an id.
struct Scores {
  std::optional<double> cosine;
  std::optional<double> words;
};

/// What one collection answered to a search so far.
class Found {
 public:
  void take(const std::vector<Asked>& parts, std::vector<std::vector<ScoredId>> lists);

  std::unordered_map<core::LearningId, Scores, core::LearningIdHash> scores;
  std::vector<ScoredId> byMeaning;  // best first
  std::vector<ScoredId> byWords;
};

/// The best of all collections together on each side, as many as the query wants, and what it names itself where one has it.
IdSet choose(const std::vector<Found>& all, const ports::IndexQuery& query);
/// The best word score among what the filter lets through, over all collections: the IDF of each is its own.
double bestWords(const std::vector<Found>& all);
/// The chosen ids of a collection that lack the score of one side.
std::vector<core::LearningId> lacking(const Found& found, const IdSet& chosen, std::optional<double> Scores::*side);
/// The chosen, each once with the better scores of its collections.
std::vector<core::Candidate> candidatesOf(const std::vector<Found>& all, const IdSet& chosen);

}  // namespace learnd::qdrant
