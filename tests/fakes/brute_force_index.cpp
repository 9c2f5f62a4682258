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

ports::HeldEntry heldOf(const ports::IndexEntry& entry) { return {entry.id, entry.revision, entry.vector.has_value()}; }

core::Error noRebuild() { return core::Error(core::ErrorKind::Conflict, "no second index was begun"); }

}  // namespace

core::Result<void> BruteForceIndex::put(Generation& generation, std::vector<ports::IndexEntry> entries) {
  std::size_t dimensions = generation.dimensions;
  for (const auto& entry : entries) {
    if (!entry.vector) continue;
    if (dimensions == 0) dimensions = entry.vector->size();
    if (entry.vector->size() != dimensions) return core::Error(core::ErrorKind::InvalidInput, "a vector of other dimensions");
  }
  generation.dimensions = dimensions;
  for (auto& entry : entries) {
    if (entry.vector && !hasDirection(*entry.vector)) entry.vector.reset();
    auto& kept = generation.kept[entry.id];
    if (entry.revision < kept.entry.revision) continue;
    if (!entry.vector && entry.revision == kept.entry.revision) entry.vector = std::move(kept.entry.vector);
    kept.terms = core::lexicalTerms(entry.words);
    kept.entry = std::move(entry);
  }
  return {};
}

ports::Task<void> BruteForceIndex::upsert(std::vector<ports::IndexEntry> entries) { co_return put(serving_, std::move(entries)); }

ports::Task<void> BruteForceIndex::remove(std::vector<core::LearningId> ids) {
  for (const auto& id : ids) {
    serving_.kept.erase(id);
    if (rebuilt_) rebuilt_->kept.erase(id);
  }
  co_return core::Result<void>();
}

ports::Task<ports::IndexAnswer> BruteForceIndex::search(ports::IndexQuery query) {
  ports::IndexAnswer answer;
  const Rarities rarities = raritiesOf(query.words);
  std::vector<std::pair<double, core::LearningId>> byWords;
  std::vector<std::pair<double, core::LearningId>> byMeaning;
  std::map<core::LearningId, core::Candidate> all;
  for (const auto& [id, kept] : serving_.kept) {
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
  if (dimensions != serving_.dimensions) {
    for (auto& [id, kept] : serving_.kept) kept.entry.vector.reset();
  }
  serving_.dimensions = dimensions;
  co_return core::Result<void>();
}

ports::Task<std::vector<ports::HeldEntry>> BruteForceIndex::find(std::vector<core::LearningId> ids) {
  std::vector<ports::HeldEntry> found;
  for (const auto& id : ids) {
    const auto place = serving_.kept.find(id);
    if (place != serving_.kept.end()) found.push_back(heldOf(place->second.entry));
  }
  co_return found;
}

ports::Task<ports::HeldPage> BruteForceIndex::held(std::string place, std::size_t limit) {
  ports::HeldPage page;
  for (const auto& [id, kept] : serving_.kept) {
    const std::string text = id.text();
    if (text <= place) continue;
    if (page.entries.size() == limit) {
      page.next = page.entries.back().id.text();
      break;
    }
    page.entries.push_back(heldOf(kept.entry));
  }
  co_return page;
}

ports::Task<ports::RebuildBegun> BruteForceIndex::beginRebuild(std::string name, std::size_t dimensions) {
  if (rebuilt_ && rebuilt_->name == name && rebuilt_->dimensions == dimensions) co_return ports::RebuildBegun::Again;
  rebuilt_.emplace(Generation{std::move(name), {}, dimensions});
  co_return ports::RebuildBegun::Anew;
}

ports::Task<void> BruteForceIndex::upsertRebuilt(std::vector<ports::IndexEntry> entries) {
  if (!rebuilt_) co_return noRebuild();
  co_return put(*rebuilt_, std::move(entries));
}

ports::Task<void> BruteForceIndex::finishRebuild() {
  if (!rebuilt_) co_return noRebuild();
  serving_ = std::move(*rebuilt_);
  rebuilt_.reset();
  co_return core::Result<void>();
}

ports::Task<void> BruteForceIndex::dropRebuild() {
  rebuilt_.reset();
  co_return core::Result<void>();
}

ports::Task<ports::IndexStatus> BruteForceIndex::status() {
  ports::IndexStatus status;
  status.up = true;
  status.detail = "brute force";
  status.entries = serving_.kept.size();
  for (const auto& [id, kept] : serving_.kept) status.vectors += kept.entry.vector ? 1 : 0;
  co_return status;
}

BruteForceIndex::Rarities BruteForceIndex::raritiesOf(const std::string& question) const {
  std::map<std::uint32_t, double> documents;
  for (const auto& term : core::lexicalTerms(question).terms) documents[term.term] = 0;
  for (const auto& [id, kept] : serving_.kept) {
    for (const auto& term : kept.terms.terms) {
      const auto asked = documents.find(term.term);
      if (asked != documents.end()) ++asked->second;
    }
  }
  Rarities rarities;
  for (const auto& [term, count] : documents) {
    rarities[term] = core::inverseDocumentFrequency(static_cast<double>(serving_.kept.size()), count);
  }
  return rarities;
}

}  // namespace learnd::fakes
