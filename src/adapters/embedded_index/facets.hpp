#pragma once

#include "adapters/embedded_index/ordinal_list.hpp"
#include "adapters/embedded_index/slot_bitmap.hpp"
#include "adapters/embedded_index/slot_set.hpp"
#include "ports/vector_index.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace learnd::embedded_index {

/// A property with its value (a category, a kind, an attribute), as the first 128 bits of its SHA-256: exact for all purposes, and small
/// whatever the length of a value.
struct FacetKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const FacetKey&) const = default;
};

struct FacetKeyHash {
  std::size_t operator()(const FacetKey& key) const noexcept { return static_cast<std::size_t>(key.low); }
};

/// All that an entry can be filtered by, ascending, each once. A promoted one has a second category.
std::vector<FacetKey> facetsOf(const ports::IndexEntry& entry);

/// What a filter asks for: of each list, at least one. None: everything passes.
std::vector<std::vector<FacetKey>> requirementsOf(const ports::IndexFilter& filter);

/// Which slots have which facets. Not thread-safe; const calls may run at the same time.
class FacetIndex {
 public:
  /// The slot must be free. Ascending, each once.
  void insert(Slot slot, std::span<const FacetKey> facets);
  void erase(Slot slot);
  /// The slots that meet all requirements; nothing where there are none.
  [[nodiscard]] std::optional<SlotBitmap> meeting(const std::vector<std::vector<FacetKey>>& requirements) const;

 private:
  struct Facet {
    SlotSet slots;
    FacetKey key;
  };

  std::uint32_t ordinalOf(const FacetKey& key);

  boost::unordered_flat_map<FacetKey, std::uint32_t, FacetKeyHash> ordinals_;
  std::vector<Facet> facets_;  // by ordinal
  std::vector<std::uint32_t> freeOrdinals_;
  std::vector<OrdinalList> entries_;  // by slot
};

}  // namespace learnd::embedded_index
