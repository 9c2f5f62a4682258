#include "core/value_score.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace learnd::core {

namespace {

using Choices = std::vector<std::pair<std::string_view, double>>;

Error wrongFactor(std::string_view name, std::string message) {
  return Error::invalidField("factors." + std::string(name), std::move(message));
}

Choices severities(const FactorNumbers& numbers, bool detailed) {
  Choices choices{{"critical", numbers.severityCritical},
                  {"high", numbers.severityHigh},
                  {"medium", numbers.severityMedium},
                  {"low", numbers.severityLow}};
  if (detailed) choices.emplace_back("trivial", numbers.severityTrivial);
  return choices;
}

Choices scopes(const FactorNumbers& numbers) {
  return {{"single_case", numbers.scopeSingleCase},
          {"similar_cases", numbers.scopeSimilarCases},
          {"category", numbers.scopeCategory},
          {"universal", numbers.scopeUniversal},
          {"unknown", numbers.scopeUnknown}};
}

Choices confirmations(const FactorNumbers& numbers) {
  return {{"explicit_success", numbers.confirmationExplicitSuccess},
          {"implicit_success", numbers.confirmationImplicitSuccess},
          {"partial_success", numbers.confirmationPartialSuccess},
          {"unconfirmed", numbers.confirmationUnconfirmed},
          {"explicit_failure", numbers.confirmationExplicitFailure}};
}

std::optional<double> find(const Choices& choices, std::string_view wanted) {
  for (const auto& [name, value] : choices) {
    if (name == wanted) return value;
  }
  return std::nullopt;
}

std::string listOf(const Choices& choices) {
  std::string text;
  for (const auto& [name, value] : choices) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

Result<void> checkWord(std::string_view name, const std::optional<std::string>& word, const Choices& choices) {
  if (!word || find(choices, *word)) return {};
  return wrongFactor(name, "\"" + *word + "\" is none of " + listOf(choices));
}

Result<void> checkCount(std::string_view name, const std::optional<double>& count) {
  if (!count || (std::isfinite(*count) && *count >= 0)) return {};
  return wrongFactor(name, "it is a number of 0 or more");
}

/// A factor's value, and whether it was derived.
struct Part {
  double value = 0;
  bool derived = false;
};

template <class T>
struct Known {
  std::optional<T> value;
  bool derived = false;
};

/// What was given, else what was derived.
template <class T>
Known<T> known(const std::optional<T>& given, const DerivedFactors* derived, std::optional<T> DerivedFactors::*member) {
  if (given) return {given, false};
  if (derived != nullptr && derived->*member) return {derived->*member, true};
  return {};
}

double capped(double value) { return std::min(1.0, value); }

Part standardComplexity(const Factors& given, const DerivedFactors* derived, const FactorNumbers& numbers) {
  const auto lines = known(given.linesOfCode, derived, &DerivedFactors::linesOfCode);
  return {capped(lines.value.value_or(0) / numbers.linesOfCodeFull), lines.derived};
}

Part detailedComplexity(const Factors& given, const DerivedFactors* derived, const FactorNumbers& numbers) {
  const auto lines = known(given.linesOfCode, derived, &DerivedFactors::linesOfCode);
  const double sum =
      capped(lines.value.value_or(0) / numbers.linesOfCodeFull) + capped(given.filesModified.value_or(0) / numbers.filesModifiedFull) +
      capped(given.solutionSteps.value_or(0) / numbers.solutionStepsFull) + capped(given.timeMinutes.value_or(0) / numbers.timeMinutesFull);
  return {sum / 4, lines.derived};
}

Part standardReusability(const Factors& given, const DerivedFactors* derived, const FactorNumbers& numbers) {
  const auto generic = known(given.isGeneric, derived, &DerivedFactors::isGeneric);
  return {generic.value.value_or(false) ? numbers.genericYes : numbers.genericNo, generic.derived};
}

Part detailedReusability(const Factors& given, const FactorNumbers& numbers) {
  double sum = find(scopes(numbers), given.scope.value_or("unknown")).value_or(numbers.scopeUnknown);
  if (given.isNovel.value_or(false)) sum += numbers.scopeNovelBonus;
  if (given.usesStandardTools.value_or(false)) sum += numbers.scopeStandardToolsBonus;
  return {capped(sum / numbers.scopeDivisor), false};
}

Part standardNovelty(const Factors& given, const DerivedFactors* derived, const FactorNumbers& numbers) {
  const auto novel = known(given.isNovel, derived, &DerivedFactors::isNovel);
  return {novel.value.value_or(true) ? numbers.novelYes : numbers.novelNo, novel.derived};
}

Part detailedNovelty(const DerivedFactors* derived, const FactorNumbers& numbers) {
  if (derived == nullptr) return {numbers.detailedNoveltyNone, false};
  if (!derived->earlierLearnings && !derived->bestSimilarity) return {numbers.detailedNoveltyNone, true};
  const double best = derived->bestSimilarity.value_or(0);
  if (best > numbers.detailedSameSimilarity) return {numbers.detailedNoveltySame, true};
  if (best > numbers.detailedNearSimilarity) return {numbers.detailedNoveltyNear, true};
  if (best > numbers.detailedRelatedSimilarity) return {numbers.detailedNoveltyRelated, true};
  return {numbers.detailedNoveltyElse, true};
}

Part standardConfirmation(const Factors& given, const DerivedFactors* derived, const FactorNumbers& numbers) {
  const auto confirmed = known(given.userConfirmed, derived, &DerivedFactors::userConfirmed);
  return {confirmed.value.value_or(false) ? numbers.confirmedYes : numbers.confirmedNo, confirmed.derived};
}

Part detailedConfirmation(const Factors& given, const DerivedFactors* derived, const FactorNumbers& numbers) {
  const auto word = known(given.confirmation, derived, &DerivedFactors::confirmation);
  double value = find(confirmations(numbers), word.value.value_or("unconfirmed")).value_or(numbers.confirmationUnconfirmed);
  if (given.feedbackText && !given.feedbackText->empty()) value += numbers.confirmationFeedbackBonus;
  return {capped(value), word.derived};
}

Known<double> severityOf(const Factors& given, const DerivedFactors* derived, const FactorNumbers& numbers, bool detailed) {
  const Choices choices = severities(numbers, detailed);
  const auto word = known(given.severity, derived, &DerivedFactors::severity);
  const auto value = word.value ? find(choices, *word.value) : std::nullopt;
  // Metadata may say anything: what is no severity is as if it were absent.
  return value ? Known<double>{value, word.derived} : Known<double>{numbers.severityMedium, false};
}

Part standardImpact(const Factors& given, const DerivedFactors* derived, const FactorNumbers& numbers) {
  const auto severity = severityOf(given, derived, numbers, false);
  return {*severity.value, severity.derived};
}

Part detailedImpact(const Factors& given, const DerivedFactors* derived, const FactorNumbers& numbers) {
  const auto severity = severityOf(given, derived, numbers, true);
  double sum = *severity.value + (given.blocksWork.value_or(false) ? numbers.impactBlocksWorkBonus : 0);
  sum += std::min(numbers.impactUsersMost, given.usersAffected.value_or(0) / numbers.impactUsersDivisor);
  return {capped(sum), severity.derived};
}

FactorScore scoreOf(const Part& part, double weight) { return {part.value, weight, part.derived, false}; }

}  // namespace

Result<void> validateFactors(const Factors& factors, std::string_view profile) {
  if (profile != "standard" && profile != "detailed") return Error::invalidField("profile", "it is standard or detailed");
  const FactorNumbers numbers;
  const std::array<Result<void>, 8> checks{checkCount("lines_of_code", factors.linesOfCode),
                                           checkCount("files_modified", factors.filesModified),
                                           checkCount("solution_steps", factors.solutionSteps),
                                           checkCount("time_minutes", factors.timeMinutes),
                                           checkCount("users_affected", factors.usersAffected),
                                           checkWord("severity", factors.severity, severities(numbers, profile == "detailed")),
                                           checkWord("scope", factors.scope, scopes(numbers)),
                                           checkWord("confirmation", factors.confirmation, confirmations(numbers))};
  for (const auto& check : checks) {
    if (!check) return check.error();
  }
  return {};
}

Result<Weights> weightsOf(std::string_view weightSet, const ScoringRules& rules) {
  if (weightSet == "standard") return Weights{};
  if (weightSet == "code") return Weights{0.25, 0.35, 0.15, 0.15, 0.10};
  if (weightSet == "error") return Weights{0.15, 0.25, 0.25, 0.20, 0.15};
  if (weightSet == "custom") return rules.custom;
  return Error::invalidField("weight_set", "it is standard, code, error or custom");
}

Result<ValueScore> scoreValue(const Factors& given, const DerivedFactors* derived, std::string_view profile, std::string_view weightSet,
                              const ScoringRules& rules) {
  if (auto valid = validateFactors(given, profile); !valid) return valid.error();
  auto weights = weightsOf(weightSet, rules);
  if (!weights) return weights.error();
  const FactorNumbers& numbers = rules.numbers;
  const bool detailed = profile == "detailed";
  ValueScore score;
  score.profile = profile;
  score.weightSet = weightSet;
  ValueBreakdown& parts = score.breakdown;
  parts.complexity =
      scoreOf(detailed ? detailedComplexity(given, derived, numbers) : standardComplexity(given, derived, numbers), weights->complexity);
  parts.reusability =
      scoreOf(detailed ? detailedReusability(given, numbers) : standardReusability(given, derived, numbers), weights->reusability);
  parts.novelty = scoreOf(detailed ? detailedNovelty(derived, numbers) : standardNovelty(given, derived, numbers), weights->novelty);
  parts.confirmation = scoreOf(detailed ? detailedConfirmation(given, derived, numbers) : standardConfirmation(given, derived, numbers),
                               weights->confirmation);
  parts.impact = scoreOf(detailed ? detailedImpact(given, derived, numbers) : standardImpact(given, derived, numbers), weights->impact);
  score.value = weightedSum(parts);
  return score;
}

double weightedSum(const ValueBreakdown& breakdown) {
  double sum = 0;
  for (const FactorScore* part :
       {&breakdown.complexity, &breakdown.reusability, &breakdown.novelty, &breakdown.confirmation, &breakdown.impact}) {
    sum += part->weight * part->value;
  }
  constexpr double kSteps = 1e12;
  return std::round(sum * kSteps) / kSteps;
}

}  // namespace learnd::core
