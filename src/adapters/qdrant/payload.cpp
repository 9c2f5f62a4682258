#include "adapters/qdrant/payload.hpp"

#include "adapters/qdrant/facets.hpp"
#include "adapters/qdrant/names.hpp"
#include "json/learning_codec.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace learnd::qdrant {

namespace {

/// Of no use beside a vector, and large.
bool isLeftOut(std::string_view name) { return name == "value_breakdown" || name == "factors" || name == "metadata"; }

/// Far below what Qdrant takes in one request (32 MiB), whatever a learning holds.
constexpr std::size_t kMostContext = 1024 * 1024;

std::size_t sizeOf(const core::Learning& learning) {
  std::size_t size = 0;
  for (const auto& used : learning.interaction.contextUsed) size += used.text.size();
  return size;
}

/// Our own names, and those of a record whatever its kind.
bool isReserved(std::string_view name) {
  return name.starts_with(kOwnMembers) || name == "metadata" || name == "indexed" || json::isRecordMember(name);
}

void addRecord(const core::Learning& learning, Flatten flatten, json::Value::Object& members) {
  json::Value record = json::encodeLearning(learning, json::IndexedMember::Omit);
  const bool largeContext = sizeOf(learning) > kMostContext;
  for (auto& [name, value] : *record.asObject()) {
    if (value.isNull() || isLeftOut(name) || (largeContext && name == "context_used")) continue;
    members.emplace_back(std::move(name), std::move(value));
  }
  if (learning.kind == core::Kind::Failure) {
    members.emplace_back("error", json::Value(learning.query));
    if (!learning.solution.empty()) members.emplace_back("correct_solution", json::Value(learning.solution));
  }
  auto metadata = json::parse(learning.metadata);
  if (!metadata || !metadata->asObject()) return;
  if (flatten == Flatten::Yes) {
    for (const auto& [name, value] : *metadata->asObject()) {
      if (!isReserved(name)) members.emplace_back(name, value);
    }
  }
  members.emplace_back("metadata", std::move(*metadata));
}

}  // namespace

json::Value payloadOf(const ports::IndexEntry& entry, bool copy, Flatten flatten) {
  json::Value::Object members;
  if (entry.learning) {
    addRecord(*entry.learning, flatten, members);
  } else {
    members.emplace_back("kind", json::Value(core::nameOf(entry.kind)));
    members.emplace_back("category", json::Value(entry.category));
  }
  members.emplace_back(kRevisionMember, json::Value(entry.revision));
  members.emplace_back(kFacetsMember, facetsOf(entry, copy));
  return json::Value(std::move(members));
}

}  // namespace learnd::qdrant
