#include "adapters/postgres/reading.hpp"

#include "adapters/postgres/learning_row.hpp"

#include <algorithm>
#include <map>

namespace learnd::postgres {

namespace {

constexpr std::size_t kMostWithKeys = 50;

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
      std::to_string(kMostWithKeys) + ") l");
  return kByKey;
}

const Statement& exportSql() {
  static const Statement kExport("select " + learningColumns() + " from learnings l where l.id > $1 order by l.id limit $2::bigint");
  return kExport;
}

const Statement& firstExportSql() {
  static const Statement kExport("select " + learningColumns() + " from learnings l order by l.id limit $1::bigint");
  return kExport;
}

/// Ahead by its feedback, else newer.
bool comesFirst(const core::Learning& a, const core::Learning& b) {
  const auto aheadA = static_cast<std::int64_t>(a.successes) - static_cast<std::int64_t>(a.failures);
  const auto aheadB = static_cast<std::int64_t>(b.successes) - static_cast<std::int64_t>(b.failures);
  if (aheadA != aheadB) return aheadA > aheadB;
  return a.timestamp != b.timestamp ? a.timestamp > b.timestamp : a.id > b.id;
}

void keepFirst(std::vector<core::Learning>& learnings, std::size_t count) {
  std::sort(learnings.begin(), learnings.end(), comesFirst);
  if (learnings.size() > count) learnings.resize(count);
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
  auto known = readLearnings(connection.run(byKeySql(), Values().add(list.text())));
  // A question asked daily has interactions without end: they must not crowd out what is known.
  const auto isKnown = [](const core::Learning& learning) { return learning.kind != core::Kind::Interaction; };
  const auto middle = std::partition(known.begin(), known.end(), isKnown);
  std::vector<core::Learning> interactions(std::make_move_iterator(middle), std::make_move_iterator(known.end()));
  known.erase(middle, known.end());
  keepFirst(known, kMostWithKeys);
  keepFirst(interactions, kMostWithKeys - known.size());
  known.insert(known.end(), std::make_move_iterator(interactions.begin()), std::make_move_iterator(interactions.end()));
  keepFirst(known, kMostWithKeys);
  return known;
}

std::vector<core::Learning> exportedLearnings(Connection& connection, const std::optional<core::LearningId>& after, std::size_t limit) {
  const auto count = static_cast<std::int64_t>(limit);
  return readLearnings(after ? connection.run(exportSql(), Values().add(*after).add(count))
                             : connection.run(firstExportSql(), Values().add(count)));
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
