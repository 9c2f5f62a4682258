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

ports::Task<RebuildCounts> IndexRebuild::run(JobControl& control) {
  while (true) {
    auto counts = co_await attempt(control);
    if (counts || control.cancelled || !Indexer::isOutage(counts.error().kind())) co_return counts;
    // How far it came is noted: it goes on from there.
    co_await pause(kOutagePause);
  }
}

ports::Task<RebuildCounts> IndexRebuild::attempt(JobControl& control) {
  const auto embedder = context_.embedder.configured();
  auto identity = co_await embedder->identity();
  if (!identity) co_return identity.error();
  RebuildCounts counts;
  auto state = co_await begin(*identity);
  if (!state) co_return state.error();
  if (state->phase == Phase::Scan) {
    auto scanned = co_await scan(*state, counts, control);
    if (!scanned && control.cancelled) (void)co_await forget();
    if (!scanned) co_return scanned.error();
  }
  auto scaled = co_await calibration_.measureAhead(embedder);
  if (!scaled) co_return scaled.error();
  state->phase = Phase::Swap;
  auto noted = co_await note(*state);
  if (!noted) co_return noted.error();
  auto swapped = co_await swap(*state, identity->dimensions);
  if (!swapped) co_return swapped.error();
  auto finished = co_await context_.records.saveNote(kNote, "");
  if (!finished) co_return finished.error();
  // What changed while it was built, by whichever daemon, is found and repaired.
  auto verified = co_await verification_.run(false, control);
  if (!verified) co_return verified.error();
  counts.verified = *verified;
  co_return counts;
}

ports::Task<bool> IndexRebuild::isUnfinished() {
  auto text = co_await context_.records.note(kNote);
  if (!text) co_return text.error();
  co_return !text->empty();
}

ports::Task<void> IndexRebuild::forget() {
  auto dropped = co_await context_.index.dropRebuild();
  if (!dropped) co_return dropped.error();
  co_return co_await context_.records.saveNote(kNote, "");
}

ports::Task<IndexRebuild::State> IndexRebuild::begin(const ports::EmbedderIdentity& identity) {
  State state;
  state.digest = adoption_.digestOf(identity);
  state.name = context_.ids.next(context_.clock.now()).text();
  auto text = co_await context_.records.note(kNote);
  if (!text) co_return text.error();
  const auto value = json::parse(*text);
  const json::Value* digest = value && value->asObject() ? value->find("digest") : nullptr;
  if (digest && digest->asText() && *digest->asText() == state.digest) {
    // Goes on where an earlier run of it ended.
    json::ObjectReader reader(*value);
    state.name = reader.text("name", 100).value_or(state.name);
    state.after = core::LearningId::parse(reader.text("after", 100).value_or(""));
    state.phase = reader.text("phase", 100).value_or("") == "swap" ? Phase::Swap : Phase::Scan;
  }
  if (!context_.index.keepsVectorsInStore() && state.phase == Phase::Scan) {
    auto begun = co_await context_.index.beginRebuild(state.name, identity.dimensions);
    if (!begun) co_return begun.error();
  }
  auto noted = co_await note(state);
  if (!noted) co_return noted.error();
  co_return state;
}

ports::Task<void> IndexRebuild::note(State state) {
  json::Value value;
  value.set("digest", state.digest);
  value.set("name", state.name);
  if (state.after) value.set("after", state.after->text());
  value.set("phase", state.phase == Phase::Swap ? "swap" : "scan");
  co_return co_await context_.records.saveNote(kNote, json::write(value));
}

ports::Task<void> IndexRebuild::scan(State& state, RebuildCounts& counts, JobControl& control) {
  auto total = co_await context_.records.counts();
  if (!total) co_return total.error();
  const auto all = static_cast<double>(std::max<std::uint64_t>(1, total->learnings));
  while (true) {
    if (control.cancelled) co_return cancelled();
    auto page = co_await context_.records.scanActive(state.after, kPage);
    if (!page) co_return page.error();
    if (page->empty()) co_return ports::Result<void>();
    state.after = page->back().learning.id;
    auto rebuilt = co_await rebuildPage(state, std::move(*page), counts, control);
    if (!rebuilt) co_return rebuilt.error();
    auto noted = co_await note(state);
    if (!noted) co_return noted.error();
    // The rest of the way is the swap and the comparison.
    control.progress = std::min(0.9, 0.9 * static_cast<double>(counts.embedded + counts.refused) / all);
  }
}

ports::Task<void> IndexRebuild::rebuildPage(const State& state, std::vector<ports::StoredEntry> page, RebuildCounts& counts,
                                            const JobControl& control) {
  std::vector<std::string> texts;
  for (const auto& entry : page) texts.push_back(embeddedText(entry.learning));
  auto embedded = co_await embedAll(std::move(texts), control);
  if (!embedded) co_return embedded.error();
  const bool keeps = context_.index.keepsVectorsInStore();
  std::vector<ports::IndexEntry> entries;
  std::vector<ports::IndexedEntry> saved;
  for (std::size_t i = 0; i < page.size(); ++i) {
    auto& made = (*embedded)[i];
    const core::Learning& learning = page[i].learning;
    ++(made ? counts.embedded : counts.refused);
    if (!keeps) entries.push_back(indexer_.entryFor(learning, made ? std::optional(made->vector) : std::nullopt));
    if (made)
      saved.push_back({learning.id, learning.revision, keeps ? std::optional(std::move(made->vector)) : std::nullopt, made->clipped});
  }
  if (!entries.empty()) {
    auto taken = co_await context_.index.upsertRebuilt(std::move(entries));
    if (!taken) co_return taken.error();
  }
  co_return co_await context_.records.saveVectors(state.digest, std::move(saved));
}

ports::Task<std::vector<std::optional<ports::Embedding>>> IndexRebuild::embedAll(std::vector<std::string> texts,
                                                                                 const JobControl& control) {
  const auto embedder = context_.embedder.configured();
  std::vector<std::optional<ports::Embedding>> all;
  std::size_t many = kTexts;
  while (all.size() < texts.size()) {
    if (control.cancelled) co_return cancelled();
    const std::size_t end = std::min(texts.size(), all.size() + many);
    std::vector<std::string> some(texts.begin() + static_cast<std::ptrdiff_t>(all.size()),
                                  texts.begin() + static_cast<std::ptrdiff_t>(end));
    const std::size_t count = some.size();
    auto embedded = co_await embedder->embed(std::move(some), ports::Priority::Background);
    if (embedded) {
      for (auto& one : *embedded) all.emplace_back(std::move(one));
      many = kTexts;
    } else if (Indexer::isOutage(embedded.error().kind())) {
      co_await pause(kOutagePause);
    } else if (count > 1) {
      many = 1;  // one text can fail a whole batch
    } else {
      all.emplace_back(std::nullopt);
    }
  }
  co_return all;
}

ports::Task<void> IndexRebuild::swap(const State& state, std::size_t dimensions) {
  const Indexer::Hold hold(indexer_);
  co_await indexer_.untilStill();
  if (context_.index.keepsVectorsInStore()) {
    auto used = co_await context_.records.useEmbedder(state.digest);
    if (!used) co_return used.error();
    auto filled = co_await fillSecond(state, dimensions);
    if (!filled) co_return filled.error();
  }
  auto finished = co_await context_.index.finishRebuild();
  // A conflict: it was swapped before a crash.
  if (!finished && finished.error().kind() != core::ErrorKind::Conflict) co_return finished.error();
  context_.embedder.serveConfigured();
  auto used = co_await context_.records.useEmbedder(state.digest);
  if (!used) co_return used.error();
  auto adopted = co_await adoption_.adoptConfigured();
  if (!adopted) co_return adopted.error();
  co_return co_await calibration_.prepare();
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
