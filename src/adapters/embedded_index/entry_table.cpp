#include "adapters/embedded_index/entry_table.hpp"

namespace learnd::embedded_index {

std::optional<Slot> EntryTable::find(const core::LearningId& id) const {
  const auto place = slots_.find(id);
  return place == slots_.end() ? std::nullopt : std::optional(place->second);
}

Slot EntryTable::add(const core::LearningId& id) {
  Slot slot = 0;
  if (freeSlots_.empty()) {
    slot = static_cast<Slot>(records_.size());
    records_.emplace_back();
  } else {
    slot = freeSlots_.back();
    freeSlots_.pop_back();
  }
  records_[slot] = {id, 0, 0};
  slots_.emplace(id, slot);
  return slot;
}

void EntryTable::remove(Slot slot) {
  slots_.erase(records_[slot].id);
  records_[slot] = {};
  freeSlots_.push_back(slot);
}

}  // namespace learnd::embedded_index
