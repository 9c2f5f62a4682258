#include "services/search_service.hpp"

#include "core/code_points.hpp"
#include "core/learning_size.hpp"
#include "core/limits.hpp"
#include "core/normalised_key.hpp"
#include "core/redaction.hpp"
#include "services/calibration_service.hpp"
#include "services/embedder_adoption.hpp"
#include "services/indexer.hpp"
#include "services/search_filter.hpp"
#include "support/timeout.hpp"

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace learnd::services {

namespace {

/// Answered within the deadline of a search, a slow embedder leaves time for the words.
constexpr std::chrono::milliseconds kEmbeddingTime{5000};

/// And a slow index leaves time for the record store's words.
constexpr std::chrono::milliseconds kIndexTime{4000};

/// Learnings may be large: an answer ends behind the one that reaches this, and few are loaded at once.
constexpr std::size_t kMostAnswered = 8 * 1024 * 1024;
constexpr std::size_t kLoadedAtOnce = 16;

/// Without the index a filter is looked at learning by learning: at the best of them by their words, until so many pass.
constexpr std::size_t kLookedThrough = 4096;
constexpr std::size_t kEnough = 200;

using Ranked = std::vector<core::RankedHit>;

/// Equal keys first, in the order of reuse; then the fused order.
Ranked exactFirst(const std::vector<core::Learning>& exact, const Ranked& fused) {
  std::unordered_map<core::LearningId, core::RankedHit, core::LearningIdHash> known;
  for (const auto& hit : fused) known.emplace(hit.id, hit);
  Ranked all;
  for (const auto& learning : exact) {
    const auto found = known.find(learning.id);
    core::RankedHit hit = found != known.end() ? found->second : core::RankedHit{learning.id, std::nullopt, std::nullopt, 0};
    hit.score = 1.0;
    all.push_back(hit);
  }
  const std::size_t firsts = all.size();
  for (const auto& hit : fused) {
    const auto begin = all.begin();
    const auto isExact = std::any_of(begin, begin + static_cast<std::ptrdiff_t>(firsts), [&](const auto& one) { return one.id == hit.id; });
    if (!isExact) all.push_back(hit);
  }
  return all;
}

void keepAbove(Ranked& hits, double minScore) {
  std::erase_if(hits, [minScore](const core::RankedHit& hit) { return !hit.score || *hit.score < minScore; });
}

double bestScore(const std::vector<SearchHit>& hits) {
  double best = 0;
  for (const auto& hit : hits) best = std::max(best, hit.score.value_or(0));
  return best;
}

}  // namespace

ports::Task<SearchAnswer> SearchService::search(SearchRequest request) {
  const auto began = std::chrono::steady_clock::now();
  if (context_.rules.redactSecrets) request.query = core::redact(request.query);
  auto exact = co_await findExact(request);
  if (!exact) co_return exact.error();

  SearchAnswer answer;
  ports::IndexQuery asked;
  asked.filter = {request.categories, request.kinds, request.filter};
  const std::string text = core::withoutNoise(request.query);
  if (request.mode != core::SearchMode::Dense) asked.words = core::clipped(text, core::kMaxIndexedText);
  for (const auto& learning : *exact) asked.wanted.push_back(learning.id);
  ports::Result<ports::IndexAnswer> found = ports::IndexAnswer();
  bool isAgain = false;
  while (true) {
    auto operation = embed(text);
    auto embedded = co_await support::withTimeout(std::move(operation), kEmbeddingTime);
    ports::IndexQuery query = asked;
    if (embedded) query.vector = std::move(*embedded);
    answer.degraded = query.vector.empty() || !calibration_.current();
    const std::string whose = query.vector.empty() ? std::string() : adoption_.adopted();
    auto searching = context_.index.search(std::move(query));
    found = co_await support::withTimeout(std::move(searching), kIndexTime);
    // The index may have been swapped for another model's while it was asked: then the cosines say nothing.
    if (isAgain || !embedded || adoption_.adopted() == whose) break;
    isAgain = true;
  }
  if (!found && !Indexer::isOutage(found.error().kind())) co_return found.error();
  if (!found) {
    answer.degraded = true;
    found = co_await searchRecords(request, text);
    if (!found) co_return found.error();
  }
  auto hits = exactFirst(*exact, core::fuse(found->candidates, found->bestWordScore, calibration_.current(), request.mode));
  if (request.minScore) keepAbove(hits, *request.minScore);
  auto loaded = co_await loadHits(std::move(hits), *exact, request.limit);
  if (!loaded) co_return loaded.error();
  answer.results = std::move(*loaded);
  answer.reuse = decide(*exact, answer.results);
  if (request.count && !answer.degraded) quality_.note(bestScore(answer.results));
  answer.tookMilliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
  co_return answer;
}

ports::Task<std::vector<float>> SearchService::embed(std::string text) {
  bool isAgain = false;
  while (true) {
    co_await adoption_.untilSwapped();
    const std::string before = adoption_.adopted();
    std::vector<std::string> texts{text};
    auto embedded = co_await context_.embedder.embed(std::move(texts), ports::Priority::Search);
    if (!embedded) co_return embedded.error();
    // A model can be replaced under its name, and another one's vectors say nothing about those in the index.
    auto checked = co_await adoption_.check();
    const bool isSame = adoption_.adopted() == before;
    if (checked && isSame && !before.empty() && embedded->size() == 1) co_return std::move(embedded->front().vector);
    if (!checked && isSame) co_return checked.error();
    if (isAgain || isSame) break;
    // A swap came in between: once more, by the model that serves now.
    isAgain = true;
  }
  co_return core::Error(core::ErrorKind::Conflict, "the index was changed for another model meanwhile");
}

ports::Task<ports::IndexAnswer> SearchService::searchRecords(const SearchRequest& request, const std::string& text) {
  ports::TextQuery query;
  query.words = core::clipped(text, core::kMaxIndexedText);
  query.categories = request.categories;
  query.kinds = request.kinds;
  if (!request.filter.empty()) query.limit = kLookedThrough;
  auto hits = co_await context_.records.searchText(std::move(query));
  ports::IndexAnswer answer;
  // A store without an index of words has the equal keys still.
  if (!hits && hits.error().kind() == core::ErrorKind::Unavailable) co_return answer;
  if (!hits) co_return hits.error();
  if (!request.filter.empty()) {
    auto passing = co_await firstPassing(std::move(*hits), request);
    if (!passing) co_return passing.error();
    hits = std::move(passing);
  }
  for (const auto& hit : *hits) {
    answer.candidates.push_back({hit.id, std::nullopt, hit.rank});
    answer.bestWordScore = std::max(answer.bestWordScore, hit.rank);
  }
  co_return answer;
}

ports::Task<std::vector<ports::TextHit>> SearchService::firstPassing(std::vector<ports::TextHit> hits, const SearchRequest& request) {
  std::vector<ports::TextHit> passing;
  for (std::size_t from = 0; from < hits.size() && passing.size() < kEnough; from += kLoadedAtOnce) {
    const std::size_t to = std::min(hits.size(), from + kLoadedAtOnce);
    std::vector<core::LearningId> ids;
    for (std::size_t i = from; i < to; ++i) ids.push_back(hits[i].id);
    auto loaded = co_await context_.records.load(std::move(ids));
    if (!loaded) co_return loaded.error();
    std::unordered_set<core::LearningId, core::LearningIdHash> wanted;
    for (const auto& learning : *loaded) {
      if (passesFilter(learning, request)) wanted.insert(learning.id);
    }
    for (std::size_t i = from; i < to; ++i) {
      if (wanted.contains(hits[i].id)) passing.push_back(hits[i]);
    }
  }
  co_return passing;
}

ports::Task<std::vector<core::Learning>> SearchService::findExact(const SearchRequest& request) {
  std::vector<core::Key> keys{core::makeKey(request.query, core::KeyForm::Plain), core::makeKey(request.query, core::KeyForm::Error)};
  auto exact = co_await context_.records.findByKeys(std::move(keys));
  if (!exact) co_return exact.error();
  std::erase_if(*exact, [&](const core::Learning& learning) { return !passesFilter(learning, request); });
  core::sortExact(*exact);
  co_return std::move(*exact);
}

ports::Task<std::vector<SearchHit>> SearchService::loadHits(std::vector<core::RankedHit> hits, std::vector<core::Learning> exact,
                                                            std::size_t limit) {
  std::unordered_map<core::LearningId, core::Learning, core::LearningIdHash> known;
  for (auto& learning : exact) known.emplace(learning.id, std::move(learning));
  std::vector<SearchHit> results;
  std::size_t bytes = 0;
  // What was deleted since the index saw it leaves a gap, which the next ones fill.
  for (std::size_t from = 0; from < hits.size() && results.size() < limit && bytes < kMostAnswered;) {
    const std::size_t to = std::min(hits.size(), from + std::min(kLoadedAtOnce, limit - results.size()));
    std::vector<core::LearningId> ids;
    for (std::size_t i = from; i < to; ++i) {
      if (!known.contains(hits[i].id)) ids.push_back(hits[i].id);
    }
    if (!ids.empty()) {
      auto loaded = co_await context_.records.load(std::move(ids));
      if (!loaded) co_return loaded.error();
      for (auto& learning : *loaded) known.emplace(learning.id, std::move(learning));
    }
    for (; from < to; ++from) {
      const auto place = known.find(hits[from].id);
      if (place == known.end() || place->second.status != core::Status::Active || bytes >= kMostAnswered) continue;
      bytes += core::approximateSize(place->second);
      results.push_back({std::move(place->second), hits[from].score, hits[from].cosine, hits[from].rankScore});
    }
  }
  co_return results;
}

core::Reuse SearchService::decide(const std::vector<core::Learning>& exact, const std::vector<SearchHit>& results) const {
  const auto isExact = [&exact](const SearchHit& hit) {
    return std::any_of(exact.begin(), exact.end(), [&hit](const core::Learning& one) { return one.id == hit.learning.id; });
  };
  const SearchHit* best = nullptr;
  for (const auto& hit : results) {
    if (hit.score && !isExact(hit) && (!best || *hit.score > *best->score)) best = &hit;
  }
  // Without an embedder nothing has a score: the first is the best by words.
  if (!best && !results.empty() && !results.front().score && !isExact(results.front())) best = &results.front();
  return core::decideReuse(exact, best ? &best->learning : nullptr, best ? best->score : std::nullopt, context_.rules.contextMinScore);
}

}  // namespace learnd::services
