#include "tests/fakes/qdrant/stored_collection.hpp"

#include "tests/fakes/qdrant/refusal.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace learnd::fakes::qdrant {

namespace {

using json::Value;

constexpr std::size_t kSmallestCleaned = 1000;
constexpr std::int64_t kMostDimensions = 65536;

Refusal wrongVectors() { return badJson("data did not match any variant of untagged enum VectorsConfig at line 1 column 46"); }

DenseKind readDense(const Value& config) {
  const Value* size = config.find("size");
  const Value* distance = config.find("distance");
  static const std::set<std::string> kDistances{"Cosine", "Euclid", "Dot", "Manhattan"};
  const bool known = distance && distance->asText() && kDistances.contains(*distance->asText());
  if (!size || !size->asInteger() || *size->asInteger() < 1 || !known) throw wrongVectors();
  if (*size->asInteger() > kMostDimensions) {
    throw invalid("vectors.size: value " + std::to_string(*size->asInteger()) + " invalid, must be from 1 to 65536");
  }
  return {static_cast<std::size_t>(*size->asInteger()), *distance->asText()};
}

std::vector<float> stored(const std::vector<double>& given, const std::string& distance) {
  std::vector<float> vector(given.begin(), given.end());
  if (distance != "Cosine") return vector;
  float sum = 0;
  for (const float number : vector) sum += number * number;
  const float length = std::sqrt(sum);
  // A zero vector stays as it is.
  if (length > 0) {
    for (float& number : vector) number /= length;
  }
  return vector;
}

float dot(const std::vector<float>& a, const std::vector<float>& b) {
  float sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

std::vector<Hit> bestOf(std::vector<Hit> hits, std::size_t limit) {
  const auto better = [](const Hit& a, const Hit& b) { return std::isnan(b.score) ? !std::isnan(a.score) : a.score > b.score; };
  const std::size_t count = std::min(limit, hits.size());
  std::partial_sort(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(count), hits.end(), better);
  hits.resize(count);
  return hits;
}

}  // namespace

StoredCollection::StoredCollection(const Value& config) {
  if (const Value* vectors = config.find("vectors"); vectors && !vectors->isNull()) {
    if (!vectors->asObject()) throw wrongVectors();
    const bool named = std::all_of(vectors->asObject()->begin(), vectors->asObject()->end(),
                                   [](const auto& one) { return one.second.asObject() != nullptr; });
    if (named) {
      for (const auto& [name, one] : *vectors->asObject()) dense[name] = readDense(one);
    } else {
      dense[""] = readDense(*vectors);
    }
  }
  if (const Value* vectors = config.find("sparse_vectors"); vectors && vectors->asObject()) {
    for (const auto& [name, one] : *vectors->asObject()) {
      const Value* modifier = one.find("modifier");
      sparse[name] = modifier && modifier->asText() && *modifier->asText() == "idf";
      inverted_[name];
    }
  }
  if (const Value* given = config.find("metadata"); given && given->asObject()) metadata = *given;
}

void StoredCollection::check(const std::vector<GivenPoint>& points) const {
  for (const GivenPoint& point : points) {
    for (const auto& [name, vector] : point.vectors.dense) {
      const auto kind = dense.find(name);
      if (kind == dense.end()) {
        if (sparse.contains(name)) throw wrongInput("Conversion between sparse and regular vectors failed");
        throw wrongInput("Not existing vector name error: " + name);
      }
      if (kind->second.size != vector.size()) {
        throw wrongInput("Vector dimension error: expected dim: " + std::to_string(kind->second.size) + ", got " +
                         std::to_string(vector.size()));
      }
    }
    for (const auto& [name, vector] : point.vectors.sparse) {
      if (!sparse.contains(name)) throw wrongInput("Not existing vector name error: " + name);
    }
  }
}

bool StoredCollection::passes(const PointId& id, const Point& point, const PointFilter& filter) const {
  const auto hasVector = [&point](const std::string& name) { return point.dense.contains(name) || point.sparse.contains(name); };
  return filter.passes({id, point.payload, hasVector});
}

void StoredCollection::upsert(std::vector<GivenPoint> points, const PointFilter* updateOnly) {
  ++operations;
  for (GivenPoint& given : points) {
    const PointId id = given.id;
    const auto place = points_.find(id);
    if (place != points_.end() && updateOnly && !passes(id, place->second, *updateOnly)) continue;
    if (place != points_.end()) forget(place->second);
    insert(id, std::move(given));
  }
  cleanUp();
}

void StoredCollection::insert(const PointId& id, GivenPoint given) {
  auto& entry = *points_.insert_or_assign(id, Point{}).first;
  Point& point = entry.second;
  for (const auto& [name, vector] : given.vectors.dense) point.dense[name] = stored(vector, dense.at(name).distance);
  point.sparse = std::move(given.vectors.sparse);
  point.payload = std::move(given.payload);
  point.version = operations;
  point.slot = static_cast<std::uint32_t>(slots_.size());
  slots_.push_back(&entry);
  for (const auto& [name, vector] : point.sparse) {
    Inverted& inverted = inverted_[name];
    ++inverted.documents;
    for (std::size_t i = 0; i < vector.indices.size(); ++i) inverted.lists[vector.indices[i]].push_back({point.slot, vector.values[i]});
  }
}

void StoredCollection::forget(Point& point) {
  slots_[point.slot] = nullptr;
  ++dead_;
}

std::size_t StoredCollection::remove(const std::vector<PointId>& ids) {
  ++operations;
  std::size_t removed = 0;
  for (const PointId& id : ids) {
    const auto place = points_.find(id);
    if (place == points_.end()) continue;
    forget(place->second);
    points_.erase(place);
    ++removed;
  }
  cleanUp();
  return removed;
}

void StoredCollection::cleanUp() {
  if (slots_.size() < kSmallestCleaned || dead_ * 5 < slots_.size()) return;
  slots_.clear();
  dead_ = 0;
  for (auto& [name, inverted] : inverted_) inverted = Inverted();
  for (auto& entry : points_) {
    Point& point = entry.second;
    point.slot = static_cast<std::uint32_t>(slots_.size());
    slots_.push_back(&entry);
    for (const auto& [name, vector] : point.sparse) {
      Inverted& inverted = inverted_[name];
      ++inverted.documents;
      for (std::size_t i = 0; i < vector.indices.size(); ++i) inverted.lists[vector.indices[i]].push_back({point.slot, vector.values[i]});
    }
  }
}

const StoredCollection::Point* StoredCollection::find(const PointId& id) const {
  const auto place = points_.find(id);
  return place == points_.end() ? nullptr : &place->second;
}

template <class Visit>
void StoredCollection::forEach(const PointFilter& filter, Visit visit) const {
  if (const auto* only = filter.onlyIds()) {
    for (const PointId& id : *only) {
      const auto place = points_.find(id);
      if (place != points_.end() && passes(id, place->second, filter)) visit(place->first, place->second);
    }
    return;
  }
  for (const auto& [id, point] : points_) {
    if (passes(id, point, filter)) visit(id, point);
  }
}

std::vector<Hit> StoredCollection::nearest(const std::string& name, const std::vector<double>& query, const PointFilter& filter,
                                           std::size_t limit) const {
  const auto kind = dense.find(name);
  if (kind == dense.end()) {
    if (sparse.contains(name)) throw wrongInput("Conversion between sparse and regular vectors failed");
    throw wrongInput("Not existing vector name error: " + name);
  }
  if (kind->second.size != query.size()) {
    throw wrongInput("Vector dimension error: expected dim: " + std::to_string(kind->second.size) + ", got " +
                     std::to_string(query.size()));
  }
  const auto asked = stored(query, kind->second.distance);
  std::vector<Hit> hits;
  forEach(filter, [&](const PointId& id, const Point& point) {
    const auto vector = point.dense.find(name);
    if (vector != point.dense.end()) hits.push_back({&id, static_cast<double>(dot(vector->second, asked)), point.version});
  });
  return bestOf(std::move(hits), limit);
}

std::vector<Hit> StoredCollection::bestWords(const std::string& name, const SparseVector& query, const PointFilter& filter,
                                             std::size_t limit) const {
  const auto kind = sparse.find(name);
  if (kind == sparse.end()) {
    if (dense.contains(name)) throw wrongInput("Conversion between sparse and regular vectors failed");
    throw wrongInput("Not existing vector name error: " + name);
  }
  const Inverted& inverted = inverted_.at(name);
  std::unordered_map<std::uint32_t, double> scores;
  for (std::size_t i = 0; i < query.indices.size(); ++i) {
    const auto list = inverted.lists.find(query.indices[i]);
    if (list == inverted.lists.end()) continue;
    const double frequency = static_cast<double>(list->second.size());
    const double rarity = kind->second ? std::log1p((static_cast<double>(inverted.documents) - frequency + 0.5) / (frequency + 0.5)) : 1;
    for (const Posting& posting : list->second) {
      if (slots_[posting.slot]) scores[posting.slot] += rarity * static_cast<double>(query.values[i]) * static_cast<double>(posting.value);
    }
  }
  std::vector<Hit> hits;
  for (const auto& [slot, score] : scores) {
    const auto& [id, point] = *slots_[slot];
    if (filter.onlyIds() && !filter.onlyIds()->contains(id)) continue;
    if (passes(id, point, filter)) hits.push_back({&id, static_cast<double>(static_cast<float>(score)), point.version});
  }
  return bestOf(std::move(hits), limit);
}

}  // namespace learnd::fakes::qdrant
