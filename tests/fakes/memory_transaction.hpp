#pragma once

#include "tests/fakes/memory_record_store.hpp"

namespace learnd::fakes {

/// Works on the state itself; who runs it keeps a copy for the way back.
class MemoryTransaction final : public ports::RecordTransaction {
 public:
  explicit MemoryTransaction(MemoryState& state) : state_(state) {}

  ports::Result<std::optional<core::Learning>> load(const core::LearningId& id) override;
  ports::Result<std::optional<core::Learning>> findSame(const core::Learning& learning) override;
  ports::Result<std::optional<core::Learning>> findOpenFailure(const core::Key& key) override;
  ports::Result<bool> hasKey(const core::Key& key, const core::LearningId& except) override;
  ports::Result<bool> hasAny() override { return !state_.rows.empty(); }
  ports::Result<void> insert(const core::Learning& learning) override;
  ports::Result<void> update(const core::Learning& learning, ports::IndexChange change) override;
  ports::Result<void> erase(const core::LearningId& id) override;
  ports::Result<void> addFeedback(const ports::FeedbackEntry& entry) override;
  ports::Result<void> addScoreHistory(const core::Learning& before, core::Timestamp until) override;
  ports::Result<std::optional<ports::RememberedAnswer>> recall(std::uint32_t uid, const std::string& idempotencyKey,
                                                               core::Timestamp notBefore) override;
  ports::Result<void> remember(std::uint32_t uid, const std::string& idempotencyKey, core::Timestamp now,
                               const ports::RememberedAnswer& answer) override;

 private:
  void queue(const core::LearningId& id, std::uint64_t revision);
  void passEntryOn(const std::string& entry);

  MemoryState& state_;
};

}  // namespace learnd::fakes
