#include "adapters/sqlite/reading.hpp"

#include "adapters/record_rows/best_of_keys.hpp"
#include "adapters/sqlite/learning_row.hpp"
#include "core/learning_size.hpp"

#include <algorithm>
#include <map>

namespace learnd::sqlite {

namespace {

const FixedSql kHasKey("select 1 from learnings where key = ? and owns_entry = 1 limit 1");
const FixedSql kCounts(
    "select kind, category, status, learnings, tokens_saved_measured, tokens_saved_estimated from learning_counts where learnings > 0");
const FixedSql kPending("select (select count(*) from outbox) - (select count(*) from outbox where removal = 1)");
const FixedSql kSetAside("select count(*) from outbox where set_aside = 1 and removal = 0");
const FixedSql kLastError("select error from outbox where set_aside = 1 order by queued desc limit 1");

const FixedSql& byIdSql() {
  static const FixedSql kById("select " + learningColumns() + " from learnings l where l.id = ?");
  return kById;
}

const FixedSql& byKeySql() {
  static const FixedSql kByKey("select " + learningColumns() +
                               " from learnings l where l.key = ? and l.kind = ? and l.owns_entry = 1 and +l.status = 0 "
                               "order by l.successes - l.failures desc, l.timestamp desc, l.id desc limit ?");
  return kByKey;
}

const FixedSql& exportSql() {
  static const FixedSql kExport("select " + learningColumns() + " from learnings l where l.id > ? order by l.id limit ?");
  return kExport;
}

void appendOfKind(Connection& connection, const core::Key& key, core::Kind kind, std::vector<core::Learning>& found) {
  auto row = connection.query(byKeySql());
  row.bind(key.digest).bind(numberOf(kind)).bind(static_cast<std::int64_t>(record_rows::kMostWithKeys));
  while (row.step()) found.push_back(readLearning(row));
}

std::uint64_t sumOf(double value) { return value > 0 ? static_cast<std::uint64_t>(value) : 0; }

std::vector<std::pair<std::string, std::uint64_t>> listOf(const std::map<std::string, std::uint64_t>& counts) {
  return {counts.begin(), counts.end()};
}

}  // namespace

std::vector<core::Learning> loadLearnings(Connection& connection, const std::vector<core::LearningId>& ids) {
  std::vector<core::Learning> learnings;
  learnings.reserve(ids.size());
  for (const auto& id : ids) {
    auto row = connection.query(byIdSql());
    if (row.bind(id.bytes()).step()) learnings.push_back(readLearning(row));
  }
  return learnings;
}

std::vector<core::Learning> learningsWithKeys(Connection& connection, const std::vector<core::Key>& keys) {
  std::vector<core::Learning> found;
  for (auto key = keys.begin(); key != keys.end(); ++key) {
    if (std::find(keys.begin(), key, *key) != key) continue;
    // Most questions are new: one look tells.
    if (!connection.query(kHasKey).bind(key->digest).step()) continue;
    for (const auto kind : {core::Kind::Solution, core::Kind::Failure, core::Kind::Pattern, core::Kind::Interaction}) {
      appendOfKind(connection, *key, kind, found);
    }
  }
  return record_rows::bestOfKeys(std::move(found));
}

std::vector<core::Learning> exportedLearnings(Connection& connection, const std::optional<core::LearningId>& after, std::size_t limit) {
  std::vector<core::Learning> learnings;
  auto row = connection.query(exportSql());
  row.bind(after ? Blob(after->bytes()) : Blob()).bind(static_cast<std::int64_t>(limit));
  std::size_t bytes = 0;
  while (bytes < kPageBytes && row.step()) {
    learnings.push_back(readLearning(row));
    bytes += core::approximateSize(learnings.back());
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
  auto row = connection.query(kCounts);
  while (row.step()) {
    const auto learnings = static_cast<std::uint64_t>(row.integer(3));
    counts.learnings += learnings;
    byKind[std::string(core::nameOf(kindOf(row.integer(0))))] += learnings;
    byCategory[std::string(row.text(1))] += learnings;
    byStatus[std::string(core::nameOf(statusOf(row.integer(2))))] += learnings;
    measured += row.real(4);
    estimated += row.real(5);
  }
  counts.byKind = listOf(byKind);
  counts.byCategory = listOf(byCategory);
  counts.byStatus = listOf(byStatus);
  counts.tokensSavedMeasured = sumOf(measured);
  counts.tokensSavedEstimated = sumOf(estimated);
  if (auto pending = connection.query(kPending); pending.step()) counts.pendingIndex = static_cast<std::uint64_t>(pending.integer(0));
  if (auto aside = connection.query(kSetAside); aside.step()) counts.setAside = static_cast<std::uint64_t>(aside.integer(0));
  if (auto last = connection.query(kLastError); last.step()) counts.lastError = std::string(last.text(0));
  return counts;
}

}  // namespace learnd::sqlite
