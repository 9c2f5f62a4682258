#include "adapters/embedded_index/memory_index.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace learnd::embedded_index {

std::size_t hashOfWords(const std::string& words) { return std::hash<std::string>()(words); }

PreparedEntry prepare(ports::IndexEntry entry, bool withWords) {
  PreparedEntry prepared;
  prepared.id = entry.id;
  prepared.revision = entry.revision;
  prepared.facets = facetsOf(entry);
  prepared.wordsHash = hashOfWords(entry.words);
  if (withWords) prepared.terms = weighedTerms(entry.words);
  prepared.words = std::move(entry.words);
  prepared.vector = std::move(entry.vector);
  return prepared;
}

PreparedQuery::PreparedQuery(ports::IndexQuery query)
    : terms(questionTerms(query.words)),
      vector(std::move(query.vector)),
      candidates(query.candidates),
      requirements(requirementsOf(query.filter)),
      wanted(std::move(query.wanted)) {}

bool MemoryIndex::hasWords(const core::LearningId& id, std::size_t wordsHash) const {
  const auto slot = entries_.find(id);
  return slot && entries_[*slot].wordsHash == wordsHash;
}

void MemoryIndex::upsert(PreparedEntry entry) {
  const auto known = entries_.find(entry.id);
  if (known && entry.revision < entries_[*known].revision) return;
  const bool isNewer = !known || entry.revision > entries_[*known].revision;
  const Slot slot = known ? *known : entries_.add(entry.id);
  EntryRecord& record = entries_[slot];
  if (!known || record.wordsHash != entry.wordsHash) {
    if (known) words_.erase(slot);
    // The text changed between the look at it and now: rare enough to be taken apart here.
    if (!entry.terms) entry.terms = weighedTerms(entry.words);
    words_.insert(slot, *entry.terms);
  }
  if (known) facets_.erase(slot);
  facets_.insert(slot, entry.facets);
  takeVector(slot, entry, isNewer);
  record.revision = entry.revision;
  record.wordsHash = entry.wordsHash;
}

void MemoryIndex::remove(const core::LearningId& id) {
  const auto slot = entries_.find(id);
  if (!slot) return;
  words_.erase(*slot);
  facets_.erase(*slot);
  vectors_.clear(*slot);
  entries_.remove(*slot);
}

void MemoryIndex::useDimensions(std::size_t dimensions) {
  if (dimensions != vectors_.dimensions()) vectors_ = FlatVectors(dimensions);
}

ports::IndexAnswer MemoryIndex::search(const PreparedQuery& query, std::vector<float>& scores) const {
  ports::IndexAnswer answer;
  const auto allowed = facets_.meeting(query.requirements);
  const SlotBitmap* filter = allowed ? &*allowed : nullptr;
  std::vector<Slot> slots = wantedSlots(query);
  if (!query.terms.empty()) {
    words_.score(query.terms, scores);
    const auto best = bestAboveZero(scores, filter, std::max<std::size_t>(1, query.candidates));
    if (!best.empty()) answer.bestWordScore = static_cast<double>(best.front().score);
    for (std::size_t i = 0; i < std::min(best.size(), query.candidates); ++i) slots.push_back(best[i].slot);
  }
  std::optional<FlatVectors::Probe> probe;
  if (query.vector.size() == vectors_.dimensions() && FlatVectors::hasDirection(query.vector)) {
    probe = vectors_.probe(query.vector);
    for (const ScoredSlot& near : vectors_.nearest(*probe, query.candidates, filter)) slots.push_back(near.slot);
  }
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  answer.candidates.reserve(slots.size());
  for (const Slot slot : slots) {
    core::Candidate candidate{entries_[slot].id, std::nullopt, std::nullopt};
    if (probe && vectors_.contains(slot)) candidate.cosine = static_cast<double>(vectors_.cosine(*probe, slot));
    if (!query.terms.empty() && scores[slot] > 0) candidate.wordScore = static_cast<double>(scores[slot]);
    answer.candidates.push_back(candidate);
  }
  return answer;
}

ports::HeldEntry MemoryIndex::heldAt(Slot slot) const { return {entries_[slot].id, entries_[slot].revision, vectors_.contains(slot)}; }

std::optional<ports::HeldEntry> MemoryIndex::find(const core::LearningId& id) const {
  const auto slot = entries_.find(id);
  if (!slot) return std::nullopt;
  return heldAt(*slot);
}

Slot MemoryIndex::held(Slot first, std::size_t limit, std::vector<ports::HeldEntry>& entries) const {
  for (Slot slot = first; slot < entries_.slotsEnd(); ++slot) {
    if (!entries_.isTaken(slot)) continue;
    if (limit == 0) return slot;
    entries.push_back(heldAt(slot));
    --limit;
  }
  return first;
}

void MemoryIndex::takeVector(Slot slot, const PreparedEntry& entry, bool isNewer) {
  if (isNewer) vectors_.clear(slot);
  if (!entry.vector || !FlatVectors::hasDirection(*entry.vector)) return;
  if (vectors_.dimensions() == 0) vectors_ = FlatVectors(entry.vector->size());
  if (entry.vector->size() == vectors_.dimensions()) vectors_.set(slot, *entry.vector);
}

std::vector<Slot> MemoryIndex::wantedSlots(const PreparedQuery& query) const {
  std::vector<Slot> slots;
  for (const auto& id : query.wanted) {
    if (const auto slot = entries_.find(id)) slots.push_back(*slot);
  }
  return slots;
}

}  // namespace learnd::embedded_index
