#include "adapters/embedded_index/inverted_index.hpp"

#include "core/lexical_terms.hpp"

#include <algorithm>
#include <cmath>

namespace learnd::embedded_index {

namespace {

LocalSlot localSlot(Slot slot) { return static_cast<LocalSlot>(slot % WordSegment::kDocuments); }

/// Never 0: a document that has a term has a score.
PostingWeight asPostingWeight(float weight) {
  return static_cast<PostingWeight>(std::clamp(std::round(weight / kPostingUnit), 1.0F, 65535.0F));
}

}  // namespace

std::vector<WeighedTerm> weighedTerms(std::string_view text) {
  const core::LexicalTerms document = core::lexicalTerms(text);
  std::vector<WeighedTerm> weighed;
  weighed.reserve(document.terms.size());
  for (const core::TermCount& term : document.terms) weighed.push_back({term.term, asPostingWeight(core::termWeight(term, document))});
  return weighed;
}

std::vector<std::uint32_t> questionTerms(std::string_view text) {
  const core::LexicalTerms question = core::lexicalTerms(text);
  std::vector<std::uint32_t> terms;
  terms.reserve(question.terms.size());
  for (const core::TermCount& term : question.terms) terms.push_back(term.term);
  return terms;
}

void InvertedIndex::insert(Slot slot, std::span<const WeighedTerm> terms) {
  const std::size_t segment = slot / WordSegment::kDocuments;
  if (segment >= segments_.size()) segments_.resize(segment + 1);
  if (!segments_[segment]) segments_[segment] = std::make_unique<WordSegment>();
  segments_[segment]->insert(localSlot(slot), terms);
  slots_ = std::max<std::size_t>(slots_, slot + std::size_t{1});
  ++documents_;
}

void InvertedIndex::erase(Slot slot) {
  segments_[slot / WordSegment::kDocuments]->erase(localSlot(slot));
  --documents_;
}

void InvertedIndex::score(std::span<const std::uint32_t> terms, std::vector<float>& scores) const {
  scores.assign((slots_ + kBitsPerWord - 1) / kBitsPerWord * kBitsPerWord, 0);
  const std::vector<Lists> lists = listsOf(terms);
  // Segment by segment, so that the scores being added to stay in the processor's cache.
  for (std::size_t segment = 0; segment < segments_.size(); ++segment) {
    float* const first = scores.data() + segment * WordSegment::kDocuments;
    for (const Lists& term : lists) {
      for (const Posting posting : term.bySegment[segment]) first[slotOf(posting)] += term.perUnit * static_cast<float>(weightOf(posting));
    }
  }
}

std::vector<InvertedIndex::Lists> InvertedIndex::listsOf(std::span<const std::uint32_t> terms) const {
  std::vector<Lists> all;
  all.reserve(terms.size());
  for (const std::uint32_t term : terms) {
    Lists lists;
    std::size_t documentsWithTerm = 0;
    for (const auto& segment : segments_) {
      lists.bySegment.push_back(segment ? segment->find(term) : std::span<const Posting>());
      documentsWithTerm += lists.bySegment.back().size();
    }
    if (documentsWithTerm == 0) continue;
    const double rarity = core::inverseDocumentFrequency(static_cast<double>(documents_), static_cast<double>(documentsWithTerm));
    lists.perUnit = static_cast<float>(rarity) * kPostingUnit;
    all.push_back(std::move(lists));
  }
  if (all.size() > kMostTerms) {
    const auto rarer = [](const Lists& a, const Lists& b) { return a.perUnit > b.perUnit; };
    std::nth_element(all.begin(), all.begin() + kMostTerms, all.end(), rarer);
    all.resize(kMostTerms);
  }
  return all;
}

}  // namespace learnd::embedded_index
