#include "interfaces/codec/request_codec.hpp"

#include "core/limits.hpp"
#include "json/learning_codec.hpp"
#include "json/object_reader.hpp"


namespace learnd::interfaces {

namespace {

using json::ObjectReader;

core::Error wrong(const ObjectReader& reader, std::string_view name, std::string message) {
  return core::Error::invalidField(reader.pathOf(name), std::move(message));
}

std::vector<core::Kind> readKinds(ObjectReader& reader, std::string_view name) {
  std::vector<core::Kind> kinds;
  for (const std::string& text : reader.texts(name, core::kMaxListItems, core::kMaxShortText).value_or(std::vector<std::string>{})) {
    if (const auto kind = core::parseKind(text)) {
      kinds.push_back(*kind);
    } else {
      reader.fail(wrong(reader, name, "a kind is solution, failure, interaction or pattern, not \"" + text + "\""));
    }
  }
  return kinds;
}

core::SearchMode readMode(ObjectReader& reader) {
  const auto name = reader.text("mode", core::kMaxShortText);
  if (!name || *name == "hybrid") return core::SearchMode::Hybrid;
  if (*name == "dense") return core::SearchMode::Dense;
  if (*name == "lexical") return core::SearchMode::Lexical;
  reader.fail(wrong(reader, "mode", "it is hybrid, dense or lexical"));
  return core::SearchMode::Hybrid;
}

bool isFilterName(std::string_view name) {
  return name == "source" || name == "outcome" || name == "llm_used" || name == "important" ||
         (name.starts_with("metadata.") && name.size() > std::string_view("metadata.").size());
}

bool isScalar(const json::Value& value) { return value.asArray() == nullptr && value.asObject() == nullptr; }

/// `filter`: exact matches, a value or a list of them for each name.
core::Result<std::vector<ports::AttributeCondition>> decodeFilter(const json::Value& filter, const std::string& path) {
  std::vector<ports::AttributeCondition> conditions;
  for (const auto& [name, value] : *filter.asObject()) {
    const std::string field = path + "." + name;
    if (!isFilterName(name)) {
      return core::Error::invalidField(field, "a filter has source, outcome, llm_used, important and metadata.KEY");
    }
    ports::AttributeCondition condition{name, {}};
    const json::Value::Array single{value};
    for (const json::Value& one : value.asArray() != nullptr ? *value.asArray() : single) {
      if (!isScalar(one)) return core::Error::invalidField(field, "it takes a text, a number, true or false, or a list of these");
      auto canonical = json::writeCanonical(one, field);
      if (!canonical) return canonical.error();
      condition.values.push_back(std::move(*canonical));
    }
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

void readStatus(ObjectReader& reader, services::PatchRequest& patch) {
  const auto name = reader.text("status", core::kMaxShortText);
  if (!name) return;
  patch.status = core::parseStatus(*name);
  if (!patch.status) reader.fail(wrong(reader, "status", "it is active, superseded or archived"));
}

void readOutcome(ObjectReader& reader, services::PatchRequest& patch) {
  const auto name = reader.text("outcome", core::kMaxShortText);
  if (!name) return;
  patch.outcome = core::parseOutcome(*name);
  if (!patch.outcome) reader.fail(wrong(reader, "outcome", "it is open or resolved (failures), success, failure, partial or unknown (interactions)"));
}

/// A text of a merge patch: null takes it away, which is an empty text.
std::optional<std::string> patchedText(ObjectReader& reader, std::string_view name, std::size_t limit) {
  const bool there = reader.has(name);
  auto text = reader.text(name, limit);
  if (there && !text) text = std::string();
  return text;
}

void readFactors(ObjectReader& reader, std::optional<core::Factors>& factors) {
  const json::Value* given = reader.object("factors");
  if (given == nullptr) return;
  auto decoded = json::decodeFactors(*given, reader.pathOf("factors"));
  if (decoded) {
    factors = std::move(*decoded);
  } else {
    reader.fail(decoded.error());
  }
}

}  // namespace

core::Result<services::SearchRequest> decodeSearch(const json::Value& body) {
  ObjectReader reader(body);
  services::SearchRequest request;
  request.query = reader.requiredText("query", core::kMaxSearchQuery);
  request.categories = reader.texts("categories", core::kMaxListItems, core::kMaxShortText).value_or(std::vector<std::string>{});
  request.kinds = readKinds(reader, "kinds");
  request.limit = static_cast<std::size_t>(reader.integer("limit", 1, 100).value_or(5));
  request.minScore = reader.number("min_score", 0, 1);
  request.mode = readMode(reader);
  request.count = reader.boolean("count").value_or(true);
  if (const json::Value* filter = reader.object("filter")) {
    auto conditions = decodeFilter(*filter, reader.pathOf("filter"));
    if (conditions) {
      request.filter = std::move(*conditions);
    } else {
      reader.fail(conditions.error());
    }
  }
  if (auto done = reader.finish(); !done) return done.error();
  return request;
}

core::Result<services::PatchRequest> decodePatch(const json::Value& body) {
  ObjectReader reader(body);
  services::PatchRequest patch;
  patch.query = patchedText(reader, "query", core::kMaxErrorText);
  patch.solution = patchedText(reader, reader.has("response") && !reader.has("solution") ? "response" : "solution", core::kMaxText);
  patch.attemptedSolution = patchedText(reader, "attempted_solution", core::kMaxText);
  patch.rootCause = patchedText(reader, "root_cause", core::kMaxText);
  patch.category = patchedText(reader, "category", core::kMaxShortText);
  readOutcome(reader, patch);
  readStatus(reader, patch);
  readFactors(reader, patch.factors);
  patch.important = reader.boolean("important");
  if (const json::Value* metadata = reader.object("metadata")) patch.metadata = *metadata;
  patch.name = patchedText(reader, "name", core::kMaxShortText);
  patch.patternType = patchedText(reader, "pattern_type", core::kMaxShortText);
  patch.keywords = reader.texts("keywords", core::kMaxListItems, core::kMaxText);
  patch.prerequisites = reader.texts("prerequisites", core::kMaxListItems, core::kMaxText);
  patch.variations = reader.texts("variations", core::kMaxListItems, core::kMaxText);
  patch.examples = reader.texts("examples", core::kMaxListItems, core::kMaxText);
  if (auto done = reader.finish(); !done) return done.error();
  return patch;
}

core::Result<services::FeedbackRequest> decodeFeedback(const json::Value& body) {
  ObjectReader reader(body);
  services::FeedbackRequest request;
  const std::string id = reader.requiredText("id", core::kMaxShortText);
  const std::string outcome = reader.requiredText("outcome", core::kMaxShortText);
  request.note = reader.text("note", core::kMaxText).value_or("");
  if (!reader.failed()) {
    const auto parsed = core::parseOutcome(outcome);
    if (parsed == core::Outcome::Success || parsed == core::Outcome::Failure || parsed == core::Outcome::Partial) {
      request.outcome = *parsed;
    } else {
      reader.fail(wrong(reader, "outcome", "feedback is success, failure or partial"));
    }
  }
  if (auto done = reader.finish(); !done) return done.error();
  auto known = decodeId(id);
  if (!known) return known.error();
  request.id = *known;
  return request;
}

core::Result<services::ScoreRequest> decodeScore(const json::Value& body) {
  ObjectReader reader(body);
  services::ScoreRequest request;
  std::optional<core::Factors> factors;
  readFactors(reader, factors);
  if (factors) request.factors = std::move(*factors);
  request.profile = reader.text("profile", core::kMaxShortText);
  request.weightSet = reader.text("weight_set", core::kMaxShortText);
  if (auto done = reader.finish(); !done) return done.error();
  return request;
}

core::Result<core::LearningId> decodeId(const std::string& text) {
  const auto id = core::LearningId::parse(text);
  if (!id) return core::Error(core::ErrorKind::NotFound, "there is no such learning: an id has the form 018f0000-0000-7000-8000-000000000000");
  return *id;
}

}  // namespace learnd::interfaces
