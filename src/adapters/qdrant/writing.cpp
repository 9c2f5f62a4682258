#include "adapters/qdrant/names.hpp"
#include "adapters/qdrant/qdrant_index.hpp"
#include "support/gather.hpp"

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <utility>

namespace learnd::qdrant {

namespace {

using namespace std::chrono_literals;
using core::Error;
using core::ErrorKind;
using json::Value;

constexpr auto kWriteTime = 30s;

using EntryMap = std::unordered_map<core::LearningId, std::size_t, core::LearningIdHash>;

/// Each id once: its newest revision, of equal ones the last, with a vector that one of them has.
std::vector<ports::IndexEntry> onceEach(const std::vector<ports::IndexEntry>& entries) {
  std::vector<ports::IndexEntry> once;
  EntryMap places;
  for (const auto& entry : entries) {
    const auto [place, isNew] = places.emplace(entry.id, once.size());
    if (isNew) {
      once.push_back(entry);
      continue;
    }
    ports::IndexEntry& kept = once[place->second];
    if (entry.revision < kept.revision) continue;
    auto vector = entry.revision == kept.revision && !entry.vector ? std::move(kept.vector) : entry.vector;
    kept = entry;
    kept.vector = std::move(vector);
  }
  return once;
}

/// In its category, and where it is promoted in that of proven skills too.
std::map<std::string, std::vector<PointPlan>> plansOf(const std::vector<ports::IndexEntry>& entries) {
  std::map<std::string, std::vector<PointPlan>> plans;
  for (const auto& entry : entries) {
    plans[entry.category].push_back({&entry, false});
    if (entry.promoted && entry.category != core::kPromotedCategory) plans[std::string(core::kPromotedCategory)].push_back({&entry, true});
  }
  return plans;
}

bool wantVectors(const std::vector<PointPlan>& plans) {
  return std::any_of(plans.begin(), plans.end(),
                     [](const PointPlan& plan) { return plan.entry->vector && hasDirection(*plan.entry->vector); });
}

Error otherDimensions(std::size_t one, std::size_t expected) {
  return {ErrorKind::InvalidInput, "a vector of " + std::to_string(one) + " dimensions in an index of " + std::to_string(expected) +
                                       ": `learnctl job start reindex` makes the index anew for another model"};
}

Error otherCollection(const Collection& collection, std::size_t expected) {
  return {ErrorKind::Unavailable, "the Qdrant collection " + collection.name + " has vectors of " + std::to_string(collection.dimensions) +
                                      " dimensions, the model makes " + std::to_string(expected) +
                                      ": `learnctl job start reindex` makes it anew; where another learnd uses it, set index.prefix"};
}

}  // namespace

std::vector<Collection> QdrantIndex::collectionsOf(const Holdings& holdings, Side side) const {
  std::vector<Collection> all;
  for (const auto& [category, collection] : holdings.serving) {
    if (side == Side::Serving || (rebuild_ && collection.rebuild == rebuild_->name)) all.push_back(collection);
  }
  if (side == Side::Serving) return all;
  for (const auto& other : holdings.others) {
    if (rebuild_ && other.rebuild == rebuild_->name) all.push_back(other);
  }
  return all;
}

std::size_t QdrantIndex::expectedDimensions(const Holdings& holdings, Side side) const {
  if (side == Side::Built) return rebuild_ ? rebuild_->dimensions : 0;
  return dimensions_ > 0 ? dimensions_ : holdings.dimensions();
}

ports::Task<void> QdrantIndex::checkDimensions(Entries entries, Side side) {
  auto holdings = co_await catalogue_.view();
  if (!holdings) co_return holdings.error();
  std::size_t expected = expectedDimensions(**holdings, side);
  for (const auto& entry : *entries) {
    if (!entry.vector) continue;
    if (expected == 0) expected = entry.vector->size();
    if (entry.vector->size() != expected) co_return otherDimensions(entry.vector->size(), expected);
  }
  if (side == Side::Serving && dimensions_ == 0) dimensions_ = expected;
  co_return core::Result<void>();
}

ports::Task<Collection> QdrantIndex::makeTarget(std::string category, bool wantsVectors, Side side) {
  auto turn = co_await turns_.take(support::SharedTurns::Kind::Alone);
  if (!turn) co_return turn.error();
  if (side == Side::Built) {
    if (!rebuild_) co_return Error(ErrorKind::Conflict, "no second index was begun");
    co_return co_await catalogue_.building(std::move(category), rebuild_->dimensions, rebuild_->name);
  }
  auto collection = co_await catalogue_.serving(std::move(category), dimensions_);
  if (!collection || !wantsVectors || collection->dimensions > 0) co_return collection;
  // It was made for words, before anybody knew the model.
  co_return co_await catalogue_.changeDimensions(*collection, dimensions_);
}

ports::Task<QdrantIndex::Targets> QdrantIndex::findTargets(const Plans& plans, Side side) {
  auto holdings = co_await catalogue_.view();
  if (!holdings) co_return holdings.error();
  Targets targets;
  for (const auto& one : collectionsOf(**holdings, side)) {
    if (plans.contains(one.category)) targets.emplace(one.category, one);
  }
  for (const auto& [category, points] : plans) {
    const bool wantsVectors = wantVectors(points);
    const auto place = targets.find(category);
    const bool isReady = place != targets.end() && place->second.isFinished;
    if (!isReady || (wantsVectors && place->second.dimensions == 0)) {
      auto made = co_await makeTarget(category, wantsVectors, side);
      if (!made) co_return made.error();
      targets.insert_or_assign(category, *made);
    }
    const Collection& target = targets.at(category);
    const std::size_t expected = side == Side::Built ? target.dimensions : dimensions_;
    if (wantsVectors && target.dimensions != expected) co_return otherCollection(target, expected);
  }
  co_return targets;
}

ports::Task<void> QdrantIndex::write(Entries given, Side side) {
  if (given->empty()) co_return core::Result<void>();
  auto checked = co_await checkDimensions(given, side);
  if (!checked) co_return checked.error();
  const auto entries = std::make_shared<const std::vector<ports::IndexEntry>>(onceEach(*given));
  Plans plans = plansOf(*entries);
  for (int attempt = 0;; ++attempt) {
    auto targets = co_await findTargets(plans, side);
    if (!targets) co_return targets.error();
    auto turn = co_await turns_.take(support::SharedTurns::Kind::Together);
    if (!turn) co_return turn.error();
    auto strays = co_await findStrays(entries, plans, side);
    core::Result<void> step = strays ? core::Result<void>() : core::Result<void>(strays.error());
    for (auto& [category, points] : plans) {
      if (!step) break;
      std::erase_if(points, [&strays](const PointPlan& plan) { return strays->outrun.contains(plan.entry->id); });
      step = co_await writePoints(targets->at(category), points, entries);
    }
    for (auto& [collection, ids] : strays ? strays->points : std::map<std::string, std::vector<std::string>>()) {
      if (step) step = co_await deletePoints(api_, collection, ids);
    }
    // Another daemon has put a new collection in the place of one: once more, with what there is now.
    if (step || step.error().kind() != ErrorKind::NotFound || attempt > 0) co_return step;
    catalogue_.forget();
  }
}

ports::Task<QdrantIndex::Strays> QdrantIndex::findStrays(Entries entries, const Plans& plans, Side side) {
  Strays strays;
  auto holdings = co_await catalogue_.view();
  if (!holdings) co_return holdings.error();
  const auto collections = collectionsOf(**holdings, side);
  std::vector<ports::Task<std::vector<ports::HeldEntry>>> asking;
  std::vector<std::string> asked;
  for (const auto& collection : collections) {
    std::set<core::LearningId> atHome;
    if (const auto place = plans.find(collection.category); place != plans.end()) {
      for (const auto& plan : place->second) atHome.insert(plan.entry->id);
    }
    std::vector<core::LearningId> ids;
    for (const auto& entry : *entries) {
      // What is new has never been anywhere else.
      if (entry.revision > 1 && !atHome.contains(entry.id)) ids.push_back(entry.id);
    }
    if (ids.empty()) continue;
    asked.push_back(collection.name);
    asking.push_back(findIn(collection, std::move(ids), false));
  }
  const auto found = co_await support::gather(std::move(asking), kAtOnce);
  std::unordered_map<core::LearningId, std::uint64_t, core::LearningIdHash> revisions;
  for (const auto& entry : *entries) revisions.emplace(entry.id, entry.revision);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) co_return found[i].error();
    for (const auto& held : *found[i]) {
      if (held.revision > revisions.at(held.id)) {
        strays.outrun.insert(held.id);
      } else {
        strays.points[asked[i]].push_back(held.id.text());
      }
    }
  }
  co_return strays;
}

ports::Task<std::vector<PointPlan>> QdrantIndex::withoutOlder(std::string collection, std::vector<PointPlan> plans) {
  std::vector<core::LearningId> ids;
  for (const auto& plan : plans) ids.push_back(plan.entry->id);
  Collection asked;
  asked.name = std::move(collection);
  auto held = co_await findIn(asked, std::move(ids), false);
  if (!held) co_return held.error();
  std::unordered_map<core::LearningId, std::uint64_t, core::LearningIdHash> revisions;
  for (const auto& one : *held) revisions.emplace(one.id, one.revision);
  std::erase_if(plans, [&revisions](const PointPlan& plan) {
    const auto place = revisions.find(plan.entry->id);
    if (place == revisions.end()) return false;
    const bool brings = plan.entry->vector && hasDirection(*plan.entry->vector);
    return place->second > plan.entry->revision || (place->second == plan.entry->revision && !brings);
  });
  co_return plans;
}

ports::Task<void> QdrantIndex::writePoints(Collection collection, std::vector<PointPlan> plans, Entries entries) {
  auto holdings = co_await catalogue_.view();
  if (!holdings) co_return holdings.error();
  const PointForm form{collection.dimensions, flatten_, (*holdings)->conditionalWrites()};
  if (!form.conditional) {
    // What is written between the look and the write is lost: the next comparison with the records finds it.
    auto left = co_await withoutOlder(collection.name, std::move(plans));
    if (!left) co_return left.error();
    plans = std::move(*left);
  }
  // `entries` keeps what the plans point at.
  auto job = [plans = std::move(plans), form, entries]() -> core::Result<std::vector<std::string>> {
    try {
      return upsertBodies(plans, form);
    } catch (const std::exception& failure) {
      return Error(ErrorKind::Internal, std::string("points can't be made: ") + failure.what());
    }
  };
  auto bodies = co_await pool_.run(std::move(job));
  if (!bodies) co_return bodies.error();
  for (auto& body : *bodies) {
    auto written = co_await api_.call("PUT", collectionTarget(collection.name, "/points?wait=true"), std::move(body), kWriteTime);
    if (!written) co_return written.error();
    auto done = checkWritten(api_, *written);
    if (!done) co_return done.error();
  }
  co_return core::Result<void>();
}

ports::Task<void> QdrantIndex::removeAll(std::vector<core::LearningId> ids) {
  if (ids.empty()) co_return core::Result<void>();
  std::vector<std::string> texts;
  for (const auto& id : ids) texts.push_back(id.text());
  for (int attempt = 0;; ++attempt) {
    auto turn = co_await turns_.take(support::SharedTurns::Kind::Together);
    if (!turn) co_return turn.error();
    auto holdings = co_await catalogue_.view();
    if (!holdings) co_return holdings.error();
    std::vector<ports::Task<void>> removing;
    for (const auto& [category, collection] : (*holdings)->serving) removing.push_back(deletePoints(api_, collection.name, texts));
    for (const auto& other : (*holdings)->others) removing.push_back(deletePoints(api_, other.name, texts));
    const auto removed = co_await support::gather(std::move(removing), kAtOnce);
    const auto failed = std::find_if(removed.begin(), removed.end(), [](const auto& one) { return !one; });
    if (failed == removed.end()) co_return core::Result<void>();
    if (failed->error().kind() != ErrorKind::NotFound || attempt > 0) co_return failed->error();
    catalogue_.forget();
  }
}

}  // namespace learnd::qdrant
