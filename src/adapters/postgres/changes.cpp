#include "adapters/postgres/changes.hpp"

#include "adapters/postgres/learning_row.hpp"
#include "adapters/postgres/vectors.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace learnd::postgres {

namespace {

// A crash of the server takes back what it has not yet written of commits that need not be synced, and gives their numbers once more.
constexpr std::uint64_t kGivenTwice = 1000;

const Statement kSnapshot("select pg_current_snapshot()::text");
// The same snapshot for both: it is of the statement. Nothing can have come to light where it is the last one still.
const Statement kSince(
    "select s.snapshot, c.id, c.transaction::text from (select pg_current_snapshot()::text as snapshot) s "
    "left join changes c on c.transaction >= $1::text::xid8 and c.made_by <> $2::uuid and s.snapshot <> $3::text");

/// The oldest transaction that was under way in it, less what may be given twice.
std::string placeOf(const std::string& snapshot) {
  std::uint64_t oldest = 0;
  std::from_chars(snapshot.data(), snapshot.data() + snapshot.size(), oldest);
  return std::to_string(oldest - std::min(oldest, kGivenTwice));
}

const Statement& entriesSql() {
  static const Statement kEntries("select v.vector, " + learningColumns() +
                                  " from unnest($1::uuid[]) as g (id) join learnings l on l.id = g.id left join vectors v on v.seq = l.seq "
                                  "where l.status = 'active' and l.owns_entry");
  return kEntries;
}

}  // namespace

std::vector<core::LearningId> ChangeReader::read(Connection& connection) {
  std::vector<core::LearningId> changed;
  const bool begins = snapshot_.empty();
  if (begins) {
    const Rows rows = connection.run(kSnapshot);
    snapshot_ = Row(rows, 0).text();
  }
  const Rows rows = connection.run(kSince, Values().add(placeOf(snapshot_)).add(self_).add(begins ? std::string() : snapshot_));
  Told told;
  std::string snapshot;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Row row(rows, i);
    snapshot = row.text();
    if (row.absent()) break;
    const core::LearningId id = row.id();
    std::string transaction = row.text();
    const auto known = told_.find(id);
    if (!begins && (known == told_.end() || known->second != transaction)) changed.push_back(id);
    told.emplace(id, std::move(transaction));
  }
  if (snapshot == snapshot_ && !begins) return changed;
  told_ = std::move(told);
  snapshot_ = std::move(snapshot);
  return changed;
}

void forgetFutureChanges(Connection& connection) {
  connection.script("delete from changes where transaction >= pg_snapshot_xmax(pg_current_snapshot())");
}

std::vector<ports::StoredEntry> entriesOf(Connection& connection, const std::vector<core::LearningId>& ids) {
  ArrayText list;
  for (const auto& id : ids) list.add(id.text());
  const Rows rows = connection.run(entriesSql(), Values().add(list.text()));
  std::vector<ports::StoredEntry> entries;
  entries.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Row row(rows, i);
    entries.push_back(readEntry(row));
  }
  return entries;
}

}  // namespace learnd::postgres
