#include "tests/fakes/brute_force_index.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>

namespace learnd::fakes {

namespace {

template <class T>
bool contains(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

bool passes(const ports::IndexEntry& entry, const ports::IndexFilter& filter) {
  const bool inCategory = filter.categories.empty() || contains(filter.categories, entry.category) ||
                          (entry.promoted && contains(filter.categories, std::string(core::kPromotedCategory)));
  if (!inCategory) return false;
  if (!filter.kinds.empty() && !contains(filter.kinds, entry.kind)) return false;
  return std::all_of(filter.attributes.begin(), filter.attributes.end(), [&entry](const ports::AttributeCondition& condition) {
    return std::any_of(entry.attributes.begin(), entry.attributes.end(), [&condition](const ports::Attribute& attribute) {
      return attribute.first == condition.name && contains(condition.values, attribute.second);
    });
  });
}

double length(const std::vector<float>& vector) {
  double sum = 0;
  for (const float number : vector) sum += static_cast<double>(number) * static_cast<double>(number);
  return std::sqrt(sum);
}

bool hasDirection(const std::vector<float>& vector) { return std::isfinite(length(vector)) && length(vector) > 0; }

std::optional<double> cosine(const std::optional<std::vector<float>>& a, const std::vector<float>& b) {
  if (!a || a->size() != b.size() || !hasDirection(b)) return std::nullopt;
  double sum = 0;
  for (std::size_t i = 0; i < b.size(); ++i) sum += static_cast<double>((*a)[i]) * static_cast<double>(b[i]);
  return sum / (length(*a) * length(b));
}

/// The ids of the best `count`.
std::set<core::LearningId> bestOf(std::vector<std::pair<double, core::LearningId>> scored, std::size_t count) {
  std::sort(scored.begin(), scored.end(), [](const auto& a, const auto& b) { return a > b; });
  std::set<core::LearningId> best;
  for (std::size_t i = 0; i < std::min(count, scored.size()); ++i) best.insert(scored[i].second);
  return best;
}

}  // namespace

ports::Task<void> BruteForceIndex::upsert(std::vector<ports::IndexEntry> entries) {
  std::size_t dimensions = dimensions_;
  for (const auto& entry : entries) {
    if (!entry.vector) continue;
    if (dimensions == 0) dimensions = entry.vector->size();
    if (entry.vector->size() != dimensions) co_return core::Error(core::ErrorKind::InvalidInput, "a vector of other dimensions");
  }
  dimensions_ = dimensions;
  for (auto& entry : entries) {
    if (entry.vector && !hasDirection(*entry.vector)) entry.vector.reset();
    auto& kept = kept_[entry.id];
    if (entry.revision < kept.entry.revision) continue;
    if (!entry.vector && entry.revision == kept.entry.revision) entry.vector = std::move(kept.entry.vector);
    kept.terms = core::lexicalTerms(entry.words);
    kept.entry = std::move(entry);
  }
  co_return core::Result<void>();
}

ports::Task<void> BruteForceIndex::remove(std::vector<core::LearningId> ids) {
  for (const auto& id : ids) kept_.erase(id);
  co_return core::Result<void>();
}

ports::Task<ports::IndexAnswer> BruteForceIndex::search(ports::IndexQuery query) {
  ports::IndexAnswer answer;
  const Rarities rarities = raritiesOf(query.words);
  std::vector<std::pair<double, core::LearningId>> byWords;
  std::vector<std::pair<double, core::LearningId>> byMeaning;
  std::map<core::LearningId, core::Candidate> all;
  for (const auto& [id, kept] : kept_) {
    double wordScore = 0;
    for (const auto& term : kept.terms.terms) {
      const auto rarity = rarities.find(term.term);
      if (rarity != rarities.end()) wordScore += rarity->second * static_cast<double>(core::termWeight(term, kept.terms));
    }
    core::Candidate& candidate = all[id];
    candidate.id = id;
    candidate.cosine = cosine(kept.entry.vector, query.vector);
    if (wordScore > 0) candidate.wordScore = wordScore;
    if (!passes(kept.entry, query.filter)) continue;
    if (candidate.wordScore) byWords.emplace_back(wordScore, id);
    if (candidate.cosine) byMeaning.emplace_back(*candidate.cosine, id);
    answer.bestWordScore = std::max(answer.bestWordScore, wordScore);
  }
  std::set<core::LearningId> chosen = bestOf(std::move(byWords), query.candidates);
  chosen.merge(bestOf(std::move(byMeaning), query.candidates));
  for (const auto& id : query.wanted) {
    if (all.contains(id)) chosen.insert(id);
  }
  for (const auto& id : chosen) answer.candidates.push_back(all[id]);
  co_return answer;
}

ports::Task<void> BruteForceIndex::useDimensions(std::size_t dimensions) {
  if (dimensions != dimensions_) {
    for (auto& [id, kept] : kept_) kept.entry.vector.reset();
  }
  dimensions_ = dimensions;
  co_return core::Result<void>();
}

ports::Task<ports::IndexStatus> BruteForceIndex::status() {
  ports::IndexStatus status{true, "brute force", kept_.size(), 0};
  for (const auto& [id, kept] : kept_) status.vectors += kept.entry.vector ? 1 : 0;
  co_return status;
}

BruteForceIndex::Rarities BruteForceIndex::raritiesOf(const std::string& question) const {
  std::map<std::uint32_t, double> documents;
  for (const auto& term : core::lexicalTerms(question).terms) documents[term.term] = 0;
  for (const auto& [id, kept] : kept_) {
    for (const auto& term : kept.terms.terms) {
      const auto asked = documents.find(term.term);
      if (asked != documents.end()) ++asked->second;
    }
  }
  Rarities rarities;
  for (const auto& [term, count] : documents) {
    rarities[term] = core::inverseDocumentFrequency(static_cast<double>(kept_.size()), count);
  }
  return rarities;
}

}  // namespace learnd::fakes
