#include "tests/fakes/memory_record_store.hpp"

#include "core/learning_size.hpp"

#include <algorithm>
#include <utility>

namespace learnd::fakes {

namespace {

constexpr std::size_t kPageBytes = std::size_t{8} * 1024 * 1024;

MemoryOutboxRow* findRow(MemoryState& state, const core::LearningId& id, std::uint64_t revision) {
  const auto place = std::find_if(state.outbox.begin(), state.outbox.end(),
                                  [&](const MemoryOutboxRow& row) { return row.id == id && row.revision == revision; });
  return place == state.outbox.end() ? nullptr : &*place;
}

/// Its row waits from the beginning again, or it has a new one.
void enqueueAgain(MemoryState& state, const MemoryRow& row) {
  MemoryOutboxRow fresh;
  fresh.id = row.learning.id;
  fresh.revision = row.learning.revision;
  const auto waiting =
      std::find_if(state.outbox.begin(), state.outbox.end(), [&fresh](const MemoryOutboxRow& one) { return one.id == fresh.id; });
  if (waiting == state.outbox.end()) {
    state.outbox.push_back(std::move(fresh));
  } else {
    *waiting = std::move(fresh);
  }
}

}  // namespace

ports::Task<std::vector<ports::PendingEntry>> MemoryRecordStore::pending(core::Timestamp now, std::size_t limit) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  ++looks;
  std::vector<ports::PendingEntry> due;
  std::size_t bytes = 0;
  for (const auto& row : state_.outbox) {
    if (due.size() == limit || bytes >= kPageBytes) break;
    if (row.setAside || row.nextTry > now) continue;
    ports::PendingEntry entry{row.id, row.revision, row.attempts, std::nullopt, std::nullopt};
    const auto place = state_.rows.find(row.id);
    if (place != state_.rows.end() && place->second.isInIndex()) {
      entry.learning = state_.answer(place->second);
      bytes += core::approximateSize(*entry.learning);
      entry.vector = place->second.vector;
    }
    due.push_back(std::move(entry));
  }
  co_return due;
}

ports::Task<void> MemoryRecordStore::finishIndexing(std::vector<ports::IndexedEntry> entries, std::string embedder) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  if (!embedder.empty() && embedder != embedder_) co_return ports::ofAnotherEmbedder();
  for (auto& entry : entries) {
    if (!findRow(state_, entry.id, entry.revision)) continue;
    std::erase_if(state_.outbox, [&entry](const MemoryOutboxRow& row) { return row.id == entry.id; });
    const auto place = state_.rows.find(entry.id);
    if (place == state_.rows.end() || !place->second.isInIndex()) continue;
    if (entry.vector) place->second.vector = std::move(entry.vector);
  }
  co_return ports::Result<void>();
}

ports::Task<void> MemoryRecordStore::failIndexing(std::vector<ports::FailedEntry> entries) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  for (auto& entry : entries) {
    MemoryOutboxRow* row = findRow(state_, entry.id, entry.revision);
    if (!row) continue;
    MemoryOutboxRow again{row->id,        row->revision, row->attempts + (entry.attempted ? 1 : 0), std::move(entry.error),
                          entry.setAside, entry.nextTry};
    std::erase_if(state_.outbox, [&again](const MemoryOutboxRow& one) { return one.id == again.id; });
    state_.outbox.push_back(std::move(again));
  }
  co_return ports::Result<void>();
}

ports::Task<std::uint64_t> MemoryRecordStore::retrySetAside() {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  std::uint64_t due = 0;
  for (auto& row : state_.outbox) {
    if (!row.setAside) continue;
    row.setAside = false;
    row.attempts = 0;
    row.nextTry = core::Timestamp();
    ++due;
  }
  co_return due;
}

ports::Task<void> MemoryRecordStore::makeDue(core::Timestamp later) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  for (auto& row : state_.outbox) {
    if (!row.setAside && row.nextTry > later) row.nextTry = core::Timestamp();
  }
  co_return ports::Result<void>();
}

ports::Task<std::uint64_t> MemoryRecordStore::enqueue(std::vector<core::LearningId> ids) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  std::uint64_t count = 0;
  for (const auto& id : ids) {
    const auto place = state_.rows.find(id);
    if (place == state_.rows.end() || !place->second.isInIndex()) continue;
    place->second.vector.reset();
    place->second.rebuilt.reset();
    enqueueAgain(state_, place->second);
    ++count;
  }
  co_return count;
}

ports::Task<std::uint64_t> MemoryRecordStore::useEmbedder(std::string identityDigest) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  const bool isSame = embedder_ == identityDigest;
  const bool isRebuilt = rebuiltEmbedder_ == identityDigest;
  if (isSame && !isRebuilt) co_return std::uint64_t{0};
  embedder_ = std::move(identityDigest);
  rebuiltEmbedder_.clear();
  std::uint64_t dropped = 0;
  for (auto& [id, row] : state_.rows) {
    if (!isSame && row.vector) ++dropped;
    if (!isSame) row.vector.reset();
    if (isRebuilt && row.rebuilt) row.vector = std::move(row.rebuilt);
    row.rebuilt.reset();
    if (row.isInIndex() && !row.vector) enqueueAgain(state_, row);
  }
  co_return dropped;
}

ports::Task<std::optional<std::string>> MemoryRecordStore::usedEmbedder() {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  if (embedder_.empty()) co_return std::optional<std::string>();
  co_return std::optional<std::string>(embedder_);
}

ports::Task<void> MemoryRecordStore::saveVectors(std::string identityDigest, std::vector<ports::IndexedEntry> entries) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  if (rebuiltEmbedder_ != identityDigest) {
    for (auto& [id, row] : state_.rows) row.rebuilt.reset();
    rebuiltEmbedder_ = std::move(identityDigest);
  }
  for (auto& entry : entries) {
    const auto place = state_.rows.find(entry.id);
    if (place != state_.rows.end() && place->second.learning.revision == entry.revision) place->second.rebuilt = std::move(entry.vector);
  }
  co_return ports::Result<void>();
}

ports::Task<std::vector<ports::StoredEntry>> MemoryRecordStore::scanActive(std::optional<core::LearningId> after, std::size_t limit) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  std::vector<ports::StoredEntry> page;
  std::size_t bytes = 0;
  auto place = after ? state_.rows.upper_bound(*after) : state_.rows.begin();
  for (; place != state_.rows.end() && page.size() < limit && bytes < kPageBytes; ++place) {
    if (!place->second.isInIndex()) continue;
    page.push_back({state_.answer(place->second), place->second.vector});
    bytes += core::approximateSize(page.back().learning);
  }
  co_return page;
}

ports::Task<std::vector<core::LearningId>> MemoryRecordStore::changedByOthers() {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  co_return std::exchange(changed, {});
}

ports::Task<std::vector<ports::StoredEntry>> MemoryRecordStore::entriesOf(std::vector<core::LearningId> ids) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  std::vector<ports::StoredEntry> entries;
  for (const auto& id : ids) {
    const auto place = state_.rows.find(id);
    if (place != state_.rows.end() && place->second.isInIndex()) entries.push_back({state_.answer(place->second), place->second.vector});
  }
  co_return entries;
}

}  // namespace learnd::fakes
