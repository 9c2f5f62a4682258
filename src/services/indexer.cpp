#include "services/indexer.hpp"

#include "services/index_entry.hpp"
#include "services/index_loading.hpp"
#include "support/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace learnd::services {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBatch = 128;
constexpr std::uint32_t kMostAttempts = 5;  // then it is set aside
constexpr auto kRetryPause = 2s;            // while a backend is down
constexpr auto kStorePause = 250ms;         // between two batches of an import, or two stores without an embedder
constexpr auto kLongestPause = 20s;         // that they may keep the outbox waiting in a row
constexpr auto kIdlePause = 30s;            // a look for rows that nobody told of
constexpr auto kSharedIdlePause = 5s;       // and for those that another process, or a crash of the server, left behind

constexpr std::chrono::milliseconds kLongestBackOff = 60s;  // and half of it by jitter

/// Doubles with each try, with jitter.
std::chrono::milliseconds backOff(std::uint32_t attempts) {
  static thread_local std::mt19937 random{std::random_device{}()};
  const auto pause = std::min<std::chrono::milliseconds>(kLongestBackOff, 500ms * (1U << std::min(attempts, 7U)));
  return pause + std::chrono::milliseconds(std::uniform_int_distribution<long>(0, pause.count() / 2)(random));
}

}  // namespace

bool Indexer::isOutage(ports::ErrorKind kind) {
  return kind == ports::ErrorKind::Unavailable || kind == ports::ErrorKind::Timeout || kind == ports::ErrorKind::Busy ||
         kind == ports::ErrorKind::StorageFull;
}

ports::IndexEntry Indexer::entryFor(const core::Learning& learning, std::optional<std::vector<float>> vector) const {
  ports::IndexEntry entry = entryOf(learning, std::move(vector));
  if (context_.index.showsLearnings()) entry.learning = std::make_shared<const core::Learning>(learning);
  return entry;
}

ports::Task<void> Indexer::admit(std::string category) {
  const auto limit = context_.index.categoryLimit();
  if (!limit || categories_.contains(category)) co_return ports::Result<void>();
  auto counts = co_await context_.records.counts();
  if (!counts) co_return counts.error();
  for (const auto& [name, count] : counts->byCategory) categories_.insert(name);
  if (!categories_.contains(category) && categories_.size() >= *limit) {
    co_return ports::Error::invalidField("category", "category: there are " + std::to_string(categories_.size()) +
                                                         " categories already, and the index has room for " + std::to_string(*limit) +
                                                         ": use one of them");
  }
  categories_.insert(std::move(category));
  co_return ports::Result<void>();
}

ports::Task<void> Indexer::load() {
  // Without a model there is nothing to adopt yet: run() goes on trying.
  (void)co_await adoptEmbedder();
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  if (cancellation.cancelled() != boost::asio::cancellation_type::none) {
    co_return core::Error(core::ErrorKind::Timeout, "the index was not loaded to its end");
  }
  if (context_.index.keepsVectorsInStore()) {
    if (context_.records.isFollowed()) {
      // From here on: what changes while it is read is told afterwards.
      auto begun = co_await context_.records.changedByOthers();
      if (!begun) co_return begun.error();
    }
    EntryTaker take = [this](std::vector<ports::IndexEntry> entries) { return context_.index.upsert(std::move(entries)); };
    auto filled = co_await loadEntries(context_, std::move(take));
    if (!filled) co_return filled.error();
  }
  loaded_ = true;
  co_return ports::Result<void>();
}

boost::asio::awaitable<void> Indexer::untilStill() {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  while (working_ || flushing_ || !inFlight_.empty()) {
    timer.expires_after(5ms);
    co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
}

ports::Task<void> Indexer::put(std::vector<ports::IndexEntry> entries) {
  if (fillsSecond_) {
    auto second = entries;
    auto taken = co_await context_.index.upsertRebuilt(std::move(second));
    if (!taken) co_return taken.error();
  }
  co_return co_await context_.index.upsert(std::move(entries));
}

ports::Task<void> Indexer::adoptEmbedder() {
  if (holds_ > 0) co_return ports::Result<void>();  // who holds is about to change it
  co_return co_await adoption_.adopt();
}

ports::Task<void> Indexer::prepare() {
  if (!loaded_) {
    auto loaded = co_await load();
    if (!loaded) co_return loaded.error();
  }
  auto adopted = co_await adoptEmbedder();
  if (!adopted) co_return adopted.error();
  if (embedding_ == Embedding::Down) {
    auto status = co_await context_.embedder.status();
    if (!status) co_return status.error();
    if (!status->up) co_return ports::Error(ports::ErrorKind::Unavailable, status->detail);
  }
  // Also where there is a scale already: it may be another model's.
  co_return co_await calibration_.prepare();
}

void Indexer::tell(const ports::Result<void>& ready) {
  if (!ready && embedding_ != Embedding::Down) {
    support::log::warning("no vectors can be made: searching by words only", {{"ERROR", ready.error().message()}});
  }
  if (ready && embedding_ == Embedding::Down) support::log::info("vectors can be made again: searching by meaning too");
  const Embedding now = ready ? Embedding::Up : Embedding::Down;
  if (now != embedding_ && context_.events.propertiesChanged) context_.events.propertiesChanged();
  embedding_ = now;
}

boost::asio::awaitable<Indexer::Round> Indexer::work() {
  if (!idle_) idle_.emplace(co_await boost::asio::this_coro::executor);
  auto ready = co_await prepare();
  tell(ready);
  if (ready && (wordsAhead_ || context_.records.isShared())) {
    // What got its words while nobody could embed it waits for its vector: also where another daemon, which can't embed or is gone, has put
    // it off. What failed keeps its time.
    auto due = co_await context_.records.makeDue(context_.clock.now() + kLongestBackOff * 2);
    if (due) wordsAhead_ = false;
  }
  nextTry_.reset();
  Round round = isLookDue() ? Round::Worked : Round::Idle;
  while (!stopping_ && round == Round::Worked) {
    co_await letStoresPass();
    if (holds_ > 0) co_return Round::Idle;  // its end wakes
    working_ = true;
    ++piece_;
    round = co_await workOff();
    working_ = false;
  }
  co_return round;
}

boost::asio::awaitable<void> Indexer::run() {
  while (!stopping_) {
    const Round round = co_await work();
    if (stopping_) break;
    if (round == Round::Idle && embedding_ == Embedding::Up) {
      co_await sleep(idlePause());
    } else {
      co_await pause(kRetryPause);
    }
  }
}

void Indexer::stop() {
  stopping_ = true;
  wake();
}

void Indexer::wake() {
  woken_ = true;
  news_ = true;
  if (idle_) idle_->cancel();
}

std::chrono::milliseconds Indexer::idlePause() const {
  const std::chrono::milliseconds pause = context_.records.isShared() ? kSharedIdlePause : kIdlePause;
  if (!nextTry_) return pause;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*nextTry_ - std::chrono::steady_clock::now());
  return std::clamp(left, std::chrono::milliseconds(0), pause);
}

boost::asio::awaitable<void> Indexer::sleep(std::chrono::milliseconds time) {
  if (!woken_) {
    idle_->expires_after(time);
    co_await idle_->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
  woken_ = false;
}

boost::asio::awaitable<void> Indexer::pause(std::chrono::milliseconds time) {
  // New rows are no reason to ask a backend that is down again at once.
  const auto end = std::chrono::steady_clock::now() + time;
  while (!stopping_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) co_return;
    woken_ = false;
    co_await sleep(left);
  }
}

boost::asio::awaitable<void> Indexer::letStoresPass() {
  // Embedding would take the processors from an import, and with them its speed. Not for ever: a long one gets its vectors in between.
  const auto began = std::chrono::steady_clock::now();
  while (!stopping_) {
    const auto now = std::chrono::steady_clock::now();
    if (now - lastBusy_ >= kStorePause || now - began >= kLongestPause) co_return;
    co_await sleep(kStorePause);
  }
}

bool Indexer::isLookDue() const {
  return embedding_ == Embedding::Up || news_ || std::chrono::steady_clock::now() - lastLook_ >= kIdlePause;
}

boost::asio::awaitable<Indexer::Round> Indexer::workOff() {
  news_ = false;
  lastLook_ = std::chrono::steady_clock::now();
  co_await flushHanded();
  // What is not put off is due, and taken in once more.
  (void)co_await putOffTaken();
  auto pending = co_await context_.records.pending(context_.clock.now(), kBatch);
  if (!pending) {
    news_ = true;
    support::log::warning("the outbox can't be read", {{"ERROR", pending.error().message()}});
    co_return Round::Failed;
  }
  std::erase_if(*pending, [this](const ports::PendingEntry& entry) { return inFlight_.contains(entry.id); });
  if (pending->empty()) co_return Round::Idle;
  Batch batch = batchOf(std::move(*pending));
  auto indexed = co_await indexBatch(batch);
  auto left = co_await leave(batch, indexed);
  if (indexed && !left) indexed = left;
  if (!indexed) {
    news_ = true;
    support::log::warning("indexing is delayed", {{"ERROR", indexed.error().message()}});
    co_return Round::Failed;
  }
  co_return Round::Worked;
}

Indexer::Batch Indexer::batchOf(std::vector<ports::PendingEntry> pending) const {
  Batch batch;
  for (auto& entry : pending) {
    batch.rows.push_back({entry.id, entry.revision, entry.attempts});
    if (!entry.learning) {
      batch.gone.push_back(entry.id);
      batch.done.push_back({entry.id, entry.revision, std::nullopt, false});
    } else if (entry.vector) {
      batch.entries.push_back(entryFor(*entry.learning, entry.vector));
      batch.done.push_back({entry.id, entry.revision, toKeep(std::move(entry.vector)), false});
    } else {
      batch.missing.push_back(std::move(entry));
    }
  }
  return batch;
}

ports::Task<void> Indexer::indexBatch(Batch& batch) {
  auto removed = co_await removeFrom(batch, 0, batch.gone.size());
  if (!removed) co_return removed.error();
  if (!batch.missing.empty() && embedding_ == Embedding::Up) {
    auto embedded = co_await embedInto(batch, 0, batch.missing.size());
    if (!embedded && !isOutage(embedded.error().kind())) co_return embedded.error();
    if (!embedded) tell(embedded.error());
  }
  std::vector<WordsTaken> waiting;
  for (const auto& entry : batch.missing) {
    if (!entry.learning) continue;
    // Its words at least; its row waits for the embedder.
    batch.entries.push_back(entryFor(*entry.learning, std::nullopt));
    waiting.push_back({entry.id, entry.revision});
  }
  auto taken = co_await putInto(batch, 0, batch.entries.size());
  if (!taken) co_return taken.error();
  const auto isRefused = [&batch](const auto& row) { return batch.refused.contains(row.id); };
  std::erase_if(batch.done, isRefused);
  std::erase_if(waiting, isRefused);
  if (!batch.done.empty()) {
    auto finished = co_await context_.records.finishIndexing(std::move(batch.done));
    if (!finished) co_return finished.error();
  }
  if (!waiting.empty()) {
    auto put = co_await putOff(std::move(waiting));
    if (!put) co_return put.error();
  }
  co_return ports::Result<void>();
}

ports::Task<void> Indexer::embedInto(Batch& batch, std::size_t first, std::size_t end) {
  std::vector<std::string> texts;
  for (std::size_t i = first; i < end; ++i) texts.push_back(embeddedText(*batch.missing[i].learning));
  auto embedded = co_await context_.embedder.embed(std::move(texts), ports::Priority::Background);
  if (!embedded && isOutage(embedded.error().kind())) co_return embedded.error();
  if (!embedded && end - first > 1) {
    // One text can fail a whole batch: each by itself finds out which.
    for (std::size_t i = first; i < end; ++i) {
      auto one = co_await embedInto(batch, i, i + 1);
      if (!one) co_return one.error();
    }
    co_return ports::Result<void>();
  }
  for (std::size_t i = first; i < end; ++i) {
    auto& entry = batch.missing[i];
    if (embedded) {
      ports::Embedding& made = (*embedded)[i - first];
      batch.entries.push_back(entryFor(*entry.learning, made.vector));
      batch.done.push_back({entry.id, entry.revision, toKeep(std::move(made.vector)), made.clipped});
    } else {
      batch.entries.push_back(entryFor(*entry.learning, std::nullopt));
      batch.refused.emplace(entry.id, embedded.error());
    }
    entry.learning.reset();
  }
  co_return ports::Result<void>();
}

ports::Task<void> Indexer::putInto(Batch& batch, std::size_t first, std::size_t end) {
  if (first == end) co_return ports::Result<void>();
  const auto begin = batch.entries.begin();
  std::vector<ports::IndexEntry> part(begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(end));
  auto taken = co_await context_.index.upsert(std::move(part));
  if (taken || isOutage(taken.error().kind())) co_return taken;
  if (end - first == 1) {
    batch.refused.emplace(batch.entries[first].id, taken.error());
    co_return ports::Result<void>();
  }
  const std::size_t middle = first + (end - first) / 2;
  taken = co_await putInto(batch, first, middle);
  if (!taken) co_return taken;
  co_return co_await putInto(batch, middle, end);
}

ports::Task<void> Indexer::removeFrom(Batch& batch, std::size_t first, std::size_t end) {
  if (first == end) co_return ports::Result<void>();
  const auto begin = batch.gone.begin();
  std::vector<core::LearningId> part(begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(end));
  auto removed = co_await context_.index.remove(std::move(part));
  if (removed || isOutage(removed.error().kind())) co_return removed;
  if (end - first == 1) {
    batch.refused.emplace(batch.gone[first], removed.error());
    co_return ports::Result<void>();
  }
  const std::size_t middle = first + (end - first) / 2;
  removed = co_await removeFrom(batch, first, middle);
  if (!removed) co_return removed;
  co_return co_await removeFrom(batch, middle, end);
}

ports::Task<void> Indexer::leave(const Batch& batch, const ports::Result<void>& indexed) {
  std::vector<ports::FailedEntry> failed;
  for (const auto& row : batch.rows) {
    if (const auto refusal = batch.refused.find(row.id); refusal != batch.refused.end()) {
      failed.push_back(setBack(row, refusal->second));
    } else if (!indexed && context_.records.isShared()) {
      // Its claim goes with it: another daemon may reach what this one can't.
      failed.push_back({row.id, row.revision, indexed.error().message(), false, core::Timestamp()});
      failed.back().attempted = false;
    }
  }
  if (failed.empty()) co_return ports::Result<void>();
  co_return co_await context_.records.failIndexing(std::move(failed));
}

ports::FailedEntry Indexer::setBack(const Row& row, const ports::Error& reason) {
  const std::uint32_t attempts = row.attempts + 1;
  const auto pause = backOff(attempts);
  const auto due = std::chrono::steady_clock::now() + pause;
  if (attempts < kMostAttempts && (!nextTry_ || due < *nextTry_)) nextTry_ = due;
  return {row.id, row.revision, reason.message(), attempts >= kMostAttempts, context_.clock.now() + pause};
}

std::optional<std::vector<float>> Indexer::toKeep(std::optional<std::vector<float>> vector) const {
  return context_.index.keepsVectorsInStore() ? std::move(vector) : std::nullopt;
}

}  // namespace learnd::services
