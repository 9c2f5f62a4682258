#pragma once

#include "ports/record_store.hpp"
#include "tests/fakes/fault.hpp"

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace learnd::fakes {

/// A row as the memory store keeps it.
struct MemoryRow {
  core::Learning learning;
  core::Key key;
  std::optional<std::vector<float>> vector;
  std::optional<std::vector<float>> rebuilt;  // of the embedder that a rebuild is for
  std::string entry;         // of an active interaction: what its index entry is made of; those with the same text share one
  std::uint64_t number = 0;  // of its arrival
  [[nodiscard]] bool isInIndex() const { return learning.status == core::Status::Active && learning.ownsIndexEntry; }
};

struct MemoryOutboxRow {
  core::LearningId id;
  std::uint64_t revision = 0;
  std::uint32_t attempts = 0;
  std::string error;
  bool setAside = false;
  core::Timestamp nextTry;
};

/// All that a transaction can change, so that an error brings it back as it was.
struct MemoryState {
  std::map<core::LearningId, MemoryRow> rows;
  std::deque<MemoryOutboxRow> outbox;
  std::vector<ports::FeedbackEntry> feedback;
  std::vector<std::pair<core::Learning, core::Timestamp>> scoreHistory;
  std::map<std::pair<std::uint32_t, std::string>, std::pair<core::Timestamp, ports::RememberedAnswer>> remembered;
  std::uint64_t arrivals = 0;

  /// The learning of a row, with `indexed` as it is now.
  [[nodiscard]] core::Learning answer(const MemoryRow& row) const;
  /// The row that owns an entry; null where none does.
  MemoryRow* ownerOf(const std::string& entry);
};

/// The record store's rules in memory: what services are tested on. One thread.
class MemoryRecordStore final : public ports::RecordStore {
 public:
  ports::Task<void> write(ports::RecordWork work) override;
  ports::Task<std::vector<core::Learning>> load(std::vector<core::LearningId> ids) override;
  ports::Task<std::vector<core::Learning>> findByKeys(std::vector<core::Key> keys) override;
  ports::Task<ports::LearningPage> list(ports::LearningFilter filter, ports::ListOrder order, std::optional<ports::PagePlace> after,
                                        std::size_t limit) override;
  ports::Task<std::vector<core::Learning>> exportPage(std::optional<core::LearningId> after, std::size_t limit) override;
  ports::Task<ports::StoreCounts> counts() override;
  ports::Task<std::vector<ports::TextHit>> searchText(ports::TextQuery query) override;
  ports::Task<std::vector<ports::PendingEntry>> pending(core::Timestamp now, std::size_t limit) override;
  ports::Task<void> finishIndexing(std::vector<ports::IndexedEntry> entries, std::string embedder) override;
  ports::Task<void> failIndexing(std::vector<ports::FailedEntry> entries) override;
  ports::Task<std::uint64_t> retrySetAside() override;
  ports::Task<void> makeDue(core::Timestamp later) override;
  ports::Task<std::uint64_t> enqueue(std::vector<core::LearningId> ids) override;
  ports::Task<std::uint64_t> useEmbedder(std::string identityDigest) override;
  ports::Task<std::optional<std::string>> usedEmbedder() override;
  ports::Task<void> saveVectors(std::string identityDigest, std::vector<ports::IndexedEntry> entries) override;
  ports::Task<std::vector<ports::StoredEntry>> scanActive(std::optional<core::LearningId> after, std::size_t limit) override;
  [[nodiscard]] bool isShared() const override { return shared; }
  [[nodiscard]] bool isFollowed() const override { return true; }
  ports::Task<std::vector<core::LearningId>> changedByOthers() override;
  ports::Task<std::vector<ports::StoredEntry>> entriesOf(std::vector<core::LearningId> ids) override;
  ports::Task<std::string> note(std::string name) override;
  ports::Task<void> saveNote(std::string name, std::string text) override;
  ports::Task<bool> takeLease(std::string name, std::string holder, std::chrono::seconds life) override;
  ports::Task<void> giveLeaseBack(std::string name, std::string holder) override;
  ports::Task<std::optional<core::Calibration>> calibration(std::string identityDigest) override;
  ports::Task<void> saveCalibration(std::string identityDigest, core::Calibration calibration) override;
  ports::Task<void> logQuality(std::vector<ports::QualityEntry> entries) override;
  ports::Task<ports::QualitySum> quality(core::Timestamp since) override;
  ports::Task<ports::RecordStoreStatus> status() override;

  /// What every call does first.
  Fault fault;
  /// Whether several daemons are said to work on it.
  bool shared = false;
  /// False: searchText is refused, as by a store whose index can't be down.
  bool keepsTextIndex = true;
  /// What the next call is told that another process changed.
  std::vector<core::LearningId> changed;
  /// Transactions that were committed, and those that an error brought back.
  std::size_t commits = 0;
  std::size_t rollbacks = 0;
  /// How often the outbox was looked through.
  std::size_t looks = 0;

  [[nodiscard]] const MemoryState& state() const { return state_; }

 private:
  MemoryState state_;
  std::string embedder_;
  std::string rebuiltEmbedder_;
  std::map<std::string, std::string> notes_;
  std::map<std::string, core::Calibration> calibrations_;
  std::vector<ports::QualityEntry> quality_;
  std::map<std::string, std::string> leases_;  // to their holders
};

}  // namespace learnd::fakes
