#include "services/index_verification.hpp"

#include "services/indexer.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace learnd::services {

namespace {

constexpr std::size_t kPage = 500;

core::Error cancelled() { return core::Error(core::ErrorKind::Conflict, "the job was cancelled"); }

bool belongsInIndex(const core::Learning& learning) { return learning.status == core::Status::Active && learning.ownsIndexEntry; }

bool isStale(const core::Learning& learning, const ports::HeldEntry& held) {
  // Not indexed: the outbox has a row of it, which brings it up to date.
  return learning.indexed && (held.revision != learning.revision || !held.hasVector);
}

/// Whether it is found under its category and, where it is promoted, among the proven skills.
bool isWhole(const core::Learning& learning, const ports::HeldEntry& held) {
  const auto has = [&held](std::string_view category) {
    return !held.categories || std::find(held.categories->begin(), held.categories->end(), category) != held.categories->end();
  };
  return has(learning.category) && (!learning.promoted || has(core::kPromotedCategory));
}

}  // namespace

ports::Task<VerificationCounts> IndexVerification::run(bool dryRun, JobControl& control) {
  VerificationCounts counts;
  auto held = co_await checkHeld(counts, dryRun, control);
  if (!held) co_return held.error();
  auto records = co_await checkRecords(counts, dryRun, control);
  if (!records) co_return records.error();
  if (counts.repaired > 0) indexer_.wake();
  co_return counts;
}

ports::Task<void> IndexVerification::checkHeld(VerificationCounts& counts, bool dryRun, const JobControl& control) {
  std::string place;
  do {
    if (control.cancelled) co_return cancelled();
    auto page = co_await context_.index.held(place, kPage);
    if (!page) co_return page.error();
    place = page->next;
    std::vector<core::LearningId> ids;
    for (const auto& entry : page->entries) ids.push_back(entry.id);
    // Loaded after the index was asked: what came or changed since is in the outbox.
    auto loaded = co_await context_.records.load(std::move(ids));
    if (!loaded) co_return loaded.error();
    std::unordered_map<core::LearningId, core::Learning, core::LearningIdHash> records;
    for (auto& learning : *loaded) records.emplace(learning.id, std::move(learning));
    std::vector<core::LearningId> orphans;
    std::vector<core::LearningId> stale;
    for (const auto& entry : page->entries) {
      const auto record = records.find(entry.id);
      if (record == records.end() || !belongsInIndex(record->second)) {
        orphans.push_back(entry.id);
      } else if (isStale(record->second, entry)) {
        stale.push_back(entry.id);
      }
    }
    counts.orphaned += orphans.size();
    counts.stale += stale.size();
    if (dryRun) continue;
    if (!orphans.empty()) {
      counts.repaired += orphans.size();
      auto removed = co_await context_.index.remove(std::move(orphans));
      if (!removed) co_return removed.error();
    }
    auto enqueued = co_await makeAnew(std::move(stale), counts);
    if (!enqueued) co_return enqueued.error();
  } while (!place.empty());
  co_return ports::Result<void>();
}

ports::Task<void> IndexVerification::checkRecords(VerificationCounts& counts, bool dryRun, JobControl& control) {
  auto total = co_await context_.records.counts();
  if (!total) co_return total.error();
  std::optional<core::LearningId> after;
  while (true) {
    if (control.cancelled) co_return cancelled();
    auto page = co_await context_.records.scanActive(after, kPage);
    if (!page) co_return page.error();
    if (page->empty()) break;
    after = page->back().learning.id;
    std::vector<core::LearningId> ids;
    for (const auto& entry : *page) ids.push_back(entry.learning.id);
    auto found = co_await context_.index.find(std::move(ids));
    if (!found) co_return found.error();
    std::vector<core::LearningId> missing;
    for (const auto& entry : *page) {
      if (!entry.learning.indexed) continue;
      const auto isIt = [&entry](const ports::HeldEntry& held) { return held.id == entry.learning.id && isWhole(entry.learning, held); };
      if (std::none_of(found->begin(), found->end(), isIt)) missing.push_back(entry.learning.id);
    }
    counts.checked += page->size();
    counts.missing += missing.size();
    control.progress =
        std::min(1.0, static_cast<double>(counts.checked) / static_cast<double>(std::max<std::uint64_t>(1, total->learnings)));
    if (dryRun) continue;
    auto enqueued = co_await makeAnew(std::move(missing), counts);
    if (!enqueued) co_return enqueued.error();
  }
  co_return ports::Result<void>();
}

ports::Task<void> IndexVerification::makeAnew(std::vector<core::LearningId> ids, VerificationCounts& counts) {
  if (ids.empty()) co_return ports::Result<void>();
  auto enqueued = co_await context_.records.enqueue(std::move(ids));
  if (!enqueued) co_return enqueued.error();
  counts.repaired += *enqueued;
  co_return ports::Result<void>();
}

}  // namespace learnd::services
