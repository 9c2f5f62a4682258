#include "services/learning_service.hpp"

#include "core/code_points.hpp"
#include "core/learning_size.hpp"
#include "core/limits.hpp"
#include "core/normalised_key.hpp"
#include "core/redaction.hpp"
#include "json/learning_codec.hpp"
#include "json/metadata.hpp"
#include "json/text_check.hpp"
#include "services/indexer.hpp"
#include "services/learning_rules.hpp"
#include "services/list_cursor.hpp"
#include "support/timeout.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace learnd::services {

namespace {

core::Error notFound(const core::LearningId& id) { return core::Error(core::ErrorKind::NotFound, "there is no learning " + id.text()); }

bool touchesOnlyPatternFields(const PatchRequest& patch) {
  return !patch.query && !patch.solution && !patch.attemptedSolution && !patch.rootCause && !patch.category && !patch.outcome &&
         !patch.status && !patch.factors && patch.removedFactors.empty() && !patch.important && !patch.metadata;
}

/// A fix for an open failure, with nothing in it that would replace what its creator said.
bool touchesOnlyAFix(const core::Learning& open, const PatchRequest& patch) {
  const auto adds = [](const std::optional<std::string>& given, const std::string& there) {
    return !given || there.empty() || *given == there;
  };
  if (!adds(patch.attemptedSolution, open.attemptedSolution) || !adds(patch.rootCause, open.rootCause)) return false;
  return patch.solution && !core::isBlankText(*patch.solution) && !patch.query && !patch.category && !patch.status && !patch.factors &&
         patch.removedFactors.empty() && !patch.important && !patch.metadata && !patch.name && !patch.patternType && !patch.keywords &&
         !patch.prerequisites && !patch.variations && !patch.examples && (!patch.outcome || *patch.outcome == core::Outcome::Resolved);
}

core::Result<void> checkRight(const core::Learning& learning, const PatchRequest& patch, const core::Caller& caller,
                              const core::AccessPolicy& access) {
  if (access.mayChange(caller, learning)) return {};
  if (learning.kind == core::Kind::Pattern && touchesOnlyPatternFields(patch)) return {};
  if (learning.kind == core::Kind::Failure && learning.outcome == core::Outcome::Open && touchesOnlyAFix(learning, patch)) return {};
  return core::Error(core::ErrorKind::PermissionDenied,
                     "this learning is another user's: its creator, root or a member of the admin group may change it; store your own "
                     "solution instead");
}

core::Result<void> patchOutcome(core::Learning& after, const core::Learning& before, const PatchRequest& patch) {
  if (after.kind == core::Kind::Failure) {
    const bool solved = !after.solution.empty();
    if (patch.outcome && *patch.outcome != core::Outcome::Open && *patch.outcome != core::Outcome::Resolved) {
      return core::Error::invalidField("outcome", "a failure is \"open\" or \"resolved\"");
    }
    if (patch.outcome == core::Outcome::Resolved && !solved) {
      return core::Error::invalidField("outcome", "a failure without a solution can't be resolved: give a solution too");
    }
    if (patch.outcome == core::Outcome::Open && solved) {
      return core::Error::invalidField("outcome", "a failure with a solution is resolved: take the solution away (null) to open it again");
    }
    if (before.solution != after.solution) after.outcome = solved ? core::Outcome::Resolved : core::Outcome::Open;
    return {};
  }
  if (!patch.outcome) return {};
  const bool fits = *patch.outcome == core::Outcome::Success || *patch.outcome == core::Outcome::Failure ||
                    *patch.outcome == core::Outcome::Partial || *patch.outcome == core::Outcome::Unknown;
  if (after.kind != core::Kind::Interaction)
    return core::Error::invalidField("outcome", "a " + std::string(core::nameOf(after.kind)) + " has no outcome");
  if (!fits)
    return core::Error::invalidField("outcome", "an interaction's outcome is \"success\", \"failure\", \"partial\" or \"unknown\"");
  after.outcome = *patch.outcome;
  return {};
}

core::Result<void> patchPattern(core::Learning& after, const PatchRequest& patch) {
  if (after.kind != core::Kind::Pattern) {
    const char* field = patch.name            ? "name"
                        : patch.patternType   ? "pattern_type"
                        : patch.keywords      ? "keywords"
                        : patch.prerequisites ? "prerequisites"
                        : patch.variations    ? "variations"
                        : patch.examples      ? "examples"
                                              : nullptr;
    if (field) return core::Error::invalidField(field, "only patterns have this field");
    return {};
  }
  if (patch.name) after.pattern.name = *patch.name;
  if (patch.patternType) after.pattern.patternType = *patch.patternType;
  if (patch.keywords) after.pattern.keywords = *patch.keywords;
  if (patch.prerequisites) after.pattern.prerequisites = *patch.prerequisites;
  if (patch.variations) after.pattern.variations = *patch.variations;
  if (patch.examples) after.pattern.examples = *patch.examples;
  return {};
}

/// Refuses a field that this learning's kind has not, or a text longer than its kind may have.
core::Result<void> checkTexts(const core::Learning& after, const PatchRequest& patch) {
  const std::string kind(core::nameOf(after.kind));
  const bool isInteraction = after.kind == core::Kind::Interaction;
  if (patch.solution && patch.solutionIsResponse != isInteraction) {
    const bool isResponse = patch.solutionIsResponse;
    return core::Error::invalidField(isResponse ? "response" : "solution",
                                     "a " + kind + " has no such field: its answer is its " + (isResponse ? "solution" : "response"));
  }
  if (after.kind != core::Kind::Failure) {
    const char* field = patch.attemptedSolution ? "attempted_solution" : patch.rootCause ? "root_cause" : nullptr;
    if (field) return core::Error::invalidField(field, "only failures have this field");
    if (patch.query && patch.query->size() > core::kMaxQuery) return json::tooLong("query", core::kMaxQuery);
  }
  return {};
}

void patchFactors(core::Learning& after, const PatchRequest& patch) {
  for (const std::string& name : patch.removedFactors) after.factors = json::withoutFactor(std::move(after.factors), name);
  if (patch.factors) mergeFactors(after.factors, *patch.factors);
}

/// The learning as the patch leaves it, all of it checked.
core::Result<core::Learning> applyPatch(ports::RecordTransaction& transaction, const core::Learning& before, const PatchRequest& patch,
                                        const ServiceRules& rules) {
  core::Learning after = before;
  if (patch.query) after.query = *patch.query;
  if (patch.solution) after.solution = *patch.solution;
  if (after.kind == core::Kind::Failure && core::isBlankText(after.solution)) after.solution.clear();
  if (patch.attemptedSolution) after.attemptedSolution = *patch.attemptedSolution;
  if (patch.rootCause) after.rootCause = *patch.rootCause;
  if (patch.category) after.category = *patch.category;
  if (patch.status) after.status = *patch.status;
  if (patch.important) after.important = *patch.important;
  if (auto fits = checkTexts(after, patch); !fits) return fits.error();
  if (auto fits = checkCategory(after.category); !fits) return fits.error();
  if (auto fits = patchPattern(after, patch); !fits) return fits.error();
  if (rules.redactSecrets) redactTexts(after);
  if (core::isBlankText(after.query)) return core::Error::invalidField("query", "it must say something");
  if (core::isBlankText(after.solution)) after.solution.clear();
  if (after.solution.empty() && after.kind != core::Kind::Failure) {
    return core::Error::invalidField(after.kind == core::Kind::Interaction ? "response" : "solution", "it must say something");
  }
  if (auto fits = patchOutcome(after, before, patch); !fits) return fits.error();
  if (patch.metadata) {
    auto metadata = json::patchMetadata(before.metadata, *patch.metadata, "metadata", rules.redactSecrets);
    if (!metadata) return metadata.error();
    after.metadata = std::move(*metadata);
  }
  if (patch.factors || !patch.removedFactors.empty()) {
    patchFactors(after, patch);
    if (after.profile == "imported") after.profile = rules.scoring.profile;
    if (auto valid = core::validateFactors(after.factors, after.profile); !valid) return valid.error();
    if (auto scored = scoreAgain(transaction, after, rules); !scored) return scored.error();
  }
  return after;
}

ports::IndexChange changeBetween(const core::Learning& before, const core::Learning& after) {
  if (before.query != after.query || before.solution != after.solution) return ports::IndexChange::Text;
  if (before.category != after.category || before.status != after.status || before.outcome != after.outcome ||
      before.important != after.important || before.metadata != after.metadata) {
    return ports::IndexChange::Attributes;
  }
  return ports::IndexChange::None;
}

/// Another learning that is what this one would become.
core::Result<void> refuseTwin(ports::RecordTransaction& transaction, const core::Learning& before, const core::Learning& after) {
  if (after.kind == core::Kind::Interaction) return {};
  if (before.query == after.query && before.solution == after.solution && before.category == after.category) return {};
  auto same = transaction.findSame(after);
  if (!same) return same.error();
  if (!*same || (*same)->id == after.id) return {};
  return core::Error(core::ErrorKind::Conflict, "another learning has this text already: edit or delete that one")
      .withId((*same)->id.text());
}

void countFeedback(core::Learning& learning, core::Outcome outcome) {
  switch (outcome) {
    case core::Outcome::Success:
      ++learning.successes;
      break;
    case core::Outcome::Failure:
      ++learning.failures;
      break;
    default:
      break;
  }
  // A partial success takes nothing back from a success.
  if (outcome != core::Outcome::Partial || learning.latestFeedback != core::Outcome::Success) learning.latestFeedback = outcome;
  if (learning.kind == core::Kind::Interaction) learning.outcome = outcome;
}

struct ChangeWork {
  core::LearningId id;
  core::Caller caller;
  PatchRequest patch;
  FeedbackRequest feedback;
  core::Timestamp now;
  core::Learning before;
  core::Learning after;
};

core::Result<core::Learning> loadOne(ports::RecordTransaction& transaction, const core::LearningId& id) {
  auto found = transaction.load(id);
  if (!found) return found.error();
  if (!*found) return notFound(id);
  return std::move(**found);
}

core::Result<void> patchOnce(ports::RecordTransaction& transaction, ChangeWork& work, const ServiceContext& context) {
  auto before = loadOne(transaction, work.id);
  if (!before) return before.error();
  if (auto may = checkRight(*before, work.patch, work.caller, context.access); !may) return may.error();
  auto after = applyPatch(transaction, *before, work.patch, context.rules);
  if (!after) return after.error();
  if (auto alone = refuseTwin(transaction, *before, *after); !alone) return alone.error();
  work.before = *before;
  const auto change = changeBetween(*before, *after);
  auto written = writeChanged(transaction, *before, std::move(*after), change, work.now);
  if (!written) return written.error();
  work.after = std::move(*written);
  return {};
}

core::Result<void> feedbackOnce(ports::RecordTransaction& transaction, ChangeWork& work, const ServiceContext& context) {
  auto before = loadOne(transaction, work.id);
  if (!before) return before.error();
  core::Learning after = *before;
  countFeedback(after, work.feedback.outcome);
  if (after.profile != "imported") {
    if (auto scored = scoreAgain(transaction, after, context.rules); !scored) return scored.error();
  }
  const std::string note = context.rules.redactSecrets ? core::redact(work.feedback.note) : work.feedback.note;
  auto noted = transaction.addFeedback({work.id, work.now, work.feedback.outcome, note, work.caller.uid});
  if (!noted) return noted.error();
  work.before = *before;
  const auto change = before->outcome != after.outcome ? ports::IndexChange::Attributes : ports::IndexChange::None;
  auto written = writeChanged(transaction, *before, std::move(after), change, work.now);
  if (!written) return written.error();
  work.after = std::move(*written);
  return {};
}

/// A page of a list ends at about so many bytes, however many rows were asked for.
constexpr std::size_t kMostListed = 8 * 1024 * 1024;
/// Rows that are read at once: with each as long as may be they are some tens of megabytes.
constexpr std::size_t kListedAtOnce = 64;

ports::PagePlace placeOf(const core::Learning& learning) { return {learning.timestamp, learning.valueScore, learning.id}; }

/// Moves over what there is room for, one at least; whether that was all.
bool takeInto(std::vector<core::Learning>& page, std::vector<core::Learning> read, std::size_t& room) {
  for (core::Learning& learning : read) {
    const std::size_t size = core::approximateSize(learning);
    if (size > room && !page.empty()) return false;
    room -= std::min(size, room);
    page.push_back(std::move(learning));
  }
  return true;
}

}  // namespace

ports::Task<core::Learning> LearningService::load(core::LearningId id) {
  std::vector<core::LearningId> ids{id};
  auto found = co_await context_.records.load(std::move(ids));
  if (!found) co_return found.error();
  if (found->empty()) co_return notFound(id);
  co_return std::move(found->front());
}

ports::Task<ListAnswer> LearningService::list(ListRequest request) {
  std::optional<ports::PagePlace> after;
  if (!request.cursor.empty()) {
    auto place = readCursor(request.cursor, request.filter, request.order);
    if (!place) co_return place.error();
    after = *place;
  }
  ListAnswer answer;
  std::size_t room = kMostListed;
  bool goesOn = true;
  while (goesOn) {
    const std::size_t rows = std::min(kListedAtOnce, request.limit - answer.learnings.size());
    auto page = co_await context_.records.list(request.filter, request.order, after, rows);
    if (!page) co_return page.error();
    const bool all = takeInto(answer.learnings, std::move(page->learnings), room);
    after = all ? page->next : placeOf(answer.learnings.back());
    goesOn = all && after && answer.learnings.size() < request.limit;
  }
  if (after) answer.nextCursor = writeCursor(*after, request.filter, request.order);
  co_return answer;
}

ports::Task<void> LearningService::followUp(core::Learning before, core::Learning after) {
  if (before.revision == after.revision) co_return ports::Result<void>();
  // Among interactions that share an entry another one may have it now, by the outbox.
  if (after.kind == core::Kind::Interaction) indexer_.wake();
  if (after.status != core::Status::Active || !after.ownsIndexEntry) co_return co_await indexer_.drop(after.id);
  auto taken = co_await indexer_.refresh(std::move(after));
  if (!taken) co_return taken.error();
  co_return ports::Result<void>();
}

ports::Task<core::Learning> LearningService::patch(core::LearningId id, PatchRequest request, core::Caller caller) {
  if (request.category) {
    auto admitted = co_await indexer_.admit(*request.category);
    if (!admitted) co_return admitted.error();
  }
  // Here and not in the transaction: while that runs everybody who stores waits.
  if (request.metadata && json::write(*request.metadata).size() > 2 * core::kMaxMetadata) {
    co_return core::Error::tooLarge("metadata", "a patch of metadata is longer than 131072 bytes (128 KiB): all of it may have 64 KiB");
  }
  auto work = std::make_shared<ChangeWork>();
  work->id = id;
  work->patch = std::move(request);
  work->caller = std::move(caller);
  work->now = context_.clock.now();
  const ServiceContext* context = &context_;
  ports::RecordWork transaction = [work, context](ports::RecordTransaction& inside) { return patchOnce(inside, *work, *context); };
  auto written = co_await context_.records.write(std::move(transaction));
  if (!written) co_return written.error();
  co_return co_await finish(work->before, work->after);
}

ports::Task<core::Learning> LearningService::feedback(FeedbackRequest request, core::Caller caller) {
  auto work = std::make_shared<ChangeWork>();
  work->id = request.id;
  work->feedback = std::move(request);
  work->caller = std::move(caller);
  work->now = context_.clock.now();
  const ServiceContext* context = &context_;
  ports::RecordWork transaction = [work, context](ports::RecordTransaction& inside) { return feedbackOnce(inside, *work, *context); };
  auto written = co_await context_.records.write(std::move(transaction));
  if (!written) co_return written.error();
  co_return co_await finish(work->before, work->after);
}

ports::Task<core::Learning> LearningService::finish(core::Learning before, core::Learning after) {
  core::Learning answer = after;
  // What is durable is answered so; the outbox brings the index up to it where that fails now.
  auto following = followUp(std::move(before), std::move(after));
  auto followed = co_await support::withTimeout(std::move(following), core::kIndexingWait);
  if (followed) {
    auto now = co_await load(answer.id);
    if (now) answer = std::move(*now);
  }
  co_return answer;
}

ports::Task<void> LearningService::erase(core::LearningId id, core::Caller caller) {
  auto work = std::make_shared<ChangeWork>();
  work->id = id;
  work->caller = std::move(caller);
  const ServiceContext* context = &context_;
  ports::RecordWork transaction = [work, context](ports::RecordTransaction& inside) -> core::Result<void> {
    auto found = loadOne(inside, work->id);
    if (!found) return found.error();
    if (!context->access.mayChange(work->caller, *found)) {
      return core::Error(core::ErrorKind::PermissionDenied,
                         "this learning is another user's: its creator, root or a member of the admin group may delete it");
    }
    return inside.erase(work->id);
  };
  auto written = co_await context_.records.write(std::move(transaction));
  if (!written) co_return written.error();
  if (context_.events.propertiesChanged) context_.events.propertiesChanged();
  auto dropping = indexer_.drop(id);
  (void)co_await support::withTimeout(std::move(dropping), core::kIndexingWait);
  co_return ports::Result<void>();
}

}  // namespace learnd::services
