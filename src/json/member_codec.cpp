#include "core/limits.hpp"
#include "json/learning_codec.hpp"
#include "json/text_check.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace learnd::json {

namespace {

constexpr std::int64_t kMostTokens = std::int64_t{1} << 53;

constexpr std::array<std::string_view, 5> kPatternTypes{"error-fix", "config-template", "code-idiom", "workflow", "best-practice"};

/// Every member that a learning of some kind has, and the other names that stores take.
constexpr std::array<std::string_view, 46> kRecordMembers{"id",
                                                          "kind",
                                                          "category",
                                                          "promoted",
                                                          "query",
                                                          "solution",
                                                          "response",
                                                          "error",
                                                          "correct_solution",
                                                          "attempted_solution",
                                                          "root_cause",
                                                          "outcome",
                                                          "context_used",
                                                          "llm_used",
                                                          "tokens",
                                                          "tokens_saved",
                                                          "tokens_saved_estimated",
                                                          "name",
                                                          "pattern_type",
                                                          "origin",
                                                          "keywords",
                                                          "prerequisites",
                                                          "variations",
                                                          "examples",
                                                          "members",
                                                          "occurrence_count",
                                                          "success_rate",
                                                          "version",
                                                          "previous_version",
                                                          "value_score",
                                                          "value_breakdown",
                                                          "profile",
                                                          "weight_set",
                                                          "factors",
                                                          "important",
                                                          "status",
                                                          "uses",
                                                          "successes",
                                                          "failures",
                                                          "occurrences",
                                                          "latest_feedback",
                                                          "source",
                                                          "created_by",
                                                          "created_on",
                                                          "timestamp",
                                                          "updated"};

core::Result<core::ContextUsed> decodeUsed(const Value& value, const std::string& path) {
  core::ContextUsed used;
  if (const std::string* text = value.asText()) {
    if (auto wrong = checkText(*text, path, core::kMaxText)) return std::move(*wrong);
    used.id = core::LearningId::parse(*text);
    if (!used.id) used.text = *text;
    return used;
  }
  ObjectReader reader(value, path);
  if (const auto id = reader.text("id", core::kMaxShortText)) {
    used.id = core::LearningId::parse(*id);
    if (!used.id) reader.fail(notAnId(reader.pathOf("id")));
  }
  used.text = reader.text("text", core::kMaxText).value_or("");
  // Whatever scale the caller's own search has.
  used.score = reader.number("score", std::numeric_limits<double>::lowest(), std::numeric_limits<double>::max());
  if (!used.id && used.text.empty()) {
    reader.fail(core::Error::invalidField(reader.pathOf("text"), reader.pathOf("text") + " is required where there is no id"));
  }
  if (auto end = reader.finish(); !end) return end.error();
  return used;
}

}  // namespace

bool isRecordMember(std::string_view name) { return std::find(kRecordMembers.begin(), kRecordMembers.end(), name) != kRecordMembers.end(); }

bool isPatternType(std::string_view word) {
  return word.empty() || std::find(kPatternTypes.begin(), kPatternTypes.end(), word) != kPatternTypes.end();
}

core::Error wrongPatternType(const std::string& path) {
  return core::Error::invalidField(path, path + " must be one of error-fix, config-template, code-idiom, workflow, best-practice");
}

core::Result<std::vector<core::ContextUsed>> decodeContextUsed(const Value& value, std::string path) {
  const Value::Array* items = value.asArray();
  if (!items) return core::Error::invalidField(path, path + " must be a list of texts, ids or objects with id, text and score");
  if (items->size() > core::kMaxListItems) {
    return core::Error::tooLarge(path, path + " has more than " + std::to_string(core::kMaxListItems) + " items");
  }
  std::vector<core::ContextUsed> all;
  all.reserve(items->size());
  for (const Value& item : *items) {
    auto used = decodeUsed(item, path + "[" + std::to_string(all.size()) + "]");
    if (!used) return used.error();
    all.push_back(std::move(*used));
  }
  return all;
}

core::Result<core::TokenCounts> decodeTokens(const Value& value, std::string path) {
  core::TokenCounts tokens;
  ObjectReader reader(value, std::move(path));
  const auto input = reader.integer("input", 0, kMostTokens);
  const auto output = reader.integer("output", 0, kMostTokens);
  if (input) tokens.input = static_cast<std::uint64_t>(*input);
  if (output) tokens.output = static_cast<std::uint64_t>(*output);
  if (auto end = reader.finish(); !end) return end.error();
  return tokens;
}

}  // namespace learnd::json
