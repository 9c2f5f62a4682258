#include "adapters/qdrant/catalogue.hpp"

#include "adapters/qdrant/names.hpp"
#include "core/learning.hpp"
#include "support/gather.hpp"
#include "support/log.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace learnd::qdrant {

namespace {

using namespace std::chrono_literals;
using namespace boost::asio::experimental::awaitable_operators;
using core::Error;
using core::ErrorKind;

constexpr auto kViewLife = 5s;
constexpr auto kAskTime = 3s;
/// A rebuild of this name is a change of dimensions that was broken off.
const std::string kNewDimensions = "dimensions";

constexpr std::array<std::string_view, 5> kKnownCategories{"skills-patterns", "error-solutions", "best-practices", "codebase-context",
                                                           "interaction-history"};

bool contains(const std::vector<std::string>& all, const std::string& one) { return std::find(all.begin(), all.end(), one) != all.end(); }

/// Servers before 1.15.5 keep no mark; others have no sparse vector of this name.
bool isUnfinished(const CollectionFacts& facts) { return !facts.marked && facts.hasWords; }

bool isOthers(const CollectionFacts& facts, const std::string& prefix) {
  if (!facts.plain || (!facts.marked && !isUnfinished(facts))) return true;
  return !facts.prefix.empty() && facts.prefix != prefix;
}

}  // namespace

std::size_t Holdings::dimensions() const {
  std::size_t most = 0;
  for (const auto& [category, collection] : serving) most = std::max(most, collection.dimensions);
  return most;
}

bool Holdings::isTaken(const std::string& alias) const { return contains(foreign, alias) || foreignAliases.contains(alias); }

CollectionPlan Catalogue::planOf(const Collection& collection) const {
  return {collection.name, collection.dimensions, prefix_, collection.rebuild};
}

ports::Task<HoldingsView> Catalogue::view() {
  const auto isFresh = [this] { return view_ && std::chrono::steady_clock::now() - loadedAt_ < kViewLife; };
  if (isFresh()) co_return view_;
  auto turn = co_await loading_.take(support::SharedTurns::Kind::Alone);
  if (!turn) co_return turn.error();
  if (isFresh()) co_return view_;
  co_return co_await load();
}

ports::Task<HoldingsView> Catalogue::freshView() {
  auto turn = co_await loading_.take(support::SharedTurns::Kind::Alone);
  if (!turn) co_return turn.error();
  co_return co_await load();
}

ports::Task<HoldingsView> Catalogue::load() {
  auto holdings = std::make_shared<Holdings>();
  // At once: a search waits for it, and the server may be slow.
  auto [version, names, aliases] = co_await (api_.version(kAskTime) && listCollections(api_) && listAliases(api_));
  if (!version) co_return version.error();
  if (!names) co_return names.error();
  if (!aliases) co_return aliases.error();
  holdings->version = *version;
  auto sorted = co_await sortIn(*holdings, *names, *aliases);
  if (!sorted) co_return sorted.error();
  findInTheWay(*holdings, *aliases);
  co_await chooseServing(*holdings, *aliases);
  view_ = std::move(holdings);
  loadedAt_ = std::chrono::steady_clock::now();
  co_return view_;
}

ports::Task<void> Catalogue::sortIn(Holdings& holdings, const std::vector<std::string>& names, const AliasMap& aliases) {
  std::vector<Collection> candidates;
  std::vector<ports::Task<CollectionFacts>> asking;
  for (const auto& [alias, target] : aliases) {
    if (const auto parsed = parseCollectionName(prefix_, alias)) {
      holdings.generations[parsed->category] = std::max(holdings.generations[parsed->category], parsed->generation);
    }
  }
  for (const auto& name : names) {
    const auto parsed = parseCollectionName(prefix_, name);
    if (!parsed) {
      holdings.foreign.push_back(name);
      continue;
    }
    holdings.generations[parsed->category] = std::max(holdings.generations[parsed->category], parsed->generation);
    candidates.push_back({name, parsed->category, parsed->generation, 0, "", true});
    asking.push_back(describeCollection(api_, name));
  }
  const auto described = co_await support::gather(std::move(asking), kAtOnce);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    // Gone since the list was made.
    if (!described[i] && described[i].error().kind() == ErrorKind::NotFound) continue;
    if (!described[i]) co_return described[i].error();
    sortInOne(holdings, std::move(candidates[i]), *described[i]);
  }
  co_return core::Result<void>();
}

void Catalogue::sortInOne(Holdings& holdings, Collection collection, const CollectionFacts& facts) {
  if (isOthers(facts, prefix_)) {
    holdings.foreign.push_back(collection.name);
    return;
  }
  collection.dimensions = facts.dimensions;
  collection.rebuild = facts.rebuild;
  collection.isFinished = facts.indexed;
  if (const auto own = rebuilds_.find(collection.name); own != rebuilds_.end()) collection.rebuild = own->second;
  if (!facts.hasWords) {
    holdings.outdated[collection.category] = "the words of the Qdrant collection " + collection.name +
                                             " were made by another version of learnd: `learnctl job start reindex` makes it anew";
  }
  holdings.others.push_back(std::move(collection));
}

void Catalogue::findInTheWay(Holdings& holdings, const AliasMap& aliases) const {
  for (const auto& [alias, target] : aliases) {
    const bool isOurs =
        std::any_of(holdings.others.begin(), holdings.others.end(), [&](const Collection& one) { return one.name == target; });
    if (!isOurs) holdings.foreignAliases.insert(alias);
  }
  std::vector<std::string> wanted;
  for (const auto category : kKnownCategories) wanted.push_back(aliasName(prefix_, category));
  for (const auto& one : holdings.others) wanted.push_back(aliasName(prefix_, one.category));
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  for (const auto& name : wanted) {
    if (holdings.isTaken(name)) holdings.inTheWay.push_back(name);
  }
}

boost::asio::awaitable<void> Catalogue::chooseServing(Holdings& holdings, const AliasMap& aliases) {
  const auto isOutdated = [&holdings](const Collection& one) { return holdings.outdated.contains(one.category); };
  for (const auto& one : holdings.others) {
    const auto alias = aliases.find(aliasName(prefix_, one.category));
    if (!isOutdated(one) && alias != aliases.end() && alias->second == one.name) holdings.serving.emplace(one.category, one);
  }
  // No alias (something is in its way, or making it was broken off): the newest that is not being built.
  std::map<std::string, Collection> unaliased;
  for (const auto& one : holdings.others) {
    if (isOutdated(one) || holdings.serving.contains(one.category) || !one.rebuild.empty()) continue;
    const auto [place, isNew] = unaliased.emplace(one.category, one);
    if (!isNew && place->second.generation < one.generation) place->second = one;
  }
  for (const auto& [category, collection] : unaliased) {
    holdings.serving.emplace(category, collection);
    // In vain where the key may only read: whoever may write makes it good.
    if (!holdings.isTaken(aliasName(prefix_, category))) (void)co_await setAlias(api_, aliasName(prefix_, category), collection.name);
  }
  std::erase_if(holdings.others, [&holdings](const Collection& one) {
    const auto place = holdings.serving.find(one.category);
    return place != holdings.serving.end() && place->second.name == one.name;
  });
}

ports::Task<Collection> Catalogue::make(const Holdings& holdings, std::string category, std::size_t dimensions, std::string rebuild) {
  const auto last = holdings.generations.find(category);
  Collection collection{"", category, last == holdings.generations.end() ? 1 : last->second + 1, dimensions, rebuild, true};
  collection.name = collectionName(prefix_, category, collection.generation);
  if (!rebuild.empty()) rebuilds_.insert_or_assign(collection.name, rebuild);
  CollectionPlan plan = planOf(collection);
  auto made = co_await createCollection(api_, std::move(plan));
  if (!made) co_return made.error();
  forget();
  co_return collection;
}

ports::Task<Collection> Catalogue::finished(Collection collection) {
  if (collection.isFinished) co_return collection;
  auto finished = co_await finishCollection(api_, collection.name);
  if (!finished) co_return finished.error();
  forget();
  collection.isFinished = true;
  co_return collection;
}

ports::Task<Collection> Catalogue::serving(std::string category, std::size_t dimensions) {
  auto holdings = co_await freshView();
  if (!holdings) co_return holdings.error();
  const auto place = (*holdings)->serving.find(category);
  if (place != (*holdings)->serving.end()) co_return co_await finished(place->second);
  if (const auto old = (*holdings)->outdated.find(category); old != (*holdings)->outdated.end()) {
    co_return Error(ErrorKind::Unavailable, old->second);
  }
  // Promoted learnings need theirs, whatever categories there are.
  if ((*holdings)->serving.size() >= kMostCategories && category != core::kPromotedCategory) {
    co_return Error::invalidField("category", "Qdrant has a collection for each category, and " + std::to_string(kMostCategories) +
                                                  " are the most: use a category that is there, or index.backend = \"embedded\"");
  }
  auto made = co_await make(**holdings, category, dimensions, "");
  if (!made) co_return made.error();
  auto served = co_await serveBy(*made, **holdings);
  if (!served) co_return served.error();
  // Another daemon may have made it first, in its own way.
  auto after = co_await freshView();
  if (!after) co_return after.error();
  const auto there = (*after)->serving.find(category);
  if (there == (*after)->serving.end()) co_return Error(ErrorKind::Unavailable, "the collection " + made->name + " went as it was made");
  co_return co_await finished(there->second);
}

ports::Task<void> Catalogue::serveBy(Collection collection, const Holdings& holdings) {
  const std::string alias = aliasName(prefix_, collection.category);
  if (holdings.isTaken(alias)) {
    support::log::warning("a collection of others has the name that programs would ask learnd's by; see doctor", {{"COLLECTION", alias}});
    co_return core::Result<void>();
  }
  auto set = co_await setAlias(api_, alias, collection.name);
  // A collection of that name came a moment ago: it is in the way.
  if (!set && set.error().kind() == ErrorKind::Conflict) co_return core::Result<void>();
  co_return set;
}

ports::Task<Collection> Catalogue::building(std::string category, std::size_t dimensions, std::string rebuild) {
  auto holdings = co_await view();
  if (!holdings) co_return holdings.error();
  const auto isIt = [&](const Collection& one) {
    return one.category == category && one.rebuild == rebuild && one.dimensions == dimensions;
  };
  for (const auto& other : (*holdings)->others) {
    if (isIt(other)) co_return co_await finished(other);
  }
  // One that a finish which was broken off has let serve already.
  if (const auto place = (*holdings)->serving.find(category); place != (*holdings)->serving.end() && isIt(place->second)) {
    co_return co_await finished(place->second);
  }
  co_return co_await make(**holdings, std::move(category), dimensions, std::move(rebuild));
}

ports::Task<void> Catalogue::settle(Collection collection) {
  rebuilds_.erase(collection.name);
  collection.rebuild.clear();
  CollectionPlan plan = planOf(collection);
  co_return co_await writeMetadata(api_, std::move(plan));
}

ports::Task<Collection> Catalogue::changeDimensions(Collection collection, std::size_t dimensions) {
  auto holdings = co_await freshView();
  if (!holdings) co_return holdings.error();
  auto next = co_await make(**holdings, collection.category, dimensions, kNewDimensions);
  if (!next) co_return next.error();
  auto step = co_await copyWords(api_, collection.name, next->name);
  if (step) step = co_await serveBy(*next, **holdings);
  if (step) step = co_await settle(*next);
  // What another daemon wrote there meanwhile.
  if (step) step = co_await copyWords(api_, collection.name, next->name);
  if (step) step = co_await dropCollection(api_, collection.name);
  forget();
  if (!step) co_return step.error();
  next->rebuild.clear();
  support::log::info("a Qdrant collection is made anew for vectors of other dimensions",
                     {{"COLLECTION", next->name}, {"DIMENSIONS", std::to_string(dimensions)}});
  co_return next;
}

ports::Task<void> Catalogue::finishRebuild(std::string rebuild) {
  auto holdings = co_await freshView();
  if (!holdings) co_return holdings.error();
  std::map<std::string, Collection> rebuilt;
  std::vector<Collection> all = (*holdings)->others;
  for (const auto& [category, collection] : (*holdings)->serving) all.push_back(collection);
  for (const auto& one : all) {
    if (one.rebuild == rebuild) rebuilt.insert_or_assign(one.category, one);
  }
  for (const auto& [category, collection] : rebuilt) {
    auto served = co_await serveBy(collection, **holdings);
    if (!served) co_return served.error();
  }
  for (const auto& [category, collection] : rebuilt) {
    auto settled = co_await settle(collection);
    if (!settled) co_return settled.error();
  }
  for (const auto& one : all) {
    const auto place = rebuilt.find(one.category);
    if (place != rebuilt.end() && place->second.name == one.name) continue;
    auto dropped = co_await dropCollection(api_, one.name);
    if (!dropped) co_return dropped.error();
  }
  forget();
  co_return core::Result<void>();
}

ports::Task<void> Catalogue::dropOthers(std::string kept) {
  auto holdings = co_await freshView();
  if (!holdings) co_return holdings.error();
  for (const auto& other : (*holdings)->others) {
    // What is outdated serves nobody, but says that there is something to do.
    const bool stays =
        (!kept.empty() && other.rebuild == kept) || (other.rebuild.empty() && (*holdings)->outdated.contains(other.category));
    if (stays) continue;
    rebuilds_.erase(other.name);
    auto dropped = co_await dropCollection(api_, other.name);
    if (!dropped) co_return dropped.error();
  }
  forget();
  co_return core::Result<void>();
}

}  // namespace learnd::qdrant
