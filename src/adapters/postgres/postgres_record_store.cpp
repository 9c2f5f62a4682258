#include "adapters/postgres/postgres_record_store.hpp"

#include "adapters/postgres/connection_text.hpp"
#include "adapters/postgres/figures.hpp"
#include "adapters/postgres/lease.hpp"
#include "adapters/postgres/listing.hpp"
#include "adapters/postgres/random_id.hpp"
#include "adapters/postgres/reading.hpp"
#include "adapters/postgres/settings.hpp"
#include "adapters/postgres/text_search.hpp"
#include "adapters/postgres/vectors.hpp"
#include "adapters/postgres/writing.hpp"
#include "support/timeout.hpp"

#include <algorithm>
#include <utility>

namespace learnd::postgres {

namespace {

using namespace std::chrono_literals;
using core::Result;

// Among the settings, apart from the store's own.
const std::string kNotePrefix = "note.";
constexpr auto kStatusPatience = 2000ms;
// Making all vectors anew writes a row for each learning.
constexpr auto kLongPatience = 10min;

/// PostgreSQL cuts off a name's 64th byte and what follows, and "_v1" has to fit.
Result<void> checkSchema(const std::string& name) {
  const auto isGood = [](char sign) { return (sign >= 'a' && sign <= 'z') || (sign >= '0' && sign <= '9') || sign == '_'; };
  const bool good = !name.empty() && name.size() <= 60 && (name.front() < '0' || name.front() > '9') &&
                    std::all_of(name.begin(), name.end(), isGood) && !name.starts_with("pg_");
  if (good) return {};
  return core::Error::invalidField("store.schema",
                                   "a schema's name is at most 60 small letters, digits and _, and does not begin with pg_");
}

ServerSettings settingsOf(const PostgresOptions& options, const std::string& daemon = {}) {
  ServerSettings settings;
  settings.dsn = options.dsn;
  settings.passwordFile = options.passwordFile;
  settings.schema = options.schema;
  settings.connectTimeout = options.connectTimeout;
  settings.statementTimeout = options.statementTimeout;
  settings.lockTimeout = options.lockTimeout;
  settings.daemon = daemon;
  return settings;
}

Result<void> checkOptions(const PostgresOptions& options) {
  if (auto good = checkSchema(options.schema); !good) return good;
  if (options.passwordFile.empty()) return {};
  auto password = readPassword(options.passwordFile);
  if (!password) return password.error();
  return {};
}

}  // namespace

PostgresRecordStore::PostgresRecordStore(const PostgresOptions& options, SchemaNames names, Claimer claimer)
    : names_(std::move(names)),
      claimer_(claimer),
      changes_(options.followChanges ? std::optional<ChangeReader>(claimer.id) : std::nullopt),
      server_(settingsOf(options, options.followChanges ? claimer.id.text() : std::string()),
              [this](Connection& connection) -> Result<void> {
                if (auto migrated = migrate(connection, names_, migrations()); !migrated) return migrated;
                forgetOldWriters(connection);
                forgetFutureChanges(connection);
                return {};
              }),
      readers_(server_, {options.readers, options.queueLimit, Durability::Synced, "reads"}),
      writers_(server_, {options.writers, options.queueLimit, Durability::Synced, "writes"}),
      outbox_(server_, {1, options.queueLimit, Durability::Unsynced, "index updates"}) {}

PostgresRecordStore::~PostgresRecordStore() {
  outbox_.post([this](Slot& slot) {
    try {
      releaseClaims(slot.connection(), claimer_);
    } catch (const std::exception&) {
      // They run out by themselves.
    }
  });
}

Result<std::unique_ptr<PostgresRecordStore>> PostgresRecordStore::open(PostgresOptions options) {
  if (auto good = checkOptions(options); !good) return good.error();
  std::unique_ptr<PostgresRecordStore> store(
      new PostgresRecordStore(options, SchemaNames(options.schema), {randomId(), options.claimLife}));
  if (auto started = store->server_.start(); !started) return started.error();
  return store;
}

Result<void> PostgresRecordStore::drop(const PostgresOptions& options) {
  if (auto good = checkOptions(options); !good) return good;
  return guarded([&]() -> Result<void> {
    const SchemaNames names(options.schema);
    Server server(settingsOf(options), [&names](Connection& connection) -> Result<void> {
      dropSchema(connection, names);
      return {};
    });
    if (auto started = server.start(); !started) return started;
    if (const auto down = server.whyDown()) return core::Error(core::ErrorKind::Unavailable, *down);
    return {};
  });
}

template <class Job>
boost::asio::awaitable<Result<std::invoke_result_t<Job, Connection&>>> PostgresRecordStore::read(Job job) {
  auto onSlot = [job = std::move(job)](Slot& slot) mutable { return runRead(slot, job); };
  co_return co_await readers_.run(std::move(onSlot));
}

boost::asio::awaitable<Result<void>> PostgresRecordStore::repeat(Lane& lane, std::function<void(Connection&)> work) {
  auto onSlot = [work = std::move(work)](Slot& slot) { return runRepeatable(slot, work); };
  co_return co_await lane.run(std::move(onSlot));
}

boost::asio::awaitable<Result<std::uint64_t>> PostgresRecordStore::repeatAndCount(std::function<std::uint64_t(Connection&)> work) {
  auto onSlot = [work = std::move(work)](Slot& slot) -> Result<std::uint64_t> {
    std::uint64_t count = 0;
    auto done = runRepeatable(slot, [&](Connection& connection) { count = work(connection); });
    if (!done) return done.error();
    return count;
  };
  co_return co_await writers_.run(std::move(onSlot));
}

ports::Task<void> PostgresRecordStore::write(ports::RecordWork work) {
  auto onSlot = [this, work = std::move(work)](Slot& slot) { return runWork(slot, names_, claimer_, work); };
  co_return co_await writers_.run(std::move(onSlot));
}

ports::Task<std::vector<core::Learning>> PostgresRecordStore::load(std::vector<core::LearningId> ids) {
  auto job = [ids = std::move(ids)](Connection& connection) { return loadLearnings(connection, ids); };
  co_return co_await read(std::move(job));
}

ports::Task<std::vector<core::Learning>> PostgresRecordStore::findByKeys(std::vector<core::Key> keys) {
  auto job = [keys = std::move(keys)](Connection& connection) { return learningsWithKeys(connection, keys); };
  co_return co_await read(std::move(job));
}

ports::Task<ports::LearningPage> PostgresRecordStore::list(ports::LearningFilter filter, ports::ListOrder order,
                                                           std::optional<ports::PagePlace> after, std::size_t limit) {
  auto job = [filter = std::move(filter), order, after, limit](Connection& connection) {
    return listLearnings(connection, filter, order, after, limit);
  };
  co_return co_await read(std::move(job));
}

ports::Task<std::vector<core::Learning>> PostgresRecordStore::exportPage(std::optional<core::LearningId> after, std::size_t limit) {
  auto job = [after, limit](Connection& connection) { return exportedLearnings(connection, after, limit); };
  co_return co_await read(std::move(job));
}

ports::Task<ports::StoreCounts> PostgresRecordStore::counts() {
  auto job = [](Connection& connection) { return storeCounts(connection); };
  co_return co_await read(std::move(job));
}

ports::Task<std::vector<ports::TextHit>> PostgresRecordStore::searchText(ports::TextQuery query) {
  auto job = [query = std::move(query)](Connection& connection) { return postgres::searchText(connection, query); };
  co_return co_await read(std::move(job));
}

ports::Task<std::vector<ports::PendingEntry>> PostgresRecordStore::pending(core::Timestamp now, std::size_t limit) {
  auto onSlot = [this, now, limit](Slot& slot) -> Result<std::vector<ports::PendingEntry>> {
    std::vector<ports::PendingEntry> entries;
    auto claimed = runRepeatable(slot, [&](Connection& connection) { entries = claimPending(connection, claimer_, now, limit); });
    if (!claimed) return claimed.error();
    return entries;
  };
  co_return co_await outbox_.run(std::move(onSlot));
}

ports::Task<void> PostgresRecordStore::finishIndexing(std::vector<ports::IndexedEntry> entries, std::string embedder) {
  auto onSlot = [entries = std::move(entries), embedder = std::move(embedder)](Slot& slot) -> Result<void> {
    bool isUsed = true;
    auto done = runRepeatable(slot, [&](Connection& connection) {
      // Nobody changes it before this ends.
      isUsed = embedder.empty() || holdUsedEmbedder(connection) == embedder;
      if (isUsed) finishEntries(connection, entries);
    });
    if (done && !isUsed) return ports::ofAnotherEmbedder();
    return done;
  };
  co_return co_await outbox_.run(std::move(onSlot));
}

ports::Task<void> PostgresRecordStore::failIndexing(std::vector<ports::FailedEntry> entries) {
  std::function<void(Connection&)> work = [entries = std::move(entries)](Connection& connection) { failEntries(connection, entries); };
  co_return co_await repeat(outbox_, std::move(work));
}

ports::Task<std::uint64_t> PostgresRecordStore::retrySetAside() {
  std::function<std::uint64_t(Connection&)> work = [](Connection& connection) { return retrySetAsideEntries(connection); };
  co_return co_await repeatAndCount(std::move(work));
}

ports::Task<void> PostgresRecordStore::makeDue(core::Timestamp later) {
  std::function<void(Connection&)> work = [later](Connection& connection) { makeEntriesDue(connection, later); };
  co_return co_await repeat(outbox_, std::move(work));
}

ports::Task<std::uint64_t> PostgresRecordStore::enqueue(std::vector<core::LearningId> ids) {
  std::function<std::uint64_t(Connection&)> work = [ids = std::move(ids)](Connection& connection) { return enqueueAgain(connection, ids); };
  co_return co_await repeatAndCount(std::move(work));
}

ports::Task<std::uint64_t> PostgresRecordStore::useEmbedder(std::string identityDigest) {
  std::function<std::uint64_t(Connection&)> work = [digest = std::move(identityDigest)](Connection& connection) {
    const Patience patience(connection, kLongPatience);
    return postgres::useEmbedder(connection, digest);
  };
  co_return co_await repeatAndCount(std::move(work));
}

ports::Task<std::optional<std::string>> PostgresRecordStore::usedEmbedder() {
  auto job = [](Connection& connection) { return postgres::usedEmbedder(connection); };
  co_return co_await read(std::move(job));
}

ports::Task<void> PostgresRecordStore::saveVectors(std::string identityDigest, std::vector<ports::IndexedEntry> entries) {
  std::function<void(Connection&)> work = [digest = std::move(identityDigest), entries = std::move(entries)](Connection& connection) {
    saveRebuiltVectors(connection, digest, entries);
  };
  co_return co_await repeat(outbox_, std::move(work));
}

ports::Task<std::string> PostgresRecordStore::note(std::string name) {
  auto job = [name = kNotePrefix + name](Connection& connection) { return readSetting(connection, name); };
  co_return co_await read(std::move(job));
}

ports::Task<void> PostgresRecordStore::saveNote(std::string name, std::string text) {
  std::function<void(Connection&)> work = [name = kNotePrefix + name, text = std::move(text)](Connection& connection) {
    writeSetting(connection, name, text);
  };
  co_return co_await repeat(writers_, std::move(work));
}

ports::Task<bool> PostgresRecordStore::takeLease(std::string name, std::string holder, std::chrono::seconds life) {
  auto onSlot = [name = std::move(name), holder = std::move(holder), life](Slot& slot) -> Result<bool> {
    bool taken = false;
    auto done = runRepeatable(slot, [&](Connection& connection) { taken = postgres::takeLease(connection, name, holder, life); });
    if (!done) return done.error();
    return taken;
  };
  co_return co_await writers_.run(std::move(onSlot));
}

ports::Task<void> PostgresRecordStore::giveLeaseBack(std::string name, std::string holder) {
  std::function<void(Connection&)> work = [name = std::move(name), holder = std::move(holder)](Connection& connection) {
    postgres::giveLeaseBack(connection, name, holder);
  };
  co_return co_await repeat(writers_, std::move(work));
}

ports::Task<std::vector<core::LearningId>> PostgresRecordStore::changedByOthers() {
  if (!changes_) co_return core::Error(core::ErrorKind::Internal, "changes are not followed");
  auto job = [this](Connection& connection) { return changes_->read(connection); };
  co_return co_await read(std::move(job));
}

ports::Task<std::vector<ports::StoredEntry>> PostgresRecordStore::entriesOf(std::vector<core::LearningId> ids) {
  auto job = [ids = std::move(ids)](Connection& connection) { return postgres::entriesOf(connection, ids); };
  co_return co_await read(std::move(job));
}

ports::Task<std::vector<ports::StoredEntry>> PostgresRecordStore::scanActive(std::optional<core::LearningId> after, std::size_t limit) {
  auto job = [after, limit](Connection& connection) { return activeEntries(connection, after, limit); };
  co_return co_await read(std::move(job));
}

ports::Task<std::optional<core::Calibration>> PostgresRecordStore::calibration(std::string identityDigest) {
  auto job = [digest = std::move(identityDigest)](Connection& connection) { return readCalibration(connection, digest); };
  co_return co_await read(std::move(job));
}

ports::Task<void> PostgresRecordStore::saveCalibration(std::string identityDigest, core::Calibration calibration) {
  std::function<void(Connection&)> work = [digest = std::move(identityDigest), calibration](Connection& connection) {
    writeCalibration(connection, digest, calibration);
  };
  co_return co_await repeat(writers_, std::move(work));
}

ports::Task<void> PostgresRecordStore::logQuality(std::vector<ports::QualityEntry> entries) {
  // Not repeated after a commit without an answer: it would count twice.
  auto onSlot = [entries = std::move(entries)](Slot& slot) -> Result<void> {
    addQuality(slot.connection(), entries);
    return {};
  };
  co_return co_await outbox_.run(std::move(onSlot));
}

ports::Task<ports::QualitySum> PostgresRecordStore::quality(core::Timestamp since) {
  auto job = [since](Connection& connection) { return qualitySince(connection, since); };
  co_return co_await read(std::move(job));
}

ports::Task<ports::RecordStoreStatus> PostgresRecordStore::status() {
  ports::RecordStoreStatus status;
  // That they can be read, not only that somebody answers.
  auto job = [this](Connection& connection) {
    connection.script("select count(*) from settings");
    return adviceForReaders(connection, names_);
  };
  auto asking = read(std::move(job));
  auto answered = co_await support::withTimeout(std::move(asking), kStatusPatience);
  status.up = answered.has_value();
  if (answered) {
    status.advice = *answered;
  } else {
    status.detail = server_.whyDown().value_or(answered.error().message());
  }
  status.version = server_.version();
  co_return status;
}

}  // namespace learnd::postgres
