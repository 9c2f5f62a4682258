#pragma once

#include "adapters/embedded_index/ordinal_list.hpp"
#include "adapters/embedded_index/posting_list.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace learnd::embedded_index {

/// A term of a document, by its hash, and what it weighs there.
struct WeighedTerm {
  std::uint32_t term = 0;
  PostingWeight weight = 0;
};

/// The words of up to 65,536 documents: a dictionary of terms, a posting list for each, and for each document the terms it has.
class WordSegment {
 public:
  static constexpr std::size_t kDocuments = 65536;

  /// The place must be free. Each term once.
  void insert(LocalSlot slot, std::span<const WeighedTerm> terms);
  /// Takes the document out of all its lists; terms that nobody has any more go.
  void erase(LocalSlot slot);
  /// Null where no document has the term.
  [[nodiscard]] const PostingList* find(std::uint32_t term) const;

 private:
  struct Term {
    PostingList postings;
    std::uint32_t hash = 0;
  };

  std::uint32_t ordinalOf(std::uint32_t term);

  boost::unordered_flat_map<std::uint32_t, std::uint32_t> dictionary_;  // hash -> ordinal
  std::vector<Term> terms_;                                             // by ordinal
  std::vector<std::uint32_t> freeOrdinals_;
  std::vector<OrdinalList> documents_;  // by place
};

}  // namespace learnd::embedded_index
