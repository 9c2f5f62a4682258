#pragma once

#include "json/value.hpp"
#include "tests/fakes/qdrant/point_id.hpp"

#include <functional>
#include <memory>
#include <set>
#include <string>

namespace learnd::fakes::qdrant {

/// What a filter looks at.
struct FilteredPoint {
  const PointId& id;
  const json::Value& payload;
  std::function<bool(const std::string& vectorName)> hasVector;
};

/// A filter, checked as a whole before anything is filtered by it: what the server refuses is thrown as a Refusal.
class PointFilter {
 public:
  /// Null and an empty object let everything through.
  explicit PointFilter(const json::Value* filter);

  [[nodiscard]] bool passes(const FilteredPoint& point) const { return test_(point); }
  /// Where only these ids can pass, whatever else it says; null: any may.
  [[nodiscard]] const std::set<PointId>* onlyIds() const { return onlyIds_.get(); }

 private:
  std::function<bool(const FilteredPoint&)> test_;
  std::shared_ptr<std::set<PointId>> onlyIds_;
};

}  // namespace learnd::fakes::qdrant
