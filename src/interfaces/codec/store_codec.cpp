#include "core/limits.hpp"
#include "core/normalised_key.hpp"
#include "interfaces/codec/request_codec.hpp"
#include "json/learning_codec.hpp"
#include "json/object_reader.hpp"

#include <algorithm>

namespace learnd::interfaces {

namespace {

using core::Kind;
using json::ObjectReader;

std::vector<std::string> textsOf(ObjectReader& reader, std::string_view name) {
  return reader.texts(name, core::kMaxListItems, core::kMaxText).value_or(std::vector<std::string>{});
}

void readPattern(ObjectReader& reader, core::PatternDetails& pattern) {
  pattern.name = reader.text("name", core::kMaxShortText).value_or("");
  pattern.patternType = reader.text("pattern_type", core::kMaxShortText).value_or("");
  pattern.keywords = textsOf(reader, "keywords");
  pattern.prerequisites = textsOf(reader, "prerequisites");
  pattern.variations = textsOf(reader, "variations");
  pattern.examples = textsOf(reader, "examples");
}

void readOutcome(ObjectReader& reader, core::Learning& learning) {
  const auto name = reader.text("outcome", core::kMaxShortText);
  if (!name) return;
  const auto outcome = core::parseOutcome(*name);
  if (outcome == core::Outcome::Success || outcome == core::Outcome::Failure || outcome == core::Outcome::Partial ||
      outcome == core::Outcome::Unknown) {
    learning.outcome = *outcome;
  } else {
    reader.fail(core::Error::invalidField(reader.pathOf("outcome"), "an interaction's outcome is success, failure, partial or unknown"));
  }
}

void readModelUsed(ObjectReader& reader, core::InteractionDetails& interaction) {
  const auto name = reader.text("llm_used", core::kMaxShortText);
  if (!name) return;
  const auto model = core::parseModelUsed(*name);
  if (model) {
    interaction.modelUsed = *model;
  } else {
    reader.fail(core::Error::invalidField(reader.pathOf("llm_used"), "it is local, remote or none"));
  }
}

void readInteraction(ObjectReader& reader, core::Learning& learning) {
  readOutcome(reader, learning);
  readModelUsed(reader, learning.interaction);
  if (const json::Value* used = reader.value("context_used")) {
    auto context = json::decodeContextUsed(*used, reader.pathOf("context_used"));
    if (context) {
      learning.interaction.contextUsed = std::move(*context);
    } else {
      reader.fail(context.error());
    }
  }
  if (const json::Value* given = reader.value("tokens")) {
    auto tokens = json::decodeTokens(*given, reader.pathOf("tokens"));
    if (tokens) {
      learning.interaction.tokens = *tokens;
    } else {
      reader.fail(tokens.error());
    }
  }
}

void readTexts(ObjectReader& reader, core::Learning& learning) {
  switch (learning.kind) {
    case Kind::Solution:
    case Kind::Pattern:
      learning.query = reader.requiredText("query", core::kMaxQuery);
      learning.solution = reader.requiredText("solution", core::kMaxText);
      break;
    case Kind::Failure:
      // The interface's own names first; a failure's members go by those of the record too.
      learning.query = reader.has("query") && !reader.has("error") ? reader.requiredText("query", core::kMaxErrorText)
                                                                    : reader.requiredText("error", core::kMaxErrorText);
      learning.solution = (reader.has("solution") && !reader.has("correct_solution") ? reader.text("solution", core::kMaxText)
                                                                                      : reader.text("correct_solution", core::kMaxText))
                              .value_or("");
      learning.attemptedSolution = reader.text("attempted_solution", core::kMaxText).value_or("");
      learning.rootCause = reader.text("root_cause", core::kMaxText).value_or("");
      break;
    case Kind::Interaction:
      learning.query = reader.requiredText("query", core::kMaxQuery);
      learning.solution = reader.requiredText("response", core::kMaxText);
      break;
  }
}

void readCategory(ObjectReader& reader, core::Learning& learning) {
  const auto category = reader.text("category", core::kMaxShortText);
  if (!category) return;
  if (category->empty()) {
    reader.fail(core::Error::invalidField(reader.pathOf("category"), "it is empty: leave it out for the default category"));
  }
  learning.category = *category;
}

void readIdempotencyKey(ObjectReader& reader, services::StoreRequest& request) {
  const auto key = reader.text("idempotency_key", core::kMaxIdempotencyKeyCharacters * 4);
  if (!key) return;
  const auto characters = std::count_if(key->begin(), key->end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; });
  if (key->empty() || static_cast<std::size_t>(characters) > core::kMaxIdempotencyKeyCharacters) {
    reader.fail(core::Error::invalidField(reader.pathOf("idempotency_key"), "it has 1 to 128 characters"));
  }
  request.idempotencyKey = *key;
}

/// What the same key must come with again.
std::array<std::uint8_t, 32> digestOf(Kind kind, const json::Value& body) {
  auto canonical = json::writeCanonical(body, "");
  return core::sha256(std::string(core::nameOf(kind)) + (canonical ? *canonical : json::write(body)));
}

}  // namespace

core::Result<services::StoreRequest> decodeStore(Kind kind, const json::Value& body) {
  ObjectReader reader(body);
  services::StoreRequest request;
  core::Learning& learning = request.learning;
  learning.kind = kind;
  readTexts(reader, learning);
  readCategory(reader, learning);
  if (const json::Value* metadata = reader.object("metadata")) request.metadata = *metadata;
  if (auto source = reader.text("source", core::kMaxShortText); source && !source->empty()) learning.source = *source;
  readIdempotencyKey(reader, request);
  if (kind == Kind::Pattern) {
    readPattern(reader, learning.pattern);
  } else {
    if (const json::Value* given = reader.object("factors")) {
      auto factors = json::decodeFactors(*given, reader.pathOf("factors"));
      if (factors) {
        learning.factors = std::move(*factors);
      } else {
        reader.fail(factors.error());
      }
    }
    request.profile = reader.text("profile", core::kMaxShortText);
    if (request.profile && *request.profile != "standard" && *request.profile != "detailed") {
      reader.fail(core::Error::invalidField(reader.pathOf("profile"), "it is standard or detailed"));
    }
    learning.important = reader.boolean("important").value_or(false);
  }
  if (kind == Kind::Interaction) readInteraction(reader, learning);
  if (auto done = reader.finish(); !done) return done.error();
  if (request.idempotencyKey) request.bodyDigest = digestOf(kind, body);
  return request;
}

}  // namespace learnd::interfaces
