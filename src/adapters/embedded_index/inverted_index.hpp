#pragma once

#include "adapters/embedded_index/slot_bitmap.hpp"
#include "adapters/embedded_index/word_segment.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace learnd::embedded_index {

/// The terms of a document with their stored weights.
std::vector<WeighedTerm> weighedTerms(std::string_view text);

/// The terms of a question, each once.
std::vector<std::uint32_t> questionTerms(std::string_view text);

/// Scores documents by the terms they share with a question: BM25 with stored term weights (core/lexical_terms), the number of documents
/// and of those with a term as they are now. Updates and removals happen in place. Not thread-safe; const calls may run at the same time.
class InvertedIndex {
 public:
  /// Of a question with more terms (some 16 KiB of text) so many count, the rarest: it is they that tell documents apart, and their lists
  /// are short.
  static constexpr std::size_t kMostTerms = 2048;

  /// The slot must be free. Terms may be none: the document counts as one without them.
  void insert(Slot slot, std::span<const WeighedTerm> terms);
  /// The slot must hold a document.
  void erase(Slot slot);
  [[nodiscard]] std::size_t documents() const { return documents_; }

  /// The score of each slot (0: no term in common), for as many as there ever were, rounded up to a multiple of 64. `scores` is only the
  /// place for them, so that its memory can be used again.
  void score(std::span<const std::uint32_t> terms, std::vector<float>& scores) const;

 private:
  /// A term that documents have: how much a unit of its weight counts, and its list in each segment, null where it has none.
  struct AskedTerm {
    float perUnit = 0;
    std::vector<const PostingList*> bySegment;
  };

  [[nodiscard]] std::vector<AskedTerm> askedTerms(std::span<const std::uint32_t> terms) const;
  static void addSegment(const std::vector<AskedTerm>& terms, std::size_t segment, std::span<float> scores);

  std::vector<std::unique_ptr<WordSegment>> segments_;
  std::size_t slots_ = 0;  // one past the highest ever used
  std::size_t documents_ = 0;
};

}  // namespace learnd::embedded_index
