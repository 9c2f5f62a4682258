#pragma once

#include "adapters/embedded_index/slot_bitmap.hpp"
#include "core/identifier.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace learnd::embedded_index {

/// What is kept of an entry besides its place in words, vectors and facets.
struct EntryRecord {
  core::LearningId id;
  std::uint64_t revision = 0;
  std::size_t wordsHash = 0;  // of the text: the same one need not be taken apart again
};

/// Gives each entry a slot; the slots of removed ones are used again, so scans stay as short as there are entries. Not thread-safe; const
/// calls may run at the same time.
class EntryTable {
 public:
  [[nodiscard]] std::optional<Slot> find(const core::LearningId& id) const;
  /// The id must be new.
  Slot add(const core::LearningId& id);
  void remove(Slot slot);

  /// The slot must be taken.
  [[nodiscard]] const EntryRecord& operator[](Slot slot) const { return records_[slot]; }
  [[nodiscard]] EntryRecord& operator[](Slot slot) { return records_[slot]; }
  [[nodiscard]] bool isTaken(Slot slot) const { return find(records_[slot].id) == slot; }
  /// Behind the last slot there is.
  [[nodiscard]] Slot slotsEnd() const { return static_cast<Slot>(records_.size()); }
  [[nodiscard]] std::size_t size() const { return slots_.size(); }

 private:
  boost::unordered_flat_map<core::LearningId, Slot, core::LearningIdHash> slots_;
  std::vector<EntryRecord> records_;  // by slot
  std::vector<Slot> freeSlots_;
};

}  // namespace learnd::embedded_index
