#include "interfaces/codec/request_codec.hpp"

#include "core/limits.hpp"
#include "interfaces/codec/field_reader.hpp"
#include "json/learning_codec.hpp"

#include <utility>

namespace learnd::interfaces {

namespace {

constexpr std::size_t kMostConditions = 100;
constexpr std::string_view kMetadataPrefix = "metadata.";

std::vector<core::Kind> readKinds(json::ObjectReader& reader) {
  std::vector<core::Kind> kinds;
  for (const std::string& name : reader.texts("kinds", core::kMaxListItems, core::kMaxShortText).value_or(std::vector<std::string>())) {
    auto kind = readWord(name, reader.pathOf("kinds") + "[" + std::to_string(kinds.size()) + "]", core::parseKind, kKinds);
    if (!kind) {
      reader.fail(kind.error());
      return {};
    }
    kinds.push_back(*kind);
  }
  return kinds;
}

core::SearchMode readMode(json::ObjectReader& reader) {
  const auto mode = reader.text("mode", core::kMaxShortText);
  if (!mode || *mode == "hybrid") return core::SearchMode::Hybrid;
  if (*mode == "dense") return core::SearchMode::Dense;
  if (*mode == "lexical") return core::SearchMode::Lexical;
  reader.fail(core::Error::invalidField("mode", "mode must be one of hybrid, dense, lexical"));
  return core::SearchMode::Hybrid;
}

/// Whether a value is of the type that the property has.
core::Result<void> checkCondition(std::string_view name, const json::Value& value, const std::string& path) {
  const std::string* text = value.asText();
  if (name == "important") {
    if (value.asBool()) return {};
    return core::Error::invalidField(path, path + " must be true or false");
  }
  if (name.starts_with(kMetadataPrefix)) {
    if (text || value.isNumber() || value.asBool()) return {};
    return core::Error::invalidField(path, path + " must be text, a number, true or false, or a list of these");
  }
  if (!text) return core::Error::invalidField(path, path + " must be text or a list of texts");
  if (name == "outcome") {
    if (auto word = readWord(*text, path, core::parseOutcome, kOutcomes); !word) return word.error();
  }
  if (name == "llm_used") {
    if (auto word = readWord(*text, path, core::parseModelUsed, kModelsUsed); !word) return word.error();
  }
  return {};
}

core::Result<ports::AttributeCondition> readCondition(const std::string& name, const json::Value& value) {
  const std::string path = "filter." + name.substr(0, 100);
  const bool known = name == "source" || name == "outcome" || name == "llm_used" || name == "important" ||
                     (name.starts_with(kMetadataPrefix) && name.size() > kMetadataPrefix.size());
  if (!known)
    return core::Error::invalidField(path, path + " can't be filtered by: use source, outcome, llm_used, important or metadata.KEY");
  ports::AttributeCondition condition;
  condition.name = name;
  const json::Value::Array one{value};
  const json::Value::Array& values = value.asArray() ? *value.asArray() : one;
  if (values.empty()) return core::Error::invalidField(path, path + " must not be an empty list");
  if (values.size() > core::kMaxListItems) {
    return core::Error::tooLarge(path, path + " has more than " + std::to_string(core::kMaxListItems) + " values");
  }
  for (const json::Value& each : values) {
    if (auto fits = checkCondition(name, each, path); !fits) return fits.error();
    condition.values.push_back(json::write(each));
  }
  return condition;
}

std::vector<ports::AttributeCondition> readFilter(json::ObjectReader& reader) {
  std::vector<ports::AttributeCondition> filter;
  const json::Value* given = reader.object("filter");
  if (!given) return filter;
  if (given->asObject()->size() > kMostConditions) {
    reader.fail(core::Error::tooLarge("filter", "filter has more than " + std::to_string(kMostConditions) + " members"));
    return filter;
  }
  for (const auto& [name, value] : *given->asObject()) {
    auto condition = readCondition(name, value);
    if (!condition) {
      reader.fail(condition.error());
      return filter;
    }
    filter.push_back(std::move(*condition));
  }
  return filter;
}

}  // namespace

core::Result<services::SearchRequest> decodeSearch(const json::Value& body) {
  constexpr std::int64_t kMostResults = 100;
  services::SearchRequest request;
  json::ObjectReader reader(body);
  request.query = reader.requiredText("query", core::kMaxSearchQuery);
  request.categories = reader.texts("categories", core::kMaxListItems, core::kMaxShortText).value_or(std::vector<std::string>());
  for (std::size_t i = 0; i < request.categories.size(); ++i) {
    if (!request.categories[i].empty()) continue;
    const std::string path = "categories[" + std::to_string(i) + "]";
    reader.fail(core::Error::invalidField(path, path + " must not be empty: leave categories out to search in all"));
  }
  request.kinds = readKinds(reader);
  request.limit = static_cast<std::size_t>(reader.integer("limit", 1, kMostResults).value_or(static_cast<std::int64_t>(request.limit)));
  request.minScore = reader.number("min_score", 0, 1);
  request.filter = readFilter(reader);
  request.mode = readMode(reader);
  request.count = reader.boolean("count").value_or(true);
  if (auto end = reader.finish(); !end) return end.error();
  return request;
}

core::Result<services::FeedbackRequest> decodeFeedback(const json::Value& body) {
  services::FeedbackRequest request;
  json::ObjectReader reader(body);
  const std::string id = reader.requiredText("id", core::kMaxShortText);
  if (const auto parsed = core::LearningId::parse(id)) {
    request.id = *parsed;
  } else if (!id.empty()) {
    reader.fail(core::Error::invalidField("id", "id must be the UUID of a learning"));
  }
  const auto outcome = readWordMember(reader, "outcome", core::parseOutcome, kFeedbackOutcomes);
  if (!outcome) reader.fail(core::Error::invalidField("outcome", "outcome is required: success, failure or partial"));
  request.outcome = outcome.value_or(core::Outcome::Success);
  request.note = reader.text("note", core::kMaxText).value_or("");
  if (auto end = reader.finish(); !end) return end.error();
  return request;
}

core::Result<services::ScoreRequest> decodeScore(const json::Value& body) {
  services::ScoreRequest request;
  json::ObjectReader reader(body);
  const auto factors = readFactors(reader);
  if (!factors) reader.fail(core::Error::invalidField("factors", "factors is required: an object, {} for none"));
  request.factors = factors.value_or(core::Factors());
  request.profile = readProfile(reader);
  request.weightSet = reader.text("weight_set", core::kMaxShortText);
  if (auto end = reader.finish(); !end) return end.error();
  return request;
}

core::Result<core::LearningId> decodeId(const std::string& text) {
  if (const auto id = core::LearningId::parse(text)) return *id;
  return core::Error(core::ErrorKind::NotFound, "there is no learning with this id: ids are UUIDs, as a search or list gives them");
}

}  // namespace learnd::interfaces
