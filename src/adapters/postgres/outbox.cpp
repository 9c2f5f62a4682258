#include "adapters/postgres/outbox.hpp"

#include "adapters/postgres/learning_row.hpp"
#include "adapters/postgres/vectors.hpp"
#include "adapters/record_rows/unreadable_entry.hpp"

namespace learnd::postgres {

namespace {

// The removal of an earlier row of this id would take the new entry out of the index again.
const Statement kEnqueue(
    "with dropped as (delete from outbox where id = $2::uuid and removal and seq <> $1::bigint) insert into outbox as o (seq, id, "
    "revision, removal, claimed_by, claimed_until) "
    "values ($1, $2, $3, $4, $5::uuid, clock_timestamp() + $6::bigint * interval '1 millisecond') on conflict (seq) do update set "
    "revision = excluded.revision, removal = excluded.removal, due = '-infinity', attempts = 0, set_aside = false, error = null, "
    "claimed_by = excluded.claimed_by, claimed_until = excluded.claimed_until");
// A vector that is there is of this very text: a new text drops it.
const Statement kFinish(
    "with given as (select * from unnest($1::uuid[], $2::bigint[], $3::boolean[], $4::text[]) as g (id, revision, clipped, vector)), "
    "done as (delete from outbox o using given g where o.id = g.id and o.revision = g.revision "
    "returning o.seq, o.removal, g.clipped, g.vector) "
    "insert into vectors as v (seq, clipped, vector) select d.seq, d.clipped, d.vector::bytea from done d where not d.removal "
    "on conflict (seq) do update set clipped = excluded.clipped, vector = excluded.vector "
    "where v.vector is null and excluded.vector is not null");

const Statement kFail(
    "update outbox o set attempts = o.attempts + g.attempted, due = g.due, set_aside = g.set_aside, error = g.error, "
    "queued = nextval('outbox_line'), claimed_by = null, claimed_until = null "
    "from unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::boolean[], $5::text[], $6::integer[]) as g (id, revision, due, "
    "set_aside, error, attempted) "
    "where o.id = g.id and o.revision = g.revision");
const Statement kRetry("update outbox set set_aside = false, due = '-infinity', attempts = 0 where set_aside");
const Statement kRelease("update outbox set claimed_by = null, claimed_until = null where claimed_by = $1::uuid");

// What waits already keeps its place.
const Statement kEnqueueAgain(
    "insert into outbox (seq, id, revision, removal) select l.seq, l.id, l.revision, false "
    "from unnest($1::uuid[]) with ordinality as g (id, place) join learnings l on l.id = g.id "
    "where l.status = 'active' and l.owns_entry order by g.place on conflict (seq) do update set due = '-infinity', attempts = 0, "
    "set_aside = false, error = null, claimed_by = null, claimed_until = null returning seq");
const Statement kMakeDue("update outbox set due = '-infinity' where due > $1 and not set_aside");

/// Locked rows are being claimed by another daemon this very moment. What is beyond kPageBytes is left for the next batch.
const Statement& pendingSql() {
  static const Statement kPending(
      "with due as (select seq, queued from outbox where not set_aside and due <= $1 "
      "and (claimed_until is null or claimed_by = $2::uuid or claimed_until <= clock_timestamp()) "
      "order by queued limit $4::bigint for update skip locked), "
      "sized as (select d.seq, sum(coalesce((select " +
      learningSize() +
      " from learnings l where l.seq = d.seq), 0)) over (order by d.queued rows between unbounded preceding and 1 preceding) as "
      "bytes_before "
      "from due d), "
      "claimed as (update outbox o set claimed_by = $2::uuid, claimed_until = clock_timestamp() + $3::bigint * interval '1 millisecond' "
      "from sized s where o.seq = s.seq and coalesce(s.bytes_before, 0) < " +
      std::to_string(kPageBytes) +
      " returning o.*) "
      "select c.id, c.revision, c.attempts, c.removal, v.vector, l.seq, " +
      learningColumns() +
      " from claimed c left join learnings l on l.seq = c.seq and not c.removal left join vectors v on v.seq = l.seq order by c.queued");
  return kPending;
}

const Statement& activeSql() {
  static const Statement kActive(
      pageSql(WithVectors::Yes, "l.id > $1::uuid and l.status = 'active' and l.owns_entry", "l.id", "$2::bigint"));
  return kActive;
}

const Statement& firstActiveSql() {
  static const Statement kActive(pageSql(WithVectors::Yes, "l.status = 'active' and l.owns_entry", "l.id", "$1::bigint"));
  return kActive;
}

}  // namespace

void addClaim(Values& values, const Claimer& claimer) { values.add(claimer.id).add(std::int64_t{claimer.life.count()}); }

void enqueue(WriteContext& context, const OutboxRow& row) {
  Values values;
  values.add(row.seq).add(row.id).add(row.revision).add(row.removal == Removal::Yes);
  addClaim(values, context.claimer);
  context.connection.run(kEnqueue, values);
}

std::vector<ports::PendingEntry> claimPending(Connection& connection, const Claimer& claimer, core::Timestamp now, std::size_t limit) {
  Values values;
  values.add(now);
  addClaim(values, claimer);
  values.add(static_cast<std::int64_t>(limit));
  const Rows rows = connection.run(pendingSql(), values);
  std::vector<ports::PendingEntry> entries;
  entries.reserve(rows.size());
  std::vector<ports::FailedEntry> unreadable;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Row row(rows, i);
    ports::PendingEntry entry;
    entry.id = row.id();
    entry.revision = row.count();
    entry.attempts = static_cast<std::uint32_t>(row.integer());
    (void)row.boolean();
    try {
      entry.vector = readVector(row);
      if (!row.absent()) {
        (void)row.integer();
        entry.learning = readLearning(row);
      }
      entries.push_back(std::move(entry));
    } catch (const std::exception& error) {
      unreadable.push_back(record_rows::unreadableEntry(entry, error));
    }
  }
  if (!unreadable.empty()) failEntries(connection, unreadable);
  return entries;
}

void finishEntries(Connection& connection, const std::vector<ports::IndexedEntry>& entries) { connection.run(kFinish, valuesOf(entries)); }

void failEntries(Connection& connection, const std::vector<ports::FailedEntry>& entries) {
  ArrayText ids;
  ArrayText revisions;
  ArrayText due;
  ArrayText setAside;
  ArrayText errors;
  ArrayText attempted;
  for (const auto& entry : entries) {
    ids.add(entry.id.text());
    revisions.add(static_cast<std::int64_t>(entry.revision));
    due.add(timeText(entry.nextTry));
    setAside.add(entry.setAside);
    errors.add(entry.error);
    attempted.add(std::int64_t{entry.attempted ? 1 : 0});
  }
  Values values;
  values.add(ids.text()).add(revisions.text()).add(due.text()).add(setAside.text()).add(errors.text()).add(attempted.text());
  connection.run(kFail, values);
}

std::uint64_t retrySetAsideEntries(Connection& connection) { return connection.run(kRetry).affected(); }

void makeEntriesDue(Connection& connection, core::Timestamp later) { connection.run(kMakeDue, Values().add(later)); }

std::uint64_t enqueueAgain(Connection& connection, const std::vector<core::LearningId>& ids) {
  ArrayText list;
  for (const auto& id : ids) list.add(id.text());
  const Rows rows = connection.run(kEnqueueAgain, Values().add(list.text()));
  for (std::size_t i = 0; i < rows.size(); ++i) dropVector(connection, Row(rows, i).integer());
  return rows.size();
}

void releaseClaims(Connection& connection, const Claimer& claimer) { connection.run(kRelease, Values().add(claimer.id)); }

std::vector<ports::StoredEntry> activeEntries(Connection& connection, const std::optional<core::LearningId>& after, std::size_t limit) {
  const auto count = static_cast<std::int64_t>(limit);
  const Rows rows =
      after ? connection.run(activeSql(), Values().add(*after).add(count)) : connection.run(firstActiveSql(), Values().add(count));
  std::vector<ports::StoredEntry> entries;
  entries.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Row row(rows, i);
    ports::StoredEntry entry = readEntry(row);
    if (row.count() >= kPageBytes) break;
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace learnd::postgres
