#include "tests/bench/raw_store.hpp"

#include "adapters/sqlite/learning_row.hpp"
#include "adapters/sqlite/sqlite_record_store.hpp"
#include "core/normalised_key.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace learnd::bench {

RawStore::RawStore(const std::filesystem::path& folder) {
  auto made = sqlite::SqliteRecordStore::open({folder});
  if (!made) throw std::runtime_error(made.error().message());
  made->reset();
  connection_.emplace(folder / "learnd.db", sqlite::Access::ReadWrite);
  connection_->execute(
      "pragma synchronous = full; pragma cache_size = -16384;"
      "drop trigger learnings_count_insert; drop trigger learnings_count_update; drop trigger learnings_count_delete");
}

double RawStore::commitsPerSecond(std::span<const core::Learning> learnings, std::size_t rowsOfCommit) {
  const auto start = std::chrono::steady_clock::now();
  std::size_t commits = 0;
  for (std::size_t first = 0; first < learnings.size(); first += rowsOfCommit, ++commits) {
    sqlite::Transaction transaction(*connection_, sqlite::Lock::Exclusive);
    for (const auto& learning : learnings.subspan(first, std::min(rowsOfCommit, learnings.size() - first))) insert(learning);
    transaction.commit();
  }
  return static_cast<double>(commits) / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void RawStore::insert(const core::Learning& learning) {
  static const sqlite::FixedSql kOutbox("insert into outbox (seq, id, revision, removal, queued) values (?, ?, 1, 0, ?)");
  // Any key does: how a text is normalised is no part of what SQLite costs.
  sqlite::RowPlace place{++last_, 1, core::Key{core::sha256(learning.query)}, true, std::nullopt};
  sqlite::RowTexts texts;
  {
    auto query = connection_->query(sqlite::insertLearning());
    sqlite::bindLearning(query, learning, place, texts);
    query.run();
  }
  connection_->query(kOutbox).bind(last_).bind(learning.id.bytes()).bind(last_).run();
}

}  // namespace learnd::bench
