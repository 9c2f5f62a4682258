#pragma once

#include "adapters/qdrant/collection_calls.hpp"
#include "support/shared_turns.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace learnd::qdrant {

/// A collection of ours.
struct Collection {
  std::string name;
  std::string category;
  std::uint32_t generation = 0;
  std::size_t dimensions = 0;  // 0: words only
  std::string rebuild;         // under which name it is built, or was
  bool isFinished = true;      // false: making it was broken off before it had its payload indexes
};

/// What is on the server, at one moment.
struct Holdings {
  ServerVersion version;
  std::map<std::string, Collection> serving;         // by category
  std::vector<Collection> others;                    // of ours: being built, outdated, or left by something that was broken off
  std::map<std::string, std::string> outdated;       // of these, by category, those whose words another learnd made: why, and what to do
  std::vector<std::string> foreign;                  // collections of others; they are never touched
  std::set<std::string> foreignAliases;              // aliases of these
  std::vector<std::string> inTheWay;                 // names by which programs would ask a collection of ours, taken by others
  std::map<std::string, std::uint32_t> generations;  // by category, the last number that a name has

  [[nodiscard]] std::size_t dimensions() const;
  /// Whether others have a collection or an alias of this name.
  [[nodiscard]] bool isTaken(const std::string& alias) const;
  [[nodiscard]] bool conditionalWrites() const { return version >= kConditionalWrites; }
};

using HoldingsView = std::shared_ptr<const Holdings>;

/// Knows which collections there are and makes, replaces and removes ours: one a category, under an alias. A collection that learnd did not
/// make, by this index.prefix, is never written, changed or deleted, and no alias of others is moved. Qdrant has no transactions over
/// collections: each step can be broken off and is gone on with the next time. One thread; who changes collections must be alone.
class Catalogue {
 public:
  static constexpr std::size_t kMostCategories = 100;

  Catalogue(QdrantApi& api, std::string prefix) : api_(api), prefix_(std::move(prefix)) {}

  [[nodiscard]] const std::string& prefix() const { return prefix_; }

  /// At most some seconds old: other daemons make collections too.
  ports::Task<HoldingsView> view();
  ports::Task<HoldingsView> freshView();
  /// What a collection was said to be is not so any more (it is gone): the next view is a fresh one.
  void forget() { view_.reset(); }

  /// The collection that serves a category, made (or made to its end) where it is missing. InvalidInput past the limit of categories.
  ports::Task<Collection> serving(std::string category, std::size_t dimensions);
  /// The one that is built for it.
  ports::Task<Collection> building(std::string category, std::size_t dimensions, std::string rebuild);
  /// Another one with the same words and no vectors takes its place.
  ports::Task<Collection> changeDimensions(Collection collection, std::size_t dimensions);
  /// What is built under this name serves from now on; what served goes.
  ports::Task<void> finishRebuild(std::string rebuild);
  /// What is being built goes, but what is built under this name.
  ports::Task<void> dropOthers(std::string kept);

 private:
  ports::Task<HoldingsView> load();
  ports::Task<void> sortIn(Holdings& holdings, const std::vector<std::string>& names, const AliasMap& aliases);
  void sortInOne(Holdings& holdings, Collection collection, const CollectionFacts& facts);
  void findInTheWay(Holdings& holdings, const AliasMap& aliases) const;
  boost::asio::awaitable<void> chooseServing(Holdings& holdings, const AliasMap& aliases);
  ports::Task<Collection> make(const Holdings& holdings, std::string category, std::size_t dimensions, std::string rebuild);
  /// What is missing where making it was broken off.
  ports::Task<Collection> finished(Collection collection);
  ports::Task<void> serveBy(Collection collection, const Holdings& holdings);
  ports::Task<void> settle(Collection collection);
  [[nodiscard]] CollectionPlan planOf(const Collection& collection) const;

  QdrantApi& api_;
  std::string prefix_;
  HoldingsView view_;
  std::chrono::steady_clock::time_point loadedAt_{};
  support::SharedTurns loading_;
  /// What this process builds, by collection: servers before 1.15.5 keep no metadata.
  std::map<std::string, std::string> rebuilds_;
};

}  // namespace learnd::qdrant
