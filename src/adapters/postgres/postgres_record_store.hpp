#pragma once

#include "adapters/postgres/changes.hpp"
#include "adapters/postgres/lane.hpp"
#include "adapters/postgres/outbox.hpp"
#include "adapters/postgres/schema.hpp"
#include "ports/record_store.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace learnd::postgres {

struct PostgresOptions {
  std::string dsn = "postgresql:///learnd";  // libpq's: a URI or words; no password in it
  std::string passwordFile;                  // read at each connection; empty: none
  std::string schema = "learnd";             // made if missing; the views are in this name + "_v1"
  std::size_t readers = 4;                   // connections, each with a thread; one more works the outbox
  std::size_t writers = 4;
  std::size_t queueLimit = 1024;  // reads, and writes, that may wait; past it they are Busy
  std::chrono::seconds connectTimeout{3};
  std::chrono::milliseconds statementTimeout{6000};
  std::chrono::milliseconds lockTimeout{4000};
  std::chrono::milliseconds claimLife{30'000};  // outbox rows that this daemon has taken are others' again after it
  bool followChanges = false;                   // for an index of this daemon's own: changedByOthers() works, its own changes are noted
};

/// The record store in one schema of a PostgreSQL database (13 or newer), which several daemons may share. A write is on the server's disk
/// when it is answered; finishIndexing, failIndexing, logQuality and the claims of pending are not: what a crash of the server takes of
/// them is made again. While the server is down every call is refused at once; it comes back by itself.
class PostgresRecordStore final : public ports::RecordStore {
 public:
  /// Connects once, and makes the schema or brings it forward; blocks. A server that is not there, or does not let us in yet, is no error:
  /// it is waited for, and status() says what to do. An error is what no waiting mends: a wrong option, a newer schema. The executors of
  /// those who wait for an answer must outlive the store.
  static core::Result<std::unique_ptr<PostgresRecordStore>> open(PostgresOptions options);
  /// Drops a schema of records with its views, all in it included.
  static core::Result<void> drop(const PostgresOptions& options);

  ~PostgresRecordStore() override;

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
  [[nodiscard]] bool isShared() const override { return true; }
  [[nodiscard]] bool isFollowed() const override { return changes_.has_value(); }
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

 private:
  PostgresRecordStore(const PostgresOptions& options, SchemaNames names, Claimer claimer);

  template <class Job>
  boost::asio::awaitable<core::Result<std::invoke_result_t<Job, Connection&>>> read(Job job);
  /// What may be done twice, on the outbox's connection or a synced one.
  boost::asio::awaitable<core::Result<void>> repeat(Lane& lane, std::function<void(Connection&)> work);
  /// The same with a count as its answer, synced.
  boost::asio::awaitable<core::Result<std::uint64_t>> repeatAndCount(std::function<std::uint64_t(Connection&)> work);

  const SchemaNames names_;
  const Claimer claimer_;
  std::optional<ChangeReader> changes_;
  // The server goes last: the lanes' connections are watched by it.
  Server server_;
  Lane readers_;
  Lane writers_;
  Lane outbox_;
};

}  // namespace learnd::postgres
