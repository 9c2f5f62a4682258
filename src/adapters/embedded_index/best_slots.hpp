#pragma once

#include "adapters/embedded_index/slot_bitmap.hpp"

#include <vector>

namespace learnd::embedded_index {

struct ScoredSlot {
  Slot slot = 0;
  float score = 0;
};

/// Higher scores first, then lower slots.
struct IsBetter {
  bool operator()(const ScoredSlot& a, const ScoredSlot& b) const { return a.score != b.score ? a.score > b.score : a.slot < b.slot; }
};

/// Leaves the best `count`, the best first.
void keepBest(std::vector<ScoredSlot>& scored, std::size_t count);

/// The best `count` of the scores above 0, the best first; with `allowed`, only of those slots. `scores` has a multiple of 64 values.
std::vector<ScoredSlot> bestAboveZero(const std::vector<float>& scores, const SlotBitmap* allowed, std::size_t count);

}  // namespace learnd::embedded_index
