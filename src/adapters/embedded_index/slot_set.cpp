#include "adapters/embedded_index/slot_set.hpp"

#include <algorithm>

namespace learnd::embedded_index {

namespace {

/// Below this many a list is kept, however low its slots are.
constexpr std::size_t kSmallestBitmap = 64;

/// A list takes 32 bits a member, a bitmap one bit a slot.
bool bitmapIsSmaller(std::size_t members, Slot highest) { return members >= kSmallestBitmap && members > highest / 32; }

}  // namespace

void SlotSet::add(Slot slot) {
  if (bitmap_) {
    if (bitmap_->contains(slot)) return;
    bitmap_->add(slot);
    ++bitmapSize_;
    return;
  }
  const auto place = std::lower_bound(list_.begin(), list_.end(), slot);
  if (place != list_.end() && *place == slot) return;
  list_.insert(place, slot);
  if (bitmapIsSmaller(list_.size(), list_.back())) turnIntoBitmap();
}

void SlotSet::remove(Slot slot) {
  if (bitmap_) {
    if (!bitmap_->contains(slot)) return;
    bitmap_->remove(slot);
    // Well below the size that made it a bitmap, so that a set at the limit does not turn to and fro.
    if (--bitmapSize_ < bitmap_->wordCount() / 2) turnIntoList();
    return;
  }
  const auto place = std::lower_bound(list_.begin(), list_.end(), slot);
  if (place != list_.end() && *place == slot) list_.erase(place);
}

bool SlotSet::contains(Slot slot) const { return bitmap_ ? bitmap_->contains(slot) : std::binary_search(list_.begin(), list_.end(), slot); }

void SlotSet::addTo(SlotBitmap& other) const {
  if (bitmap_) return other.unite(*bitmap_);
  for (const Slot slot : list_) other.add(slot);
}

void SlotSet::turnIntoBitmap() {
  bitmap_ = std::make_unique<SlotBitmap>(list_.back() + 1);
  for (const Slot slot : list_) bitmap_->add(slot);
  bitmapSize_ = list_.size();
  list_ = {};
}

void SlotSet::turnIntoList() {
  list_.reserve(bitmapSize_);
  forEachSlot(*bitmap_, [this](Slot slot) { list_.push_back(slot); });
  bitmap_.reset();
}

}  // namespace learnd::embedded_index
