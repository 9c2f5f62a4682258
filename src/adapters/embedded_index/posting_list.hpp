#pragma once

#include <cstdint>
#include <span>

namespace learnd::embedded_index {

/// A document's place within its segment.
using LocalSlot = std::uint16_t;

/// What a term weighs in a document: fixed point, in units of `kPostingUnit`. Never 0, which stands for a document without the term.
using PostingWeight = std::uint16_t;

/// BM25's term weight stays below k1 + 1 = 2.2.
inline constexpr float kPostingUnit = 2.2F / 65535.0F;

/// One document that has a term: the place in the upper half, so that postings sort by it, the weight in the lower.
using Posting = std::uint32_t;

inline LocalSlot slotOf(Posting posting) { return static_cast<LocalSlot>(posting >> 16U); }
inline PostingWeight weightOf(Posting posting) { return static_cast<PostingWeight>(posting & 0xFFFFU); }
inline Posting makePosting(LocalSlot slot, PostingWeight weight) { return (static_cast<Posting>(slot) << 16U) | weight; }

/// The documents of a segment that have one term. 16 bytes and no allocation for up to two of them, since most terms are rare. The few
/// terms that an eighth of all documents have are tables of weights by place, which are read two to four times as fast; of 100,000 short
/// learnings they are 84 % of what a question visits.
class PostingList {
 public:
  /// Tables are as long as a multiple of this.
  static constexpr std::uint32_t kTableUnit = 1024;

  PostingList() = default;
  PostingList(PostingList&& other) noexcept;
  PostingList& operator=(PostingList&& other) noexcept;
  ~PostingList();

  /// The document must not be in the list; its weight must not be 0.
  void insert(LocalSlot slot, PostingWeight weight);
  /// The document must be in the list.
  void erase(LocalSlot slot);

  /// How many documents have the term.
  [[nodiscard]] std::uint32_t size() const { return size_; }
  /// Ascending; none where it is a table.
  [[nodiscard]] std::span<const Posting> postings() const;
  /// By place, 0 where the term is not; none where it is no table.
  [[nodiscard]] std::span<const PostingWeight> table() const;

 private:
  enum class Form : std::uint32_t { Inside, List, Table };

  static constexpr std::uint32_t kInside = 2;

  [[nodiscard]] const Posting* data() const { return form_ == Form::Inside ? inside_ : list_; }
  [[nodiscard]] Posting* data() { return form_ == Form::Inside ? inside_ : list_; }
  void free();
  void insertIntoList(LocalSlot slot, PostingWeight weight);
  void resizeList(std::uint32_t capacity);
  void growTable(LocalSlot slot);
  void turnIntoTable();
  void turnIntoList();

  // By malloc: realloc often grows them where they are.
  union {
    Posting inside_[kInside] = {};
    Posting* list_;
    PostingWeight* table_;
  };
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ : 30 = kInside;  // in postings or places
  Form form_ : 2 = Form::Inside;
};

}  // namespace learnd::embedded_index
