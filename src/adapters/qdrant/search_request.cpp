#include "adapters/qdrant/search_request.hpp"

#include "adapters/qdrant/facets.hpp"
#include "adapters/qdrant/names.hpp"
#include "adapters/qdrant/points.hpp"
#include "core/lexical_terms.hpp"

#include <algorithm>
#include <utility>

namespace learnd::qdrant {

namespace {

using json::Value;

/// A question of tens of kilobytes; the rest of a longer one would only make every list longer.
constexpr std::size_t kMostTerms = 16384;

std::string wordsOf(const std::string& text) {
  const core::LexicalTerms terms = core::lexicalTerms(text);
  const std::size_t count = std::min(terms.terms.size(), kMostTerms);
  if (count == 0) return {};
  std::string indices;
  std::string values;
  for (std::size_t i = 0; i < count; ++i) {
    // Each term of a question counts once.
    indices.append(i == 0 ? "" : ",").append(std::to_string(terms.terms[i].term));
    values.append(i == 0 ? "1" : ",1");
  }
  return "{\"indices\":[" + indices + "],\"values\":[" + values + "]}";
}

std::string filterOf(const ports::IndexFilter& filter) {
  Value::Array conditions = conditionsOf(filter);
  if (conditions.empty()) return {};
  Value must;
  must.set("must", Value(std::move(conditions)));
  return json::write(must);
}

std::string filterOf(const std::vector<core::LearningId>& ids) {
  Value::Array list;
  for (const auto& id : ids) list.emplace_back(id.text());
  Value which;
  which.set("has_id", Value(std::move(list)));
  Value must;
  must.set("must", Value(Value::Array{std::move(which)}));
  return json::write(must);
}

std::string searchOf(const std::string& query, std::string_view vectorName, const std::string& filter, std::size_t limit) {
  std::string text = "{\"query\":" + query + ",\"limit\":" + std::to_string(limit);
  if (!vectorName.empty()) text.append(",\"using\":\"").append(vectorName).append("\"");
  if (!filter.empty()) text.append(",\"filter\":").append(filter);
  text += '}';
  return text;
}

std::vector<ScoredId> readPoints(const Value& points) {
  std::vector<ScoredId> list;
  if (!points.asArray()) return list;
  list.reserve(points.asArray()->size());
  for (const Value& point : *points.asArray()) {
    const Value* id = point.find("id");
    const Value* score = point.find("score");
    if (!id || !id->asText() || !score || !score->isNumber()) continue;
    if (const auto parsed = core::LearningId::parse(*id->asText())) list.push_back({*parsed, score->number()});
  }
  return list;
}

}  // namespace

Question::Question(const ports::IndexQuery& query)
    : words_(wordsOf(query.words)), filter_(filterOf(query.filter)), candidates_(query.candidates) {
  if (!hasDirection(query.vector)) return;
  size_ = query.vector.size();
  appendNumbers(query.vector, meaning_);
}

Question::Batch Question::batch(std::size_t dimensions, bool best, const std::vector<core::LearningId>& meaningOf,
                                const std::vector<core::LearningId>& wordsOf) const {
  Batch batch;
  const std::string wordsName = wordsVectorName();
  const auto add = [&batch](Asked part, const std::string& search) {
    batch.body.append(batch.parts.empty() ? "{\"searches\":[" : ",").append(search);
    batch.parts.push_back(part);
  };
  // Qdrant takes no limit of 0, and the best word score is wanted anyway.
  const std::size_t limit = std::max<std::size_t>(candidates_, 1);
  if (best && hasMeaning(dimensions)) add(Asked::Meaning, searchOf(meaning_, "", filter_, limit));
  if (best && hasWords()) add(Asked::Words, searchOf(words_, wordsName, filter_, limit));
  if (!meaningOf.empty() && hasMeaning(dimensions)) add(Asked::MeaningOfIds, searchOf(meaning_, "", filterOf(meaningOf), meaningOf.size()));
  if (!wordsOf.empty() && hasWords()) add(Asked::WordsOfIds, searchOf(words_, wordsName, filterOf(wordsOf), wordsOf.size()));
  if (!batch.parts.empty()) batch.body += "]}";
  return batch;
}

core::Result<std::vector<std::vector<ScoredId>>> readBatch(const Value& result, std::size_t parts) {
  if (!result.asArray() || result.asArray()->size() != parts) {
    return core::Error(core::ErrorKind::Unavailable, "Qdrant answered a search with something else: see index.url");
  }
  std::vector<std::vector<ScoredId>> lists;
  for (const Value& one : *result.asArray()) {
    const Value* points = one.find("points");
    lists.push_back(points ? readPoints(*points) : std::vector<ScoredId>());
  }
  return lists;
}

}  // namespace learnd::qdrant
