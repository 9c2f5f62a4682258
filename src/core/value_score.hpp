#pragma once

#include "core/factors.hpp"
#include "core/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace learnd::core {

struct Learning;

/// The weights of the five factors; they sum to 1.
struct Weights {
  double complexity = 0.20;
  double reusability = 0.30;
  double novelty = 0.20;
  double confirmation = 0.15;
  double impact = 0.15;
  bool operator==(const Weights&) const = default;
};

/// Every number of the two profiles, each a config key below `scoring.factors`; the defaults are the rules' own.
struct FactorNumbers {
  double linesOfCodeFull = 100;  // standard and detailed: lines at which complexity is 1
  double filesModifiedFull = 5;
  double solutionStepsFull = 10;
  double timeMinutesFull = 30;
  double genericYes = 0.8;
  double genericNo = 0.3;
  double novelYes = 1.0;
  double novelNo = 0.2;
  double noveltySimilarity = 0.85;  // an earlier learning above it: not novel
  double confirmedYes = 1.0;
  double confirmedNo = 0.5;
  double severityCritical = 1.0;
  double severityHigh = 0.8;
  double severityMedium = 0.5;
  double severityLow = 0.3;
  double severityTrivial = 0.1;
  double scopeSingleCase = 0.2;
  double scopeSimilarCases = 0.5;
  double scopeCategory = 0.8;
  double scopeUniversal = 1.0;
  double scopeUnknown = 0.3;
  double scopeNovelBonus = 0.3;
  double scopeStandardToolsBonus = 0.2;
  double scopeDivisor = 1.5;
  double detailedNoveltyNone = 1.0;      // no earlier learning
  double detailedSameSimilarity = 0.95;  // the best earlier learning is above it
  double detailedNoveltySame = 0.1;
  double detailedNearSimilarity = 0.85;
  double detailedNoveltyNear = 0.3;
  double detailedRelatedSimilarity = 0.7;
  double detailedNoveltyRelated = 0.6;
  double detailedNoveltyElse = 0.9;
  double confirmationExplicitSuccess = 1.0;
  double confirmationImplicitSuccess = 0.8;
  double confirmationPartialSuccess = 0.5;
  double confirmationUnconfirmed = 0.3;
  double confirmationExplicitFailure = 0.0;
  double confirmationFeedbackBonus = 0.1;
  double impactBlocksWorkBonus = 0.2;
  double impactUsersMost = 0.3;
  double impactUsersDivisor = 10;
};

struct ScoringRules {
  std::string profile = "standard";
  std::string weightSet = "standard";
  Weights custom;  // the weights of "custom"
  FactorNumbers numbers;
};

/// What the daemon could find out by itself about factors that nobody gave; each used only where the factor is absent, then marked derived.
struct DerivedFactors {
  std::optional<double> linesOfCode;        // from the answer's code blocks and commands
  std::optional<std::string> severity;      // from metadata.severity
  std::optional<bool> isNovel;              // standard: no earlier learning with similarity > 0.85 or an equal key
  std::optional<double> bestSimilarity;     // detailed: the best similarity to an earlier learning; 0 where there is one but far
  bool earlierLearnings = false;            // detailed: whether there is any earlier learning at all
  std::optional<bool> userConfirmed;        // from feedback: success confirms
  std::optional<std::string> confirmation;  // detailed: from feedback
  std::optional<bool> isGeneric;            // after two successful reuses
};

struct ValueScore {
  double value = 0;
  ValueBreakdown breakdown;
  std::string profile;
  std::string weightSet;
};

/// Checks names and ranges; the error's field is "factors.NAME".
[[nodiscard]] Result<void> validateFactors(const Factors& factors, std::string_view profile);

/// The weights of a set by name: standard, code, error, custom. An unknown name is an error of field "weight_set".
[[nodiscard]] Result<Weights> weightsOf(std::string_view weightSet, const ScoringRules& rules);

/// The value of a learning: sum of weight x factor, profile "standard" or "detailed". `derived` stands in for absent
/// factors; without it (the pure calculator) nothing is derived and absent novelty counts as novel.
[[nodiscard]] Result<ValueScore> scoreValue(const Factors& given, const DerivedFactors* derived, std::string_view profile,
                                            std::string_view weightSet, const ScoringRules& rules);

/// The sum of weight x factor, without the noise that adding doubles leaves: what is .7 by the rule is not above it. Whoever changes a part
/// sums by this again.
double weightedSum(const ValueBreakdown& breakdown);

/// What the learning itself tells of absent factors (not novelty, which needs the store): lines of code, confirmation, generic.
/// `metadataSeverity` is metadata.severity where it is text.
DerivedFactors deriveFactors(const Learning& learning, std::optional<std::string> metadataSeverity);

/// Non-blank lines of code in an answer: of its fenced code blocks, else of the lines that are commands or code by their look.
double countCodeLines(std::string_view answer);

}  // namespace learnd::core
