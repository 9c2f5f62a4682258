#include "adapters/embedded_index/word_segment.hpp"

#include <algorithm>
#include <utility>

namespace learnd::embedded_index {

void WordSegment::insert(LocalSlot slot, std::span<const WeighedTerm> terms) {
  std::vector<std::uint32_t> ordinals;
  ordinals.reserve(terms.size());
  for (const WeighedTerm& term : terms) {
    const std::uint32_t ordinal = ordinalOf(term.term);
    terms_[ordinal].postings.insert(slot, term.weight);
    ordinals.push_back(ordinal);
  }
  std::sort(ordinals.begin(), ordinals.end());
  if (slot >= documents_.size()) documents_.resize(slot + std::size_t{1});
  documents_[slot] = OrdinalList(ordinals);
}

void WordSegment::erase(LocalSlot slot) {
  if (slot >= documents_.size()) return;
  const OrdinalList document = std::exchange(documents_[slot], OrdinalList());
  for (const std::uint32_t ordinal : document.ordinals()) {
    Term& term = terms_[ordinal];
    term.postings.erase(slot);
    if (term.postings.size() > 0) continue;
    dictionary_.erase(term.hash);
    freeOrdinals_.push_back(ordinal);
  }
}

const PostingList* WordSegment::find(std::uint32_t term) const {
  const auto place = dictionary_.find(term);
  return place == dictionary_.end() ? nullptr : &terms_[place->second].postings;
}

std::uint32_t WordSegment::ordinalOf(std::uint32_t term) {
  const auto [place, isNew] = dictionary_.try_emplace(term, static_cast<std::uint32_t>(terms_.size()));
  if (!isNew) return place->second;
  if (freeOrdinals_.empty()) {
    terms_.emplace_back();
  } else {
    place->second = freeOrdinals_.back();
    freeOrdinals_.pop_back();
  }
  terms_[place->second].hash = term;
  return place->second;
}

}  // namespace learnd::embedded_index
