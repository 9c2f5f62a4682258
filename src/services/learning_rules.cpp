#include "services/learning_rules.hpp"

#include "core/redaction.hpp"
#include "json/metadata.hpp"

#include <algorithm>
#include <utility>

namespace learnd::services {

namespace {

constexpr std::string_view kImportedProfile = "imported";

bool isLowerOrDigit(char sign) { return (sign >= 'a' && sign <= 'z') || (sign >= '0' && sign <= '9'); }

void redactInPlace(std::string& text) {
  if (!text.empty()) text = core::redact(text);
}

void redactAll(std::vector<std::string>& texts) {
  for (std::string& text : texts) redactInPlace(text);
}

template <class T>
void take(std::optional<T>& kept, const std::optional<T>& given) {
  if (given) kept = given;
}

ports::IndexChange moreOf(ports::IndexChange a, ports::IndexChange b) { return std::max(a, b); }

core::DerivedFactors derive(const core::Learning& learning, const std::optional<Novelty>& novelty, const ServiceRules& rules) {
  core::DerivedFactors derived = core::deriveFactors(learning, json::severityOf(learning.metadata));
  if (!novelty) return derived;
  const bool similar = novelty->bestSimilarity && *novelty->bestSimilarity > rules.scoring.numbers.noveltySimilarity;
  derived.isNovel = !(novelty->equalKey || similar);
  derived.earlierLearnings = novelty->earlierLearnings || novelty->equalKey;
  derived.bestSimilarity = novelty->equalKey ? std::optional<double>(1.0) : novelty->bestSimilarity;
  return derived;
}

/// Whether it was new was found out when it came, by the same rules: nobody can tell afterwards.
bool keepsNovelty(const core::Learning& learning, std::string_view profile) {
  return learning.breakdown.novelty.derived && learning.profile == profile;
}

std::string profileOf(const core::Learning& learning, const ServiceRules& rules) {
  return learning.profile.empty() || learning.profile == kImportedProfile ? rules.scoring.profile : learning.profile;
}

}  // namespace

core::Result<void> checkCategory(const std::string& category) {
  constexpr std::size_t kLongest = 63;
  const bool fits = !category.empty() && category.size() <= kLongest && isLowerOrDigit(category.front()) &&
                    std::all_of(category.begin(), category.end(), [](char sign) { return isLowerOrDigit(sign) || sign == '-'; });
  if (fits) return {};
  return core::Error::invalidField(
      "category", "a category has 1 to 63 lower-case letters, digits and '-', and begins with a letter or digit: \"error-solutions\"");
}

void redactTexts(core::Learning& learning) {
  for (std::string* text : {&learning.query, &learning.solution, &learning.attemptedSolution, &learning.rootCause, &learning.source,
                            &learning.pattern.name, &learning.pattern.patternType, &learning.createdOn}) {
    redactInPlace(*text);
  }
  for (auto& used : learning.interaction.contextUsed) redactInPlace(used.text);
  redactAll(learning.pattern.keywords);
  redactAll(learning.pattern.prerequisites);
  redactAll(learning.pattern.variations);
  redactAll(learning.pattern.examples);
  if (learning.factors.feedbackText) redactInPlace(*learning.factors.feedbackText);
}

core::Result<void> scoreLearning(core::Learning& learning, const std::optional<Novelty>& novelty, const ServiceRules& rules) {
  const std::string profile = profileOf(learning, rules);
  const std::string weightSet = learning.weightSet.empty() ? rules.scoring.weightSet : learning.weightSet;
  const core::DerivedFactors derived = derive(learning, novelty, rules);
  auto scored = core::scoreValue(learning.factors, &derived, profile, weightSet, rules.scoring);
  if (!scored) return scored.error();
  if (!novelty && keepsNovelty(learning, profile)) {
    const double weight = scored->breakdown.novelty.weight;
    scored->breakdown.novelty = learning.breakdown.novelty;
    scored->breakdown.novelty.weight = weight;
    scored->value = core::weightedSum(scored->breakdown);
  }
  learning.valueScore = scored->value;
  learning.breakdown = scored->breakdown;
  learning.profile = scored->profile;
  learning.weightSet = scored->weightSet;
  return {};
}

core::Result<void> scoreAgain(ports::RecordTransaction& transaction, core::Learning& learning, const ServiceRules& rules) {
  if (keepsNovelty(learning, profileOf(learning, rules))) return scoreLearning(learning, std::nullopt, rules);
  Novelty novelty;
  auto equal = transaction.hasKey(core::keyOf(learning), learning.id);
  if (!equal) return equal.error();
  novelty.equalKey = *equal;
  auto any = transaction.hasAny();
  if (!any) return any.error();
  novelty.earlierLearnings = *any;
  return scoreLearning(learning, novelty, rules);
}

void mergeFactors(core::Factors& kept, const core::Factors& given) {
  take(kept.linesOfCode, given.linesOfCode);
  take(kept.filesModified, given.filesModified);
  take(kept.solutionSteps, given.solutionSteps);
  take(kept.timeMinutes, given.timeMinutes);
  take(kept.isGeneric, given.isGeneric);
  take(kept.isNovel, given.isNovel);
  take(kept.usesStandardTools, given.usesStandardTools);
  take(kept.userConfirmed, given.userConfirmed);
  take(kept.blocksWork, given.blocksWork);
  take(kept.usersAffected, given.usersAffected);
  take(kept.severity, given.severity);
  take(kept.scope, given.scope);
  take(kept.confirmation, given.confirmation);
  take(kept.feedbackText, given.feedbackText);
}

core::Result<core::Learning> writeChanged(ports::RecordTransaction& transaction, const core::Learning& before, core::Learning after,
                                          ports::IndexChange change, core::Timestamp now) {
  after.updated = now;
  after.promoted = core::isPromoted(after);
  if (after.promoted != before.promoted) change = moreOf(change, ports::IndexChange::Attributes);
  if (after.breakdown != before.breakdown || after.profile != before.profile || after.weightSet != before.weightSet) {
    auto kept = transaction.addScoreHistory(before, now);
    if (!kept) return kept.error();
  }
  auto written = transaction.update(after, change);
  if (!written) return written.error();
  auto stored = transaction.load(after.id);
  if (!stored) return stored.error();
  if (!*stored) return core::Error(core::ErrorKind::Internal, "a learning that was just written is not there");
  return std::move(**stored);
}

core::Result<core::Learning> countRepeat(ports::RecordTransaction& transaction, core::Learning kept, const core::Learning& again,
                                         const ServiceRules& rules, core::Timestamp now) {
  core::Learning after = kept;
  auto change = ports::IndexChange::None;
  after.occurrences += 1;
  after.metadata = json::addMissingKeys(kept.metadata, again.metadata);
  // What somebody stores again is of use again: nothing active says it.
  after.status = core::Status::Active;
  if (again.important) after.important = true;
  if (after.metadata != kept.metadata || after.status != kept.status || after.important != kept.important) {
    change = ports::IndexChange::Attributes;
  }
  if (!again.factors.empty()) {
    mergeFactors(after.factors, again.factors);
    auto scored = scoreAgain(transaction, after, rules);
    if (!scored) return scored.error();
  }
  return writeChanged(transaction, kept, std::move(after), change, now);
}

core::Result<core::Learning> resolveFailure(ports::RecordTransaction& transaction, core::Learning open, const core::Learning& fix,
                                            const ServiceRules& rules, core::Timestamp now) {
  core::Learning after = open;
  after.solution = fix.solution;
  after.outcome = core::Outcome::Resolved;
  if (!fix.attemptedSolution.empty()) after.attemptedSolution = fix.attemptedSolution;
  if (!fix.rootCause.empty()) after.rootCause = fix.rootCause;
  after.metadata = json::addMissingKeys(open.metadata, fix.metadata);
  if (fix.important) after.important = true;
  mergeFactors(after.factors, fix.factors);
  auto scored = scoreAgain(transaction, after, rules);
  if (!scored) return scored.error();
  return writeChanged(transaction, open, std::move(after), ports::IndexChange::Text, now);
}

void estimateTokensSaved(core::Learning& interaction, const ServiceRules& rules) {
  auto& details = interaction.interaction;
  const auto hasText = [](const core::ContextUsed& used) { return !used.text.empty(); };
  if (std::none_of(details.contextUsed.begin(), details.contextUsed.end(), hasText)) {
    details.tokensSaved = 0;
    details.tokensSavedEstimated = false;
    return;
  }
  const std::uint64_t sent = details.tokens.input ? *details.tokens.input : rules.tokensWithContext;
  details.tokensSaved = rules.tokensBaseline > sent ? rules.tokensBaseline - sent : 0;
  details.tokensSavedEstimated = true;
}

}  // namespace learnd::services
