#pragma once

#include "adapters/postgres/bulk_insert.hpp"
#include "adapters/postgres/learning_row.hpp"
#include "adapters/postgres/outbox.hpp"
#include "adapters/postgres/schema.hpp"
#include "ports/record_store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace learnd::postgres {

/// Against two writers that both find nothing and both insert: a work holds a lock for each key that it asks about or writes (and, shared,
/// the store's). One that needs many, an import, is run again with the whole store locked: many locks, taken in the order of its lines,
/// would meet those of another import.
enum class WriteLock : unsigned char { Keys, WholeStore };

/// The port's transaction on a connection that has begun one. After a step has failed once, failure() or bug() says so: nothing of it may
/// be kept then, whatever the work made of it.
class RecordTransaction final : public ports::RecordTransaction {
 public:
  RecordTransaction(WriteContext context, const SchemaNames& names, WriteLock lock)
      : context_(context), names_(names), lock_(lock), bulk_(context.connection) {}

  core::Result<void> expect(const std::vector<ports::ExpectedLearning>& learnings) override;
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

  /// Writes what the inserts have gathered; before the commit.
  core::Result<void> flush();
  [[nodiscard]] const std::optional<PostgresFailure>& failure() const { return failure_; }
  [[nodiscard]] const std::optional<core::Error>& bug() const { return bug_; }
  /// It came to too many keys: to be run again under WriteLock::WholeStore.
  [[nodiscard]] bool needsWholeStore() const { return needsWholeStore_; }

 private:
  /// Runs a step, and notes where PostgreSQL fails.
  template <class Step>
  auto attempt(Step step) -> decltype(step());

  /// What a change has to know of the row as it is.
  struct StoredRow {
    std::int64_t seq = 0;
    RowPlace place;
    std::string kind;
    std::string status;
    std::string category;
    std::string query;
    [[nodiscard]] bool isInIndex() const { return status == "active" && place.ownsEntry; }
  };

  void lock(const Digest& digest);
  core::Result<void> insertAlone(const core::Learning& learning, const core::Key& key);
  core::Key keyOf(const core::Learning& learning);
  std::optional<StoredRow> rowOf(const core::LearningId& id);
  RowPlace placeAfter(const StoredRow& before, const core::Learning& learning);
  void writeRow(const RowPlace& after, const core::Learning& learning);

  WriteContext context_;
  const SchemaNames& names_;
  const WriteLock lock_;
  std::vector<Digest> locked_;
  BulkInsert bulk_;
  std::optional<PostgresFailure> failure_;
  std::optional<core::Error> bug_;
  bool needsWholeStore_ = false;

  // One learning is looked for in several ways and then written: its key is made once.
  std::optional<core::Key> lastKey_;
  std::string lastQuery_;
  core::KeyForm lastForm_ = core::KeyForm::Plain;
};

}  // namespace learnd::postgres
