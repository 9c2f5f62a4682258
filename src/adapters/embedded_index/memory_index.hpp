#pragma once

#include "adapters/embedded_index/entry_table.hpp"
#include "adapters/embedded_index/facets.hpp"
#include "adapters/embedded_index/flat_vectors.hpp"
#include "adapters/embedded_index/inverted_index.hpp"
#include "ports/vector_index.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace learnd::embedded_index {

/// An entry taken apart, ready to go in: what takes long happens before, where it holds nobody up.
struct PreparedEntry {
  core::LearningId id;
  std::uint64_t revision = 0;
  std::string words;
  std::size_t wordsHash = 0;
  std::optional<std::vector<WeighedTerm>> terms;  // nothing: the index has them already
  std::vector<FacetKey> facets;
  std::optional<std::vector<float>> vector;
};

/// A question taken apart.
struct PreparedQuery {
  explicit PreparedQuery(ports::IndexQuery query);

  std::vector<std::uint32_t> terms;
  std::vector<float> vector;
  std::size_t candidates = 0;
  std::vector<std::vector<FacetKey>> requirements;
  std::vector<core::LearningId> wanted;
};

/// The index itself: entries with their words, vectors and facets. Not thread-safe; const calls may run at the same time.
class MemoryIndex {
 public:
  /// `words` need not be taken apart where the index has the same text of that id.
  [[nodiscard]] bool hasWords(const core::LearningId& id, std::size_t wordsHash) const;
  /// By the rules of ports::VectorIndex::upsert; a vector of other dimensions is left out.
  void upsert(PreparedEntry entry);
  void remove(const core::LearningId& id);

  /// Vectors of another size go. 0 until then: the first vector that comes says it.
  void useDimensions(std::size_t dimensions);
  [[nodiscard]] std::size_t dimensions() const { return vectors_.dimensions(); }

  /// `scores` is memory to be used again from search to search.
  [[nodiscard]] ports::IndexAnswer search(const PreparedQuery& query, std::vector<float>& scores) const;

  [[nodiscard]] std::optional<ports::HeldEntry> find(const core::LearningId& id) const;
  /// Appends what it holds from slot `first` on, at most `limit`; returns where the rest begins, `first` where there is none.
  Slot held(Slot first, std::size_t limit, std::vector<ports::HeldEntry>& entries) const;

  [[nodiscard]] std::size_t entries() const { return entries_.size(); }
  [[nodiscard]] std::size_t vectors() const { return vectors_.size(); }

 private:
  [[nodiscard]] ports::HeldEntry heldAt(Slot slot) const;
  void takeVector(Slot slot, const PreparedEntry& entry, bool isNewer);
  [[nodiscard]] std::vector<Slot> wantedSlots(const PreparedQuery& query) const;

  EntryTable entries_;
  InvertedIndex words_;
  FacetIndex facets_;
  FlatVectors vectors_{0};
};

/// An entry taken apart; its words only if `withWords`.
PreparedEntry prepare(ports::IndexEntry entry, bool withWords);
std::size_t hashOfWords(const std::string& words);

}  // namespace learnd::embedded_index
