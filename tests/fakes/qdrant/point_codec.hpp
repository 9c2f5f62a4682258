#pragma once

#include "json/value.hpp"
#include "tests/fakes/qdrant/stored_collection.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace learnd::fakes::qdrant {

/// The points of an upsert; throws a Refusal for what the server refuses before it looks at the collection.
std::vector<GivenPoint> readPoints(const json::Value& body);
/// A point as it is shown; the selectors are the request's with_payload and with_vector, null where it has none.
json::Value writePoint(const PointId& id, const StoredCollection::Point& point, const json::Value* withPayload,
                       const json::Value* withVector);
/// At least 1; 10 where none is given.
std::size_t readLimit(const json::Value& body, const std::string& name);

/// One question to a collection.
class Search {
 public:
  explicit Search(const json::Value& body);

  [[nodiscard]] json::Value run(const StoredCollection& collection) const;

 private:
  enum class Kind : unsigned char { Dense, Sparse, All };

  [[nodiscard]] std::vector<Hit> find(const StoredCollection& collection) const;

  Kind kind_ = Kind::All;
  std::vector<double> dense_;
  SparseVector sparse_;
  std::string using_;
  std::size_t limit_ = 0;
  std::size_t offset_ = 0;
  std::optional<double> threshold_;  // of the score
  PointFilter filter_;
  json::Value withPayload_;
  json::Value withVector_;
};

}  // namespace learnd::fakes::qdrant
