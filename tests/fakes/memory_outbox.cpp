#include "tests/fakes/memory_record_store.hpp"

#include <algorithm>
#include <utility>

namespace learnd::fakes {

namespace {

MemoryOutboxRow* findRow(MemoryState& state, const core::LearningId& id, std::uint64_t revision) {
  const auto place = std::find_if(state.outbox.begin(), state.outbox.end(),
                                  [&](const MemoryOutboxRow& row) { return row.id == id && row.revision == revision; });
  return place == state.outbox.end() ? nullptr : &*place;
}

}  // namespace

ports::Task<std::vector<ports::PendingEntry>> MemoryRecordStore::pending(core::Timestamp now, std::size_t limit) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  std::vector<ports::PendingEntry> due;
  for (const auto& row : state_.outbox) {
    if (due.size() == limit) break;
    if (row.setAside || row.nextTry > now) continue;
    ports::PendingEntry entry{row.id, row.revision, row.attempts, std::nullopt, std::nullopt};
    const auto place = state_.rows.find(row.id);
    if (place != state_.rows.end() && place->second.isInIndex()) {
      entry.learning = state_.answer(place->second);
      entry.vector = place->second.vector;
    }
    due.push_back(std::move(entry));
  }
  co_return due;
}

ports::Task<void> MemoryRecordStore::finishIndexing(std::vector<ports::IndexedEntry> entries) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
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
    MemoryOutboxRow again{row->id, row->revision, row->attempts + 1, std::move(entry.error), entry.setAside, entry.nextTry};
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

ports::Task<std::uint64_t> MemoryRecordStore::useEmbedder(std::string identityDigest) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  if (embedder_ == identityDigest) co_return std::uint64_t{0};
  embedder_ = std::move(identityDigest);
  std::uint64_t dropped = 0;
  for (auto& [id, row] : state_.rows) {
    if (row.vector) ++dropped;
    row.vector.reset();
    if (!row.isInIndex()) continue;
    const auto waiting =
        std::find_if(state_.outbox.begin(), state_.outbox.end(), [&id](const MemoryOutboxRow& one) { return one.id == id; });
    MemoryOutboxRow fresh;
    fresh.id = id;
    fresh.revision = row.learning.revision;
    if (waiting == state_.outbox.end()) {
      state_.outbox.push_back(std::move(fresh));
    } else {
      *waiting = std::move(fresh);
    }
  }
  co_return dropped;
}

ports::Task<std::vector<ports::StoredEntry>> MemoryRecordStore::scanActive(std::optional<core::LearningId> after, std::size_t limit) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  std::vector<ports::StoredEntry> page;
  auto place = after ? state_.rows.upper_bound(*after) : state_.rows.begin();
  for (; place != state_.rows.end() && page.size() < limit; ++place) {
    if (place->second.isInIndex()) page.push_back({state_.answer(place->second), place->second.vector});
  }
  co_return page;
}

}  // namespace learnd::fakes
