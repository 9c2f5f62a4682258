#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace learnd::embedded_index {

/// The place of an entry in every part of the index. Taken anew by another entry when its own is removed.
using Slot = std::uint32_t;

inline constexpr std::size_t kBitsPerWord = 64;

/// A set of slots, one bit each. Slots past its size are not in it.
class SlotBitmap {
 public:
  SlotBitmap() = default;
  /// Empty, with room for `slots`.
  explicit SlotBitmap(std::size_t slots) : words_((slots + kBitsPerWord - 1) / kBitsPerWord) {}

  /// Grows where it must.
  void add(Slot slot) {
    const std::size_t word = slot / kBitsPerWord;
    if (word >= words_.size()) words_.resize(word + 1);
    words_[word] |= bit(slot);
  }
  void remove(Slot slot) {
    const std::size_t word = slot / kBitsPerWord;
    if (word < words_.size()) words_[word] &= ~bit(slot);
  }
  [[nodiscard]] bool contains(Slot slot) const {
    const std::size_t word = slot / kBitsPerWord;
    return word < words_.size() && (words_[word] & bit(slot)) != 0;
  }

  /// The slots [64 word, 64 word + 63], the lowest in the lowest bit; 0 past the size.
  [[nodiscard]] std::uint64_t word(std::size_t word) const { return word < words_.size() ? words_[word] : 0; }
  [[nodiscard]] std::size_t wordCount() const { return words_.size(); }
  [[nodiscard]] std::size_t count() const;

  void unite(const SlotBitmap& other);
  void intersect(const SlotBitmap& other);

 private:
  static std::uint64_t bit(Slot slot) { return std::uint64_t{1} << (slot % kBitsPerWord); }

  std::vector<std::uint64_t> words_;
};

/// Calls `use(slot)` for each bit that is set, ascending. `first` is the slot of the lowest bit.
template <class Use>
void forEachBit(std::uint64_t bits, Slot first, Use&& use) {
  for (; bits != 0; bits &= bits - 1) use(first + static_cast<Slot>(std::countr_zero(bits)));
}

template <class Use>
void forEachSlot(const SlotBitmap& bitmap, Use&& use) {
  for (std::size_t word = 0; word < bitmap.wordCount(); ++word) forEachBit(bitmap.word(word), static_cast<Slot>(word * kBitsPerWord), use);
}

}  // namespace learnd::embedded_index
