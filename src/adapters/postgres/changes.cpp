#include "adapters/postgres/changes.hpp"

#include "adapters/postgres/learning_row.hpp"
#include "adapters/postgres/vectors.hpp"

#include <utility>

namespace learnd::postgres {

namespace {

// The same snapshot for both: it is of the statement.
const Statement kPlace("select pg_snapshot_xmin(pg_current_snapshot())::text");
const Statement kSince(
    "select pg_snapshot_xmin(pg_current_snapshot())::text, c.id, c.transaction::text from (select 1) always "
    "left join changes c on c.transaction >= $1::text::xid8 and c.made_by <> $2::uuid");

const Statement& entriesSql() {
  static const Statement kEntries("select v.vector, " + learningColumns() +
                                  " from unnest($1::uuid[]) as g (id) join learnings l on l.id = g.id left join vectors v on v.seq = l.seq "
                                  "where l.status = 'active' and l.owns_entry");
  return kEntries;
}

}  // namespace

std::vector<core::LearningId> ChangeReader::read(Connection& connection) {
  std::vector<core::LearningId> changed;
  if (!place_) {
    const Rows rows = connection.run(kPlace);
    place_ = Row(rows, 0).text();
    return changed;
  }
  const Rows rows = connection.run(kSince, Values().add(*place_).add(self_));
  decltype(told_) told;
  std::string place;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Row row(rows, i);
    place = row.text();
    if (row.absent()) break;
    const core::LearningId id = row.id();
    std::string transaction = row.text();
    const auto known = told_.find(id);
    if (known == told_.end() || known->second != transaction) changed.push_back(id);
    told.emplace(id, std::move(transaction));
  }
  told_ = std::move(told);
  place_ = std::move(place);
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
