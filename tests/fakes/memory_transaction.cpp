#include "tests/fakes/memory_transaction.hpp"

#include <algorithm>

namespace learnd::fakes {

using core::Learning;
using core::LearningId;

void MemoryTransaction::queue(const LearningId& id, std::uint64_t revision) {
  std::erase_if(state_.outbox, [&id](const MemoryOutboxRow& row) { return row.id == id; });
  MemoryOutboxRow row;
  row.id = id;
  row.revision = revision;
  state_.outbox.push_back(std::move(row));
}

ports::Result<std::optional<Learning>> MemoryTransaction::load(const LearningId& id) {
  const auto place = state_.rows.find(id);
  if (place == state_.rows.end()) return std::optional<Learning>();
  return std::optional<Learning>(place->second.learning);
}

ports::Result<std::optional<Learning>> MemoryTransaction::findSame(const Learning& learning) {
  const core::Key key = core::keyOf(learning);
  std::optional<Learning> found;
  for (const auto& [id, row] : state_.rows) {
    const Learning& other = row.learning;
    if (other.kind != learning.kind || other.category != learning.category || row.key != key || other.solution != learning.solution)
      continue;
    if (!found || (found->status != core::Status::Active && other.status == core::Status::Active)) found = other;
  }
  return found;
}

ports::Result<std::optional<Learning>> MemoryTransaction::findOpenFailure(const core::Key& key) {
  std::optional<Learning> newest;
  for (const auto& [id, row] : state_.rows) {
    const Learning& other = row.learning;
    if (other.kind != core::Kind::Failure || other.outcome != core::Outcome::Open || other.status != core::Status::Active) continue;
    if (row.key == key && (!newest || other.timestamp >= newest->timestamp)) newest = other;
  }
  return newest;
}

ports::Result<bool> MemoryTransaction::hasKey(const core::Key& key, const LearningId& except) {
  return std::any_of(state_.rows.begin(), state_.rows.end(), [&](const auto& row) {
    return row.first != except && row.second.learning.status == core::Status::Active && row.second.key == key;
  });
}

ports::Result<void> MemoryTransaction::insert(const Learning& learning) {
  if (state_.rows.contains(learning.id)) {
    return core::Error(core::ErrorKind::Conflict, "this id is there already").withId(learning.id.text());
  }
  MemoryRow row{learning, core::keyOf(learning), std::nullopt};
  row.learning.revision = 1;
  row.learning.indexed = false;
  row.learning.ownsIndexEntry = true;
  if (learning.kind == core::Kind::Interaction) {
    auto earlier = findSame(learning);
    row.learning.ownsIndexEntry = !*earlier;
  }
  const bool queued = row.learning.ownsIndexEntry && learning.status == core::Status::Active;
  state_.rows.emplace(learning.id, std::move(row));
  if (queued) queue(learning.id, 1);
  return {};
}

ports::Result<void> MemoryTransaction::update(const Learning& learning, ports::IndexChange change) {
  const auto place = state_.rows.find(learning.id);
  if (place == state_.rows.end()) return core::Error(core::ErrorKind::NotFound, "there is no such learning");
  MemoryRow& row = place->second;
  const std::uint64_t revision = row.learning.revision;
  const bool owns = row.learning.ownsIndexEntry;
  const bool indexed = row.learning.indexed;
  row.learning = learning;
  row.learning.revision = revision;
  row.learning.ownsIndexEntry = owns;
  row.learning.indexed = indexed;
  row.key = core::keyOf(learning);
  if (change == ports::IndexChange::None) return {};
  row.learning.revision = revision + 1;
  if (change == ports::IndexChange::Text) row.vector.reset();
  if (change == ports::IndexChange::Text || learning.status != core::Status::Active) row.learning.indexed = false;
  if (owns) queue(learning.id, revision + 1);
  return {};
}

ports::Result<void> MemoryTransaction::erase(const LearningId& id) {
  const auto place = state_.rows.find(id);
  if (place == state_.rows.end()) return core::Error(core::ErrorKind::NotFound, "there is no such learning");
  const std::uint64_t revision = place->second.learning.revision;
  state_.rows.erase(place);
  std::erase_if(state_.feedback, [&id](const ports::FeedbackEntry& entry) { return entry.id == id; });
  queue(id, revision + 1);
  return {};
}

ports::Result<void> MemoryTransaction::addFeedback(const ports::FeedbackEntry& entry) {
  state_.feedback.push_back(entry);
  return {};
}

ports::Result<void> MemoryTransaction::addScoreHistory(const Learning& before, core::Timestamp until) {
  state_.scoreHistory.emplace_back(before, until);
  return {};
}

ports::Result<std::optional<ports::RememberedAnswer>> MemoryTransaction::recall(std::uint32_t uid, const std::string& idempotencyKey,
                                                                                core::Timestamp notBefore) {
  const auto place = state_.remembered.find({uid, idempotencyKey});
  if (place == state_.remembered.end() || place->second.first < notBefore) return std::optional<ports::RememberedAnswer>();
  return std::optional<ports::RememberedAnswer>(place->second.second);
}

ports::Result<void> MemoryTransaction::remember(std::uint32_t uid, const std::string& idempotencyKey, core::Timestamp now,
                                                const ports::RememberedAnswer& answer) {
  state_.remembered[{uid, idempotencyKey}] = {now, answer};
  return {};
}

}  // namespace learnd::fakes
