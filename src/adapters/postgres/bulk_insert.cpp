#include "adapters/postgres/bulk_insert.hpp"

#include "adapters/postgres/interaction_sharing.hpp"

namespace learnd::postgres {

namespace {

constexpr std::size_t kMostRows = 1000;
constexpr std::size_t kMostBytes = 4 * 1024 * 1024;

// A removal that still waits under an id is for the ordinary way.
const Statement kStoredIds(
    "select g.id from unnest($1::uuid[]) as g (id) where exists (select 1 from learnings l where l.id = g.id) "
    "or exists (select 1 from outbox o where o.id = g.id)");
const Statement kStoredKeys(
    "select g.key from unnest($1::bytea[]) as g (key) where exists (select 1 from learnings l where l.key = g.key and l.owns_entry)");
const Statement kEnqueueNew(
    "insert into outbox (seq, id, revision, removal) select l.seq, l.id, l.revision, false from unnest($1::uuid[]) with ordinality as g "
    "(id, "
    "place) join learnings l on l.id = g.id order by g.place");

std::string textOf(const std::array<std::uint8_t, 32>& digest) { return {digest.begin(), digest.end()}; }

}  // namespace

void BulkInsert::expect(const std::vector<ports::ExpectedLearning>& learnings) {
  ArrayText ids;
  ArrayText keys;
  for (const auto& expected : learnings) {
    if (expectedIds_.insert(expected.id).second) ids.add(expected.id.text());
    const auto& digest = expected.key.digest;
    if (expectedKeys_.insert(textOf(digest)).second) keys.add(bytesText(digest.data(), digest.size()));
  }
  const Rows storedIds = connection_.run(kStoredIds, Values().add(ids.text()));
  for (std::size_t i = 0; i < storedIds.size(); ++i) storedIds_.insert(Row(storedIds, i).id());
  const Rows storedKeys = connection_.run(kStoredKeys, Values().add(keys.text()));
  for (std::size_t i = 0; i < storedKeys.size(); ++i) storedKeys_.insert(textOf(Row(storedKeys, i).digest()));
}

bool BulkInsert::isNew(const core::LearningId& id) const {
  return expectedIds_.contains(id) && !storedIds_.contains(id) && !gathered_.contains(id);
}

bool BulkInsert::isNew(const core::Key& key) const {
  const std::string text = textOf(key.digest);
  return expectedKeys_.contains(text) && !storedKeys_.contains(text) && !gatheredKeys_.contains(text);
}

std::optional<core::Learning> BulkInsert::gathered(const core::LearningId& id) const {
  const auto place = gathered_.find(id);
  if (place == gathered_.end() || !place->second.isExact) return std::nullopt;
  return place->second.learning;
}

void BulkInsert::noteStored(const core::LearningId& id, const core::Key& key) {
  storedIds_.insert(id);
  storedKeys_.insert(textOf(key.digest));
}

bool BulkInsert::take(const core::Learning& learning, const core::Key& key) {
  if (!isNew(learning.id) || !expectedKeys_.contains(textOf(key.digest))) return false;
  RowPlace place;
  place.revision = 1;
  place.key = key;
  place.entryDigest = record_rows::entryDigestOf(learning, key);
  bool ownerIsStored = false;
  if (place.entryDigest) {
    const bool ownerIsGathered = !gatheredEntries_.insert(textOf(*place.entryDigest)).second;
    ownerIsStored = !ownerIsGathered && storedKeys_.contains(textOf(key.digest)) && hasOwner(connection_, *place.entryDigest);
    place.ownsEntry = !ownerIsGathered && !ownerIsStored;
  }
  const bool inIndex = place.ownsEntry && learning.status == core::Status::Active;
  Values row;
  addLearning(row, learning, place);
  bytes_ += row.bytes();
  rows_.push_back(std::move(row));
  if (inIndex) forIndex_.push_back(learning.id);
  Gathered gathered{learning, !ownerIsStored};
  gathered.learning.revision = place.revision;
  gathered.learning.ownsIndexEntry = place.ownsEntry;
  gathered.learning.indexed = false;
  gathered_.emplace(learning.id, std::move(gathered));
  gatheredKeys_.insert(textOf(key.digest));
  if (rows_.size() >= kMostRows || bytes_ >= kMostBytes) flush();
  return true;
}

void BulkInsert::flush() {
  if (rows_.empty()) return;
  connection_.copyIn("learnings", writtenColumns(), rows_);
  if (!forIndex_.empty()) {
    ArrayText ids;
    for (const auto& id : forIndex_) ids.add(id.text());
    connection_.run(kEnqueueNew, Values().add(ids.text()));
  }
  for (const auto& [id, learning] : gathered_) storedIds_.insert(id);
  storedKeys_.merge(gatheredKeys_);
  rows_.clear();
  forIndex_.clear();
  gathered_.clear();
  gatheredKeys_.clear();
  gatheredEntries_.clear();
  bytes_ = 0;
}

}  // namespace learnd::postgres
