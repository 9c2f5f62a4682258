#pragma once

#include "core/learning.hpp"

namespace learnd::tests {

/// Learnings with something in every field that their kind has.
inline core::Learning sampleLearning(core::Kind kind) {
  core::Learning learning;
  learning.id = *core::LearningId::parse("019b0000-0000-7000-8000-00000000000a");
  learning.kind = kind;
  learning.category = "best-practices";
  learning.promoted = true;
  learning.query = "How do I \"list\" failed units?\nAll of them: é, 😀";
  learning.solution = "systemctl --failed\t# \\ no more";
  learning.valueScore = 0.506;
  learning.breakdown.complexity = {0.33, 0.2, true, false};
  learning.breakdown.reusability = {0.8, 0.3, false, false};
  learning.breakdown.novelty = {1, 0.2, true, false};
  learning.breakdown.confirmation = {0.5, 0.15, false, true};
  learning.breakdown.impact = {0.5, 0.15, false, false};
  learning.profile = "detailed";
  learning.weightSet = "error";
  learning.factors.linesOfCode = 33;
  learning.factors.timeMinutes = 2.5;
  learning.factors.isGeneric = true;
  learning.factors.blocksWork = false;
  learning.factors.severity = "high";
  learning.factors.feedbackText = "it helped";
  learning.important = true;
  learning.status = core::Status::Superseded;
  learning.uses = 3;
  learning.successes = 2;
  learning.failures = 1;
  learning.occurrences = 4;
  learning.latestFeedback = core::Outcome::Partial;
  learning.source = "test";
  learning.createdBy = 1000;
  learning.createdOn = "helios";
  learning.timestamp = *core::parseTimestamp("2026-01-02T03:04:05.678901Z");
  learning.updated = *core::parseTimestamp("2026-02-03T04:05:06.000007Z");
  learning.metadata = R"({"a":[1,true,null],"os":"nixos"})";
  if (kind == core::Kind::Failure) {
    learning.outcome = core::Outcome::Resolved;
    learning.attemptedSolution = "rebooted";
    learning.rootCause = "a typo";
  }
  if (kind == core::Kind::Interaction) {
    learning.outcome = core::Outcome::Success;
    learning.interaction.contextUsed = {{core::LearningId::parse("019b0000-0000-7000-8000-00000000000b"), "a text", 0.75},
                                        {std::nullopt, "another", std::nullopt}};
    learning.interaction.modelUsed = core::ModelUsed::Local;
    learning.interaction.tokens = {1200, 80};
    learning.interaction.tokensSaved = 14500;
    learning.interaction.tokensSavedEstimated = true;
  }
  if (kind == core::Kind::Pattern) {
    auto& pattern = learning.pattern;
    pattern.name = "a unit that failed";
    pattern.patternType = "error-fix";
    pattern.origin = "extracted";
    pattern.keywords = {"unit", "failed"};
    pattern.prerequisites = {"systemd"};
    pattern.variations = {"a timer"};
    pattern.examples = {"nginx", "redis"};
    pattern.members = {*core::LearningId::parse("019b0000-0000-7000-8000-00000000000c")};
    pattern.occurrenceCount = 5;
    pattern.successRate = 0.8;
    pattern.version = 2;
    pattern.previousVersion = core::LearningId::parse("019b0000-0000-7000-8000-00000000000d");
  }
  return learning;
}

}  // namespace learnd::tests
