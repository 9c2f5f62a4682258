#include "adapters/embedded_index/slot_bitmap.hpp"

namespace learnd::embedded_index {

std::size_t SlotBitmap::count() const {
  std::size_t sum = 0;
  for (const std::uint64_t word : words_) sum += static_cast<std::size_t>(std::popcount(word));
  return sum;
}

void SlotBitmap::unite(const SlotBitmap& other) {
  if (other.words_.size() > words_.size()) words_.resize(other.words_.size());
  for (std::size_t i = 0; i < other.words_.size(); ++i) words_[i] |= other.words_[i];
}

void SlotBitmap::intersect(const SlotBitmap& other) {
  if (words_.size() > other.words_.size()) words_.resize(other.words_.size());
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
}

}  // namespace learnd::embedded_index
