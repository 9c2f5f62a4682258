#include "core/code_points.hpp"
#include "core/limits.hpp"
#include "json/learning_codec.hpp"
#include "json/metadata.hpp"
#include "json/text_check.hpp"

#include <array>
#include <limits>
#include <utility>

namespace learnd::json {

namespace {

using core::Kind;
using core::Learning;
using core::LearningId;
using core::Outcome;

constexpr std::int64_t kMostCount = std::int64_t{1} << 53;  // what every JSON reader takes

enum class WrongFactors : bool { Refuse, LeaveOut };

std::optional<LearningId> readId(ObjectReader& reader, std::string_view name) {
  constexpr std::size_t kIdLength = 36;
  const auto text = reader.text(name, kIdLength);
  if (!text) return std::nullopt;
  auto id = LearningId::parse(*text);
  if (!id) reader.fail(notAnId(reader.pathOf(name)));
  return id;
}

std::optional<core::Timestamp> readTime(ObjectReader& reader, std::string_view name) {
  constexpr std::size_t kLongestTime = 100;
  const auto text = reader.text(name, kLongestTime);
  if (!text) return std::nullopt;
  auto time = core::parseTimestamp(*text);
  if (!time)
    reader.fail(core::Error::invalidField(reader.pathOf(name), reader.pathOf(name) + " must be an RFC 3339 time, as 2026-01-02T03:04:05Z"));
  return time;
}

std::optional<std::uint64_t> readCount(ObjectReader& reader, std::string_view name) {
  const auto count = reader.integer(name, 0, kMostCount);
  return count ? std::optional<std::uint64_t>(static_cast<std::uint64_t>(*count)) : std::nullopt;
}

/// A word that `parse` knows and that is one of `allowed`.
template <class Word, std::size_t count>
std::optional<Word> readWord(ObjectReader& reader, std::string_view name, std::optional<Word> (*parse)(std::string_view),
                             const std::array<Word, count>& allowed) {
  const auto text = reader.text(name, core::kMaxShortText);
  if (!text) return std::nullopt;
  const auto word = parse(*text);
  std::string names;
  for (const Word one : allowed) {
    if (word == one) return word;
    names += (names.empty() ? "" : ", ") + std::string(nameOf(one));
  }
  reader.fail(core::Error::invalidField(reader.pathOf(name), reader.pathOf(name) + " must be one of " + names));
  return std::nullopt;
}

constexpr std::array<Kind, 4> kKinds{Kind::Solution, Kind::Failure, Kind::Interaction, Kind::Pattern};
constexpr std::array<core::Status, 3> kStatuses{core::Status::Active, core::Status::Superseded, core::Status::Archived};
constexpr std::array<Outcome, 2> kFailureOutcomes{Outcome::Open, Outcome::Resolved};
constexpr std::array<Outcome, 4> kInteractionOutcomes{Outcome::Success, Outcome::Failure, Outcome::Partial, Outcome::Unknown};
constexpr std::array<Outcome, 3> kFeedbackOutcomes{Outcome::Success, Outcome::Failure, Outcome::Partial};
constexpr std::array<core::ModelUsed, 3> kModelsUsed{core::ModelUsed::Local, core::ModelUsed::Remote, core::ModelUsed::None};

/// Reads a text that failures may have under a name of their own too ("error" for "query").
std::optional<std::string> readEither(ObjectReader& reader, std::string_view name, std::string_view own, std::size_t limit) {
  auto plain = reader.text(name, limit);
  auto special = reader.text(own, limit);
  if (plain && special) {
    reader.fail(core::Error::invalidField(reader.pathOf(own),
                                          reader.pathOf(own) + " is " + std::string(name) + " by another name: give one of them"));
  }
  return special ? special : plain;
}

void readFailure(ObjectReader& reader, Learning& learning) {
  learning.query = readEither(reader, "query", "error", core::kMaxErrorText).value_or("");
  if (core::isBlankText(learning.query)) {
    const std::string name = reader.has("error") ? "error" : "query";
    reader.fail(core::Error::invalidField(name, name + " must be given and say something"));
  }
  learning.solution = readEither(reader, "solution", "correct_solution", core::kMaxText).value_or("");
  learning.attemptedSolution = reader.text("attempted_solution", core::kMaxText).value_or("");
  learning.rootCause = reader.text("root_cause", core::kMaxText).value_or("");
  learning.outcome = readWord(reader, "outcome", core::parseOutcome, kFailureOutcomes).value_or(Outcome::None);
  if (learning.outcome == Outcome::Resolved && core::isBlankText(learning.solution)) {
    reader.fail(core::Error::invalidField("solution", "a failure without a solution is open: give the solution that resolved it"));
  }
}

void readInteraction(ObjectReader& reader, Learning& learning) {
  learning.query = reader.requiredText("query", core::kMaxQuery);
  learning.solution = reader.requiredText("response", core::kMaxText);
  learning.outcome = readWord(reader, "outcome", core::parseOutcome, kInteractionOutcomes).value_or(Outcome::None);
  auto& details = learning.interaction;
  details.modelUsed = readWord(reader, "llm_used", core::parseModelUsed, kModelsUsed).value_or(core::ModelUsed::Unset);
  if (const Value* used = reader.value("context_used")) {
    auto decoded = decodeContextUsed(*used, reader.pathOf("context_used"));
    if (!decoded) return reader.fail(decoded.error());
    details.contextUsed = std::move(*decoded);
  }
  if (const Value* tokens = reader.value("tokens")) {
    auto decoded = decodeTokens(*tokens, reader.pathOf("tokens"));
    if (!decoded) return reader.fail(decoded.error());
    details.tokens = *decoded;
  }
  details.tokensSaved = readCount(reader, "tokens_saved").value_or(0);
  details.tokensSavedEstimated = reader.boolean("tokens_saved_estimated").value_or(false);
}

std::vector<std::string> readTexts(ObjectReader& reader, std::string_view name) {
  return reader.texts(name, core::kMaxListItems, core::kMaxText).value_or(std::vector<std::string>());
}

void readMembers(ObjectReader& reader, core::PatternDetails& details) {
  const auto texts = reader.texts("members", std::numeric_limits<std::size_t>::max(), core::kMaxShortText);
  if (!texts) return;
  for (const auto& text : *texts) {
    const auto id = LearningId::parse(text);
    if (!id) return reader.fail(notAnId(reader.pathOf("members") + "[" + std::to_string(details.members.size()) + "]"));
    details.members.push_back(*id);
  }
}

void readPattern(ObjectReader& reader, Learning& learning) {
  learning.query = reader.requiredText("query", core::kMaxQuery);
  learning.solution = reader.requiredText("solution", core::kMaxText);
  auto& details = learning.pattern;
  details.name = reader.text("name", core::kMaxShortText).value_or("");
  details.patternType = reader.text("pattern_type", core::kMaxShortText).value_or("");
  if (!isPatternType(details.patternType)) reader.fail(wrongPatternType(reader.pathOf("pattern_type")));
  details.origin = reader.text("origin", core::kMaxShortText).value_or("");
  if (!details.origin.empty() && details.origin != "manual" && details.origin != "extracted") {
    reader.fail(core::Error::invalidField("origin", "origin must be one of manual, extracted"));
  }
  details.keywords = readTexts(reader, "keywords");
  details.prerequisites = readTexts(reader, "prerequisites");
  details.variations = readTexts(reader, "variations");
  details.examples = readTexts(reader, "examples");
  readMembers(reader, details);
  details.occurrenceCount = readCount(reader, "occurrence_count").value_or(0);
  details.successRate = reader.number("success_rate", 0, 1);
  details.version = static_cast<std::uint64_t>(reader.integer("version", 1, kMostCount).value_or(1));
  details.previousVersion = readId(reader, "previous_version");
}

void readFactors(ObjectReader& reader, ImportLine& line, WrongFactors wrong) {
  const Value* given = reader.value("factors");
  if (!given) return;
  if (wrong == WrongFactors::Refuse || !given->asObject()) {
    auto factors = decodeFactors(*given, reader.pathOf("factors"));
    if (!factors) return reader.fail(factors.error());
    line.learning.factors = std::move(*factors);
    return;
  }
  Value::Object right;
  for (const auto& [name, value] : *given->asObject()) {
    Value one(Value::Object{{name, value}});
    if (decodeFactors(one, "factors")) {
      right.emplace_back(name, value);
    } else {
      line.wrongFactors.push_back(name);
    }
  }
  auto factors = decodeFactors(Value(std::move(right)), reader.pathOf("factors"));
  if (!factors) return reader.fail(factors.error());
  line.learning.factors = std::move(*factors);
}

void readScoreNames(ObjectReader& reader, ImportLine& line) {
  const auto isOneOf = [](const std::string& word, std::initializer_list<std::string_view> words) {
    for (const auto one : words) {
      if (word == one) return true;
    }
    return false;
  };
  if (auto profile = reader.text("profile", core::kMaxShortText)) {
    if (!isOneOf(*profile, {"standard", "detailed", "imported"})) {
      reader.fail(core::Error::invalidField("profile", "profile must be one of standard, detailed, imported"));
    }
    line.hasProfile = true;
    line.learning.profile = std::move(*profile);
  }
  if (auto weightSet = reader.text("weight_set", core::kMaxShortText)) {
    if (!isOneOf(*weightSet, {"standard", "code", "error", "custom"})) {
      reader.fail(core::Error::invalidField("weight_set", "weight_set must be one of standard, code, error, custom"));
    }
    line.hasWeightSet = true;
    line.learning.weightSet = std::move(*weightSet);
  }
}

void readWorth(ObjectReader& reader, ImportLine& line, WrongFactors wrong) {
  Learning& learning = line.learning;
  const auto value = reader.number("value_score", 0, 1);
  line.hasValueScore = value.has_value();
  learning.valueScore = value.value_or(0);
  if (const Value* breakdown = reader.value("value_breakdown")) {
    auto decoded = decodeBreakdown(*breakdown, reader.pathOf("value_breakdown"));
    if (!decoded) return reader.fail(decoded.error());
    learning.breakdown = *decoded;
  }
  readScoreNames(reader, line);
  readFactors(reader, line, wrong);
  learning.important = reader.boolean("important").value_or(false);
}

void readCounts(ObjectReader& reader, ImportLine& line) {
  Learning& learning = line.learning;
  const auto uses = readCount(reader, "uses");
  const auto successes = readCount(reader, "successes");
  const auto failures = readCount(reader, "failures");
  const auto occurrences = reader.integer("occurrences", 1, kMostCount);
  learning.uses = uses.value_or(0);
  learning.successes = successes.value_or(0);
  learning.failures = failures.value_or(0);
  learning.occurrences = static_cast<std::uint64_t>(occurrences.value_or(1));
  learning.latestFeedback = readWord(reader, "latest_feedback", core::parseOutcome, kFeedbackOutcomes);
  const auto& details = learning.pattern;
  const bool patternCounts = details.occurrenceCount > 0 || details.successRate.has_value();
  line.hasCounts =
      uses || successes || failures || occurrences || learning.latestFeedback || patternCounts || learning.interaction.tokensSaved > 0;
}

void readOrigin(ObjectReader& reader, ImportLine& line) {
  Learning& learning = line.learning;
  if (auto source = reader.text("source", core::kMaxShortText); source && !source->empty()) {
    learning.source = std::move(*source);
  }
  if (const auto uid = reader.integer("created_by", 0, std::numeric_limits<std::uint32_t>::max())) {
    learning.createdBy = static_cast<std::uint32_t>(*uid);
    line.hasCreatedBy = true;
  }
  if (auto host = reader.text("created_on", core::kMaxShortText); host && !host->empty()) {
    learning.createdOn = std::move(*host);
    line.hasCreatedOn = true;
  }
  const auto timestamp = readTime(reader, "timestamp");
  const auto updated = readTime(reader, "updated");
  line.hasTimestamp = timestamp.has_value();
  line.hasUpdated = updated.has_value();
  if (timestamp) learning.timestamp = *timestamp;
  if (updated) learning.updated = *updated;
}

void readState(ObjectReader& reader, ImportLine& line) {
  Learning& learning = line.learning;
  learning.status = readWord(reader, "status", core::parseStatus, kStatuses).value_or(core::Status::Active);
  readCounts(reader, line);
  readOrigin(reader, line);
  if (const Value* metadata = reader.value("metadata")) {
    auto text = makeMetadata(*metadata, reader.pathOf("metadata"), false);
    if (!text) return reader.fail(text.error());
    learning.metadata = std::move(*text);
  }
  learning.indexed = reader.boolean("indexed").value_or(false);
}

/// A line that spells out what its kind has not ("response": null) says nothing wrong.
void ignoreAbsent(ObjectReader& reader, const Value& value) {
  for (const auto& [name, member] : *value.asObject()) {
    if (member.isNull() && isRecordMember(name)) reader.ignore(name);
  }
}

core::Result<ImportLine> decode(const Value& value, WrongFactors wrong) {
  ImportLine line;
  Learning& learning = line.learning;
  ObjectReader reader(value);
  const auto kind = readWord(reader, "kind", core::parseKind, kKinds);
  if (!kind) {
    reader.fail(core::Error::invalidField("kind", "kind is required: solution, failure, interaction or pattern"));
    return reader.finish().error();
  }
  learning.kind = *kind;
  if (learning.kind == Kind::Failure) {
    readFailure(reader, learning);
  } else if (learning.kind == Kind::Interaction) {
    readInteraction(reader, learning);
  } else if (learning.kind == Kind::Pattern) {
    readPattern(reader, learning);
  } else {
    learning.query = reader.requiredText("query", core::kMaxQuery);
    learning.solution = reader.requiredText("solution", core::kMaxText);
  }
  const auto id = readId(reader, "id");
  line.hasId = id.has_value();
  if (id) learning.id = *id;
  const auto category = reader.text("category", core::kMaxShortText);
  if (category && category->empty()) {
    reader.fail(core::Error::invalidField(reader.pathOf("category"), "category must not be empty: leave it out for the kind's own"));
  }
  learning.category = category.value_or("");
  learning.promoted = reader.boolean("promoted").value_or(false);
  readWorth(reader, line, wrong);
  readState(reader, line);
  ignoreAbsent(reader, value);
  if (auto end = reader.finish(); !end) return end.error();
  return line;
}

}  // namespace

core::Result<ImportLine> decodeImportLine(std::string_view text) {
  auto value = parse(text);
  if (!value) return value.error();
  auto line = decode(*value, WrongFactors::LeaveOut);
  if (line) line->learning.indexed = false;
  return line;
}

core::Result<Learning> decodeLearning(const Value& value) {
  auto line = decode(value, WrongFactors::Refuse);
  if (!line) return line.error();
  if (!line->hasId) return core::Error::invalidField("id", "id is required");
  return std::move(line->learning);
}

}  // namespace learnd::json
