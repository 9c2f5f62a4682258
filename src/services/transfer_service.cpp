#include "services/transfer_service.hpp"

#include "core/code_points.hpp"
#include "json/learning_codec.hpp"
#include "services/indexer.hpp"
#include "services/learning_rules.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace learnd::services {

namespace {

/// With each as long as may be they are some tens of megabytes.
constexpr std::size_t kExportPage = 64;

struct ImportWork {
  std::vector<ImportText> texts;
  std::vector<PreparedLine> prepared;
  std::vector<ImportRejection> malformed;  // found before the transaction
  ImportAnswer answer;
  std::vector<core::Learning> forIndex;
  bool earlierLearnings = false;
  core::Caller caller;
  core::Timestamp now;
};

ImportRejection rejection(std::uint64_t number, const core::Error& error) { return {number, error.field(), error.message()}; }

core::Result<void> prepareAll(ImportWork& work, ServiceContext& context) {
  for (const auto& text : work.texts) {
    if (core::isBlankText(text.text)) continue;
    auto line = prepareImportLine(text.text, work.caller, context.access, context.rules, work.now);
    if (!line) {
      work.malformed.push_back(rejection(text.number, line.error()));
      continue;
    }
    if (!line->hasId) line->learning.id = context.ids.next(work.now);
    const core::Key key = core::keyOf(line->learning);
    work.prepared.push_back({text.number, std::move(*line), key});
  }
  work.texts.clear();
  return {};
}

bool sameContent(const core::Learning& a, const core::Learning& b) {
  return a.kind == b.kind && a.category == b.category && a.query == b.query && a.solution == b.solution &&
         a.attemptedSolution == b.attemptedSolution && a.rootCause == b.rootCause && a.outcome == b.outcome && a.metadata == b.metadata;
}

/// Whether the line's id was there already; then it is counted as unchanged, or rejected.
core::Result<bool> meetsItsId(ports::RecordTransaction& transaction, const PreparedLine& one, ImportAnswer& answer) {
  if (!one.line.hasId) return false;
  auto there = transaction.load(one.line.learning.id);
  if (!there) return there.error();
  if (!*there) return false;
  if (sameContent(**there, one.line.learning)) {
    ++answer.unchanged;
  } else {
    answer.rejected.push_back({one.number, "id", "this id is another learning here: leave the id out, or edit the learning that has it"});
  }
  return true;
}

/// Scores by what is known inside the transaction too; the marks of wrong factors stay.
core::Result<void> scoreImported(ports::RecordTransaction& transaction, core::Learning& learning, const core::Key& key,
                                 bool earlierLearnings, const ServiceRules& rules) {
  Novelty novelty;
  novelty.earlierLearnings = earlierLearnings;
  auto equal = transaction.hasKey(key, learning.id);
  if (!equal) return equal.error();
  novelty.equalKey = *equal;
  const core::ValueBreakdown marked = learning.breakdown;
  if (auto scored = scoreLearning(learning, novelty, rules); !scored) return scored.error();
  core::ValueBreakdown& parts = learning.breakdown;
  parts.complexity.fallback = marked.complexity.fallback;
  parts.reusability.fallback = marked.reusability.fallback;
  parts.novelty.fallback = marked.novelty.fallback;
  parts.confirmation.fallback = marked.confirmation.fallback;
  parts.impact.fallback = marked.impact.fallback;
  learning.promoted = core::isPromoted(learning);
  return {};
}

/// Whether the line is the fix of an open failure that is here; then that one is resolved, as a store would do it. A line with an id of its
/// own is a record of another store and stays one.
core::Result<bool> resolvesOpen(ports::RecordTransaction& transaction, const PreparedLine& one, ImportWork& work,
                                const ServiceRules& rules) {
  const core::Learning& fix = one.line.learning;
  if (one.line.hasId || fix.kind != core::Kind::Failure || fix.solution.empty()) return false;
  auto same = transaction.findSame(fix);
  if (!same) return same.error();
  if (*same) return false;
  auto open = transaction.findOpenFailure(one.key);
  if (!open) return open.error();
  if (!*open) return false;
  auto resolved = resolveFailure(transaction, std::move(**open), fix, rules, work.now);
  if (!resolved) return resolved.error();
  ++work.answer.stored;
  work.forIndex.push_back(std::move(*resolved));
  return true;
}

core::Result<void> importOne(ports::RecordTransaction& transaction, const PreparedLine& one, ImportWork& work, const ServiceRules& rules) {
  auto met = meetsItsId(transaction, one, work.answer);
  if (!met) return met.error();
  if (*met) return {};
  core::Learning learning = one.line.learning;
  auto resolved = resolvesOpen(transaction, one, work, rules);
  if (!resolved) return resolved.error();
  if (*resolved) return {};
  if (learning.kind != core::Kind::Interaction) {
    auto same = transaction.findSame(learning);
    if (!same) return same.error();
    if (*same) {
      const auto revision = (*same)->revision;
      auto counted = countRepeat(transaction, std::move(**same), learning, rules, work.now);
      if (!counted) return counted.error();
      ++work.answer.duplicates;
      if (counted->revision != revision) work.forIndex.push_back(std::move(*counted));
      return {};
    }
  }
  if (!one.line.hasValueScore) {
    if (auto scored = scoreImported(transaction, learning, one.key, work.earlierLearnings, rules); !scored) return scored.error();
  }
  auto inserted = transaction.insert(learning);
  if (!inserted) return inserted.error();
  ++work.answer.stored;
  work.earlierLearnings = true;
  learning.revision = 1;
  if (learning.kind == core::Kind::Interaction) {
    auto stored = transaction.load(learning.id);
    if (!stored) return stored.error();
    if (*stored && !(*stored)->ownsIndexEntry) return {};
  }
  if (learning.status == core::Status::Active) work.forIndex.push_back(std::move(learning));
  return {};
}

core::Result<void> importAll(ports::RecordTransaction& transaction, ImportWork& work, const ServiceRules& rules) {
  work.answer = ImportAnswer{};
  work.answer.rejected = work.malformed;
  work.forIndex.clear();
  std::vector<ports::ExpectedLearning> expected;
  expected.reserve(work.prepared.size());
  for (const auto& one : work.prepared) expected.push_back({one.line.learning.id, one.key});
  if (auto known = transaction.expect(expected); !known) return known;
  auto any = transaction.hasAny();
  if (!any) return any.error();
  work.earlierLearnings = *any;
  for (const auto& one : work.prepared) {
    auto stored = importOne(transaction, one, work, rules);
    if (!stored) return stored.error();
  }
  work.answer.rejectedCount = work.answer.rejected.size();
  const auto byLine = [](const ImportRejection& a, const ImportRejection& b) { return a.line < b.line; };
  std::sort(work.answer.rejected.begin(), work.answer.rejected.end(), byLine);
  return {};
}

}  // namespace

ports::Task<ImportAnswer> TransferService::importLines(std::vector<ImportText> lines, core::Caller caller) {
  auto work = std::make_shared<ImportWork>();
  work->texts = std::move(lines);
  work->caller = std::move(caller);
  work->now = context_.clock.now();
  ServiceContext* context = &context_;
  auto preparation = [work, context] { return prepareAll(*work, *context); };
  auto prepared = co_await context_.pool.run(std::move(preparation));
  if (!prepared) co_return prepared.error();
  auto admitted = co_await admitCategories(work->prepared, work->malformed);
  if (!admitted) co_return admitted.error();
  ports::RecordWork transaction = [work, context](ports::RecordTransaction& inside) { return importAll(inside, *work, context->rules); };
  auto written = co_await context_.records.write(std::move(transaction));
  if (!written) co_return written.error();
  if (context_.events.propertiesChanged) context_.events.propertiesChanged();
  // What is durable is answered so; the outbox brings the index up to it where that fails now.
  (void)co_await indexer_.takeWords(std::move(work->forIndex));
  co_return work->answer;
}

ports::Task<void> TransferService::admitCategories(std::vector<PreparedLine>& lines, std::vector<ImportRejection>& rejected) {
  std::map<std::string, core::Result<void>> answers;
  for (const auto& one : lines) {
    const std::string& category = one.line.learning.category;
    if (answers.contains(category)) continue;
    auto admitted = co_await indexer_.admit(category);
    if (!admitted && admitted.error().kind() != core::ErrorKind::InvalidInput) co_return admitted.error();
    answers.emplace(category, std::move(admitted));
  }
  std::erase_if(lines, [&](const PreparedLine& one) {
    const auto& answer = answers.at(one.line.learning.category);
    if (!answer) rejected.push_back(rejection(one.number, answer.error()));
    return !answer;
  });
  co_return ports::Result<void>();
}

ports::Task<TransferService::ExportPiece> TransferService::exportPiece(std::optional<core::LearningId> after) {
  auto page = co_await context_.records.exportPage(after, kExportPage);
  if (!page) co_return page.error();
  ExportPiece piece;
  if (page->empty()) co_return piece;
  piece.last = page->back().id;
  auto work = [learnings = std::move(*page)]() -> ports::Result<std::string> {
    std::string text;
    for (const auto& learning : learnings) {
      text += json::writeLearning(learning, json::IndexedMember::Omit);
      text += '\n';
    }
    return text;
  };
  auto text = co_await context_.pool.run(std::move(work));
  if (!text) co_return text.error();
  piece.text = std::move(*text);
  co_return piece;
}

}  // namespace learnd::services
