#include "services/index_rebuild.hpp"

#include "json/object_reader.hpp"
#include "services/index_entry.hpp"
#include "services/index_loading.hpp"
#include "services/indexer.hpp"
#include "support/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace learnd::services {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kPage = 256;  // learnings between two notes of how far it is
constexpr std::size_t kTexts = 16;  // embedded at once: a search never waits long behind them
constexpr auto kOutagePause = 2s;   // while a backend is down
const char* const kNote = "reindex";

core::Error cancelled() { return core::Error(core::ErrorKind::Conflict, "the job was cancelled"); }

boost::asio::awaitable<void> pause(std::chrono::milliseconds time) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

}  // namespace

ports::Task<RebuildCounts> IndexRebuild::run(JobControl& control, RebuildReason reason) {
  Run run{control, reason, RebuildLease(context_.records, context_.ids.next(context_.clock.now()).text()), {}, false, {}, {}};
  current_ = &run;
  auto counts = co_await runOn(run);
  current_ = nullptr;
  co_return counts;
}

ports::Task<void> IndexRebuild::stop() {
  stopping_ = true;
  // A swap that has begun is better gone on with by the same hands.
  if (!current_ || current_->swapping) co_return ports::Result<void>();
  co_return co_await current_->lease.giveBack();
}

ports::Task<RebuildCounts> IndexRebuild::runOn(Run& run) {
  while (true) {
    auto step = co_await attempt(run);
    if (!step && run.isCancelled()) {
      auto abandoned = co_await abandon(run);
      if (abandoned) co_return cancelled();
    } else if (step || (!run.swapping && !Indexer::isOutage(step.error().kind()))) {
      (void)co_await run.lease.giveBack();
      if (!step) co_return step.error();
      co_return run.counts;
    }
    // How far it came is noted: it goes on from there.
    if (!step && !run.isCancelled() && step.error().message() != run.told) {
      run.told = step.error().message();
      support::log::warning("the reindex waits", {{"ERROR", run.told}});
    }
    // Another daemon may reach what this one can't.
    if (!run.swapping) (void)co_await run.lease.giveBack();
    co_await pause(kOutagePause);
  }
}

ports::Task<void> IndexRebuild::attempt(Run& run) {
  if (run.isCancelled()) co_return cancelled();
  if (stopping_) co_return core::Error(core::ErrorKind::Unavailable, "the daemon is stopping");
  if (tidying_) co_return core::Error(core::ErrorKind::Unavailable, "what an earlier rebuild left is being removed");
  auto held = co_await run.lease.hold();
  if (!held) co_return held.error();
  if (run.name.empty() && run.reason == RebuildReason::Asked) {
    auto kept = co_await noteWanted();
    if (!kept) co_return kept.error();
  }
  const auto embedder = context_.embedder.configured();
  auto identity = co_await embedder->identity();
  if (!identity) co_return identity.error();
  if (!run.name.empty()) {
    auto done = co_await isDoneByAnother(run.name, adoption_.digestOf(*identity));
    if (!done) co_return done.error();
    if (*done) co_return ports::Result<void>();
  }
  if (run.reason == RebuildReason::Needed) {
    auto needed = co_await isNeeded(*identity);
    if (!needed) co_return needed.error();
    if (!*needed) co_return ports::Result<void>();
  }
  auto state = co_await begin(*identity);
  if (!state) co_return state.error();
  // From here on its own reason: the swap may be behind it when it goes on.
  run.reason = RebuildReason::Asked;
  run.name = state->name;
  if (state->phase != Phase::Verify) {
    auto built = co_await build(*state, run, *identity);
    if (!built) co_return built.error();
  }
  // What changed while it was built, by whichever daemon, is found and repaired.
  auto verified = co_await verification_.run(false, run.control);
  if (!verified && Indexer::isOutage(verified.error().kind())) co_return verified.error();
  auto finished = co_await context_.records.saveNote(kNote, "");
  if (!finished) co_return finished.error();
  if (!verified) co_return verified.error();
  run.counts.verified = *verified;
  co_return ports::Result<void>();
}

ports::Task<void> IndexRebuild::build(State& state, Run& run, const ports::EmbedderIdentity& identity) {
  if (state.phase == Phase::Swap) {
    // A part of it may serve already.
    adoption_.beginSwap(state.digest);
    run.swapping = true;
  } else {
    auto scanned = co_await scan(state, run);
    if (!scanned) co_return scanned.error();
    auto scaled = co_await calibration_.measureAhead(context_.embedder.configured());
    if (!scaled) co_return scaled.error();
    if (run.isCancelled()) co_return cancelled();
    state.phase = Phase::Swap;
    auto noted = co_await note(state);
    if (!noted) co_return noted.error();
  }
  auto swapped = co_await swap(state, identity.dimensions, run);
  if (!swapped) co_return swapped.error();
  state.phase = Phase::Verify;
  co_return co_await note(state);
}

ports::Task<bool> IndexRebuild::isNeeded(const ports::EmbedderIdentity& identity) {
  auto text = co_await context_.records.note(kNote);
  if (!text) co_return text.error();
  if (!text->empty()) co_return true;
  auto used = co_await context_.records.usedEmbedder();
  if (!used) co_return used.error();
  auto status = co_await context_.index.status();
  if (!status) co_return status.error();
  if (!status->up) co_return core::Error(core::ErrorKind::Unavailable, status->detail);
  if (*used != adoption_.digestOf(identity) || status->wordsOutdated) co_return true;
  // Another daemon has done it: its index is adopted.
  indexer_.wake();
  co_return false;
}

ports::Task<void> IndexRebuild::abandon(Run& run) {
  auto taken = co_await run.lease.take();
  if (!taken) co_return taken.error();
  // Another daemon's is not ours to end.
  if (!*taken) co_return ports::Result<void>();
  auto forgotten = co_await context_.records.saveNote(kNote, "");
  if (!forgotten) co_return forgotten.error();
  // Where that fails what is left goes at the next start, or as the next one begins.
  (void)co_await context_.index.dropRebuild();
  (void)co_await run.lease.giveBack();
  co_return ports::Result<void>();
}

ports::Task<void> IndexRebuild::tidy() {
  if (context_.index.keepsVectorsInStore() || current_) co_return ports::Result<void>();
  tidying_ = true;
  auto tidied = co_await dropLeft();
  tidying_ = false;
  co_return tidied;
}

ports::Task<void> IndexRebuild::dropLeft() {
  RebuildLease lease(context_.records, context_.ids.next(context_.clock.now()).text());
  auto held = co_await lease.hold();
  if (!held) co_return held.error();
  auto unfinished = co_await isUnfinished();
  auto dropped = unfinished ? ports::Result<void>() : ports::Result<void>(unfinished.error());
  if (unfinished && !*unfinished) dropped = co_await context_.index.dropRebuild();
  (void)co_await lease.giveBack();
  co_return dropped;
}

ports::Task<bool> IndexRebuild::isUnfinished() {
  auto text = co_await context_.records.note(kNote);
  if (!text) co_return text.error();
  co_return !text->empty();
}

ports::Task<bool> IndexRebuild::isDoneByAnother(std::string name, std::string digest) {
  auto goesOn = co_await isNoted(std::move(name));
  if (!goesOn) co_return goesOn.error();
  if (*goesOn) co_return false;
  // Another daemon has gone on with it meanwhile, or has begun one of another model in its place.
  auto used = co_await context_.records.usedEmbedder();
  if (!used) co_return used.error();
  indexer_.wake();
  co_return *used == digest;
}

ports::Task<bool> IndexRebuild::isNoted(std::string name) {
  auto text = co_await context_.records.note(kNote);
  if (!text) co_return text.error();
  const auto value = json::parse(*text);
  const json::Value* of = value && value->asObject() ? value->find("name") : nullptr;
  co_return of && of->asText() && *of->asText() == name;
}

ports::Task<void> IndexRebuild::noteWanted() {
  auto unfinished = co_await isUnfinished();
  if (!unfinished) co_return unfinished.error();
  if (*unfinished) co_return ports::Result<void>();
  // No embedder's yet: the first that answers begins it.
  State wanted;
  co_return co_await note(std::move(wanted));
}

ports::Task<IndexRebuild::State> IndexRebuild::noted(std::string digest) {
  State state;
  state.digest = digest;
  state.name = context_.ids.next(context_.clock.now()).text();
  auto text = co_await context_.records.note(kNote);
  if (!text) co_return text.error();
  const auto value = json::parse(*text);
  const json::Value* of = value && value->asObject() ? value->find("digest") : nullptr;
  if (!of || !of->asText() || *of->asText() != digest) co_return state;
  // Goes on where an earlier run of it ended.
  json::ObjectReader reader(*value);
  state.name = reader.text("name", 100).value_or(state.name);
  state.after = core::LearningId::parse(reader.text("after", 100).value_or(""));
  const std::string phase = reader.text("phase", 100).value_or("");
  if (phase == "swap") state.phase = Phase::Swap;
  if (phase == "verify") state.phase = Phase::Verify;
  co_return state;
}

ports::Task<IndexRebuild::State> IndexRebuild::begin(const ports::EmbedderIdentity& identity) {
  const std::string digest = adoption_.digestOf(identity);
  auto state = co_await noted(digest);
  if (!state || state->phase == Phase::Verify) co_return state;
  if (!context_.index.keepsVectorsInStore()) {
    auto begun = co_await beginSecond(*state, identity.dimensions);
    if (!begun) co_return begun.error();
  }
  auto saved = co_await note(*state);
  if (!saved) co_return saved.error();
  co_return state;
}

ports::Task<void> IndexRebuild::beginSecond(State& state, std::size_t dimensions) {
  auto begun = co_await context_.index.beginRebuild(state.name, dimensions);
  if (!begun) co_return begun.error();
  if (*begun == ports::RebuildBegun::Again || (!state.after && state.phase == Phase::Scan)) co_return ports::Result<void>();
  // What was built earlier is lost (an older Qdrant keeps no names, or somebody removed it): half of it must not serve.
  state.after.reset();
  state.phase = Phase::Scan;
  co_return ports::Result<void>();
}

ports::Task<void> IndexRebuild::note(State state) {
  json::Value value;
  value.set("digest", state.digest);
  value.set("name", state.name);
  if (state.after) value.set("after", state.after->text());
  value.set("phase", state.phase == Phase::Verify ? "verify" : state.phase == Phase::Swap ? "swap" : "scan");
  co_return co_await context_.records.saveNote(kNote, json::write(value));
}

ports::Task<void> IndexRebuild::scan(State& state, Run& run) {
  auto total = co_await context_.records.counts();
  if (!total) co_return total.error();
  const auto all = static_cast<double>(std::max<std::uint64_t>(1, total->learnings));
  while (true) {
    if (run.isCancelled()) co_return cancelled();
    if (!run.lease.isHeld()) co_return core::Error(core::ErrorKind::Unavailable, "another daemon may be rebuilding the index by now");
    auto page = co_await context_.records.scanActive(state.after, kPage);
    if (!page) co_return page.error();
    if (page->empty()) co_return ports::Result<void>();
    auto rebuilt = co_await rebuildPage(state, std::move(*page), run.counts, run.control);
    if (!rebuilt) co_return rebuilt.error();
    // The rest of the way is the swap and the comparison.
    run.control.progress = std::min(0.9, 0.9 * static_cast<double>(run.counts.embedded + run.counts.refused) / all);
  }
}

ports::Task<void> IndexRebuild::rebuildPage(State& state, std::vector<ports::StoredEntry> page, RebuildCounts& counts,
                                            const JobControl& control) {
  std::vector<std::string> texts;
  for (const auto& entry : page) texts.push_back(embeddedText(entry.learning));
  auto embedded = co_await embedAll(std::move(texts), control);
  if (embedded.made.empty() && embedded.brokenOff) co_return *embedded.brokenOff;
  // What was made before is put in: where the embedder fails now and then a page would never come to its end.
  page.erase(page.begin() + static_cast<std::ptrdiff_t>(embedded.made.size()), page.end());
  const bool keeps = context_.index.keepsVectorsInStore();
  std::vector<ports::IndexEntry> entries;
  std::vector<ports::IndexedEntry> saved;
  for (std::size_t i = 0; i < page.size(); ++i) {
    auto& made = embedded.made[i];
    const core::Learning& learning = page[i].learning;
    if (!keeps) entries.push_back(indexer_.entryFor(learning, made ? std::optional(made->vector) : std::nullopt));
    if (made)
      saved.push_back({learning.id, learning.revision, keeps ? std::optional(std::move(made->vector)) : std::nullopt, made->clipped});
  }
  std::set<core::LearningId> refused;
  auto taken = co_await putInto(entries, 0, entries.size(), refused);
  if (!taken) co_return taken.error();
  // The outbox tries it once more behind the swap, and sets it aside.
  std::erase_if(saved, [&refused](const ports::IndexedEntry& entry) { return refused.contains(entry.id); });
  counts.embedded += saved.size();
  counts.refused += page.size() - saved.size();
  auto kept = co_await context_.records.saveVectors(state.digest, std::move(saved));
  if (!kept) co_return kept.error();
  state.after = page.back().learning.id;
  auto noted = co_await note(state);
  if (!noted) co_return noted.error();
  if (embedded.brokenOff) co_return *embedded.brokenOff;
  co_return ports::Result<void>();
}

ports::Task<void> IndexRebuild::putInto(const std::vector<ports::IndexEntry>& entries, std::size_t first, std::size_t end,
                                        std::set<core::LearningId>& refused) {
  if (first == end) co_return ports::Result<void>();
  std::vector<ports::IndexEntry> part(entries.begin() + static_cast<std::ptrdiff_t>(first),
                                      entries.begin() + static_cast<std::ptrdiff_t>(end));
  auto taken = co_await context_.index.upsertRebuilt(std::move(part));
  // A Conflict is about the second index, not about what goes into it.
  if (taken || Indexer::isOutage(taken.error().kind()) || taken.error().kind() == core::ErrorKind::Conflict) co_return taken;
  if (end - first == 1) {
    refused.insert(entries[first].id);
    co_return ports::Result<void>();
  }
  const std::size_t middle = first + (end - first) / 2;
  taken = co_await putInto(entries, first, middle, refused);
  if (!taken) co_return taken;
  co_return co_await putInto(entries, middle, end, refused);
}

boost::asio::awaitable<IndexRebuild::Embedded> IndexRebuild::embedAll(std::vector<std::string> texts, const JobControl& control) {
  const auto embedder = context_.embedder.configured();
  Embedded all;
  auto& made = all.made;
  std::size_t many = kTexts;
  while (made.size() < texts.size() && !all.brokenOff) {
    if (control.cancelled) {
      all.brokenOff = cancelled();
      break;
    }
    const std::size_t end = std::min(texts.size(), made.size() + many);
    std::vector<std::string> some(texts.begin() + static_cast<std::ptrdiff_t>(made.size()),
                                  texts.begin() + static_cast<std::ptrdiff_t>(end));
    const std::size_t count = some.size();
    auto embedded = co_await embedder->embed(std::move(some), ports::Priority::Background);
    if (embedded) {
      for (auto& one : *embedded) made.emplace_back(std::move(one));
      many = kTexts;
    } else if (Indexer::isOutage(embedded.error().kind())) {
      all.brokenOff = embedded.error();
    } else if (count > 1) {
      many = 1;  // one text can fail a whole batch
    } else {
      made.emplace_back(std::nullopt);
    }
  }
  co_return all;
}

ports::Task<void> IndexRebuild::swap(State& state, std::size_t dimensions, Run& run) {
  const Indexer::Hold hold(indexer_);
  co_await indexer_.untilStill();
  auto held = co_await run.lease.hold();
  if (!held) co_return held.error();
  if (run.isCancelled()) co_return cancelled();
  run.swapping = true;
  if (context_.index.keepsVectorsInStore()) {
    auto used = co_await context_.records.useEmbedder(state.digest);
    if (!used) co_return used.error();
    auto filled = co_await fillSecond(state, dimensions);
    if (!filled) co_return filled.error();
  }
  adoption_.beginSwap(state.digest);
  auto finished = co_await context_.index.finishRebuild();
  if (!finished && finished.error().kind() == core::ErrorKind::Conflict) {
    run.swapping = false;
    co_return co_await startAnew(state);
  }
  if (!finished) co_return finished.error();
  context_.embedder.serveConfigured();
  auto used = co_await context_.records.useEmbedder(state.digest);
  if (!used) co_return used.error();
  auto adopted = co_await adoption_.adoptConfigured();
  if (!adopted) co_return adopted.error();
  run.swapping = false;
  co_return co_await calibration_.prepare();
}

ports::Task<void> IndexRebuild::startAnew(State& state) {
  // The second index is lost: nothing was swapped.
  adoption_.endSwap();
  state.after.reset();
  state.phase = Phase::Scan;
  auto noted = co_await note(state);
  if (!noted) co_return noted.error();
  co_return core::Error(core::ErrorKind::Unavailable, "what was built of the new index is lost: it is built again");
}

ports::Task<void> IndexRebuild::fillSecond(const State& state, std::size_t dimensions) {
  auto begun = co_await context_.index.beginRebuild(state.name, dimensions);
  if (!begun) co_return begun.error();
  indexer_.fillSecondToo(true);
  EntryTaker take = [this](std::vector<ports::IndexEntry> entries) { return context_.index.upsertRebuilt(std::move(entries)); };
  auto outcome = co_await loadEntries(context_, std::move(take));
  indexer_.fillSecondToo(false);
  co_return outcome;
}

}  // namespace learnd::services
