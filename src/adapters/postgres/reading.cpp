#include "adapters/postgres/reading.hpp"

#include "adapters/postgres/learning_row.hpp"
#include "adapters/record_rows/best_of_keys.hpp"

#include <algorithm>
#include <map>

namespace learnd::postgres {

namespace {

// One statement, so that all of it is of one moment.
const Statement kCounts(
    "select c.kind, c.category, c.status, sum(c.learnings)::bigint, sum(c.tokens_saved_measured)::double precision, "
    "sum(c.tokens_saved_estimated)::double precision, "
    "(select count(*) from outbox where not removal), (select count(*) from outbox where set_aside and not removal), "
    "(select error from outbox where set_aside order by queued desc limit 1) "
    "from (select * from learning_counts union all select '', '', '', 0, 0, 0, 0) c group by c.kind, c.category, c.status");

const Statement& byIdSql() {
  static const Statement kById(
      "select " + learningColumns() +
      " from unnest($1::uuid[]) with ordinality as g (id, place) join learnings l on l.id = g.id order by g.place");
  return kById;
}

const Statement& byKeySql() {
  static const Statement kByKey(
      "select " + learningColumns() +
      " from unnest($1::bytea[]) as g (key) cross join (values ('solution'), ('failure'), ('pattern'), ('interaction')) as k (kind) "
      "cross join lateral (select * from learnings x where x.key = g.key and x.kind = k.kind and x.owns_entry and x.status = 'active' "
      "order by x.successes - x.failures desc, x.timestamp desc, x.id desc limit " +
      std::to_string(record_rows::kMostWithKeys) + ") l");
  return kByKey;
}

const Statement& exportSql() {
  static const Statement kExport(pageSql(WithVectors::No, "l.id > $1", "l.id", "$2::bigint"));
  return kExport;
}

const Statement& firstExportSql() {
  static const Statement kExport(pageSql(WithVectors::No, "true", "l.id", "$1::bigint"));
  return kExport;
}

std::uint64_t sumOf(double value) { return value > 0 ? static_cast<std::uint64_t>(value) : 0; }

std::vector<std::pair<std::string, std::uint64_t>> listOf(const std::map<std::string, std::uint64_t>& counts) {
  return {counts.begin(), counts.end()};
}

}  // namespace

std::vector<core::Learning> loadLearnings(Connection& connection, const std::vector<core::LearningId>& ids) {
  if (ids.empty()) return {};
  ArrayText list;
  for (const auto& id : ids) list.add(id.text());
  return readLearnings(connection.run(byIdSql(), Values().add(list.text())));
}

std::vector<core::Learning> learningsWithKeys(Connection& connection, const std::vector<core::Key>& keys) {
  if (keys.empty()) return {};
  ArrayText list;
  for (auto key = keys.begin(); key != keys.end(); ++key) {
    if (std::find(keys.begin(), key, *key) == key) list.add(bytesText(key->digest.data(), key->digest.size()));
  }
  return record_rows::bestOfKeys(readLearnings(connection.run(byKeySql(), Values().add(list.text()))));
}

std::vector<core::Learning> exportedLearnings(Connection& connection, const std::optional<core::LearningId>& after, std::size_t limit) {
  const auto count = static_cast<std::int64_t>(limit);
  const Rows rows =
      after ? connection.run(exportSql(), Values().add(*after).add(count)) : connection.run(firstExportSql(), Values().add(count));
  std::vector<core::Learning> learnings;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Row row(rows, i);
    auto learning = readLearning(row);
    if (row.count() >= kPageBytes) break;
    learnings.push_back(std::move(learning));
  }
  return learnings;
}

ports::StoreCounts storeCounts(Connection& connection) {
  ports::StoreCounts counts;
  std::map<std::string, std::uint64_t> byKind;
  std::map<std::string, std::uint64_t> byCategory;
  std::map<std::string, std::uint64_t> byStatus;
  double measured = 0;
  double estimated = 0;
  const Rows rows = connection.run(kCounts);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Row row(rows, i);
    const std::string kind = row.text();
    const std::string category = row.text();
    const std::string status = row.text();
    const auto learnings = row.integer();
    measured += row.real();
    estimated += row.real();
    counts.pendingIndex = row.count();
    counts.setAside = row.count();
    if (!row.absent()) counts.lastError = row.text();
    if (learnings <= 0) continue;
    counts.learnings += static_cast<std::uint64_t>(learnings);
    byKind[kind] += static_cast<std::uint64_t>(learnings);
    byCategory[category] += static_cast<std::uint64_t>(learnings);
    byStatus[status] += static_cast<std::uint64_t>(learnings);
  }
  counts.byKind = listOf(byKind);
  counts.byCategory = listOf(byCategory);
  counts.byStatus = listOf(byStatus);
  counts.tokensSavedMeasured = sumOf(measured);
  counts.tokensSavedEstimated = sumOf(estimated);
  return counts;
}

}  // namespace learnd::postgres
