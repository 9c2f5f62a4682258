#include "core/value_score.hpp"

#include "core/learning.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace learnd::core {
namespace {

const ScoringRules kRules;

double standard(const Factors& factors, const DerivedFactors* derived = nullptr) {
  return scoreValue(factors, derived, "standard", "standard", kRules)->value;
}

ValueBreakdown detailed(const Factors& factors, const DerivedFactors* derived = nullptr) {
  return scoreValue(factors, derived, "detailed", "standard", kRules)->breakdown;
}

TEST(ValueScore, TheWorkedExampleIsEightyOneHundredths) {
  Factors factors;
  factors.linesOfCode = 50;
  factors.isGeneric = true;
  factors.isNovel = true;
  factors.userConfirmed = true;
  factors.severity = "high";
  EXPECT_NEAR(standard(factors), 0.81, 1e-12);
}

TEST(ValueScore, NothingGivenAndTheLeastPossible) {
  EXPECT_NEAR(standard({}), 0.44, 1e-12);
  Factors least;
  least.isNovel = false;
  least.severity = "low";
  EXPECT_NEAR(standard(least), 0.25, 1e-12);
}

TEST(ValueScore, ComplexityIsFullAtAHundredLines) {
  Factors factors;
  factors.linesOfCode = 33;
  EXPECT_NEAR(standard(factors), 0.506, 1e-12);
  factors.linesOfCode = 100;
  EXPECT_NEAR(standard(factors), 0.64, 1e-12);
  factors.linesOfCode = 5000;
  EXPECT_NEAR(standard(factors), 0.64, 1e-12);
}

TEST(ValueScore, ASumOfWholeHundredthsIsTheNearestDouble) {
  // In ten-thousandths and whole numbers: what the rule says exactly.
  struct Set {
    std::string name;
    std::array<int, 5> weights;
  };
  const std::array<Set, 3> sets{Set{"standard", {20, 30, 20, 15, 15}}, Set{"code", {25, 35, 15, 15, 10}},
                                Set{"error", {15, 25, 25, 20, 15}}};
  const std::vector<std::pair<std::string, int>> severities{{"critical", 100}, {"high", 80}, {"medium", 50}, {"low", 30}};
  for (const Set& set : sets) {
    for (int bits = 0; bits < 8; ++bits) {
      for (const auto& [severity, impact] : severities) {
        for (int lines = 0; lines <= 100; ++lines) {
          Factors factors;
          factors.linesOfCode = lines;
          factors.isGeneric = (bits & 1) != 0;
          factors.isNovel = (bits & 2) != 0;
          factors.userConfirmed = (bits & 4) != 0;
          factors.severity = severity;
          const std::array<int, 5> values{lines, *factors.isGeneric ? 80 : 30, *factors.isNovel ? 100 : 20,
                                          *factors.userConfirmed ? 100 : 50, impact};
          const int exact = std::inner_product(values.begin(), values.end(), set.weights.begin(), 0);
          EXPECT_EQ(scoreValue(factors, nullptr, "standard", set.name, kRules)->value, exact / 10000.0)
              << set.name << ' ' << lines << ' ' << bits << severity;
        }
      }
    }
  }
}

TEST(ValueScore, SevenTenthsAreNotPromoted) {
  Learning learning;
  learning.kind = Kind::Solution;
  learning.category = "best-practices";
  learning.factors.isGeneric = false;
  learning.factors.isNovel = true;
  learning.factors.userConfirmed = true;
  learning.factors.severity = "critical";
  learning.factors.linesOfCode = 55;
  learning.valueScore = standard(learning.factors);
  EXPECT_FALSE(isPromoted(learning)) << learning.valueScore;
  learning.factors.linesOfCode = 56;
  learning.valueScore = standard(learning.factors);
  EXPECT_TRUE(isPromoted(learning)) << learning.valueScore;
}

TEST(ValueScore, SeveritiesHaveTheirValues) {
  for (const auto& [severity, value] :
       std::vector<std::pair<std::string, double>>{{"critical", 1.0}, {"high", 0.8}, {"medium", 0.5}, {"low", 0.3}}) {
    Factors factors;
    factors.severity = severity;
    EXPECT_NEAR(scoreValue(factors, nullptr, "standard", "standard", kRules)->breakdown.impact.value, value, 1e-12) << severity;
  }
}

TEST(ValueScore, DerivedFactorsStandInAndAreMarked) {
  DerivedFactors derived;
  derived.linesOfCode = 10;
  derived.isNovel = false;
  derived.severity = "critical";
  const auto score = scoreValue({}, &derived, "standard", "standard", kRules);
  ASSERT_TRUE(score);
  EXPECT_EQ(score->breakdown.complexity, (FactorScore{0.1, 0.2, true, false}));
  EXPECT_EQ(score->breakdown.novelty, (FactorScore{0.2, 0.2, true, false}));
  EXPECT_EQ(score->breakdown.impact, (FactorScore{1.0, 0.15, true, false}));
  EXPECT_FALSE(score->breakdown.reusability.derived);
}

TEST(ValueScore, WhatWasGivenWinsOverWhatWasDerived) {
  Factors given;
  given.isNovel = true;
  DerivedFactors derived;
  derived.isNovel = false;
  const auto score = scoreValue(given, &derived, "standard", "standard", kRules);
  EXPECT_EQ(score->breakdown.novelty, (FactorScore{1.0, 0.2, false, false}));
}

TEST(ValueScore, DetailedComplexityIsTheMeanOfFour) {
  Factors factors;
  factors.linesOfCode = 100;
  factors.filesModified = 5;
  factors.solutionSteps = 5;
  factors.timeMinutes = 60;
  EXPECT_NEAR(detailed(factors).complexity.value, 0.875, 1e-12);
  EXPECT_EQ(detailed({}).complexity.value, 0);
}

TEST(ValueScore, DetailedReusabilityAddsUpAndIsCapped) {
  EXPECT_NEAR(detailed({}).reusability.value, 0.2, 1e-12);
  Factors factors;
  factors.scope = "universal";
  factors.isNovel = true;
  factors.usesStandardTools = true;
  EXPECT_NEAR(detailed(factors).reusability.value, 1.0, 1e-12);
  factors.scope = "single_case";
  factors.isNovel = false;
  EXPECT_NEAR(detailed(factors).reusability.value, 0.4 / 1.5, 1e-12);
}

TEST(ValueScore, DetailedNoveltyFallsWithTheBestSimilarity) {
  const auto noveltyAt = [](double similarity) {
    DerivedFactors derived;
    derived.earlierLearnings = true;
    derived.bestSimilarity = similarity;
    return detailed({}, &derived).novelty.value;
  };
  EXPECT_EQ(noveltyAt(0.951), 0.1);
  EXPECT_EQ(noveltyAt(0.95), 0.3);
  EXPECT_EQ(noveltyAt(0.85), 0.6);
  EXPECT_EQ(noveltyAt(0.7), 0.9);
  const DerivedFactors first;
  EXPECT_EQ(detailed({}, &first).novelty.value, 1.0);
}

TEST(ValueScore, DetailedNoveltyTakesItsStepsFromTheConfiguration) {
  ScoringRules rules;
  rules.numbers.detailedSameSimilarity = 0.99;
  rules.numbers.detailedNearSimilarity = 0.98;
  rules.numbers.detailedRelatedSimilarity = 0.1;
  rules.numbers.detailedNoveltyRelated = 0.55;
  DerivedFactors derived;
  derived.bestSimilarity = 0.97;
  const auto scored = scoreValue({}, &derived, "detailed", "standard", rules);
  ASSERT_TRUE(scored);
  EXPECT_EQ(scored->breakdown.novelty.value, 0.55);
}

TEST(ValueScore, DetailedConfirmationAndImpactAreCapped) {
  Factors factors;
  factors.confirmation = "explicit_success";
  factors.feedbackText = "it works";
  factors.severity = "critical";
  factors.blocksWork = true;
  factors.usersAffected = 100;
  EXPECT_EQ(detailed(factors).confirmation.value, 1.0);
  EXPECT_EQ(detailed(factors).impact.value, 1.0);
  factors.confirmation = "explicit_failure";
  factors.severity = "trivial";
  factors.blocksWork = false;
  factors.usersAffected = 2;
  EXPECT_NEAR(detailed(factors).confirmation.value, 0.1, 1e-12);
  EXPECT_NEAR(detailed(factors).impact.value, 0.3, 1e-12);
}

TEST(ValueScore, WeightSetsByNameSumToOne) {
  for (const char* name : {"standard", "code", "error", "custom"}) {
    const auto weights = weightsOf(name, kRules);
    ASSERT_TRUE(weights);
    EXPECT_NEAR(weights->complexity + weights->reusability + weights->novelty + weights->confirmation + weights->impact, 1, 1e-12);
  }
  EXPECT_EQ(weightsOf("fancy", kRules).error().field(), "weight_set");
}

TEST(ValueScore, AWrongFactorIsNamed) {
  Factors factors;
  factors.linesOfCode = -1;
  EXPECT_EQ(validateFactors(factors, "standard").error().field(), "factors.lines_of_code");
  factors.linesOfCode = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(validateFactors(factors, "standard").error().field(), "factors.lines_of_code");
  factors.linesOfCode = 1;
  factors.severity = "trivial";
  EXPECT_EQ(validateFactors(factors, "standard").error().field(), "factors.severity");
  EXPECT_TRUE(validateFactors(factors, "detailed"));
  EXPECT_EQ(validateFactors({}, "fancy").error().field(), "profile");
}

TEST(DerivedFactors, CodeLinesAreThoseOfFencesElseThoseThatLookLikeCode) {
  EXPECT_EQ(countCodeLines("Do this:\n```\nls -l\n\npwd\n```\nand rest."), 2);
  EXPECT_EQ(countCodeLines("systemctl restart nginx --now\nThen it works again."), 1);
  EXPECT_EQ(countCodeLines("services.nginx.enable = true;"), 1);
  EXPECT_EQ(countCodeLines("Ask the person who set it up."), 0);
  EXPECT_EQ(countCodeLines("print(f(x))\nchmod 600 ~/key\nrun ./install\nls /etc\nvim file=/tmp/x"), 5);
}

TEST(DerivedFactors, ParenthesesAndSlashesOfProseAreNoCode) {
  EXPECT_EQ(countCodeLines("Restart the service afterwards (as root)\nuse tcp/udp in the firewall"), 0);
  EXPECT_EQ(countCodeLines("restart the service(s)\nread and/or write\nsee https://example.org/a (in English)"), 0);
}

TEST(DerivedFactors, FeedbackConfirmsAndALoggedSuccessAloneDoesNot) {
  Learning learning;
  learning.kind = Kind::Interaction;
  learning.outcome = Outcome::Success;
  EXPECT_FALSE(deriveFactors(learning, std::nullopt).userConfirmed);
  learning.latestFeedback = Outcome::Success;
  EXPECT_EQ(deriveFactors(learning, std::nullopt).userConfirmed, true);
}

TEST(DerivedFactors, TwoSuccessfulReusesShowThatItIsGeneric) {
  Learning learning;
  learning.uses = 2;
  learning.successes = 1;
  EXPECT_FALSE(deriveFactors(learning, std::nullopt).isGeneric);
  learning.successes = 2;
  EXPECT_EQ(deriveFactors(learning, std::nullopt).isGeneric, true);
}

}  // namespace
}  // namespace learnd::core
