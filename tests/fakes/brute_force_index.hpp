#pragma once

#include "core/lexical_terms.hpp"
#include "ports/vector_index.hpp"

#include <map>
#include <vector>

namespace learnd::fakes {

/// The index without any art: each search compares with every entry, in single precision, and counts the words anew. The oracle of the
/// others.
class BruteForceIndex final : public ports::VectorIndex {
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
  [[nodiscard]] bool keepsVectorsInStore() const override { return true; }
  [[nodiscard]] bool showsLearnings() const override { return false; }
  [[nodiscard]] std::string place() const override { return {}; }
  [[nodiscard]] std::optional<std::size_t> categoryLimit() const override { return std::nullopt; }

 private:
  struct Kept {
    ports::IndexEntry entry;
    core::LexicalTerms terms;
  };
  /// What a term of the question weighs in this store.
  using Rarities = std::map<std::uint32_t, double>;

  [[nodiscard]] Rarities raritiesOf(const std::string& question) const;

  struct Generation {
    std::string name;
    std::map<core::LearningId, Kept> kept;
    std::size_t dimensions = 0;
  };

  static core::Result<void> put(Generation& generation, std::vector<ports::IndexEntry> entries);

  Generation serving_;
  std::optional<Generation> rebuilt_;
};

}  // namespace learnd::fakes
