#include "adapters/sqlite/outbox.hpp"

#include "adapters/record_rows/unreadable_entry.hpp"
#include "adapters/sqlite/learning_row.hpp"
#include "adapters/sqlite/vectors.hpp"
#include "core/learning_size.hpp"

namespace learnd::sqlite {

namespace {

const FixedSql kEnqueue(
    "insert into outbox (seq, id, revision, removal, queued) values (?, ?, ?, ?, ?) on conflict (seq) do update set "
    "revision = excluded.revision, removal = excluded.removal, due = 0, attempts = 0, set_aside = 0, error = null");
const FixedSql kRemoval("select max(revision) from outbox where id = ? and removal = 1");
const FixedSql kDropEarlierRemoval("delete from outbox where id = ? and removal = 1 and seq <> ?");

const FixedSql kFinish("delete from outbox where seq = (select seq from learnings where id = ?) and revision = ? returning seq, removal");
const FixedSql kFinishRemoval("delete from outbox where id = ? and removal = 1 and revision = ?");

const FixedSql kFail(
    "update outbox set attempts = attempts + ?, due = ?, set_aside = ?, error = ?, queued = ? "
    "where seq = (select seq from learnings where id = ?) and revision = ?");
const FixedSql kFailRemoval(
    "update outbox set attempts = attempts + ?, due = ?, set_aside = ?, error = ?, queued = ? where id = ? and removal = 1 and revision = "
    "?");
const FixedSql kRetry("update outbox set set_aside = 0, due = 0, attempts = 0 where set_aside = 1");

const FixedSql kMakeDue("update outbox set due = 0 where due > ? and set_aside = 0");
// What waits already keeps its place.
const FixedSql kEnqueueAgain(
    "insert into outbox (seq, id, revision, removal, queued) select seq, id, revision, 0, ? from learnings "
    "where id = ? and status = 0 and owns_entry = 1 on conflict (seq) do update set due = 0, attempts = 0, set_aside = 0, error = null "
    "returning seq");

std::string pendingSql() {
  return "select o.id, o.revision, o.attempts, o.removal, v.vector, " + learningColumns() +
         " from outbox o left join learnings l on l.seq = o.seq and o.removal = 0 left join vectors v on v.seq = l.seq "
         "where o.set_aside = 0 and o.due <= ? order by o.queued limit ?";
}

std::string activeSql() {
  return "select v.vector, " + learningColumns() +
         " from learnings l left join vectors v on v.seq = l.seq where l.id > ? and +l.status = 0 and +l.owns_entry = 1 "
         "order by l.id limit ?";
}

}  // namespace

void enqueue(WriteContext& context, const OutboxRow& row) {
  context.connection.query(kEnqueue)
      .bind(row.seq)
      .bind(row.id.bytes())
      .bind(row.revision)
      .bind(row.removal == Removal::Yes)
      .bind(context.sequence.next())
      .run();
}

std::optional<std::uint64_t> removalOf(WriteContext& context, const core::LearningId& id) {
  auto query = context.connection.query(kRemoval);
  if (!query.bind(id.bytes()).step() || query.isNull(0)) return std::nullopt;
  return static_cast<std::uint64_t>(query.integer(0));
}

void dropEarlierRemoval(WriteContext& context, const core::LearningId& id, std::int64_t seq) {
  context.connection.query(kDropEarlierRemoval).bind(id.bytes()).bind(seq).run();
}

PendingRows pendingEntries(Connection& connection, core::Timestamp now, std::size_t limit) {
  static const FixedSql kPending(pendingSql());
  PendingRows pending;
  auto row = connection.query(kPending);
  row.bind(now.time_since_epoch().count()).bind(static_cast<std::int64_t>(limit));
  std::size_t bytes = 0;
  while (bytes < kPageBytes && row.step()) {
    ports::PendingEntry entry;
    entry.id = readId(row.blob(0));
    entry.revision = static_cast<std::uint64_t>(row.integer(1));
    entry.attempts = static_cast<std::uint32_t>(row.integer(2));
    try {
      if (row.integer(3) == 0) {
        entry.vector = readVector(row, 4);
        entry.learning = readLearning(row, 5);
        bytes += core::approximateSize(*entry.learning);
      }
      pending.entries.push_back(std::move(entry));
    } catch (const std::exception& error) {
      pending.unreadable.push_back(record_rows::unreadableEntry(entry, error));
    }
  }
  return pending;
}

void finishEntries(WriteContext& context, const std::vector<ports::IndexedEntry>& entries) {
  for (const auto& entry : entries) {
    std::optional<std::int64_t> indexed;
    bool gone = false;
    {
      auto query = context.connection.query(kFinish);
      query.bind(entry.id.bytes()).bind(entry.revision);
      while (query.step()) {
        gone = true;
        if (query.integer(1) == 0) indexed = query.integer(0);
      }
    }
    if (!gone) context.connection.query(kFinishRemoval).bind(entry.id.bytes()).bind(entry.revision).run();
    if (!indexed) continue;
    keepVector(context, *indexed, entry);
  }
}

void failEntries(WriteContext& context, const std::vector<ports::FailedEntry>& entries) {
  for (const auto& entry : entries) {
    const std::int64_t due = entry.nextTry.time_since_epoch().count();
    for (const FixedSql* sql : {&kFail, &kFailRemoval}) {
      auto query = context.connection.query(*sql);
      query.bind(entry.attempted)
          .bind(due)
          .bind(entry.setAside)
          .bind(entry.error)
          .bind(context.sequence.next())
          .bind(entry.id.bytes())
          .bind(entry.revision)
          .run();
      if (context.connection.changes() > 0) break;
    }
  }
}

std::uint64_t retrySetAsideEntries(WriteContext& context) {
  context.connection.query(kRetry).run();
  return static_cast<std::uint64_t>(context.connection.changes());
}

void makeEntriesDue(WriteContext& context, core::Timestamp later) {
  context.connection.query(kMakeDue).bind(later.time_since_epoch().count()).run();
}

std::uint64_t enqueueAgain(WriteContext& context, const std::vector<core::LearningId>& ids) {
  std::uint64_t count = 0;
  for (const auto& id : ids) {
    std::optional<std::int64_t> seq;
    {
      auto query = context.connection.query(kEnqueueAgain);
      query.bind(context.sequence.next()).bind(id.bytes());
      while (query.step()) seq = query.integer(0);
    }
    if (!seq) continue;
    dropVector(context, *seq);
    ++count;
  }
  return count;
}

std::vector<ports::StoredEntry> activeEntries(Connection& connection, const std::optional<core::LearningId>& after, std::size_t limit) {
  static const FixedSql kActive(activeSql());
  std::vector<ports::StoredEntry> entries;
  auto row = connection.query(kActive);
  row.bind(after ? Blob(after->bytes()) : Blob()).bind(static_cast<std::int64_t>(limit));
  std::size_t bytes = 0;
  while (bytes < kPageBytes && row.step()) {
    ports::StoredEntry entry;
    entry.vector = readVector(row, 0);
    entry.learning = readLearning(row, 1);
    bytes += core::approximateSize(entry.learning);
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace learnd::sqlite
