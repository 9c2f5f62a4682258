#include "services/import_line.hpp"

#include "core/code_points.hpp"
#include "json/metadata.hpp"
#include "services/learning_rules.hpp"

#include <utility>

namespace learnd::services {

namespace {

/// Only who may change others' learnings may say who made a learning and how it did.
core::Result<void> checkRights(const json::ImportLine& line, const core::Caller& caller, const core::AccessPolicy& access) {
  if (access.isAdministrator(caller)) return {};
  const char* field = line.hasCreatedBy    ? "created_by"
                      : line.hasCounts     ? "occurrences"
                      : line.hasValueScore ? "value_score"
                      : line.hasProfile    ? "profile"
                                           : nullptr;
  if (!field) return {};
  return core::Error::invalidField(field, "only root, the daemon's own user and the admin group may import this field: leave it out");
}

void completeOutcome(core::Learning& learning) {
  if (learning.kind == core::Kind::Failure) {
    if (core::isBlankText(learning.solution)) learning.solution.clear();
    learning.outcome = learning.solution.empty() ? core::Outcome::Open : core::Outcome::Resolved;
  } else if (learning.kind == core::Kind::Interaction && learning.outcome == core::Outcome::None) {
    learning.outcome = core::Outcome::Unknown;
  }
}

/// A factor that is wrong falls back to its absent value and is marked.
void markFallbacks(core::Learning& learning, const std::vector<std::string>& wrong) {
  for (const std::string& name : wrong) {
    core::ValueBreakdown& breakdown = learning.breakdown;
    if (name == "lines_of_code" || name == "files_modified" || name == "solution_steps" || name == "time_minutes") {
      breakdown.complexity.fallback = true;
    } else if (name == "is_generic" || name == "scope" || name == "uses_standard_tools") {
      breakdown.reusability.fallback = true;
    } else if (name == "is_novel") {
      breakdown.novelty.fallback = true;
    } else if (name == "user_confirmed" || name == "confirmation" || name == "feedback_text") {
      breakdown.confirmation.fallback = true;
    } else if (name == "severity" || name == "blocks_work" || name == "users_affected") {
      breakdown.impact.fallback = true;
    }
    // A name that no factor has stands for nothing.
  }
}

/// An imported value is kept; a line without a profile is marked so.
core::Result<void> completeScore(json::ImportLine& line, const ServiceRules& rules) {
  core::Learning& learning = line.learning;
  if (line.hasValueScore) {
    if (!line.hasProfile) learning.profile = "imported";
    if (!line.hasWeightSet) learning.weightSet = rules.scoring.weightSet;
    return {};
  }
  if (!line.hasProfile) learning.profile = rules.scoring.profile;
  if (!line.hasWeightSet) learning.weightSet = rules.scoring.weightSet;
  if (auto valid = core::validateFactors(learning.factors, learning.profile); !valid) {
    // Names and types were right, a number or word was not: that one goes, the rest stays.
    const std::string name = valid.error().field().substr(valid.error().field().find('.') + 1);
    line.wrongFactors.push_back(name);
    auto cleaned = json::withoutFactor(learning.factors, name);
    if (cleaned == learning.factors) return valid.error();
    learning.factors = std::move(cleaned);
    return completeScore(line, rules);
  }
  auto scored = scoreLearning(learning, Novelty{}, rules);
  if (!scored) return scored.error();
  markFallbacks(learning, line.wrongFactors);
  return {};
}

}  // namespace

core::Result<json::ImportLine> prepareImportLine(const std::string& text, const core::Caller& caller, const core::AccessPolicy& access,
                                                 const ServiceRules& rules, core::Timestamp now) {
  auto decoded = json::decodeImportLine(text);
  if (!decoded) return decoded.error();
  json::ImportLine line = std::move(*decoded);
  if (auto may = checkRights(line, caller, access); !may) return may.error();
  core::Learning& learning = line.learning;
  if (learning.category.empty()) learning.category = std::string(core::defaultCategory(learning.kind));
  if (auto fits = checkCategory(learning.category); !fits) return fits.error();
  if (rules.redactSecrets) {
    redactTexts(learning);
    auto parsed = json::parse(learning.metadata);
    if (!parsed) return parsed.error();
    auto metadata = json::makeMetadata(*parsed, "metadata", true);
    if (!metadata) return metadata.error();
    learning.metadata = std::move(*metadata);
  }
  completeOutcome(learning);
  if (auto scored = completeScore(line, rules); !scored) return scored.error();
  if (!line.hasTimestamp) learning.timestamp = now;
  if (!line.hasUpdated) learning.updated = line.hasTimestamp ? learning.timestamp : now;
  if (!line.hasCreatedBy) learning.createdBy = caller.uid;
  if (!line.hasCreatedOn) learning.createdOn = access.host();
  learning.promoted = core::isPromoted(learning);
  learning.revision = 0;
  return line;
}

}  // namespace learnd::services
