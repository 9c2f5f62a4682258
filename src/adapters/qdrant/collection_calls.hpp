#pragma once

#include "adapters/qdrant/qdrant_api.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace learnd::qdrant {

/// What a server says of a collection, as far as we go by it.
struct CollectionFacts {
  std::size_t dimensions = 0;  // of its unnamed vector; 0: it has none
  bool plain = true;           // that vector is compared by cosine, and there is no other dense one
  bool hasWords = false;       // a sparse vector by our present rules
  bool marked = false;         // learnd made it
  bool indexed = false;        // it has its payload indexes: its making came to its end
  std::string prefix;          // what the one who made it had as index.prefix, where that is known
  std::string rebuild;         // not empty: being built, under that name
};

/// What is made.
struct CollectionPlan {
  std::string name;
  std::size_t dimensions = 0;
  std::string prefix;
  std::string rebuild;
};

using AliasMap = std::map<std::string, std::string>;  // alias -> collection

ports::Task<std::vector<std::string>> listCollections(QdrantApi& api);
ports::Task<AliasMap> listAliases(QdrantApi& api);
ports::Task<CollectionFacts> describeCollection(QdrantApi& api, std::string name);
/// With its payload indexes, before any data.
ports::Task<void> createCollection(QdrantApi& api, CollectionPlan plan);
/// The payload indexes of one whose creation was broken off; those that are there stay.
ports::Task<void> finishCollection(QdrantApi& api, std::string name);
/// Whether points were written (or deleted), by the answer to that.
core::Result<void> checkWritten(const QdrantApi& api, const json::Value& answer);
/// Where a server keeps a collection's metadata; others ignore it.
ports::Task<void> writeMetadata(QdrantApi& api, CollectionPlan plan);
/// One action, so that readers never meet a gap; it repoints an alias that is there.
ports::Task<void> setAlias(QdrantApi& api, std::string alias, std::string collection);
/// One that is not there is no error.
ports::Task<void> dropCollection(QdrantApi& api, std::string name);
/// How many points meet a filter.
ports::Task<std::uint64_t> countPoints(QdrantApi& api, std::string name, json::Value filter);
/// Every point of one collection into another, without its dense vector; a point that is there in a newer revision stays.
ports::Task<void> copyWords(QdrantApi& api, std::string from, std::string to);
ports::Task<void> deletePoints(QdrantApi& api, std::string name, std::vector<std::string> ids);

}  // namespace learnd::qdrant
