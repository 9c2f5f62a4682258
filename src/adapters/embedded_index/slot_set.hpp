#pragma once

#include "adapters/embedded_index/slot_bitmap.hpp"

#include <boost/container/small_vector.hpp>

#include <memory>

namespace learnd::embedded_index {

/// A set of slots that is small in both extremes: a sorted list while it holds few, a bitmap once that is the smaller one.
class SlotSet {
 public:
  void add(Slot slot);
  void remove(Slot slot);
  [[nodiscard]] bool contains(Slot slot) const;
  [[nodiscard]] std::size_t size() const { return bitmap_ ? bitmapSize_ : list_.size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  void addTo(SlotBitmap& other) const;

 private:
  void turnIntoBitmap();
  void turnIntoList();

  // Most values of metadata that are no common ones belong to a single entry.
  boost::container::small_vector<Slot, 2> list_;
  std::unique_ptr<SlotBitmap> bitmap_;
  std::size_t bitmapSize_ = 0;
};

}  // namespace learnd::embedded_index
