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
  ports::Task<ports::IndexStatus> status() override;
  [[nodiscard]] bool keepsVectorsInStore() const override { return true; }

  [[nodiscard]] const std::map<core::LearningId, ports::IndexEntry>& entries() const { return entries_; }

  Fault fault;

 private:
  std::map<core::LearningId, ports::IndexEntry> entries_;
  std::size_t dimensions_ = 0;
};

}  // namespace learnd::fakes
