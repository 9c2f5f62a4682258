#include "core/code_points.hpp"
#include "core/limits.hpp"
#include "core/normalised_key.hpp"
#include "interfaces/codec/field_reader.hpp"
#include "interfaces/codec/request_codec.hpp"
#include "json/learning_codec.hpp"

#include <utility>

namespace learnd::interfaces {

namespace {

using core::Kind;
using core::Learning;

/// A failure's text under its own name or the one that all kinds have.
std::string_view nameUsed(const json::ObjectReader& reader, std::string_view own, std::string_view common) {
  return reader.has(common) && !reader.has(own) ? common : own;
}

void readFailure(json::ObjectReader& reader, Learning& learning) {
  learning.query = reader.requiredText(nameUsed(reader, "error", "query"), core::kMaxErrorText);
  learning.solution = reader.text(nameUsed(reader, "correct_solution", "solution"), core::kMaxText).value_or("");
  learning.attemptedSolution = reader.text("attempted_solution", core::kMaxText).value_or("");
  learning.rootCause = reader.text("root_cause", core::kMaxText).value_or("");
}

void readInteraction(json::ObjectReader& reader, Learning& learning) {
  learning.query = reader.requiredText("query", core::kMaxQuery);
  learning.solution = reader.requiredText("response", core::kMaxText);
  learning.outcome = readWordMember(reader, "outcome", core::parseOutcome, kInteractionOutcomes).value_or(core::Outcome::None);
  auto& details = learning.interaction;
  details.modelUsed = readWordMember(reader, "llm_used", core::parseModelUsed, kModelsUsed).value_or(core::ModelUsed::Unset);
  if (const json::Value* used = reader.value("context_used")) {
    auto decoded = json::decodeContextUsed(*used, reader.pathOf("context_used"));
    if (!decoded) return reader.fail(decoded.error());
    details.contextUsed = std::move(*decoded);
  }
  if (const json::Value* tokens = reader.value("tokens")) {
    auto decoded = json::decodeTokens(*tokens, reader.pathOf("tokens"));
    if (!decoded) return reader.fail(decoded.error());
    details.tokens = *decoded;
  }
}

void readPattern(json::ObjectReader& reader, Learning& learning) {
  learning.query = reader.requiredText("query", core::kMaxQuery);
  learning.solution = reader.requiredText("solution", core::kMaxText);
  auto& details = learning.pattern;
  details.name = reader.text("name", core::kMaxShortText).value_or("");
  details.patternType = readPatternType(reader).value_or("");
  details.prerequisites = readTexts(reader, "prerequisites").value_or(std::vector<std::string>());
  details.variations = readTexts(reader, "variations").value_or(std::vector<std::string>());
  details.examples = readTexts(reader, "examples").value_or(std::vector<std::string>());
  details.keywords = readTexts(reader, "keywords").value_or(std::vector<std::string>());
  details.origin = "manual";
}

std::optional<std::string> readIdempotencyKey(json::ObjectReader& reader) {
  constexpr std::size_t kBytesOfACharacter = 4;
  auto key = reader.text("idempotency_key", core::kMaxIdempotencyKeyCharacters * kBytesOfACharacter);
  if (key && (key->empty() || core::countCharacters(*key) > core::kMaxIdempotencyKeyCharacters)) {
    reader.fail(core::Error::invalidField("idempotency_key", "idempotency_key must have 1 to 128 characters"));
  }
  return key;
}

/// Of the kind and the canonical body: the order of members and white space make no other request.
std::array<std::uint8_t, 32> digestOf(Kind kind, const json::Value& body) {
  auto canonical = json::writeCanonical(body, "");
  return core::sha256(std::string(core::nameOf(kind)) + "\n" + (canonical ? *canonical : json::write(body)));
}

}  // namespace

core::Result<services::StoreRequest> decodeStore(Kind kind, const json::Value& body) {
  services::StoreRequest request;
  Learning& learning = request.learning;
  learning.kind = kind;
  json::ObjectReader reader(body);
  if (kind == Kind::Failure) {
    readFailure(reader, learning);
  } else if (kind == Kind::Interaction) {
    readInteraction(reader, learning);
  } else if (kind == Kind::Pattern) {
    readPattern(reader, learning);
  } else {
    learning.query = reader.requiredText("query", core::kMaxQuery);
    learning.solution = reader.requiredText("solution", core::kMaxText);
  }
  learning.category = readCategory(reader).value_or("");
  if (const json::Value* metadata = reader.object("metadata")) request.metadata = *metadata;
  if (auto source = reader.text("source", core::kMaxShortText); source && !source->empty()) learning.source = std::move(*source);
  learning.factors = readFactors(reader).value_or(core::Factors());
  request.profile = readProfile(reader);
  learning.important = reader.boolean("important").value_or(false);
  request.idempotencyKey = readIdempotencyKey(reader);
  if (auto end = reader.finish(); !end) return end.error();
  if (request.idempotencyKey) request.bodyDigest = digestOf(kind, body);
  return request;
}

}  // namespace learnd::interfaces
