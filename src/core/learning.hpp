#pragma once

#include "core/factors.hpp"
#include "core/identifier.hpp"
#include "core/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace learnd::core {

enum class Kind : std::uint8_t { Solution, Failure, Interaction, Pattern };
enum class Status : std::uint8_t { Active, Superseded, Archived };
/// Failures are Open or Resolved, interactions Success, Failure, Partial or Unknown; the other kinds have None.
enum class Outcome : std::uint8_t { None, Open, Resolved, Success, Failure, Partial, Unknown };
/// Which model answered an interaction. Unset means that nobody said.
enum class ModelUsed : std::uint8_t { Unset, Local, Remote, None };

/// The wire names ("solution", "active", "open", "local"); the empty string for Outcome::None and ModelUsed::Unset.
std::string_view nameOf(Kind kind);
std::string_view nameOf(Status status);
std::string_view nameOf(Outcome outcome);
std::string_view nameOf(ModelUsed model);
std::optional<Kind> parseKind(std::string_view name);
std::optional<Status> parseStatus(std::string_view name);
std::optional<Outcome> parseOutcome(std::string_view name);
std::optional<ModelUsed> parseModelUsed(std::string_view name);

/// One text that an interaction's answer was built on. `id` is a learning's, where it came from one.
struct ContextUsed {
  std::optional<LearningId> id;
  std::string text;
  std::optional<double> score;
  bool operator==(const ContextUsed&) const = default;
};

/// Tokens of a model's call, as the model reported them.
struct TokenCounts {
  std::optional<std::uint64_t> input;
  std::optional<std::uint64_t> output;
  bool operator==(const TokenCounts&) const = default;
};

/// What only patterns have.
struct PatternDetails {
  std::string name;
  std::string patternType;  // "error-fix", "config-template", "code-idiom", "workflow", "best-practice" or empty
  std::string origin;       // "manual" or "extracted"
  std::vector<std::string> keywords;
  std::vector<std::string> prerequisites;
  std::vector<std::string> variations;
  std::vector<std::string> examples;
  std::vector<LearningId> members;
  std::uint64_t occurrenceCount = 0;
  std::optional<double> successRate;  // in [0, 1]
  std::uint64_t version = 1;
  std::optional<LearningId> previousVersion;
  bool operator==(const PatternDetails&) const = default;
};

/// What only interactions have, besides their answer (Learning::solution, called `response` on the wire).
struct InteractionDetails {
  std::vector<ContextUsed> contextUsed;
  ModelUsed modelUsed = ModelUsed::Unset;
  TokenCounts tokens;
  std::uint64_t tokensSaved = 0;
  bool tokensSavedEstimated = false;
  bool operator==(const InteractionDetails&) const = default;
};

/// One thing that was learned. Plain data; the rules are in the other files of this folder, the wire form in json/learning_codec.
struct Learning {
  LearningId id;
  Kind kind = Kind::Solution;
  std::string category;
  bool promoted = false;  // found under "skills-patterns" too

  std::string query;     // what is embedded; a failure's error text
  std::string solution;  // what is reused; a failure's correct solution (may be empty), an interaction's response
  std::string attemptedSolution;
  std::string rootCause;
  Outcome outcome = Outcome::None;

  InteractionDetails interaction;
  PatternDetails pattern;

  double valueScore = 0;  // in [0, 1]
  ValueBreakdown breakdown;
  std::string profile;    // "standard", "detailed" or "imported"
  std::string weightSet;  // "standard", "code", "error" or "custom"
  Factors factors;        // as given; derived ones are only in the breakdown
  bool important = false;

  Status status = Status::Active;
  std::uint64_t uses = 0;
  std::uint64_t successes = 0;
  std::uint64_t failures = 0;
  std::uint64_t occurrences = 1;
  std::optional<Outcome> latestFeedback;  // Success, Failure or Partial

  std::string source = "human-interaction";
  std::optional<std::uint32_t> createdBy;  // the peer's uid
  std::string createdOn;                   // the host's name
  Timestamp timestamp;
  Timestamp updated;

  std::string metadata = "{}";  // a JSON object in canonical form (RFC 8785)

  std::uint64_t revision = 0;  // grows when what the index holds changes; never on the wire
  bool ownsIndexEntry = true;  // false: an interaction that an equal earlier one stands for in the index; never on the wire
  bool indexed = false;        // whether its vector is in the index; not exported
};

/// The category of a learning whose caller named none.
std::string_view defaultCategory(Kind kind);
inline constexpr std::string_view kPromotedCategory = "skills-patterns";

/// Whether it counts as a success: a solution, a resolved failure, an interaction with outcome success, each unless its latest feedback
/// is a failure. A pattern counts as a solution.
bool isSuccess(const Learning& learning);

/// Whether it is found under "skills-patterns" too: a success with value > 0.7, with success feedback and no later failure, or marked
/// important. False where that is its category anyway.
bool isPromoted(const Learning& learning);

}  // namespace learnd::core
