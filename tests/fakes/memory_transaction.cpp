#include "tests/fakes/memory_transaction.hpp"

#include <algorithm>

namespace learnd::fakes {

using core::Learning;
using core::LearningId;

namespace {

/// What the index entry of an active interaction is made of; empty for all else, which shares with nobody.
std::string entryOf(const Learning& learning, const core::Key& key) {
  if (learning.kind != core::Kind::Interaction || learning.status != core::Status::Active) return {};
  std::string entry(key.digest.begin(), key.digest.end());
  for (const std::string& part : {learning.category, learning.solution, std::string(core::nameOf(learning.outcome)), learning.source,
                                  std::string(core::nameOf(learning.interaction.modelUsed)), std::string(learning.important ? "1" : "0"),
                                  std::string(learning.promoted ? "1" : "0"), learning.metadata}) {
    entry += std::to_string(part.size()) + ":" + part;
  }
  return entry;
}

core::Error notThere() { return {core::ErrorKind::NotFound, "there is no such learning"}; }

}  // namespace

/// Into the line, or what waits there says this now and keeps its place.
void MemoryTransaction::queue(const LearningId& id, std::uint64_t revision) {
  MemoryOutboxRow row;
  row.id = id;
  row.revision = revision;
  const auto place = std::find_if(state_.outbox.begin(), state_.outbox.end(), [&id](const MemoryOutboxRow& one) { return one.id == id; });
  if (place == state_.outbox.end()) {
    state_.outbox.push_back(std::move(row));
  } else {
    *place = std::move(row);
  }
}

/// The entry has lost its owner: the one that came next takes it over.
void MemoryTransaction::passEntryOn(const std::string& entry) {
  MemoryRow* next = nullptr;
  for (auto& [id, row] : state_.rows) {
    if (row.entry == entry && (!next || row.number < next->number)) next = &row;
  }
  if (!next) return;
  next->learning.ownsIndexEntry = true;
  queue(next->learning.id, ++next->learning.revision);
}

ports::Result<std::optional<Learning>> MemoryTransaction::load(const LearningId& id) {
  const auto place = state_.rows.find(id);
  if (place == state_.rows.end()) return std::optional<Learning>();
  return std::optional<Learning>(state_.answer(place->second));
}

ports::Result<std::optional<Learning>> MemoryTransaction::findSame(const Learning& learning) {
  if (learning.kind == core::Kind::Interaction) return std::optional<Learning>();
  const core::Key key = core::keyOf(learning);
  std::optional<Learning> found;
  for (const auto& [id, row] : state_.rows) {
    const Learning& other = row.learning;
    if (other.kind != learning.kind || other.category != learning.category || row.key != key || other.solution != learning.solution)
      continue;
    if (!found || (found->status != core::Status::Active && other.status == core::Status::Active)) found = state_.answer(row);
  }
  return found;
}

ports::Result<std::optional<Learning>> MemoryTransaction::findOpenFailure(const core::Key& key) {
  std::optional<Learning> newest;
  for (const auto& [id, row] : state_.rows) {
    const Learning& other = row.learning;
    if (other.kind != core::Kind::Failure || other.outcome != core::Outcome::Open || other.status != core::Status::Active) continue;
    if (row.key == key && (!newest || other.timestamp >= newest->timestamp)) newest = state_.answer(row);
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
  MemoryRow row{learning, core::keyOf(learning), std::nullopt, std::nullopt, {}, ++state_.arrivals};
  row.entry = entryOf(learning, row.key);
  row.learning.ownsIndexEntry = row.entry.empty() || !state_.ownerOf(row.entry);
  row.learning.revision = 1;
  for (const auto& removal : state_.outbox) {
    if (removal.id == learning.id) row.learning.revision = removal.revision + 1;
  }
  if (row.isInIndex()) queue(learning.id, row.learning.revision);
  state_.rows.emplace(learning.id, std::move(row));
  return {};
}

ports::Result<void> MemoryTransaction::update(const Learning& learning, ports::IndexChange change) {
  const auto place = state_.rows.find(learning.id);
  if (place == state_.rows.end()) return notThere();
  MemoryRow& row = place->second;
  const MemoryRow before = row;
  row.learning = learning;
  row.learning.revision = before.learning.revision;
  row.learning.ownsIndexEntry = before.learning.ownsIndexEntry;
  if (change == ports::IndexChange::None) return {};
  row.learning.revision += 1;
  row.key = core::keyOf(learning);
  row.entry = entryOf(learning, row.key);
  if (row.entry != before.entry) {
    row.learning.ownsIndexEntry = false;
    row.learning.ownsIndexEntry = row.entry.empty() || !state_.ownerOf(row.entry);
  }
  if (change == ports::IndexChange::Text || !row.learning.ownsIndexEntry) {
    row.vector.reset();
    row.rebuilt.reset();
  }
  if (row.isInIndex() || before.isInIndex()) queue(learning.id, row.learning.revision);
  if (!before.entry.empty() && before.learning.ownsIndexEntry && row.entry != before.entry) passEntryOn(before.entry);
  return {};
}

ports::Result<void> MemoryTransaction::erase(const LearningId& id) {
  const auto place = state_.rows.find(id);
  if (place == state_.rows.end()) return notThere();
  const MemoryRow before = place->second;
  state_.rows.erase(place);
  std::erase_if(state_.feedback, [&id](const ports::FeedbackEntry& entry) { return entry.id == id; });
  std::erase_if(state_.scoreHistory, [&id](const auto& entry) { return entry.first.id == id; });
  if (before.isInIndex()) queue(id, before.learning.revision + 1);
  if (!before.entry.empty() && before.learning.ownsIndexEntry) passEntryOn(before.entry);
  return {};
}

ports::Result<void> MemoryTransaction::addFeedback(const ports::FeedbackEntry& entry) {
  if (!state_.rows.contains(entry.id)) return notThere();
  state_.feedback.push_back(entry);
  return {};
}

ports::Result<void> MemoryTransaction::addScoreHistory(const Learning& before, core::Timestamp until) {
  if (!state_.rows.contains(before.id)) return notThere();
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
