#include "adapters/embedded_index/inverted_index.hpp"

#include "adapters/embedded_index/kernels.hpp"
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
  const std::vector<AskedTerm> asked = askedTerms(terms);
  for (std::size_t segment = 0; segment < segments_.size(); ++segment) {
    const std::size_t first = segment * WordSegment::kDocuments;
    addSegment(asked, segment, std::span(scores).subspan(first, std::min(WordSegment::kDocuments, scores.size() - first)));
  }
}

void InvertedIndex::addSegment(const std::vector<AskedTerm>& terms, std::size_t segment, std::span<float> scores) {
  // Tables a stretch at a time, so that its scores stay in the nearest cache while all of them are added.
  for (std::size_t first = 0; first < scores.size(); first += PostingList::kTableUnit) {
    const std::size_t length = std::min<std::size_t>(PostingList::kTableUnit, scores.size() - first);
    for (const AskedTerm& term : terms) {
      const PostingList* list = term.bySegment[segment];
      if (list && first < list->table().size()) kernels::addScaled(list->table().data() + first, length, term.perUnit, &scores[first]);
    }
  }
  for (const AskedTerm& term : terms) {
    if (!term.bySegment[segment]) continue;
    for (const Posting posting : term.bySegment[segment]->postings()) {
      scores[slotOf(posting)] += term.perUnit * static_cast<float>(weightOf(posting));
    }
  }
}

std::vector<InvertedIndex::AskedTerm> InvertedIndex::askedTerms(std::span<const std::uint32_t> terms) const {
  std::vector<AskedTerm> all;
  all.reserve(terms.size());
  for (const std::uint32_t term : terms) {
    AskedTerm asked;
    std::size_t documentsWithTerm = 0;
    for (const auto& segment : segments_) {
      asked.bySegment.push_back(segment ? segment->find(term) : nullptr);
      if (asked.bySegment.back()) documentsWithTerm += asked.bySegment.back()->size();
    }
    if (documentsWithTerm == 0) continue;
    const double rarity = core::inverseDocumentFrequency(static_cast<double>(documents_), static_cast<double>(documentsWithTerm));
    asked.perUnit = static_cast<float>(rarity) * kPostingUnit;
    all.push_back(std::move(asked));
  }
  if (all.size() > kMostTerms) {
    const auto rarer = [](const AskedTerm& a, const AskedTerm& b) { return a.perUnit > b.perUnit; };
    std::nth_element(all.begin(), all.begin() + kMostTerms, all.end(), rarer);
    all.resize(kMostTerms);
  }
  return all;
}

}  // namespace learnd::embedded_index
