#pragma once

#include "json/value.hpp"
#include "tests/fakes/qdrant/point_filter.hpp"
#include "tests/fakes/qdrant/point_id.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace learnd::fakes::qdrant {

struct SparseVector {
  std::vector<std::uint32_t> indices;  // ascending
  std::vector<float> values;
};

/// A vector as a request brings it.
struct GivenVectors {
  std::map<std::string, std::vector<double>> dense;
  std::map<std::string, SparseVector> sparse;
};

struct GivenPoint {
  PointId id;
  GivenVectors vectors;
  json::Value payload;
};

struct DenseKind {
  std::size_t size = 0;
  std::string distance;
};

struct Hit {
  const PointId* id = nullptr;
  double score = 0;
  std::uint64_t version = 0;
};

/// One collection: points, exact searches. A replaced or deleted point is still counted in how rare its terms are, until a fifth of a
/// thousand are such: as on the real server, whose segments are cleaned up later.
class StoredCollection {
 public:
  explicit StoredCollection(const json::Value& config);

  std::map<std::string, DenseKind> dense;  // by name; "" is the unnamed one
  std::map<std::string, bool> sparse;      // by name: whether scores are weighed by rarity
  std::map<std::string, json::Value> payloadSchema;
  json::Value metadata;
  std::uint64_t operations = 0;

  struct Point {
    std::map<std::string, std::vector<float>> dense;  // of unit length where compared by cosine
    std::map<std::string, SparseVector> sparse;
    json::Value payload;
    std::uint64_t version = 0;
    std::uint32_t slot = 0;
  };

  /// Refuses what does not fit, as a whole.
  void check(const std::vector<GivenPoint>& points) const;
  void upsert(std::vector<GivenPoint> points, const PointFilter* updateOnly);
  /// Returns how many were there.
  std::size_t remove(const std::vector<PointId>& ids);
  [[nodiscard]] const Point* find(const PointId& id) const;
  [[nodiscard]] const std::map<PointId, Point>& points() const { return points_; }
  [[nodiscard]] bool passes(const PointId& id, const Point& point, const PointFilter& filter) const;

  /// Best first.
  [[nodiscard]] std::vector<Hit> nearest(const std::string& name, const std::vector<double>& query, const PointFilter& filter,
                                         std::size_t limit) const;
  [[nodiscard]] std::vector<Hit> bestWords(const std::string& name, const SparseVector& query, const PointFilter& filter,
                                           std::size_t limit) const;

 private:
  struct Posting {
    std::uint32_t slot;
    float value;
  };
  struct Inverted {
    std::unordered_map<std::uint32_t, std::vector<Posting>> lists;
    std::size_t documents = 0;
  };

  void insert(const PointId& id, GivenPoint given);
  void forget(Point& point);
  void cleanUp();
  /// Calls `visit(id, point)` for each point that passes.
  template <class Visit>
  void forEach(const PointFilter& filter, Visit visit) const;

  std::map<PointId, Point> points_;
  std::vector<const std::pair<const PointId, Point>*> slots_;  // null: dead
  std::size_t dead_ = 0;
  std::map<std::string, Inverted> inverted_;
};

}  // namespace learnd::fakes::qdrant
