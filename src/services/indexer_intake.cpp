// The indexer's other half: what stores, imports and other processes hand it.
#include "services/indexer.hpp"

#include "core/limits.hpp"
#include "services/index_entry.hpp"
#include "support/timeout.hpp"

#include <algorithm>
#include <utility>

namespace learnd::services {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMany = 50;      // taken at once, they are an import's
constexpr std::size_t kAtOnce = 128;   // put off in one write
constexpr auto kWordsAheadPause = 1h;  // for the vector of what has its words, unless the embedder comes back earlier

}  // namespace

ports::Task<void> Indexer::putOff(std::vector<WordsTaken> rows) {
  wordsAhead_ = true;
  std::vector<ports::FailedEntry> failed;
  failed.reserve(rows.size());
  for (const auto& row : rows) {
    ports::FailedEntry waits{row.id, row.revision, "waits for the embedder", false, context_.clock.now() + kWordsAheadPause};
    waits.attempted = false;
    failed.push_back(std::move(waits));
  }
  co_return co_await context_.records.failIndexing(std::move(failed));
}

ports::Task<void> Indexer::putOffTaken() {
  std::vector<WordsTaken> taken = std::exchange(wordsTaken_, {});
  for (std::size_t first = 0; first < taken.size() && embedding_ == Embedding::Down; first += kAtOnce) {
    const auto begin = taken.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = taken.begin() + static_cast<std::ptrdiff_t>(std::min(taken.size(), first + kAtOnce));
    std::vector<WordsTaken> some(begin, end);
    auto put = co_await putOff(std::move(some));
    if (!put) co_return put.error();
  }
  co_return ports::Result<void>();
}

void Indexer::noteTaken(const std::vector<WordsTaken>& rows) {
  if (embedding_ != Embedding::Down) return;
  wordsTaken_.insert(wordsTaken_.end(), rows.begin(), rows.end());
  news_ = true;
  // Putting off is not urgent: it keeps out of the way of the stores that follow.
  lastBusy_ = std::chrono::steady_clock::now();
}

ports::Task<bool> Indexer::take(core::Learning learning, std::optional<ports::Embedding> embedding) {
  if (!embedding || !adoption_.isDone() || embedding->embedder != adoption_.adopted() || holds_ > 0) {
    std::vector<core::Learning> one;
    one.push_back(std::move(learning));
    auto taken = co_await takeWords(std::move(one));
    if (!taken) co_return taken.error();
    co_return false;
  }
  const core::LearningId id = learning.id;
  inFlight_.insert(id);
  std::vector<ports::IndexEntry> entries;
  entries.push_back(entryFor(learning, embedding->vector));
  auto taken = co_await context_.index.upsert(std::move(entries));
  if (taken) {
    if (handedOf_ != embedding->embedder) handed_.clear();  // their rows wait still
    handedOf_ = embedding->embedder;
    handed_.push_back({id, learning.revision, toKeep(std::move(embedding->vector)), embedding->clipped});
    taken = co_await flushHanded();
  }
  inFlight_.erase(id);
  if (!taken) {
    wake();
    co_return taken.error();
  }
  co_return true;
}

ports::Task<std::optional<ports::Embedding>> Indexer::embed(std::string text, std::chrono::milliseconds time) {
  if (!adoption_.isDone()) co_return std::optional<ports::Embedding>();
  auto operation = embedOne(std::move(text));
  auto embedded = co_await support::withTimeout(std::move(operation), time);
  if (!embedded) co_return std::optional<ports::Embedding>();
  co_return std::optional<ports::Embedding>(std::move(*embedded));
}

ports::Task<ports::Embedding> Indexer::embedOne(std::string text) {
  const std::string embedder = adoption_.adopted();
  std::vector<std::string> texts;
  texts.push_back(std::move(text));
  auto embedded = co_await context_.embedder.embed(std::move(texts), ports::Priority::Search);
  if (!embedded) co_return embedded.error();
  auto checked = co_await adoption_.check();
  if (!checked) co_return checked.error();
  if (embedded->size() != 1) co_return ports::Error(ports::ErrorKind::Internal, "the embedder gave no vector");
  embedded->front().embedder = embedder;
  co_return std::move(embedded->front());
}

ports::Task<bool> Indexer::refresh(core::Learning learning) {
  auto embedded = co_await embed(embeddedText(learning), core::kIndexingWait);
  std::optional<ports::Embedding> embedding = embedded ? std::move(*embedded) : std::nullopt;
  co_return co_await take(std::move(learning), std::move(embedding));
}

ports::Task<void> Indexer::flushHanded() {
  // Who comes while another one writes leaves its vector to the next flush, which the one that writes calls for.
  if (flushing_ || handed_.empty()) co_return ports::Result<void>();
  flushing_ = true;
  std::vector<ports::IndexedEntry> handed = std::exchange(handed_, {});
  auto finished = co_await finish(std::move(handed), handedOf_);
  flushing_ = false;
  if (!handed_.empty()) wake();
  co_return finished;
}

ports::Task<void> Indexer::takeWords(std::vector<core::Learning> learnings) {
  if (learnings.size() >= kMany) lastBusy_ = std::chrono::steady_clock::now();
  if (learnings.size() > 1 && !context_.index.keepsVectorsInStore()) {
    // A server's index takes them from the outbox, in batches of its own: an import doesn't wait for it.
    wake();
    co_return ports::Result<void>();
  }
  std::vector<WordsTaken> fresh;
  for (const auto& learning : learnings) {
    // A changed one may have a vector that it keeps.
    if (learning.revision == 1) fresh.push_back({learning.id, learning.revision});
  }
  if (learnings.size() == 1) {
    // A store waits for this: making one entry costs less than the way to another thread.
    std::vector<ports::IndexEntry> one;
    one.push_back(entryFor(learnings.front(), std::nullopt));
    auto taken = co_await put(std::move(one));
    if (taken) noteTaken(fresh);
    // Without an embedder the next look at the outbox does.
    if (embedding_ != Embedding::Down) wake();
    co_return taken;
  }
  auto work = [this, learnings = std::move(learnings)]() -> ports::Result<std::vector<ports::IndexEntry>> {
    std::vector<ports::IndexEntry> entries;
    entries.reserve(learnings.size());
    for (const auto& learning : learnings) entries.push_back(entryFor(learning, std::nullopt));
    return entries;
  };
  auto entries = co_await context_.pool.run(std::move(work));
  if (!entries) co_return entries.error();
  auto taken = co_await put(std::move(*entries));
  if (taken) noteTaken(fresh);
  wake();
  co_return taken;
}

ports::Task<void> Indexer::takeStored(std::vector<ports::StoredEntry> stored, std::vector<core::LearningId> gone) {
  if (!gone.empty()) {
    auto removed = co_await context_.index.remove(std::move(gone));
    if (!removed) co_return removed.error();
  }
  if (stored.empty()) co_return ports::Result<void>();
  std::vector<ports::IndexEntry> entries;
  entries.reserve(stored.size());
  for (auto& one : stored) entries.push_back(entryFor(one.learning, std::move(one.vector)));
  co_return co_await put(std::move(entries));
}

ports::Task<void> Indexer::drop(core::LearningId id) {
  std::vector<core::LearningId> ids{id};
  auto removed = co_await context_.index.remove(std::move(ids));
  wake();
  co_return removed;
}

}  // namespace learnd::services
