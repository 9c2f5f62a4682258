#include "adapters/postgres/record_transaction.hpp"

#include "adapters/postgres/answers.hpp"
#include "adapters/postgres/interaction_sharing.hpp"
#include "adapters/postgres/vectors.hpp"
#include "adapters/record_rows/row_json.hpp"

#include <algorithm>

namespace learnd::postgres {

namespace {

using core::Error;
using core::ErrorKind;
using core::Result;
using record_rows::entryDigestOf;

// A store asks about one key, an edit about two, and one more is the idempotency key's.
constexpr std::size_t kMostLocks = 8;

struct TooManyKeys {};

std::string selectWhere(const char* condition) { return "select " + learningColumns() + " from learnings l where " + condition; }

// What a work reads it may write again: other works wait for it. "No key": references to the row need not.
const Statement& loadSql() {
  static const Statement kLoad(selectWhere("l.id = $1 for no key update of l"));
  return kLoad;
}

const Statement& sameSql() {
  static const Statement kSame(
      selectWhere("l.key = $1 and l.kind = $2 and l.owns_entry and l.category = $3 and l.solution = $4 "
                  "order by l.status <> 'active', l.timestamp, l.id limit 1 for no key update of l"));
  return kSame;
}

const Statement& openFailureSql() {
  static const Statement kOpen(
      selectWhere("l.key = $1 and l.kind = 'failure' and l.owns_entry and l.status = 'active' and l.outcome = 'open' "
                  "order by l.timestamp desc, l.id desc limit 1 for no key update of l"));
  return kOpen;
}

const Statement kLock("select pg_advisory_xact_lock($1::integer, $2::integer)");
// One that stands for repeats of itself: these have the key too.
const Statement kHasKey(
    "select exists (select 1 from learnings l where l.key = $1 and l.owns_entry and l.status = 'active' and (l.id <> $2 or exists "
    "(select 1 from learnings r where r.entry_digest = l.entry_digest and not r.owns_entry)))");
const Statement kAny("select exists (select 1 from learnings)");
const Statement kRow(
    "select seq, revision, owns_entry, key, kind, status, category, query, entry_digest from learnings where id = $1 for no key update");
const Statement kErase("delete from learnings where seq = $1");
const Statement kAddFeedback(
    "insert into feedback (learning, time, outcome, note, uid) select seq, $2::timestamptz, $3, $4, $5::bigint from learnings where id = "
    "$1");
const Statement kAddScore(
    "insert into score_history (learning, until, value_score, profile, weight_set, factors, breakdown) "
    "select seq, $2::timestamptz, $3::double precision, $4, $5, $6::jsonb, $7::jsonb from learnings where id = $1");

std::string parameter(std::size_t number) { return "$" + std::to_string(number); }

/// The row, whether it owns its entry, the removal of an erased learning of this id that still waits (whoever has the id next must go on
/// behind its revision, or the index would take the new entry for an old one), and its place in the outbox: one question for all.
std::string insertSql() {
  const std::size_t columns = writtenColumnCount();
  std::string values = writtenParameters();
  const auto put = [&values](std::size_t number, const std::string& text) {
    const std::string from = parameter(number) + ",";
    values.replace(values.find(from), from.size(), text + ",");
  };
  put(kOwnsParameter,
      "$3::boolean and not exists (select 1 from learnings where entry_digest = " + parameter(columns - 1) + " and owns_entry)");
  put(kRevisionParameter, "coalesce((select max(revision) + 1 from gone), $2::bigint)");
  return "with gone as (select revision from outbox where id = $1::uuid and removal), placed as (insert into learnings (" +
         writtenColumnList() + ") values (" + values +
         ") on conflict (id) do nothing returning seq, revision, owns_entry and status = 'active' as in_index), "
         "dropped as (delete from outbox o using placed p where o.id = $1::uuid and o.removal and p.in_index), "
         "queued as (insert into outbox (seq, id, revision, removal, claimed_by, claimed_until) select seq, $1::uuid, revision, false, " +
         parameter(columns + 1) + "::uuid, clock_timestamp() + " + parameter(columns + 2) +
         "::bigint * interval '1 millisecond' from placed where in_index) select 1 from placed";
}

std::string updateSql() {
  std::string assignments;
  const auto& names = writtenColumns();
  for (std::size_t i = kIdParameter; i < names.size(); ++i) {
    if (!assignments.empty()) assignments += ", ";
    assignments += names[i] + " = " + parameter(i + 1);
  }
  return "update learnings set " + assignments + " where id = $1";
}

Error notThere(const core::LearningId& id) { return {ErrorKind::NotFound, "there is no learning " + id.text()}; }

std::optional<core::Learning> one(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  Row row(rows, 0);
  return readLearning(row);
}

}  // namespace

template <class Step>
auto RecordTransaction::attempt(Step step) -> decltype(step()) {
  // The first failure is the true one: what follows it is refused by PostgreSQL.
  if (failure_) return errorOf(*failure_);
  if (bug_) return *bug_;
  try {
    return step();
  } catch (const PostgresFailure& failure) {
    failure_ = failure;
    return errorOf(failure);
  } catch (const TooManyKeys&) {
    needsWholeStore_ = true;
    bug_ = Error(ErrorKind::Busy, "this work needs the whole store");
  } catch (const std::exception& error) {
    bug_ = Error(ErrorKind::Internal, std::string("record store: ") + error.what());
  }
  return *bug_;
}

void RecordTransaction::lock(const Digest& digest) {
  if (lock_ == WriteLock::WholeStore || std::find(locked_.begin(), locked_.end(), digest) != locked_.end()) return;
  if (locked_.size() == kMostLocks) throw TooManyKeys();
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = (number << 8U) | digest[i];
  const auto place = kFirstKeyLock + static_cast<std::int32_t>(number & 0x3fffffffU);
  context_.connection.run(kLock, Values().add(std::int64_t{names_.lockClass()}).add(std::int64_t{place}));
  locked_.push_back(digest);
}

core::Key RecordTransaction::keyOf(const core::Learning& learning) {
  const auto form = core::keyFormOf(learning.kind, learning.category);
  if (!lastKey_ || form != lastForm_ || learning.query != lastQuery_) {
    lastKey_ = core::makeKey(learning.query, form);
    lastQuery_ = learning.query;
    lastForm_ = form;
  }
  return *lastKey_;
}

std::optional<RecordTransaction::StoredRow> RecordTransaction::rowOf(const core::LearningId& id) {
  const Rows rows = context_.connection.run(kRow, Values().add(id));
  if (rows.empty()) return std::nullopt;
  Row read(rows, 0);
  StoredRow row;
  row.seq = read.integer();
  row.place.revision = read.count();
  row.place.ownsEntry = read.boolean();
  row.place.key.digest = read.digest();
  row.kind = read.text();
  row.status = read.text();
  row.category = read.text();
  row.query = read.text();
  if (!read.absent()) row.place.entryDigest = read.digest();
  return row;
}

Result<std::optional<core::Learning>> RecordTransaction::load(const core::LearningId& id) {
  return attempt([&]() -> Result<std::optional<core::Learning>> {
    if (bulk_.isNew(id)) return std::optional<core::Learning>();
    if (auto gathered = bulk_.gathered(id)) return gathered;
    if (bulk_.isGathered(id)) bulk_.flush();
    return one(context_.connection.run(loadSql(), Values().add(id)));
  });
}

Result<std::optional<core::Learning>> RecordTransaction::findSame(const core::Learning& learning) {
  return attempt([&]() -> Result<std::optional<core::Learning>> {
    // An interaction is an event: it repeats nothing.
    if (learning.kind == core::Kind::Interaction) return std::optional<core::Learning>();
    const core::Key key = keyOf(learning);
    lock(key.digest);
    if (bulk_.isNew(key)) return std::optional<core::Learning>();
    bulk_.flush();
    Values values;
    values.add(key.digest).add(core::nameOf(learning.kind)).add(learning.category).add(learning.solution);
    return one(context_.connection.run(sameSql(), values));
  });
}

Result<std::optional<core::Learning>> RecordTransaction::findOpenFailure(const core::Key& key) {
  return attempt([&]() -> Result<std::optional<core::Learning>> {
    lock(key.digest);
    if (bulk_.isNew(key)) return std::optional<core::Learning>();
    bulk_.flush();
    return one(context_.connection.run(openFailureSql(), Values().add(key.digest)));
  });
}

Result<bool> RecordTransaction::hasKey(const core::Key& key, const core::LearningId& except) {
  return attempt([&]() -> Result<bool> {
    lock(key.digest);
    if (bulk_.isNew(key)) return false;
    bulk_.flush();
    const Rows rows = context_.connection.run(kHasKey, Values().add(key.digest).add(except));
    return Row(rows, 0).boolean();
  });
}

Result<bool> RecordTransaction::hasAny() {
  return attempt([&]() -> Result<bool> {
    if (!bulk_.isEmpty()) return true;
    const Rows rows = context_.connection.run(kAny);
    return Row(rows, 0).boolean();
  });
}

Result<void> RecordTransaction::expect(const std::vector<ports::ExpectedLearning>& learnings) {
  return attempt([&]() -> Result<void> {
    if (lock_ == WriteLock::Keys && learnings.size() > kMostLocks) throw TooManyKeys();
    if (lock_ == WriteLock::WholeStore) bulk_.expect(learnings);
    return {};
  });
}

Result<void> RecordTransaction::flush() {
  return attempt([&]() -> Result<void> {
    bulk_.flush();
    return {};
  });
}

Result<void> RecordTransaction::insert(const core::Learning& learning) {
  return attempt([&]() -> Result<void> {
    const core::Key key = keyOf(learning);
    lock(key.digest);
    if (bulk_.take(learning, key)) return {};
    bulk_.flush();
    return insertAlone(learning, key);
  });
}

Result<void> RecordTransaction::insertAlone(const core::Learning& learning, const core::Key& key) {
  static const Statement kInsert(insertSql());
  RowPlace place;
  place.revision = 1;
  place.key = key;
  place.entryDigest = entryDigestOf(learning, key);
  Values values;
  addLearning(values, learning, place);
  addClaim(values, context_.claimer);
  if (!context_.connection.run(kInsert, values).empty()) {
    bulk_.noteStored(learning.id, key);
    return {};
  }
  return Error(ErrorKind::Conflict, "there is a learning with the id " + learning.id.text() + " already").withId(learning.id.text());
}

/// Where a row with other index contents stands: its next revision, its key, and whether it has an entry of its own.
RowPlace RecordTransaction::placeAfter(const StoredRow& before, const core::Learning& learning) {
  RowPlace place = before.place;
  place.revision += 1;
  if (learning.query != before.query || core::nameOf(learning.kind) != before.kind || learning.category != before.category) {
    place.key = keyOf(learning);
  }
  place.entryDigest = entryDigestOf(learning, place.key);
  if (place.entryDigest != before.place.entryDigest) {
    lock(place.key.digest);
    place.ownsEntry = !place.entryDigest || !hasOwner(context_.connection, *place.entryDigest);
  }
  return place;
}

void RecordTransaction::writeRow(const RowPlace& after, const core::Learning& learning) {
  static const Statement kUpdate(updateSql());
  Values values;
  addLearning(values, learning, after);
  context_.connection.run(kUpdate, values);
}

Result<void> RecordTransaction::update(const core::Learning& learning, ports::IndexChange change) {
  return attempt([&]() -> Result<void> {
    // Those that share an entry know of each other by their rows.
    if (bulk_.isGathered(learning.id) || learning.kind == core::Kind::Interaction) bulk_.flush();
    const auto before = rowOf(learning.id);
    if (!before) return notThere(learning.id);
    if (change == ports::IndexChange::None) {
      writeRow(before->place, learning);
      return {};
    }
    const RowPlace after = placeAfter(*before, learning);
    const bool isActive = learning.status == core::Status::Active;
    const bool inIndex = isActive && after.ownsEntry;
    // The outbox first: what is being finished of the row meanwhile is then seen, or sees that it came too late.
    if (inIndex || before->isInIndex()) {
      enqueue(context_, {before->seq, learning.id, after.revision, inIndex ? Removal::No : Removal::Yes});
    }
    if (change == ports::IndexChange::Text || (isActive && !after.ownsEntry)) dropVector(context_.connection, before->seq);
    writeRow(after, learning);
    bulk_.noteStored(learning.id, after.key);
    const bool leftEntry = before->place.entryDigest && before->place.ownsEntry && after.entryDigest != before->place.entryDigest;
    if (leftEntry) {
      lock(before->place.key.digest);
      passEntryOn(context_, *before->place.entryDigest);
    }
    return {};
  });
}

Result<void> RecordTransaction::erase(const core::LearningId& id) {
  return attempt([&]() -> Result<void> {
    bulk_.flush();
    const auto before = rowOf(id);
    if (!before) return notThere(id);
    if (before->isInIndex()) enqueue(context_, {before->seq, id, before->place.revision + 1, Removal::Yes});
    context_.connection.run(kErase, Values().add(before->seq));
    if (before->place.entryDigest && before->place.ownsEntry) {
      lock(before->place.key.digest);
      passEntryOn(context_, *before->place.entryDigest);
    }
    return {};
  });
}

Result<void> RecordTransaction::addFeedback(const ports::FeedbackEntry& entry) {
  return attempt([&]() -> Result<void> {
    if (bulk_.isGathered(entry.id)) bulk_.flush();
    Values values;
    values.add(entry.id).add(entry.time).add(core::nameOf(entry.outcome)).add(entry.note).add(entry.uid);
    if (context_.connection.run(kAddFeedback, values).affected() == 0) return notThere(entry.id);
    return {};
  });
}

Result<void> RecordTransaction::addScoreHistory(const core::Learning& before, core::Timestamp until) {
  return attempt([&]() -> Result<void> {
    if (bulk_.isGathered(before.id)) bulk_.flush();
    Values values;
    values.add(before.id).add(until).add(before.valueScore).add(before.profile).add(before.weightSet);
    const std::string factors = record_rows::factorsText(before.factors);
    values.add(factors.empty() ? std::nullopt : std::optional(factors)).add(record_rows::breakdownText(before.breakdown));
    if (context_.connection.run(kAddScore, values).affected() == 0) return notThere(before.id);
    return {};
  });
}

Result<std::optional<ports::RememberedAnswer>> RecordTransaction::recall(std::uint32_t uid, const std::string& idempotencyKey,
                                                                         core::Timestamp notBefore) {
  return attempt([&]() -> Result<std::optional<ports::RememberedAnswer>> {
    lock(core::sha256("idempotency " + std::to_string(uid) + " " + idempotencyKey));
    return recallAnswer(context_.connection, uid, idempotencyKey, notBefore);
  });
}

Result<void> RecordTransaction::remember(std::uint32_t uid, const std::string& idempotencyKey, core::Timestamp now,
                                         const ports::RememberedAnswer& answer) {
  return attempt([&]() -> Result<void> {
    rememberAnswer(context_.connection, uid, idempotencyKey, now, answer);
    return {};
  });
}

}  // namespace learnd::postgres
