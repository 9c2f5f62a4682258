#include "tests/fakes/qdrant/point_codec.hpp"

#include "tests/fakes/qdrant/refusal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace learnd::fakes::qdrant {

namespace {

using json::Value;

Refusal wrongVector() { return badJson("data did not match any variant of untagged enum VectorStruct"); }

std::vector<double> readNumbers(const Value& list, const Refusal& refusal) {
  std::vector<double> numbers;
  for (const Value& number : *list.asArray()) {
    if (!number.isNumber()) throw refusal;
    numbers.push_back(number.number());
  }
  return numbers;
}

/// Sorted by index, as it comes back.
SparseVector readSparse(const Value& value, const std::string& where, const Refusal& refusal) {
  const Value* indices = value.find("indices");
  const Value* values = value.find("values");
  if (!indices || !values || !indices->asArray() || !values->asArray()) throw refusal;
  std::vector<std::pair<std::uint32_t, float>> pairs;
  const auto numbers = readNumbers(*values, refusal);
  for (const Value& index : *indices->asArray()) {
    const auto* number = index.asInteger();
    if (!number || *number < 0 || *number > std::numeric_limits<std::uint32_t>::max()) throw refusal;
    pairs.emplace_back(static_cast<std::uint32_t>(*number), pairs.size() < numbers.size() ? static_cast<float>(numbers[pairs.size()]) : 0);
  }
  if (pairs.size() != numbers.size()) throw invalid(where + ".values: Validation error: must be the same length as indices [{}]");
  std::sort(pairs.begin(), pairs.end());
  SparseVector vector;
  for (const auto& [index, number] : pairs) {
    if (!vector.indices.empty() && vector.indices.back() == index) throw invalid(where + ".indices: Validation error: must be unique [{}]");
    vector.indices.push_back(index);
    vector.values.push_back(number);
  }
  return vector;
}

GivenVectors readVectors(const Value& value, std::size_t number) {
  GivenVectors vectors;
  if (value.asArray()) {
    vectors.dense[""] = readNumbers(value, wrongVector());
    return vectors;
  }
  if (!value.asObject()) throw wrongVector();
  for (const auto& [name, one] : *value.asObject()) {
    if (one.asArray()) {
      vectors.dense[name] = readNumbers(one, wrongVector());
    } else {
      vectors.sparse[name] = readSparse(one, "points[" + std::to_string(number) + "].vector.?", wrongVector());
    }
  }
  return vectors;
}

Value writeNumbers(const std::vector<float>& numbers) {
  Value::Array list;
  // A NaN is written as null.
  for (const float number : numbers) list.emplace_back(static_cast<double>(number));
  return Value(std::move(list));
}

Value writeSparse(const SparseVector& vector) {
  Value::Array indices;
  for (const std::uint32_t index : vector.indices) indices.emplace_back(std::int64_t{index});
  Value one;
  one.set("indices", Value(std::move(indices)));
  one.set("values", writeNumbers(vector.values));
  return one;
}

bool isWanted(const Value& selector, const std::string& name) {
  if (const auto* all = selector.asBool()) return *all;
  if (!selector.asArray()) return false;
  return std::any_of(selector.asArray()->begin(), selector.asArray()->end(),
                     [&name](const Value& one) { return one.asText() && *one.asText() == name; });
}

/// The unnamed vector alone is a bare list; beside others it has the name "".
Value writeVectors(const StoredCollection::Point& point, const Value& selector) {
  if (point.sparse.empty() && point.dense.size() == 1 && point.dense.contains("") && isWanted(selector, ""))
    return writeNumbers(point.dense.at(""));
  Value vectors{Value::Object()};
  for (const auto& [name, vector] : point.sparse) {
    if (isWanted(selector, name)) vectors.set(name, writeSparse(vector));
  }
  for (const auto& [name, vector] : point.dense) {
    if (isWanted(selector, name)) vectors.set(name, writeNumbers(vector));
  }
  return vectors;
}

Value writePayload(const Value& payload, const Value& selector) {
  if (selector.asBool()) return payload;
  Value chosen{Value::Object()};
  if (!payload.asObject()) return chosen;
  for (const auto& [name, value] : *payload.asObject()) {
    if (isWanted(selector, name)) chosen.set(name, value);
  }
  return chosen;
}

bool isOff(const Value* selector) { return !selector || selector->isNull() || (selector->asBool() && !*selector->asBool()); }

}  // namespace

std::vector<GivenPoint> readPoints(const Value& body) {
  const Value* points = body.find("points");
  if (!points || !points->asArray()) throw badJson("Invalid PointInsertOperations format");
  std::vector<GivenPoint> given;
  for (const Value& point : *points->asArray()) {
    const Value* id = point.find("id");
    if (!id) throw badJson("missing field `id`");
    GivenPoint one{readId(*id), {}, Value(Value::Object())};
    const Value* vector = point.find("vector");
    if (!vector) throw badJson("missing field `vector`");
    one.vectors = readVectors(*vector, given.size());
    if (const Value* payload = point.find("payload"); payload && !payload->isNull()) {
      if (!payload->asObject()) throw badJson("invalid type: sequence, expected a map");
      one.payload = *payload;
    }
    given.push_back(std::move(one));
  }
  return given;
}

Value writePoint(const PointId& id, const StoredCollection::Point& point, const Value* withPayload, const Value* withVector) {
  Value one;
  one.set("id", writeId(id));
  if (!isOff(withPayload)) one.set("payload", writePayload(point.payload, *withPayload));
  if (!isOff(withVector)) one.set("vector", writeVectors(point, *withVector));
  return one;
}

std::size_t readLimit(const Value& body, const std::string& name) {
  constexpr std::size_t kUsual = 10;
  const Value* limit = body.find("limit");
  if (!limit || limit->isNull()) return kUsual;
  if (!limit->asInteger() || *limit->asInteger() < 0) {
    throw badJson("invalid value: integer `" + json::write(*limit) + "`, expected usize at line 1 column 1");
  }
  if (*limit->asInteger() == 0) throw invalid(name + ": value 0 invalid, must be 1 or larger");
  return static_cast<std::size_t>(*limit->asInteger());
}

Search::Search(const Value& body) : limit_(readLimit(body, "internal.limit")), filter_(body.find("filter")) {
  if (const Value* name = body.find("using"); name && name->asText()) using_ = *name->asText();
  if (const Value* skip = body.find("offset"); skip && skip->asInteger()) offset_ = static_cast<std::size_t>(*skip->asInteger());
  if (const Value* least = body.find("score_threshold"); least && least->isNumber()) threshold_ = least->number();
  if (const Value* selector = body.find("with_payload")) withPayload_ = *selector;
  if (const Value* selector = body.find("with_vector")) withVector_ = *selector;
  const Value* query = body.find("query");
  if (!query || query->isNull()) return;
  const Refusal refusal = badJson("data did not match any variant of untagged enum QueryInterface at line 1 column 1");
  if (query->asArray()) {
    kind_ = Kind::Dense;
    dense_ = readNumbers(*query, refusal);
  } else {
    kind_ = Kind::Sparse;
    sparse_ = readSparse(*query, "internal.query", refusal);
  }
}

std::vector<Hit> Search::find(const StoredCollection& collection) const {
  const std::size_t most = limit_ > std::numeric_limits<std::size_t>::max() - offset_ ? limit_ : limit_ + offset_;
  if (kind_ == Kind::Dense) return collection.nearest(using_, dense_, filter_, most);
  if (kind_ == Kind::Sparse) return collection.bestWords(using_, sparse_, filter_, most);
  std::vector<Hit> hits;
  for (const auto& [id, point] : collection.points()) {
    if (hits.size() == most) break;
    if (collection.passes(id, point, filter_)) hits.push_back({&id, 1.0, 0});
  }
  return hits;
}

Value Search::run(const StoredCollection& collection) const {
  auto hits = find(collection);
  if (threshold_) std::erase_if(hits, [this](const Hit& hit) { return !(hit.score >= *threshold_); });
  Value::Array list;
  for (std::size_t i = offset_; i < hits.size(); ++i) {
    Value one = writePoint(*hits[i].id, *collection.find(*hits[i].id), &withPayload_, &withVector_);
    one.set("version", Value(hits[i].version));
    one.set("score", Value(hits[i].score));
    list.push_back(std::move(one));
  }
  Value result;
  result.set("points", Value(std::move(list)));
  return result;
}

}  // namespace learnd::fakes::qdrant
