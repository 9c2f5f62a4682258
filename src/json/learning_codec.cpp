#include "json/learning_codec.hpp"

#include <utility>

namespace learnd::json {

namespace {

using core::Kind;
using core::Learning;

Value textOrNull(std::string_view text) { return text.empty() ? Value() : Value(text); }

Value idOrNull(const std::optional<core::LearningId>& id) { return id ? Value(id->text()) : Value(); }

Value encodeTexts(const std::vector<std::string>& texts) {
  Value::Array items;
  items.reserve(texts.size());
  for (const auto& text : texts) items.emplace_back(text);
  return Value(std::move(items));
}

Value encodeIds(const std::vector<core::LearningId>& ids) {
  Value::Array items;
  items.reserve(ids.size());
  for (const auto& id : ids) items.emplace_back(id.text());
  return Value(std::move(items));
}

Value encodeTokens(const core::TokenCounts& tokens) {
  if (!tokens.input && !tokens.output) return Value();
  Value::Object counts;
  counts.emplace_back("input", tokens.input ? Value(*tokens.input) : Value());
  counts.emplace_back("output", tokens.output ? Value(*tokens.output) : Value());
  return Value(std::move(counts));
}

void addTexts(const Learning& learning, Value::Object& members) {
  members.emplace_back("query", Value(learning.query));
  if (learning.kind == Kind::Interaction) {
    members.emplace_back("response", Value(learning.solution));
    members.emplace_back("outcome", textOrNull(core::nameOf(learning.outcome)));
  } else if (learning.kind == Kind::Failure) {
    members.emplace_back("solution", textOrNull(learning.solution));
    members.emplace_back("attempted_solution", textOrNull(learning.attemptedSolution));
    members.emplace_back("root_cause", textOrNull(learning.rootCause));
    members.emplace_back("outcome", textOrNull(core::nameOf(learning.outcome)));
  } else {
    members.emplace_back("solution", Value(learning.solution));
  }
}

void addInteraction(const core::InteractionDetails& details, Value::Object& members) {
  members.emplace_back("context_used", encodeContextUsed(details.contextUsed));
  members.emplace_back("llm_used", textOrNull(core::nameOf(details.modelUsed)));
  members.emplace_back("tokens", encodeTokens(details.tokens));
  members.emplace_back("tokens_saved", Value(details.tokensSaved));
  members.emplace_back("tokens_saved_estimated", Value(details.tokensSavedEstimated));
}

void addPattern(const core::PatternDetails& details, Value::Object& members) {
  members.emplace_back("name", textOrNull(details.name));
  members.emplace_back("pattern_type", textOrNull(details.patternType));
  members.emplace_back("origin", textOrNull(details.origin));
  members.emplace_back("keywords", encodeTexts(details.keywords));
  members.emplace_back("prerequisites", encodeTexts(details.prerequisites));
  members.emplace_back("variations", encodeTexts(details.variations));
  members.emplace_back("examples", encodeTexts(details.examples));
  members.emplace_back("members", encodeIds(details.members));
  members.emplace_back("occurrence_count", Value(details.occurrenceCount));
  members.emplace_back("success_rate", details.successRate ? Value(*details.successRate) : Value());
  members.emplace_back("version", Value(details.version));
  members.emplace_back("previous_version", idOrNull(details.previousVersion));
}

void addWorth(const Learning& learning, Value::Object& members) {
  members.emplace_back("value_score", Value(learning.valueScore));
  members.emplace_back("value_breakdown", encodeBreakdown(learning.breakdown));
  members.emplace_back("profile", textOrNull(learning.profile));
  members.emplace_back("weight_set", textOrNull(learning.weightSet));
  members.emplace_back("factors", encodeFactors(learning.factors));
  members.emplace_back("important", Value(learning.important));
}

void addState(const Learning& learning, Value::Object& members) {
  members.emplace_back("status", Value(core::nameOf(learning.status)));
  members.emplace_back("uses", Value(learning.uses));
  members.emplace_back("successes", Value(learning.successes));
  members.emplace_back("failures", Value(learning.failures));
  members.emplace_back("occurrences", Value(learning.occurrences));
  members.emplace_back("latest_feedback", learning.latestFeedback ? Value(core::nameOf(*learning.latestFeedback)) : Value());
  members.emplace_back("source", Value(learning.source));
  members.emplace_back("created_by", learning.createdBy ? Value(std::int64_t{*learning.createdBy}) : Value());
  members.emplace_back("created_on", textOrNull(learning.createdOn));
  members.emplace_back("timestamp", Value(core::formatTimestamp(learning.timestamp)));
  members.emplace_back("updated", Value(core::formatTimestamp(learning.updated)));
}

/// All that comes before the metadata.
Value::Object encodeMembers(const Learning& learning) {
  constexpr std::size_t kMostMembers = 40;
  Value::Object members;
  members.reserve(kMostMembers);
  members.emplace_back("id", Value(learning.id.text()));
  members.emplace_back("kind", Value(core::nameOf(learning.kind)));
  members.emplace_back("category", Value(learning.category));
  members.emplace_back("promoted", Value(learning.promoted));
  addTexts(learning, members);
  if (learning.kind == Kind::Interaction) addInteraction(learning.interaction, members);
  if (learning.kind == Kind::Pattern) addPattern(learning.pattern, members);
  addWorth(learning, members);
  addState(learning, members);
  return members;
}

}  // namespace

Value encodeContextUsed(const std::vector<core::ContextUsed>& contextUsed) {
  Value::Array items;
  items.reserve(contextUsed.size());
  for (const auto& used : contextUsed) {
    Value::Object item;
    if (used.id) item.emplace_back("id", Value(used.id->text()));
    item.emplace_back("text", Value(used.text));
    if (used.score) item.emplace_back("score", Value(*used.score));
    items.emplace_back(std::move(item));
  }
  return Value(std::move(items));
}

Value encodeLearning(const Learning& learning, IndexedMember indexed) {
  Value::Object members = encodeMembers(learning);
  auto metadata = parse(learning.metadata);
  members.emplace_back("metadata", metadata ? std::move(*metadata) : Value(Value::Object()));
  if (indexed == IndexedMember::Include) members.emplace_back("indexed", Value(learning.indexed));
  return Value(std::move(members));
}

std::string writeLearning(const Learning& learning, IndexedMember indexed) {
  std::string text = write(Value(encodeMembers(learning)));
  // The metadata is canonical JSON already: it goes in as it is, in the place where encodeLearning has it.
  text.back() = ',';
  text.append("\"metadata\":").append(learning.metadata);
  if (indexed == IndexedMember::Include) text.append(learning.indexed ? ",\"indexed\":true" : ",\"indexed\":false");
  text += '}';
  return text;
}

}  // namespace learnd::json
