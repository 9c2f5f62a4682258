#pragma once

#include "adapters/qdrant/payload.hpp"
#include "ports/vector_index.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace learnd::qdrant {

/// An entry on its way into a collection.
struct PointPlan {
  const ports::IndexEntry* entry = nullptr;
  bool copy = false;  // of a promoted learning, in "skills-patterns"
};

/// How a collection's points are written.
struct PointForm {
  std::size_t dimensions = 0;  // of its dense vector; 0: it has none
  Flatten flatten = Flatten::Yes;
  /// The server compares revisions itself: what is there in a newer one stays, and so does a vector of the same.
  bool conditional = true;
};

/// Bodies of upserts. Each ends at 256 points or 4 MiB, far below the 32 MiB that Qdrant takes.
std::vector<std::string> upsertBodies(const std::vector<PointPlan>& points, const PointForm& form);

/// Whether cosines with it mean anything: finite, and not all zeros.
bool hasDirection(const std::vector<float>& vector);

/// Numbers in the shortest form that reads back the same, "[0.1,-2]".
void appendNumbers(const std::vector<float>& numbers, std::string& out);

}  // namespace learnd::qdrant
