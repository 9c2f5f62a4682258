#pragma once

#include "core/learning.hpp"
#include "core/result.hpp"
#include "ports/record_store.hpp"
#include "services/service_context.hpp"

#include <optional>
#include <string>

namespace learnd::services {

/// What the doors' stores, the import and edits have in common.

/// `[a-z0-9][a-z0-9-]{0,62}`, else an error of field "category".
core::Result<void> checkCategory(const std::string& category);

/// Takes secrets out of every text but the metadata (json::makeMetadata's work).
void redactTexts(core::Learning& learning);

/// What is known of a learning's novelty before it is stored.
struct Novelty {
  std::optional<double> bestSimilarity;  // the best score of an earlier learning; nothing: nobody could ask
  bool equalKey = false;                 // an earlier learning has this key
  bool earlierLearnings = false;         // there is one at all
};

/// Scores by what was given and what can be derived; `novelty` is nothing where the learning is scored again (its derived novelty stays).
core::Result<void> scoreLearning(core::Learning& learning, const std::optional<Novelty>& novelty, const ServiceRules& rules);

/// Scores a stored learning again. Its derived novelty stays; where it has none of this profile, equal keys tell.
core::Result<void> scoreAgain(ports::RecordTransaction& transaction, core::Learning& learning, const ServiceRules& rules);

/// Members of `given` replace those of `kept`.
void mergeFactors(core::Factors& kept, const core::Factors& given);

/// `again` was stored before as `kept`: counts it, adds what is new, writes it. The learning as it is then.
core::Result<core::Learning> countRepeat(ports::RecordTransaction& transaction, core::Learning kept, const core::Learning& again,
                                         const ServiceRules& rules, core::Timestamp now);

/// `fix` resolves the open failure `open`: takes its texts over, scores it again, writes it. The learning as it is then.
core::Result<core::Learning> resolveFailure(ports::RecordTransaction& transaction, core::Learning open, const core::Learning& fix,
                                            const ServiceRules& rules, core::Timestamp now);

/// Tokens that an interaction saved which nobody counted for it: with context the baseline less what was sent, else nothing.
void estimateTokensSaved(core::Learning& interaction, const ServiceRules& rules);

/// A learning in what an update left it: rescored into its history where the value changed, promoted or not, written.
core::Result<core::Learning> writeChanged(ports::RecordTransaction& transaction, const core::Learning& before, core::Learning after,
                                          ports::IndexChange change, core::Timestamp now);

}  // namespace learnd::services
