#pragma once

#include "adapters/embedded_index/best_slots.hpp"
#include "adapters/embedded_index/kernels.hpp"
#include "adapters/embedded_index/slot_bitmap.hpp"

#include <hwy/aligned_allocator.h>

#include <span>
#include <vector>

namespace learnd::embedded_index {

/// Unit vectors by slot, searched by scanning them: nothing to build, so updates and removals cost no recall, and a filter is exact.
/// Two tiers: a code of one bit a dimension (its sign) finds the shortlist, rows in half precision give its cosines (error below 1e-4).
/// Where few slots are asked for, their rows are scanned without the codes. Not thread-safe; const calls may run at the same time.
class FlatVectors {
 public:
  /// A vector to compare with: its direction, and its code.
  struct Probe {
    std::vector<float> row;
    std::vector<kernels::CodeUnit> code;
  };

  explicit FlatVectors(std::size_t dimensions);

  [[nodiscard]] std::size_t dimensions() const { return dimensions_; }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Whether it has a direction: finite numbers that aren't all 0.
  static bool hasDirection(std::span<const float> vector);

  /// Of `dimensions()` numbers, with a direction; any length.
  void set(Slot slot, std::span<const float> vector);
  void clear(Slot slot);
  [[nodiscard]] bool contains(Slot slot) const { return present_.contains(slot); }

  [[nodiscard]] Probe probe(std::span<const float> vector) const;
  /// The slot must be there.
  [[nodiscard]] float cosine(const Probe& probe, Slot slot) const;
  /// The nearest `count`, the nearest first; with `allowed`, only of those slots.
  [[nodiscard]] std::vector<ScoredSlot> nearest(const Probe& probe, std::size_t count, const SlotBitmap* allowed) const;

 private:
  struct Chunk {
    hwy::AlignedFreeUniquePtr<kernels::Half[]> rows;
    hwy::AlignedFreeUniquePtr<kernels::CodeUnit[]> codes;
  };

  Chunk& chunkOf(Slot slot);
  [[nodiscard]] const kernels::Half* rowOf(Slot slot) const;
  [[nodiscard]] std::vector<float> directionOf(std::span<const float> vector) const;
  [[nodiscard]] std::vector<kernels::CodeUnit> codeOf(const std::vector<float>& row) const;
  [[nodiscard]] std::vector<Slot> shortlist(const Probe& probe, std::size_t count, const SlotBitmap& asked) const;
  /// By code, of every slot up to the last that is asked for.
  [[nodiscard]] std::vector<kernels::Distance> distancesOf(const Probe& probe, const SlotBitmap& asked) const;
  [[nodiscard]] std::vector<ScoredSlot> scored(const Probe& probe, const std::vector<Slot>& slots) const;

  std::size_t dimensions_;
  std::size_t rowLength_;  // with padding
  std::size_t codeUnits_;
  std::size_t size_ = 0;
  SlotBitmap present_;
  std::vector<Chunk> chunks_;
};

}  // namespace learnd::embedded_index
