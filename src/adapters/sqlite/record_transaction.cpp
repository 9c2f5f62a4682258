#include "adapters/sqlite/record_transaction.hpp"

#include "adapters/record_rows/entry_digest.hpp"
#include "adapters/record_rows/row_json.hpp"
#include "adapters/sqlite/answers.hpp"
#include "adapters/sqlite/interaction_sharing.hpp"
#include "adapters/sqlite/outbox.hpp"
#include "adapters/sqlite/vectors.hpp"

namespace learnd::sqlite {

namespace {

using core::Error;
using core::ErrorKind;
using core::Result;
using record_rows::entryDigestOf;

// Below, the + before a column keeps SQLite to the index by key: it finds a handful of rows.
std::string selectWhere(const char* condition) { return "select " + learningColumns() + " from learnings l where " + condition; }

const FixedSql& loadSql() {
  static const FixedSql kLoad(selectWhere("l.id = ?"));
  return kLoad;
}

const FixedSql& sameSql() {
  static const FixedSql kSame(
      selectWhere("l.key = ? and l.kind = ? and l.owns_entry = 1 and +l.category = ? and +l.solution = ? "
                  "order by l.status <> 0, l.timestamp, l.id limit 1"));
  return kSame;
}

const FixedSql& openFailureSql() {
  static const FixedSql kOpen(
      selectWhere("l.key = ? and l.kind = 1 and l.owns_entry = 1 and +l.status = 0 and +l.outcome = 1 "
                  "order by l.timestamp desc, l.id desc limit 1"));
  return kOpen;
}

const FixedSql kAnyOfKey("select 1 from learnings where key = ? and kind = ? and owns_entry = 1 limit 1");
const FixedSql kWithKey("select id, entry_digest from learnings where key = ? and owns_entry = 1 and +status = 0");
const FixedSql kAny("select 1 from learnings limit 1");
const FixedSql kRow("select seq, revision, owns_entry, entry_digest, key, kind, status, category, query from learnings where id = ?");
const FixedSql kSeq("select seq from learnings where id = ?");
const FixedSql kErase("delete from learnings where seq = ?");
const FixedSql kAddFeedback("insert into feedback (learning, time, outcome, note, uid) values (?, ?, ?, ?, ?)");
const FixedSql kAddScore(
    "insert into score_history (learning, until, value_score, profile, weight_set, factors, breakdown) values (?, ?, ?, ?, ?, ?, ?)");

std::optional<core::Learning> one(Query& row) {
  if (!row.step()) return std::nullopt;
  return readLearning(row);
}

Error notThere(const core::LearningId& id) { return {ErrorKind::NotFound, "there is no learning " + id.text()}; }

}  // namespace

template <class Step>
auto RecordTransaction::attempt(Step step) -> decltype(step()) {
  try {
    return step();
  } catch (const SqliteFailure& failure) {
    failure_ = errorOf(failure);
  } catch (const std::exception& error) {
    failure_ = Error(ErrorKind::Internal, std::string("record store: ") + error.what());
  }
  return *failure_;
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
  auto query = context_.connection.query(kRow);
  if (!query.bind(id.bytes()).step()) return std::nullopt;
  StoredRow row;
  row.place.seq = query.integer(0);
  row.place.revision = static_cast<std::uint64_t>(query.integer(1));
  row.place.ownsEntry = query.integer(2) != 0;
  if (!query.isNull(3)) row.place.entryDigest = readDigest(query.blob(3));
  row.place.key.digest = readDigest(query.blob(4));
  row.kind = kindOf(query.integer(5));
  row.status = statusOf(query.integer(6));
  row.category = std::string(query.text(7));
  row.query = std::string(query.text(8));
  return row;
}

/// 0 where there is none: no row has that number.
std::int64_t RecordTransaction::seqOf(const core::LearningId& id) {
  auto query = context_.connection.query(kSeq);
  return query.bind(id.bytes()).step() ? query.integer(0) : 0;
}

Result<std::optional<core::Learning>> RecordTransaction::load(const core::LearningId& id) {
  return attempt([&]() -> Result<std::optional<core::Learning>> {
    auto row = context_.connection.query(loadSql());
    row.bind(id.bytes());
    return one(row);
  });
}

Result<std::optional<core::Learning>> RecordTransaction::findSame(const core::Learning& learning) {
  return attempt([&]() -> Result<std::optional<core::Learning>> {
    // An interaction is an event: it repeats nothing.
    if (learning.kind == core::Kind::Interaction) return std::optional<core::Learning>();
    const core::Key key = keyOf(learning);
    {
      // Most are new, and SQLite makes ready to sort before it looks: asking for any at all costs a fifth of that.
      auto any = context_.connection.query(kAnyOfKey);
      any.bind(key.digest).bind(numberOf(learning.kind));
      if (!any.step()) return std::optional<core::Learning>();
    }
    auto row = context_.connection.query(sameSql());
    row.bind(key.digest).bind(numberOf(learning.kind)).bind(learning.category).bind(learning.solution);
    return one(row);
  });
}

Result<std::optional<core::Learning>> RecordTransaction::findOpenFailure(const core::Key& key) {
  return attempt([&]() -> Result<std::optional<core::Learning>> {
    auto row = context_.connection.query(openFailureSql());
    row.bind(key.digest);
    return one(row);
  });
}

Result<bool> RecordTransaction::hasKey(const core::Key& key, const core::LearningId& except) {
  return attempt([&]() -> Result<bool> {
    auto row = context_.connection.query(kWithKey);
    row.bind(key.digest);
    while (row.step()) {
      if (readId(row.blob(0)) != except) return true;
      // It stands for repeats of itself: these have the key too.
      if (!row.isNull(1) && isShared(context_.connection, readDigest(row.blob(1)))) return true;
    }
    return false;
  });
}

Result<bool> RecordTransaction::hasAny() {
  return attempt([&]() -> Result<bool> { return context_.connection.query(kAny).step(); });
}

Result<void> RecordTransaction::insert(const core::Learning& learning) {
  return attempt([&]() -> Result<void> {
    if (seqOf(learning.id) != 0) {
      return Error(ErrorKind::Conflict, "there is a learning with the id " + learning.id.text() + " already").withId(learning.id.text());
    }
    RowPlace place;
    place.seq = context_.sequence.next();
    place.revision = 1;
    place.key = keyOf(learning);
    place.entryDigest = entryDigestOf(learning, place.key);
    place.ownsEntry = !place.entryDigest || !hasOwner(context_.connection, *place.entryDigest);
    const bool inIndex = place.ownsEntry && learning.status == core::Status::Active;
    if (const auto removed = removalOf(context_, learning.id)) {
      place.revision = *removed + 1;
      if (inIndex) dropEarlierRemoval(context_, learning.id, place.seq);
    }
    {
      RowTexts texts;
      auto query = context_.connection.query(insertLearning());
      bindLearning(query, learning, place, texts);
      query.run();
    }
    if (inIndex) enqueue(context_, {place.seq, learning.id, place.revision, Removal::No});
    return {};
  });
}

/// Where a row with other index contents stands: its next revision, its key, and whether it has an entry of its own.
RowPlace RecordTransaction::placeAfter(const StoredRow& before, const core::Learning& learning) {
  RowPlace place = before.place;
  place.revision += 1;
  if (learning.query != before.query || learning.kind != before.kind || learning.category != before.category) place.key = keyOf(learning);
  place.entryDigest = entryDigestOf(learning, place.key);
  if (place.entryDigest != before.place.entryDigest) {
    place.ownsEntry = !place.entryDigest || !hasOwner(context_.connection, *place.entryDigest);
  }
  return place;
}

Result<void> RecordTransaction::update(const core::Learning& learning, ports::IndexChange change) {
  return attempt([&]() -> Result<void> {
    const auto before = rowOf(learning.id);
    if (!before) return notThere(learning.id);
    const RowPlace after = change == ports::IndexChange::None ? before->place : placeAfter(*before, learning);
    {
      RowTexts texts;
      auto query = context_.connection.query(updateLearning());
      bindLearning(query, learning, after, texts);
      query.run();
    }
    if (change != ports::IndexChange::None) followInIndex(*before, after, learning, change);
    return {};
  });
}

/// The outbox rows that a changed row asks for: its own, and that of the one that takes over the entry it owned.
void RecordTransaction::followInIndex(const StoredRow& before, const RowPlace& after, const core::Learning& learning,
                                      ports::IndexChange change) {
  const bool isActive = learning.status == core::Status::Active;
  const bool inIndex = isActive && after.ownsEntry;
  if (change == ports::IndexChange::Text || (isActive && !after.ownsEntry)) dropVector(context_, after.seq);
  if (inIndex && !before.isInIndex()) dropEarlierRemoval(context_, learning.id, after.seq);
  if (inIndex || before.isInIndex()) {
    enqueue(context_, {after.seq, learning.id, after.revision, inIndex ? Removal::No : Removal::Yes});
  }
  const bool leftEntry = before.place.entryDigest && before.place.ownsEntry && after.entryDigest != before.place.entryDigest;
  if (leftEntry) passEntryOn(context_, *before.place.entryDigest);
}

Result<void> RecordTransaction::erase(const core::LearningId& id) {
  return attempt([&]() -> Result<void> {
    const auto before = rowOf(id);
    if (!before) return notThere(id);
    context_.connection.query(kErase).bind(before->place.seq).run();
    if (before->isInIndex()) enqueue(context_, {before->place.seq, id, before->place.revision + 1, Removal::Yes});
    if (before->place.entryDigest && before->place.ownsEntry) passEntryOn(context_, *before->place.entryDigest);
    return {};
  });
}

Result<void> RecordTransaction::addFeedback(const ports::FeedbackEntry& entry) {
  return attempt([&]() -> Result<void> {
    const auto seq = seqOf(entry.id);
    if (seq == 0) return notThere(entry.id);
    auto query = context_.connection.query(kAddFeedback);
    query.bind(seq).bind(entry.time.time_since_epoch().count()).bind(numberOf(entry.outcome)).bind(entry.note).bind(entry.uid).run();
    return {};
  });
}

Result<void> RecordTransaction::addScoreHistory(const core::Learning& before, core::Timestamp until) {
  return attempt([&]() -> Result<void> {
    const auto seq = seqOf(before.id);
    if (seq == 0) return notThere(before.id);
    const std::string factors = record_rows::factorsText(before.factors);
    const std::string breakdown = record_rows::breakdownText(before.breakdown);
    auto query = context_.connection.query(kAddScore);
    query.bind(seq).bind(until.time_since_epoch().count()).bind(before.valueScore).bind(before.profile).bind(before.weightSet);
    if (factors.empty()) {
      query.bind(std::nullopt);
    } else {
      query.bind(factors);
    }
    query.bind(breakdown).run();
    return {};
  });
}

Result<std::optional<ports::RememberedAnswer>> RecordTransaction::recall(std::uint32_t uid, const std::string& idempotencyKey,
                                                                         core::Timestamp notBefore) {
  return attempt([&]() -> Result<std::optional<ports::RememberedAnswer>> {
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

}  // namespace learnd::sqlite
