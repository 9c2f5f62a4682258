#include "services/embedder_adoption.hpp"

#include "services/calibration_service.hpp"
#include "support/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <set>
#include <utility>

namespace learnd::services {

namespace {

using namespace std::chrono_literals;

constexpr auto kSwapWait = 2s;  // that a search waits for a swap: most take milliseconds
constexpr auto kSwapLook = 2ms;
const char* const kSourceNote = "embedder";  // what the embedder of the index in use was configured as
constexpr std::size_t kSample = 100;         // learnings that an index is asked for to see whether it is the one that they went into
const std::string kPlaceMark = " ";          // between a model's digest and the place of the index

/// The digest of a model and the place of an index.
std::pair<std::string, std::string> partsOf(const std::string& digest) {
  const std::size_t mark = digest.find(kPlaceMark);
  if (mark == std::string::npos) return {digest, {}};
  return {digest.substr(0, mark), digest.substr(mark + kPlaceMark.size())};
}

ports::Error unavailable(std::string why) { return {ports::ErrorKind::Unavailable, std::move(why)}; }

}  // namespace

std::string EmbedderAdoption::digestOf(const ports::EmbedderIdentity& identity) const {
  const std::string place = context_.index.place();
  return CalibrationService::vectorsDigest(identity) + (place.empty() ? "" : kPlaceMark + place);
}

ports::Task<void> EmbedderAdoption::adopt() {
  if (swapping_) co_return unavailable("the index is being swapped for another model: words serve meanwhile");
  auto identity = co_await context_.embedder.identity();
  const std::string serving = identity ? digestOf(*identity) : std::string();
  // Nobody else changes an unshared store.
  if (identity && serving == adopted_ && !context_.records.isShared()) co_return ports::Result<void>();
  auto used = co_await context_.records.usedEmbedder();
  // A record store that is down says so elsewhere; what was adopted is no worse for it.
  if (!used && identity && serving == adopted_) co_return ports::Result<void>();
  if (!used) co_return used.error();
  if (identity && serving == adopted_ && *used == serving) co_return ports::Result<void>();
  if (!context_.embedder.servesConfigured()) {
    auto turned = co_await useConfiguredWhere(used->value_or(""), serving);
    if (!turned) co_return turned.error();
    identity = co_await context_.embedder.identity();
  }
  if (!identity) co_return identity.error();
  std::string digest = digestOf(*identity);
  if (!isLookedThrough_ && *used && !(*used)->empty() && partsOf(**used).second == context_.index.place()) {
    auto lost = co_await isIndexLost();
    if (!lost) co_return lost.error();
    if (*lost) {
      support::log::warning("the index has nothing of what was put into it: it is another one, or was emptied; all goes in anew",
                            {{"INDEX", context_.index.place()}});
      // What was in it belongs to an index that has no place any more.
      *used = partsOf(**used).first;
      auto forgotten = co_await context_.records.useEmbedder(**used);
      if (!forgotten) co_return forgotten.error();
    }
  }
  if (context_.embedder.servesConfigured()) follows_ = configured_ == digest && *used && **used != digest;
  adopted_.clear();
  if (*used && **used != digest && context_.embedder.servesConfigured()) {
    auto answering = co_await adoptEarlier(**used, std::move(digest));
    if (!answering) co_return answering.error();
    digest = std::move(*answering);
    identity = co_await context_.embedder.identity();
    if (!identity) co_return identity.error();
  }
  const bool isSameModel = *used && partsOf(**used).first == partsOf(digest).first;
  co_return co_await take(std::move(digest), std::move(*identity), isSameModel);
}

ports::Task<void> EmbedderAdoption::take(std::string digest, ports::EmbedderIdentity identity, bool isSameModel) {
  auto dropped = co_await context_.records.useEmbedder(digest);
  if (!dropped) co_return dropped.error();
  if (*dropped > 0) {
    support::log::info(
        isSameModel ? "vectors of another index are made anew in this one" : "vectors of another model are dropped and made anew",
        {{"MODEL", identity.model}, {"INDEX", context_.index.place()}, {"VECTORS", std::to_string(*dropped)}});
  }
  auto dimensions = co_await context_.index.useDimensions(identity.dimensions);
  if (!dimensions) co_return dimensions.error();
  if (context_.embedder.servesConfigured() && !follows_) {
    auto noted = co_await context_.records.saveNote(kSourceNote, context_.embedder.source().write());
    if (!noted) co_return noted.error();
    configured_ = digest;
    rebuildBegun_ = false;
  }
  adopted_ = std::move(digest);
  if (follows_) co_return ports::Result<void>();
  if (!context_.embedder.servesConfigured()) co_return co_await rebuildForConfigured("another model is configured");
  co_return co_await lookAtWords();
}

ports::Task<void> EmbedderAdoption::useConfiguredWhere(std::string used, std::string serving) {
  auto configured = co_await context_.embedder.configured()->identity();
  const bool isWhole = configured && used == digestOf(*configured);
  const bool isGone = !serving.empty() && used != serving;
  if (!isWhole && !isGone) co_return ports::Result<void>();
  context_.embedder.serveConfigured();
  if (isWhole) {
    support::log::info("another daemon has rebuilt the index: the configured model serves", {{"MODEL", context_.embedder.source().model}});
  }
  co_return ports::Result<void>();
}

ports::Task<bool> EmbedderAdoption::isIndexLost() {
  // One that the record store fills at each start has nothing yet.
  if (context_.index.keepsVectorsInStore()) co_return false;
  auto oldest = co_await context_.records.scanActive(std::nullopt, kSample);
  if (!oldest) co_return oldest.error();
  ports::LearningFilter active;
  active.statuses = {core::Status::Active};
  auto newest = co_await context_.records.list(std::move(active), ports::ListOrder::Time, std::nullopt, kSample);
  if (!newest) co_return newest.error();
  std::set<core::LearningId> sample;
  for (const auto& entry : *oldest) {
    if (entry.learning.indexed) sample.insert(entry.learning.id);
  }
  for (const auto& learning : newest->learnings) {
    if (learning.indexed && learning.ownsIndexEntry) sample.insert(learning.id);
  }
  isLookedThrough_ = sample.empty();
  if (sample.empty()) co_return false;
  auto status = co_await context_.index.status();
  if (!status) co_return status.error();
  // Words of other rules are not looked through: what is under them is made anew by a rebuild.
  isLookedThrough_ = status->up && status->wordsOutdated;
  if (status->wordsOutdated) co_return false;
  std::vector<core::LearningId> ids(sample.begin(), sample.end());
  auto found = co_await context_.index.find(std::move(ids));
  if (!found) co_return found.error();
  // Where it is lost, that is found again until it is noted.
  isLookedThrough_ = !found->empty();
  // An earlier state of itself, as from a backup: what it lacks is found by a comparison with all records.
  if (!found->empty() && found->size() < sample.size() && onLack_) {
    auto begun = co_await onLack_();
    if (!begun) co_return begun.error();
  }
  co_return found->empty();
}

ports::Task<void> EmbedderAdoption::lookAtWords() {
  if (wordsSeen_) co_return ports::Result<void>();
  auto status = co_await context_.index.status();
  if (!status) co_return status.error();
  if (!status->up) co_return ports::Result<void>();
  wordsSeen_ = true;
  if (!status->wordsOutdated) co_return ports::Result<void>();
  co_return co_await rebuildForConfigured("the index has words of another version of learnd");
}

ports::Task<void> EmbedderAdoption::rebuildForConfigured(std::string why) {
  if (!onOtherModel_ || rebuildBegun_) co_return ports::Result<void>();
  support::log::info(why + ": the index is rebuilt for it",
                     {{"MODEL", context_.embedder.source().model},
                      {"SERVES_MEANWHILE", !context_.embedder.servesConfigured() ? "the earlier model"
                                           : adopted_.empty()                    ? "words"
                                                                                 : "the same model"}});
  auto begun = co_await onOtherModel_();
  if (begun) rebuildBegun_ = true;
  co_return begun;
}

ports::Task<std::string> EmbedderAdoption::adoptEarlier(std::string earlier, std::string configured) {
  const auto [earlierModel, earlierPlace] = partsOf(earlier);
  if (earlierPlace != context_.index.place()) {
    // Another index is empty: all goes in anew, whichever model made what is in the earlier one.
    if (!follows_) co_return configured;
    co_return unavailable("another daemon puts the vectors of this record store into another index: words serve here");
  }
  auto text = co_await context_.records.note(kSourceNote);
  if (!text) co_return text.error();
  const auto source = EmbedderSource::read(*text);
  bool answers = false;
  if (source) {
    auto served = co_await context_.embedder.serveEarlier(*source, earlierModel);
    answers = served && *served;
  }
  if (answers) co_return earlier;
  if (follows_) {
    // A rebuild of its own would only make the other one do the same again.
    co_return unavailable(
        "another daemon has rebuilt the index for a model that this one does not have: words serve here until all daemons "
        "have the same configuration");
  }
  // Without the earlier model the vectors in memory are of no use: words serve, and the outbox makes new ones.
  if (context_.index.keepsVectorsInStore()) co_return configured;
  auto begun = co_await rebuildForConfigured("another model is configured");
  if (!begun) co_return begun.error();
  co_return unavailable("the index is being rebuilt for another model: words serve until it is whole");
}

void EmbedderAdoption::beginSwap(const std::string& digest) {
  if (digest == adopted_) return;
  if (!swapping_) swapBegan_ = std::chrono::steady_clock::now();
  swapping_ = true;
  adopted_.clear();
}

boost::asio::awaitable<void> EmbedderAdoption::untilSwapped() {
  if (!swapping_) co_return;
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  while (swapping_ && std::chrono::steady_clock::now() - swapBegan_ < kSwapWait) {
    timer.expires_after(kSwapLook);
    const auto [cancelled] = co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (cancelled) co_return;
  }
}

ports::Task<void> EmbedderAdoption::check() {
  auto identity = co_await context_.embedder.identity();
  if (!identity) co_return identity.error();
  if (!adopted_.empty() && partsOf(adopted_).first == CalibrationService::vectorsDigest(*identity)) co_return ports::Result<void>();
  if (!adopted_.empty() && onStranger_) onStranger_();
  co_return ports::Error(ports::ErrorKind::Conflict, "the model that answers is not the one that the index was made with");
}

ports::Task<void> EmbedderAdoption::adoptConfigured() {
  auto identity = co_await context_.embedder.identity();
  if (!identity) co_return identity.error();
  adopted_ = digestOf(*identity);
  configured_ = adopted_;
  if (loaded_) loaded_ = adopted_;
  swapping_ = false;
  follows_ = false;
  rebuildBegun_ = false;
  co_return co_await context_.records.saveNote(kSourceNote, context_.embedder.source().write());
}

}  // namespace learnd::services
