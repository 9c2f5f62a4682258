#include "adapters/qdrant/points.hpp"

#include "adapters/qdrant/names.hpp"
#include "core/lexical_terms.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

namespace learnd::qdrant {

namespace {

using json::Value;

constexpr std::size_t kMostPoints = 256;
constexpr std::size_t kMostBytes = 4 * 1024 * 1024;

template <class Number>
void appendNumber(Number number, std::string& out) {
  char text[32];
  const auto [end, failed] = std::to_chars(text, text + sizeof text, number);
  (void)failed;
  out.append(text, end);
}

template <class Numbers, class Get>
void appendList(const Numbers& numbers, Get get, std::string& out) {
  out += '[';
  for (const auto& number : numbers) {
    if (out.back() != '[') out += ',';
    appendNumber(get(number), out);
  }
  out += ']';
}

void appendWords(const std::string& words, std::string& out) {
  const core::LexicalTerms terms = core::lexicalTerms(words);
  out.append("\"").append(wordsVectorName()).append("\":{\"indices\":");
  appendList(
      terms.terms, [](const core::TermCount& term) { return term.term; }, out);
  out += ",\"values\":";
  appendList(
      terms.terms, [&terms](const core::TermCount& term) { return core::termWeight(term, terms); }, out);
  out += '}';
}

bool hasVector(const ports::IndexEntry& entry, const PointForm& form) {
  return form.dimensions > 0 && entry.vector && hasDirection(*entry.vector);
}

std::string pointOf(const PointPlan& plan, const PointForm& form) {
  const ports::IndexEntry& entry = *plan.entry;
  std::string text = "{\"id\":\"" + entry.id.text() + "\",\"vector\":{";
  if (hasVector(entry, form)) {
    text += "\"\":";
    appendNumbers(*entry.vector, text);
    text += ',';
  }
  appendWords(entry.words, text);
  text += "},\"payload\":";
  json::write(payloadOf(entry, plan.copy, form.flatten), text);
  text += '}';
  return text;
}

/// Which revisions may be replaced, for the points of one request: `update_filter` is one for all of them.
class Conditions {
 public:
  void add(const ports::IndexEntry& entry, const PointForm& form) {
    // Words alone leave a vector of their own revision where it is.
    const char* bound = hasVector(entry, form) ? "lte" : "lt";
    ids_[{entry.revision, bound}].emplace_back(entry.id.text());
  }
  void clear() { ids_.clear(); }

  [[nodiscard]] std::string text() const {
    Value::Array anyOf;
    for (const auto& [key, ids] : ids_) {
      Value range;
      range.set(std::string(key.second), Value(key.first));
      Value revision;
      revision.set("key", Value(kRevisionMember));
      revision.set("range", std::move(range));
      Value which;
      which.set("has_id", Value(ids));
      Value both;
      both.set("must", Value(Value::Array{std::move(which), std::move(revision)}));
      anyOf.push_back(std::move(both));
    }
    Value filter;
    filter.set("should", Value(std::move(anyOf)));
    return json::write(filter);
  }

 private:
  std::map<std::pair<std::uint64_t, std::string_view>, Value::Array> ids_;
};

}  // namespace

bool hasDirection(const std::vector<float>& vector) {
  double sum = 0;
  for (const float number : vector) sum += static_cast<double>(number) * static_cast<double>(number);
  return std::isfinite(sum) && sum > 0;
}

void appendNumbers(const std::vector<float>& numbers, std::string& out) {
  appendList(
      numbers, [](float number) { return number; }, out);
}

std::vector<std::string> upsertBodies(const std::vector<PointPlan>& points, const PointForm& form) {
  std::vector<std::string> bodies;
  std::string body;
  std::size_t count = 0;
  Conditions conditions;
  const auto finish = [&] {
    body += ']';
    if (form.conditional) body += ",\"update_filter\":" + conditions.text();
    body += '}';
    bodies.push_back(std::exchange(body, {}));
    conditions.clear();
    count = 0;
  };
  for (const PointPlan& plan : points) {
    std::string point = pointOf(plan, form);
    if (count == kMostPoints || (count > 0 && body.size() + point.size() > kMostBytes)) finish();
    body += count == 0 ? "{\"points\":[" : ",";
    body += point;
    conditions.add(*plan.entry, form);
    ++count;
  }
  if (count > 0) finish();
  return bodies;
}

}  // namespace learnd::qdrant
