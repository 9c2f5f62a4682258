#include "services/store_service.hpp"

#include "core/code_points.hpp"
#include "core/limits.hpp"
#include "core/redaction.hpp"
#include "json/learning_codec.hpp"
#include "json/metadata.hpp"
#include "services/index_entry.hpp"
#include "services/indexer.hpp"
#include "services/learning_rules.hpp"
#include "support/timeout.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace learnd::services {

namespace {

/// What a store's transaction works with and leaves behind; shared, since the work may outlive a caller that ran out of time.
struct StoreWork {
  core::Learning learning;
  Novelty novelty;
  std::uint32_t uid = 0;
  std::optional<std::string> idempotencyKey;
  std::array<std::uint8_t, 32> bodyDigest{};
  const ServiceRules* rules = nullptr;
  core::Timestamp now;
  StoreAnswer answer;
  bool isNews = false;  // a new learning, or a failure that is resolved now
  bool indexChanged = false;
};

/// The first answer to the same idempotency key, if there was one. True: the work is done.
core::Result<bool> recallFirstAnswer(ports::RecordTransaction& transaction, StoreWork& work) {
  if (!work.idempotencyKey) return false;
  auto first = transaction.recall(work.uid, *work.idempotencyKey, work.now - core::kIdempotencyLife);
  if (!first) return first.error();
  if (!*first) return false;
  const ports::RememberedAnswer& kept = **first;
  if (kept.bodyDigest != work.bodyDigest) {
    return core::Error(core::ErrorKind::Conflict, "this idempotency key was used with another request: use a new key for a new request")
        .withField("idempotency_key")
        .withId(kept.id.text());
  }
  auto parsed = json::parse(kept.learning);
  if (!parsed) return parsed.error();
  auto learning = json::decodeLearning(*parsed);
  if (!learning) return learning.error();
  // Its vector came behind the first answer's transaction: whether it is there is the record's to say.
  auto stored = transaction.load(kept.id);
  if (!stored) return stored.error();
  if (*stored) learning->indexed = (*stored)->indexed;
  work.answer = StoreAnswer{std::move(*learning), kept.created, kept.duplicate};
  return true;
}

core::Result<void> rememberAnswer(ports::RecordTransaction& transaction, const StoreWork& work) {
  if (!work.idempotencyKey) return {};
  ports::RememberedAnswer answer;
  answer.bodyDigest = work.bodyDigest;
  answer.id = work.answer.learning.id;
  answer.created = work.answer.created;
  answer.duplicate = work.answer.duplicate;
  answer.learning = json::writeLearning(work.answer.learning, json::IndexedMember::Include);
  return transaction.remember(work.uid, *work.idempotencyKey, work.now, answer);
}

/// An open failure that this fix meets.
core::Result<std::optional<core::Learning>> findOpen(ports::RecordTransaction& transaction, const core::Learning& learning) {
  if (learning.kind != core::Kind::Failure || learning.solution.empty()) return std::optional<core::Learning>();
  return transaction.findOpenFailure(core::keyOf(learning));
}

core::Result<void> insertNew(ports::RecordTransaction& transaction, StoreWork& work) {
  auto equal = transaction.hasKey(core::keyOf(work.learning), work.learning.id);
  if (!equal) return equal.error();
  work.novelty.equalKey = *equal;
  if (!work.novelty.earlierLearnings) {
    auto any = transaction.hasAny();
    if (!any) return any.error();
    work.novelty.earlierLearnings = *any;
  }
  auto scored = scoreLearning(work.learning, work.novelty, *work.rules);
  if (!scored) return scored.error();
  work.learning.promoted = core::isPromoted(work.learning);
  auto inserted = transaction.insert(work.learning);
  if (!inserted) return inserted.error();
  work.learning.revision = 1;
  // Whether an interaction has an entry of its own in the index is the record store's to say.
  if (work.learning.kind == core::Kind::Interaction) {
    auto stored = transaction.load(work.learning.id);
    if (!stored) return stored.error();
    if (!*stored) return core::Error(core::ErrorKind::Internal, "a learning that was just stored is not there");
    work.learning = std::move(**stored);
  }
  work.answer = StoreAnswer{work.learning, true, false};
  work.isNews = true;
  work.indexChanged = true;
  return {};
}

/// The rule of storing again: the first one counts it, an open failure is resolved by its fix, all else is new.
core::Result<void> storeOnce(ports::RecordTransaction& transaction, StoreWork& work) {
  auto done = recallFirstAnswer(transaction, work);
  if (!done) return done.error();
  if (*done) return {};
  auto open = findOpen(transaction, work.learning);
  if (!open) return open.error();
  std::optional<core::Learning> same;
  if (work.learning.kind != core::Kind::Interaction) {
    auto found = transaction.findSame(work.learning);
    if (!found) return found.error();
    same = std::move(*found);
  }
  if (same) {
    const auto revision = same->revision;
    auto counted = countRepeat(transaction, std::move(*same), work.learning, *work.rules, work.now);
    if (!counted) return counted.error();
    work.indexChanged = counted->revision != revision;
    work.answer = StoreAnswer{std::move(*counted), false, true};
    if (*open) {
      // Solved before it was asked again: the open one gives way to the learning that has this very fix.
      core::Learning answered = **open;
      answered.status = core::Status::Superseded;
      auto written = writeChanged(transaction, **open, std::move(answered), ports::IndexChange::Attributes, work.now);
      if (!written) return written.error();
    }
  } else if (*open) {
    auto resolved = resolveFailure(transaction, std::move(**open), work.learning, *work.rules, work.now);
    if (!resolved) return resolved.error();
    work.answer = StoreAnswer{std::move(*resolved), false, false};
    work.isNews = true;
    work.indexChanged = true;
  } else {
    auto inserted = insertNew(transaction, work);
    if (!inserted) return inserted.error();
  }
  return rememberAnswer(transaction, work);
}

/// Category, outcome and texts as they are stored.
core::Result<void> completeLearning(core::Learning& learning, const StoreRequest& request, const ServiceRules& rules) {
  if (learning.category.empty()) learning.category = std::string(core::defaultCategory(learning.kind));
  if (auto fits = checkCategory(learning.category); !fits) return fits.error();
  if (rules.redactSecrets) redactTexts(learning);
  if (core::isBlankText(learning.query)) {
    return core::Error::invalidField(learning.kind == core::Kind::Failure ? "error" : "query", "it must say something");
  }
  auto metadata = json::makeMetadata(request.metadata, "metadata", rules.redactSecrets);
  if (!metadata) return metadata.error();
  learning.metadata = std::move(*metadata);
  learning.profile = request.profile.value_or(rules.scoring.profile);
  learning.weightSet = rules.scoring.weightSet;
  if (auto valid = core::validateFactors(learning.factors, learning.profile); !valid) return valid.error();
  if (learning.kind == core::Kind::Failure) {
    learning.outcome = core::isBlankText(learning.solution) ? core::Outcome::Open : core::Outcome::Resolved;
    if (learning.outcome == core::Outcome::Open) learning.solution.clear();
  }
  if (learning.kind == core::Kind::Interaction && learning.outcome == core::Outcome::None) learning.outcome = core::Outcome::Unknown;
  if (learning.kind == core::Kind::Pattern && learning.pattern.origin.empty()) learning.pattern.origin = "manual";
  return {};
}

/// What a request asks to be stored, complete but for what the transaction finds out.
core::Result<std::shared_ptr<StoreWork>> makeWork(StoreRequest request, const core::Caller& caller, ServiceContext& context) {
  auto work = std::make_shared<StoreWork>();
  core::Learning& learning = work->learning;
  learning = std::move(request.learning);
  if (auto complete = completeLearning(learning, request, context.rules); !complete) return complete.error();
  work->uid = caller.uid;
  work->idempotencyKey = std::move(request.idempotencyKey);
  work->bodyDigest = request.bodyDigest;
  work->rules = &context.rules;
  work->now = context.clock.now();
  learning.id = context.ids.next(work->now);
  learning.timestamp = work->now;
  learning.updated = work->now;
  learning.createdBy = caller.uid;
  learning.createdOn = context.access.host();
  if (learning.kind == core::Kind::Interaction) estimateTokensSaved(learning, context.rules);
  return work;
}

}  // namespace

ports::Task<void> StoreService::resolveContext(core::Learning& learning) {
  std::vector<core::LearningId> ids;
  for (const auto& used : learning.interaction.contextUsed) {
    if (used.id && used.text.empty()) ids.push_back(*used.id);
  }
  if (ids.empty()) co_return ports::Result<void>();
  auto found = co_await context_.records.load(std::move(ids));
  if (!found) co_return found.error();
  for (auto& used : learning.interaction.contextUsed) {
    if (!used.id || !used.text.empty()) continue;
    const auto place = std::find_if(found->begin(), found->end(), [&](const core::Learning& one) { return one.id == *used.id; });
    if (place != found->end()) used.text = place->solution.empty() ? place->query : place->solution;
  }
  co_return ports::Result<void>();
}

ports::Task<Novelty> StoreService::findNovelty(const ports::Embedding& embedding, std::chrono::milliseconds time) {
  Novelty novelty;
  ports::IndexQuery query;
  query.vector = embedding.vector;
  query.candidates = 1;
  auto operation = context_.index.search(std::move(query));
  auto answer = co_await support::withTimeout(std::move(operation), time);
  if (!answer || answer->candidates.empty() || !calibration_.current()) co_return novelty;
  double best = 0;
  for (const auto& candidate : answer->candidates) {
    if (candidate.cosine) best = std::max(best, calibration_.current()->score(*candidate.cosine));
  }
  novelty.bestSimilarity = best;
  novelty.earlierLearnings = true;
  co_return novelty;
}

ports::Task<StoreAnswer> StoreService::store(StoreRequest request, core::Caller caller) {
  const auto deadline = std::chrono::steady_clock::now() + core::kIndexingWait;
  const auto left = [deadline] {
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return std::max(time, std::chrono::milliseconds(0));
  };
  auto resolved = co_await resolveContext(request.learning);
  if (!resolved) co_return resolved.error();
  auto made = makeWork(std::move(request), caller, context_);
  if (!made) co_return made.error();
  std::shared_ptr<StoreWork> work = std::move(*made);
  auto admitted = co_await indexer_.admit(work->learning.category);
  if (!admitted) co_return admitted.error();

  auto embedded = co_await indexer_.embed(embeddedText(work->learning), left());
  std::optional<ports::Embedding> embedding = embedded ? std::move(*embedded) : std::nullopt;
  if (embedding) {
    auto novelty = co_await findNovelty(*embedding, left());
    if (novelty) work->novelty = *novelty;
  }
  ports::RecordWork transaction = [work](ports::RecordTransaction& inside) { return storeOnce(inside, *work); };
  auto written = co_await context_.records.write(std::move(transaction));
  if (!written) co_return written.error();
  StoreAnswer answer = work->answer;
  if (work->isNews && context_.events.learningStored) context_.events.learningStored(answer.learning.id, answer.learning.kind);
  if (!work->indexChanged || !answer.learning.ownsIndexEntry) co_return answer;
  const bool isQuick = !embedding && context_.index.keepsVectorsInStore();
  auto operation = indexer_.take(answer.learning, std::move(embedding));
  // Where words alone go into memory there is nobody to wait for.
  if (!isQuick) operation = support::withTimeout(std::move(operation), left());
  auto taken = co_await std::move(operation);
  answer.learning.indexed = taken && *taken;
  co_return answer;
}

}  // namespace learnd::services
