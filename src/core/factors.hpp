#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace learnd::core {

/// What a caller said about a learning's worth; every member optional. The rules are in value_score.hpp.
struct Factors {
  std::optional<double> linesOfCode;    // at least 0
  std::optional<double> filesModified;  // at least 0
  std::optional<double> solutionSteps;  // at least 0
  std::optional<double> timeMinutes;    // at least 0
  std::optional<bool> isGeneric;
  std::optional<bool> isNovel;
  std::optional<bool> usesStandardTools;
  std::optional<bool> userConfirmed;
  std::optional<bool> blocksWork;
  std::optional<double> usersAffected;      // at least 0
  std::optional<std::string> severity;      // critical, high, medium, low, trivial (detailed only)
  std::optional<std::string> scope;         // single_case, similar_cases, category, universal, unknown
  std::optional<std::string> confirmation;  // explicit_success, implicit_success, partial_success, unconfirmed, explicit_failure
  std::optional<std::string> feedbackText;

  bool operator==(const Factors&) const = default;
  [[nodiscard]] bool empty() const { return *this == Factors(); }
};

/// One factor's part in a value score.
struct FactorScore {
  double value = 0;       // in [0, 1]
  double weight = 0;      // in [0, 1]
  bool derived = false;   // nobody gave it: it was derived from the learning
  bool fallback = false;  // what was given was wrong (on import): the absent value stands in
  bool operator==(const FactorScore&) const = default;
};

struct ValueBreakdown {
  FactorScore complexity;
  FactorScore reusability;
  FactorScore novelty;
  FactorScore confirmation;
  FactorScore impact;
  bool operator==(const ValueBreakdown&) const = default;
};

}  // namespace learnd::core
