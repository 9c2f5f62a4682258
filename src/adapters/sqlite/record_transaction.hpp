#pragma once

#include "adapters/sqlite/learning_row.hpp"
#include "adapters/sqlite/writer.hpp"
#include "ports/record_store.hpp"

#include <optional>
#include <string>

namespace learnd::sqlite {

/// The port's transaction on the writer's connection. After SQLite has failed once, failure() says so: nothing of it may be kept then,
/// whatever the work made of it.
class RecordTransaction final : public ports::RecordTransaction {
 public:
  explicit RecordTransaction(WriteContext& context) : context_(context) {}

  core::Result<std::optional<core::Learning>> load(const core::LearningId& id) override;
  core::Result<std::optional<core::Learning>> findSame(const core::Learning& learning) override;
  core::Result<std::optional<core::Learning>> findOpenFailure(const core::Key& key) override;
  core::Result<bool> hasKey(const core::Key& key, const core::LearningId& except) override;
  core::Result<bool> hasAny() override;

  core::Result<void> insert(const core::Learning& learning) override;
  core::Result<void> update(const core::Learning& learning, ports::IndexChange change) override;
  core::Result<void> erase(const core::LearningId& id) override;

  core::Result<void> addFeedback(const ports::FeedbackEntry& entry) override;
  core::Result<void> addScoreHistory(const core::Learning& before, core::Timestamp until) override;

  core::Result<std::optional<ports::RememberedAnswer>> recall(std::uint32_t uid, const std::string& idempotencyKey,
                                                              core::Timestamp notBefore) override;
  core::Result<void> remember(std::uint32_t uid, const std::string& idempotencyKey, core::Timestamp now,
                              const ports::RememberedAnswer& answer) override;

  [[nodiscard]] const std::optional<core::Error>& failure() const { return failure_; }

 private:
  /// Runs a step, and notes where SQLite fails.
  template <class Step>
  auto attempt(Step step) -> decltype(step());

  /// What a change has to know of the row as it is.
  struct StoredRow {
    RowPlace place;
    core::Kind kind = core::Kind::Solution;
    core::Status status = core::Status::Active;
    std::string category;
    std::string query;
    [[nodiscard]] bool isInIndex() const { return status == core::Status::Active && place.ownsEntry; }
  };

  core::Key keyOf(const core::Learning& learning);
  std::optional<StoredRow> rowOf(const core::LearningId& id);
  std::int64_t seqOf(const core::LearningId& id);
  RowPlace placeAfter(const StoredRow& before, const core::Learning& learning);
  void followInIndex(const StoredRow& before, const RowPlace& after, const core::Learning& learning, ports::IndexChange change);

  WriteContext& context_;
  std::optional<core::Error> failure_;

  // One learning is looked for in several ways and then written: its key is made once.
  std::optional<core::Key> lastKey_;
  std::string lastQuery_;
  core::KeyForm lastForm_ = core::KeyForm::Plain;
};

}  // namespace learnd::sqlite
