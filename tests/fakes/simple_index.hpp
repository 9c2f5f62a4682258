#pragma once

#include "ports/vector_index.hpp"
#include "tests/fakes/fault.hpp"

#include <map>

namespace learnd::fakes {

/// Compares a question with every entry: cosines for meaning, the number of shared words for words.
class SimpleIndex final : public ports::VectorIndex {
 public:
  ports::Task<void> upsert(std::vector<ports::IndexEntry> entries) override;
  ports::Task<void> remove(std::vector<core::LearningId> ids) override;
  ports::Task<ports::IndexAnswer> search(ports::IndexQuery query) override;
  ports::Task<void> useDimensions(std::size_t dimensions) override;
  ports::Task<std::vector<ports::HeldEntry>> find(std::vector<core::LearningId> ids) override;
  ports::Task<ports::HeldPage> held(std::string place, std::size_t limit) override;
  ports::Task<ports::RebuildBegun> beginRebuild(std::string name, std::size_t dimensions) override;
  ports::Task<void> upsertRebuilt(std::vector<ports::IndexEntry> entries) override;
  ports::Task<void> finishRebuild() override;
  ports::Task<void> dropRebuild() override;
  ports::Task<ports::IndexStatus> status() override;
  [[nodiscard]] bool keepsVectorsInStore() const override { return keepsInStore && !outlives; }
  [[nodiscard]] bool showsLearnings() const override { return false; }
  [[nodiscard]] std::string place() const override { return outlives ? "simple" : ""; }
  [[nodiscard]] std::optional<std::size_t> categoryLimit() const override { return std::nullopt; }

  [[nodiscard]] const std::map<core::LearningId, ports::IndexEntry>& entries() const { return serving_.entries; }

  Fault fault;
  /// It is a server's: another process finds in it what this one put there.
  bool outlives = false;
  /// An entry with these words, or of this id, fails all that come or go with it.
  std::string refusedWords;
  std::optional<core::LearningId> refusedId;
  /// Nothing is found under it any more.
  std::string lostCategory;
  /// So many calls of held() fail as by an outage.
  std::size_t failHeld = 0;
  /// How often a second index was put in the place of the first.
  std::size_t swaps = 0;
  bool wordsOutdated = false;
  /// False: it keeps its vectors itself, as a server's index does.
  bool keepsInStore = true;

 private:
  struct Generation {
    std::string name;
    std::map<core::LearningId, ports::IndexEntry> entries;
    std::size_t dimensions = 0;
  };

  [[nodiscard]] bool hasRefused(const std::vector<ports::IndexEntry>& entries) const;
  static core::Result<void> put(Generation& generation, std::vector<ports::IndexEntry> entries);

  Generation serving_;
  std::optional<Generation> rebuilt_;
};

}  // namespace learnd::fakes
