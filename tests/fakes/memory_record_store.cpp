#include "tests/fakes/memory_record_store.hpp"

#include "json/metadata.hpp"
#include "json/value.hpp"
#include "tests/fakes/memory_transaction.hpp"

#include <algorithm>
#include <utility>

namespace learnd::fakes {

using core::Learning;
using core::LearningId;

namespace {

template <class T>
bool allows(const std::vector<T>& allowed, const T& one) {
  return allowed.empty() || std::find(allowed.begin(), allowed.end(), one) != allowed.end();
}

bool hasMetadata(const Learning& learning, const std::pair<std::string, std::string>& wanted) {
  const auto scalars = json::scalarsOf(learning.metadata);
  return std::any_of(scalars.begin(), scalars.end(), [&wanted](const auto& scalar) {
    if (scalar.first != wanted.first) return false;
    return scalar.second == json::write(json::Value(wanted.second)) || (scalar.second == wanted.second && !scalar.second.starts_with('"'));
  });
}

bool passes(const Learning& learning, const ports::LearningFilter& filter) {
  if (!allows(filter.kinds, learning.kind) || !allows(filter.statuses, learning.status)) return false;
  const bool underPromoted =
      learning.promoted && !filter.categories.empty() && allows(filter.categories, std::string(core::kPromotedCategory));
  if (!allows(filter.categories, learning.category) && !underPromoted) return false;
  if (filter.outcome && *filter.outcome != learning.outcome) return false;
  if (filter.modelUsed && *filter.modelUsed != learning.interaction.modelUsed) return false;
  if (filter.source && *filter.source != learning.source) return false;
  if (filter.important && *filter.important != learning.important) return false;
  if (filter.since && learning.timestamp < *filter.since) return false;
  if (filter.until && learning.timestamp >= *filter.until) return false;
  if (filter.minValue && learning.valueScore < *filter.minValue) return false;
  return std::all_of(filter.metadata.begin(), filter.metadata.end(), [&](const auto& wanted) { return hasMetadata(learning, wanted); });
}

/// Newest or highest first; the id decides between equals.
bool comesBefore(const ports::PagePlace& a, const ports::PagePlace& b, ports::ListOrder order) {
  if (order == ports::ListOrder::Value && a.value != b.value) return a.value > b.value;
  if (order == ports::ListOrder::Time && a.time != b.time) return a.time > b.time;
  return a.id > b.id;
}

ports::PagePlace placeOf(const Learning& learning) { return {learning.timestamp, learning.valueScore, learning.id}; }

void keepFirst(std::vector<Learning>& learnings, std::size_t count) {
  const auto ahead = [](const Learning& learning) {
    return static_cast<std::int64_t>(learning.successes) - static_cast<std::int64_t>(learning.failures);
  };
  std::sort(learnings.begin(), learnings.end(), [&ahead](const Learning& a, const Learning& b) {
    if (ahead(a) != ahead(b)) return ahead(a) > ahead(b);
    return comesBefore(placeOf(a), placeOf(b), ports::ListOrder::Time);
  });
  if (learnings.size() > count) learnings.resize(count);
}

/// What a work throws is a bug of its own.
ports::Result<void> runWork(const ports::RecordWork& work, MemoryTransaction& transaction) {
  try {
    return work(transaction);
  } catch (const std::exception& error) {
    return core::Error(core::ErrorKind::Internal, error.what());
  }
}

}  // namespace

Learning MemoryState::answer(const MemoryRow& row) const {
  Learning learning = row.learning;
  const auto owner = std::find_if(rows.begin(), rows.end(), [&row](const auto& one) {
    return one.first == row.learning.id ? row.learning.ownsIndexEntry
                                        : !row.entry.empty() && one.second.entry == row.entry && one.second.learning.ownsIndexEntry;
  });
  const bool waits = owner == rows.end() || std::any_of(outbox.begin(), outbox.end(),
                                                        [&owner](const MemoryOutboxRow& waiting) { return waiting.id == owner->first; });
  learning.indexed = learning.status == core::Status::Active && !waits;
  return learning;
}

MemoryRow* MemoryState::ownerOf(const std::string& entry) {
  const auto place = std::find_if(rows.begin(), rows.end(),
                                  [&entry](const auto& one) { return one.second.entry == entry && one.second.learning.ownsIndexEntry; });
  return place == rows.end() ? nullptr : &place->second;
}

ports::Task<void> MemoryRecordStore::write(ports::RecordWork work) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  MemoryState before = state_;
  MemoryTransaction transaction(state_);
  auto done = runWork(work, transaction);
  if (done) {
    ++commits;
  } else {
    ++rollbacks;
    state_ = std::move(before);
  }
  co_return done;
}

ports::Task<std::vector<Learning>> MemoryRecordStore::load(std::vector<LearningId> ids) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  std::vector<Learning> found;
  for (const auto& id : ids) {
    const auto place = state_.rows.find(id);
    if (place != state_.rows.end()) found.push_back(state_.answer(place->second));
  }
  co_return found;
}

ports::Task<std::vector<Learning>> MemoryRecordStore::findByKeys(std::vector<core::Key> keys) {
  constexpr std::size_t kMost = 50;
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  std::vector<Learning> found;
  std::vector<Learning> interactions;
  for (const auto& [id, row] : state_.rows) {
    if (!row.isInIndex() || std::find(keys.begin(), keys.end(), row.key) == keys.end()) continue;
    (row.learning.kind == core::Kind::Interaction ? interactions : found).push_back(state_.answer(row));
  }
  keepFirst(found, kMost);
  keepFirst(interactions, kMost - found.size());
  found.insert(found.end(), interactions.begin(), interactions.end());
  keepFirst(found, kMost);
  co_return found;
}

ports::Task<ports::LearningPage> MemoryRecordStore::list(ports::LearningFilter filter, ports::ListOrder order,
                                                         std::optional<ports::PagePlace> after, std::size_t limit) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  std::vector<Learning> all;
  for (const auto& [id, row] : state_.rows) {
    if (passes(row.learning, filter) && (!after || comesBefore(*after, placeOf(row.learning), order))) all.push_back(state_.answer(row));
  }
  std::sort(all.begin(), all.end(), [order](const Learning& a, const Learning& b) { return comesBefore(placeOf(a), placeOf(b), order); });
  ports::LearningPage page;
  if (all.size() > limit) {
    all.resize(limit);
    page.next = placeOf(all.back());
  }
  page.learnings = std::move(all);
  co_return page;
}

ports::Task<std::vector<Learning>> MemoryRecordStore::exportPage(std::optional<LearningId> after, std::size_t limit) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  std::vector<Learning> page;
  auto place = after ? state_.rows.upper_bound(*after) : state_.rows.begin();
  for (; place != state_.rows.end() && page.size() < limit; ++place) page.push_back(state_.answer(place->second));
  co_return page;
}

ports::Task<ports::StoreCounts> MemoryRecordStore::counts() {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  ports::StoreCounts counts;
  std::map<std::string, std::uint64_t> kinds;
  std::map<std::string, std::uint64_t> categories;
  std::map<std::string, std::uint64_t> statuses;
  for (const auto& [id, row] : state_.rows) {
    ++kinds[std::string(core::nameOf(row.learning.kind))];
    ++categories[row.learning.category];
    ++statuses[std::string(core::nameOf(row.learning.status))];
    (row.learning.interaction.tokensSavedEstimated ? counts.tokensSavedEstimated : counts.tokensSavedMeasured) +=
        row.learning.interaction.tokensSaved;
  }
  counts.learnings = state_.rows.size();
  counts.byKind.assign(kinds.begin(), kinds.end());
  counts.byCategory.assign(categories.begin(), categories.end());
  counts.byStatus.assign(statuses.begin(), statuses.end());
  for (const auto& row : state_.outbox) {
    const auto place = state_.rows.find(row.id);
    if (place == state_.rows.end() || !place->second.isInIndex()) continue;
    ++counts.pendingIndex;
    if (!row.setAside) continue;
    ++counts.setAside;
    counts.lastError = row.error;
  }
  co_return counts;
}

ports::Task<std::string> MemoryRecordStore::note(std::string name) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  co_return notes_[name];
}

ports::Task<void> MemoryRecordStore::saveNote(std::string name, std::string text) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  notes_[name] = std::move(text);
  co_return ports::Result<void>();
}

ports::Task<bool> MemoryRecordStore::takeLease(std::string name, std::string holder, std::chrono::seconds life) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  const bool isHolders = leases_.emplace(name, holder).first->second == holder;
  if (isHolders && life.count() <= 0) leases_.erase(name);
  co_return isHolders;
}

ports::Task<void> MemoryRecordStore::giveLeaseBack(std::string name, std::string holder) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  if (const auto place = leases_.find(name); place != leases_.end() && place->second == holder) leases_.erase(place);
  co_return ports::Result<void>();
}

ports::Task<std::optional<core::Calibration>> MemoryRecordStore::calibration(std::string identityDigest) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  const auto place = calibrations_.find(identityDigest);
  co_return place == calibrations_.end() ? std::optional<core::Calibration>() : place->second;
}

ports::Task<void> MemoryRecordStore::saveCalibration(std::string identityDigest, core::Calibration calibration) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  calibrations_[identityDigest] = calibration;
  co_return ports::Result<void>();
}

ports::Task<void> MemoryRecordStore::logQuality(std::vector<ports::QualityEntry> entries) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  quality_.insert(quality_.end(), entries.begin(), entries.end());
  co_return ports::Result<void>();
}

ports::Task<ports::QualitySum> MemoryRecordStore::quality(core::Timestamp since) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  ports::QualitySum sum;
  for (const auto& entry : quality_) {
    if (entry.time < since) continue;
    ++sum.queries;
    sum.sumOfBestScores += entry.bestScore;
  }
  co_return sum;
}

ports::Task<ports::RecordStoreStatus> MemoryRecordStore::status() {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  ports::RecordStoreStatus status;
  status.up = true;
  status.version = "memory";
  co_return status;
}

}  // namespace learnd::fakes
