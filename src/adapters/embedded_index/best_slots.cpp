#include "adapters/embedded_index/best_slots.hpp"

#include "adapters/embedded_index/kernels.hpp"

#include <algorithm>

namespace learnd::embedded_index {

void keepBest(std::vector<ScoredSlot>& scored, std::size_t count) {
  if (scored.size() > count) {
    std::nth_element(scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(count), scored.end(), IsBetter());
    scored.resize(count);
  }
  std::sort(scored.begin(), scored.end(), IsBetter());
}

std::vector<ScoredSlot> bestAboveZero(const std::vector<float>& scores, const SlotBitmap* allowed, std::size_t count) {
  std::vector<ScoredSlot> best;
  if (count == 0) return best;
  const std::size_t room = 2 * count;
  best.reserve(room);
  // What is not above the limit can't be among the best; it rises each time that the room is used up.
  float limit = 0;
  for (std::size_t first = 0; first < scores.size(); first += kernels::kBlock) {
    std::uint64_t found = kernels::above(scores.data() + first, limit);
    if (found != 0 && allowed) found &= allowed->word(first / kernels::kBlock);
    if (found == 0) continue;
    forEachBit(found, static_cast<Slot>(first), [&](Slot slot) {
      if (scores[slot] <= limit) return;
      best.push_back({slot, scores[slot]});
      if (best.size() < room) return;
      const auto last = best.begin() + static_cast<std::ptrdiff_t>(count) - 1;
      std::nth_element(best.begin(), last, best.end(), IsBetter());
      limit = last->score;
      best.resize(count);
    });
  }
  keepBest(best, count);
  return best;
}

}  // namespace learnd::embedded_index
