#pragma once

#include <cstdint>
#include <span>

namespace learnd::embedded_index {

/// A document's place within its segment.
using LocalSlot = std::uint16_t;

/// What a term weighs in a document: fixed point, in units of `kPostingUnit`.
using PostingWeight = std::uint16_t;

/// BM25's term weight stays below k1 + 1 = 2.2.
inline constexpr float kPostingUnit = 2.2F / 65535.0F;

/// One document that has a term: the place in the upper half, so that postings sort by it, the weight in the lower.
using Posting = std::uint32_t;

inline LocalSlot slotOf(Posting posting) { return static_cast<LocalSlot>(posting >> 16U); }
inline PostingWeight weightOf(Posting posting) { return static_cast<PostingWeight>(posting & 0xFFFFU); }
inline Posting makePosting(LocalSlot slot, PostingWeight weight) { return (static_cast<Posting>(slot) << 16U) | weight; }

/// The documents of a segment that have one term, ascending. 16 bytes and no allocation for up to two of them: most terms are rare.
class PostingList {
 public:
  PostingList() = default;
  PostingList(PostingList&& other) noexcept;
  PostingList& operator=(PostingList&& other) noexcept;
  ~PostingList();

  /// The document must not be in the list.
  void insert(LocalSlot slot, PostingWeight weight);
  void erase(LocalSlot slot);

  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] std::span<const Posting> postings() const { return {data(), size_}; }

 private:
  static constexpr std::uint32_t kInside = 2;

  [[nodiscard]] bool isInside() const { return capacity_ == kInside; }
  [[nodiscard]] const Posting* data() const { return isInside() ? inside_ : outside_; }
  [[nodiscard]] Posting* data() { return isInside() ? inside_ : outside_; }
  void resizeTo(std::uint32_t capacity);

  union {
    Posting inside_[kInside] = {};
    Posting* outside_;  // by malloc: realloc often grows a list where it is
  };
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = kInside;
};

}  // namespace learnd::embedded_index
