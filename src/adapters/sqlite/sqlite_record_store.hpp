#pragma once

#include "adapters/sqlite/readers.hpp"
#include "adapters/sqlite/state_folder.hpp"
#include "adapters/sqlite/writer.hpp"
#include "ports/record_store.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace learnd::sqlite {

struct SqliteOptions {
  std::filesystem::path stateFolder;  // made if missing; holds learnd.db and what belongs to it
  std::size_t queueLimit = 1024;      // writes, and reads, that may wait; past it they are Busy
  bool keepTextIndex = false;         // for searchText; dropped where it is not wanted any more
};

/// The record store in one SQLite file: write-ahead log, every write() synced before it is answered, with that of concurrent callers in one
/// commit; reads beside it in snapshots. finishIndexing, failIndexing and logQuality are not synced: what a power cut takes of them is made
/// again.
class SqliteRecordStore final : public ports::RecordStore {
 public:
  /// Opens or makes the store and brings its schema forward; blocks. The error says what to do. The executors of those who wait for an
  /// answer must outlive the store.
  static core::Result<std::unique_ptr<SqliteRecordStore>> open(SqliteOptions options);

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
  ports::Task<std::string> note(std::string name) override;
  ports::Task<void> saveNote(std::string name, std::string text) override;
  ports::Task<std::optional<core::Calibration>> calibration(std::string identityDigest) override;
  ports::Task<void> saveCalibration(std::string identityDigest, core::Calibration calibration) override;
  ports::Task<void> logQuality(std::vector<ports::QualityEntry> entries) override;
  ports::Task<ports::QualitySum> quality(core::Timestamp since) override;
  ports::Task<ports::RecordStoreStatus> status() override;

  /// How well writes share their commits.
  [[nodiscard]] WriterFigures writerFigures() const { return writer_.figures(); }

 private:
  SqliteRecordStore(StateFolder folder, std::vector<Connection> readers, Connection writer, Sequence sequence,
                    const SqliteOptions& options);

  // In this order: the folder's lock goes last, the readers go before the writer, which empties the log as it closes.
  StateFolder folder_;
  const bool keepsTextIndex_;
  Writer writer_;
  Readers readers_;
};

}  // namespace learnd::sqlite
