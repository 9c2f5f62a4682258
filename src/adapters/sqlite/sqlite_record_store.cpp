#include "adapters/sqlite/sqlite_record_store.hpp"

#include "adapters/sqlite/figures.hpp"
#include "adapters/sqlite/listing.hpp"
#include "adapters/sqlite/outbox.hpp"
#include "adapters/sqlite/reading.hpp"
#include "adapters/sqlite/record_transaction.hpp"
#include "adapters/sqlite/schema.hpp"
#include "adapters/sqlite/settings.hpp"
#include "adapters/sqlite/text_index.hpp"
#include "adapters/sqlite/vectors.hpp"

#include <sqlite3.h>

#include <utility>

namespace learnd::sqlite {

namespace {

using core::Result;

constexpr std::size_t kReaders = 2;
// Among the settings, apart from the store's own.
const std::string kNotePrefix = "note.";

// The log is written back each 16 MiB: the pages that every commit writes go back once for some hundreds of them.
constexpr const char* kWriterSettings =
    "pragma journal_mode = wal; pragma wal_autocheckpoint = 4096; pragma journal_size_limit = 16777216; pragma cache_size = -16384;"
    "pragma foreign_keys = on; pragma temp_store = memory; pragma mmap_size = 0; pragma secure_delete = fast";
// The system's page cache holds the file; a reader keeps the upper levels of its trees.
constexpr const char* kReaderSettings =
    "pragma cache_size = -2048; pragma temp_store = memory; pragma mmap_size = 0; pragma query_only = on";

Sequence sequenceOf(Connection& connection) {
  auto query =
      connection.query(std::string("select max(coalesce((select max(seq) from learnings), 0), coalesce((select max(seq) from outbox), 0), "
                                   "coalesce((select max(queued) from outbox), 0))"));
  return Sequence(query.step() ? query.integer(0) : 0);
}

}  // namespace

SqliteRecordStore::SqliteRecordStore(StateFolder folder, std::vector<Connection> readers, Connection writer, Sequence sequence,
                                     const SqliteOptions& options)
    : folder_(std::move(folder)),
      keepsTextIndex_(options.keepTextIndex),
      writer_(std::move(writer), sequence, options.queueLimit, options.keepTextIndex ? growTextIndex : Writer::Background()),
      readers_(std::move(readers), options.queueLimit) {}

Result<std::unique_ptr<SqliteRecordStore>> SqliteRecordStore::open(SqliteOptions options) {
  using Opened = std::unique_ptr<SqliteRecordStore>;
  auto folder = StateFolder::open(options.stateFolder);
  if (!folder) return folder.error();
  return guarded([&]() -> Result<Opened> {
    Connection writer(folder->database(), Access::ReadWrite);
    admitTextIndex(writer, options.keepTextIndex);
    // First: a file that is refused stays as it is, and a step may rebuild tables that others refer to.
    if (auto migrated = migrate(writer, migrations()); !migrated) return migrated.error();
    writer.execute(kWriterSettings);
    setTextIndex(writer, options.keepTextIndex);
    std::vector<Connection> readers;
    for (std::size_t i = 0; i < kReaders; ++i) {
      readers.emplace_back(folder->database(), Access::ReadOnly);
      readers.back().execute(kReaderSettings);
      addMetadataFunction(readers.back());
    }
    const Sequence sequence = sequenceOf(writer);
    return Opened(new SqliteRecordStore(std::move(*folder), std::move(readers), std::move(writer), sequence, options));
  });
}

ports::Task<void> SqliteRecordStore::write(ports::RecordWork work) {
  auto job = [work = std::move(work)](WriteContext& context) -> Result<void> {
    RecordTransaction transaction(context);
    auto done = work(transaction);
    if (done && transaction.failure()) return *transaction.failure();
    return done;
  };
  co_return co_await writer_.run<void>(std::move(job), Durability::Synced);
}

ports::Task<std::vector<core::Learning>> SqliteRecordStore::load(std::vector<core::LearningId> ids) {
  auto job = [ids = std::move(ids)](Connection& connection) { return loadLearnings(connection, ids); };
  co_return co_await readers_.read(std::move(job));
}

ports::Task<std::vector<core::Learning>> SqliteRecordStore::findByKeys(std::vector<core::Key> keys) {
  auto job = [keys = std::move(keys)](Connection& connection) { return learningsWithKeys(connection, keys); };
  co_return co_await readers_.read(std::move(job));
}

ports::Task<ports::LearningPage> SqliteRecordStore::list(ports::LearningFilter filter, ports::ListOrder order,
                                                         std::optional<ports::PagePlace> after, std::size_t limit) {
  auto job = [filter = std::move(filter), order, after, limit](Connection& connection) {
    return listLearnings(connection, filter, order, after, limit);
  };
  co_return co_await readers_.read(std::move(job));
}

ports::Task<std::vector<core::Learning>> SqliteRecordStore::exportPage(std::optional<core::LearningId> after, std::size_t limit) {
  auto job = [after, limit](Connection& connection) { return exportedLearnings(connection, after, limit); };
  co_return co_await readers_.read(std::move(job));
}

ports::Task<ports::StoreCounts> SqliteRecordStore::counts() {
  auto job = [](Connection& connection) { return storeCounts(connection); };
  co_return co_await readers_.read(std::move(job));
}

ports::Task<std::vector<ports::TextHit>> SqliteRecordStore::searchText(ports::TextQuery query) {
  if (!keepsTextIndex_) co_return core::Error(core::ErrorKind::Unavailable, "the record store keeps no index of words");
  auto job = [query = std::move(query)](Connection& connection) { return sqlite::searchText(connection, query); };
  co_return co_await readers_.read(std::move(job));
}

ports::Task<std::vector<ports::PendingEntry>> SqliteRecordStore::pending(core::Timestamp now, std::size_t limit) {
  auto job = [now, limit](Connection& connection) { return pendingEntries(connection, now, limit); };
  auto rows = co_await readers_.read(std::move(job));
  if (!rows) co_return rows.error();
  if (!rows->unreadable.empty()) {
    auto setAside = co_await failIndexing(std::move(rows->unreadable));
    if (!setAside) co_return setAside.error();
  }
  co_return std::move(rows->entries);
}

ports::Task<void> SqliteRecordStore::finishIndexing(std::vector<ports::IndexedEntry> entries, std::string embedder) {
  auto job = [entries = std::move(entries), embedder = std::move(embedder)](WriteContext& context) -> Result<void> {
    if (!embedder.empty() && sqlite::usedEmbedder(context.connection) != embedder) return ports::ofAnotherEmbedder();
    finishEntries(context, entries);
    return {};
  };
  co_return co_await writer_.run<void>(std::move(job), Durability::Unsynced);
}

ports::Task<void> SqliteRecordStore::failIndexing(std::vector<ports::FailedEntry> entries) {
  auto job = [entries = std::move(entries)](WriteContext& context) -> Result<void> {
    failEntries(context, entries);
    return {};
  };
  co_return co_await writer_.run<void>(std::move(job), Durability::Unsynced);
}

ports::Task<std::uint64_t> SqliteRecordStore::retrySetAside() {
  auto job = [](WriteContext& context) -> Result<std::uint64_t> { return retrySetAsideEntries(context); };
  co_return co_await writer_.run<std::uint64_t>(std::move(job), Durability::Synced);
}

ports::Task<void> SqliteRecordStore::makeDue(core::Timestamp later) {
  auto job = [later](WriteContext& context) -> Result<void> {
    makeEntriesDue(context, later);
    return {};
  };
  co_return co_await writer_.run<void>(std::move(job), Durability::Unsynced);
}

ports::Task<std::uint64_t> SqliteRecordStore::enqueue(std::vector<core::LearningId> ids) {
  auto job = [ids = std::move(ids)](WriteContext& context) -> Result<std::uint64_t> { return enqueueAgain(context, ids); };
  co_return co_await writer_.run<std::uint64_t>(std::move(job), Durability::Synced);
}

ports::Task<std::uint64_t> SqliteRecordStore::useEmbedder(std::string identityDigest) {
  auto job = [digest = std::move(identityDigest)](WriteContext& context) -> Result<std::uint64_t> {
    return sqlite::useEmbedder(context, digest);
  };
  co_return co_await writer_.run<std::uint64_t>(std::move(job), Durability::Synced);
}

ports::Task<std::optional<std::string>> SqliteRecordStore::usedEmbedder() {
  auto job = [](Connection& connection) { return sqlite::usedEmbedder(connection); };
  co_return co_await readers_.read(std::move(job));
}

ports::Task<void> SqliteRecordStore::saveVectors(std::string identityDigest, std::vector<ports::IndexedEntry> entries) {
  auto job = [digest = std::move(identityDigest), entries = std::move(entries)](WriteContext& context) -> Result<void> {
    saveRebuiltVectors(context, digest, entries);
    return {};
  };
  co_return co_await writer_.run<void>(std::move(job), Durability::Unsynced);
}

ports::Task<std::string> SqliteRecordStore::note(std::string name) {
  auto job = [name = kNotePrefix + name](Connection& connection) { return readSetting(connection, name); };
  co_return co_await readers_.read(std::move(job));
}

ports::Task<void> SqliteRecordStore::saveNote(std::string name, std::string text) {
  auto job = [name = kNotePrefix + name, text = std::move(text)](WriteContext& context) -> Result<void> {
    writeSetting(context.connection, name, text);
    return {};
  };
  co_return co_await writer_.run<void>(std::move(job), Durability::Synced);
}

ports::Task<std::vector<ports::StoredEntry>> SqliteRecordStore::scanActive(std::optional<core::LearningId> after, std::size_t limit) {
  auto job = [after, limit](Connection& connection) { return activeEntries(connection, after, limit); };
  co_return co_await readers_.read(std::move(job));
}

ports::Task<std::optional<core::Calibration>> SqliteRecordStore::calibration(std::string identityDigest) {
  auto job = [digest = std::move(identityDigest)](Connection& connection) { return readCalibration(connection, digest); };
  co_return co_await readers_.read(std::move(job));
}

ports::Task<void> SqliteRecordStore::saveCalibration(std::string identityDigest, core::Calibration calibration) {
  auto job = [digest = std::move(identityDigest), calibration](WriteContext& context) -> Result<void> {
    writeCalibration(context.connection, digest, calibration);
    return {};
  };
  co_return co_await writer_.run<void>(std::move(job), Durability::Synced);
}

ports::Task<void> SqliteRecordStore::logQuality(std::vector<ports::QualityEntry> entries) {
  auto job = [entries = std::move(entries)](WriteContext& context) -> Result<void> {
    addQuality(context.connection, entries);
    return {};
  };
  co_return co_await writer_.run<void>(std::move(job), Durability::Unsynced);
}

ports::Task<ports::QualitySum> SqliteRecordStore::quality(core::Timestamp since) {
  auto job = [since](Connection& connection) { return qualitySince(connection, since); };
  co_return co_await readers_.read(std::move(job));
}

ports::Task<ports::RecordStoreStatus> SqliteRecordStore::status() {
  auto job = [](Connection& connection) { return isReadable(connection); };
  auto readable = co_await readers_.read(std::move(job));
  ports::RecordStoreStatus status;
  status.version = sqlite3_libversion();
  status.up = readable && *readable;
  status.detail = readable ? writer_.figures().trouble : readable.error().message();
  co_return status;
}

}  // namespace learnd::sqlite
