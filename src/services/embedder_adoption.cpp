#include "services/embedder_adoption.hpp"

#include "services/calibration_service.hpp"
#include "support/log.hpp"

#include <utility>

namespace learnd::services {

namespace {

const char* const kSourceNote = "embedder";  // what the embedder of the index in use was configured as
constexpr std::size_t kSample = 100;         // learnings that an index is asked for to see whether it is the one that they went into
const std::string kPlaceMark = " ";          // between a model's digest and the place of the index

/// The digest of a model and the place of an index.
std::pair<std::string, std::string> partsOf(const std::string& digest) {
  const std::size_t mark = digest.find(kPlaceMark);
  if (mark == std::string::npos) return {digest, {}};
  return {digest.substr(0, mark), digest.substr(mark + kPlaceMark.size())};
}

}  // namespace

std::string EmbedderAdoption::digestOf(const ports::EmbedderIdentity& identity) const {
  const std::string place = context_.index.place();
  return CalibrationService::vectorsDigest(identity) + (place.empty() ? "" : kPlaceMark + place);
}

ports::Task<void> EmbedderAdoption::adopt() {
  auto identity = co_await context_.embedder.identity();
  if (!identity) co_return identity.error();
  std::string digest = digestOf(*identity);
  if (digest == adopted_) co_return ports::Result<void>();
  auto used = co_await context_.records.usedEmbedder();
  if (!used) co_return used.error();
  if (*used && !(*used)->empty() && partsOf(**used).second == context_.index.place()) {
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
  if (*used && **used != digest && context_.embedder.servesConfigured()) {
    auto answering = co_await adoptEarlier(**used, std::move(digest));
    if (!answering) co_return answering.error();
    digest = std::move(*answering);
    identity = co_await context_.embedder.identity();
    if (!identity) co_return identity.error();
  }
  auto dropped = co_await context_.records.useEmbedder(digest);
  if (!dropped) co_return dropped.error();
  if (*dropped > 0) {
    const bool isSameModel = *used && partsOf(**used).first == partsOf(digest).first;
    support::log::info(
        isSameModel ? "vectors of another index are made anew in this one" : "vectors of another model are dropped and made anew",
        {{"MODEL", identity->model}, {"INDEX", context_.index.place()}, {"VECTORS", std::to_string(*dropped)}});
  }
  auto dimensions = co_await context_.index.useDimensions(identity->dimensions);
  if (!dimensions) co_return dimensions.error();
  if (context_.embedder.servesConfigured()) {
    auto noted = co_await context_.records.saveNote(kSourceNote, context_.embedder.source().write());
    if (!noted) co_return noted.error();
  }
  adopted_ = std::move(digest);
  if (!context_.embedder.servesConfigured()) co_return co_await rebuildForConfigured();
  co_return ports::Result<void>();
}

ports::Task<bool> EmbedderAdoption::isIndexLost() {
  // One that the record store fills at each start has nothing yet.
  if (!adopted_.empty() || context_.index.keepsVectorsInStore()) co_return false;
  auto oldest = co_await context_.records.scanActive(std::nullopt, kSample);
  if (!oldest) co_return oldest.error();
  std::vector<core::LearningId> ids;
  for (const auto& entry : *oldest) {
    if (entry.learning.indexed) ids.push_back(entry.learning.id);
  }
  // The outbox works from the oldest on: with none of these in it, it is being filled.
  if (ids.empty()) co_return false;
  auto found = co_await context_.index.find(std::move(ids));
  if (!found) co_return found.error();
  co_return found->empty();
}

ports::Task<void> EmbedderAdoption::rebuildForConfigured() {
  if (!onOtherModel_ || rebuildBegun_) co_return ports::Result<void>();
  support::log::info("another model is configured: the index is rebuilt for it",
                     {{"MODEL", context_.embedder.source().model},
                      {"SERVES_MEANWHILE", context_.embedder.servesConfigured() ? "words" : "the earlier model"}});
  auto begun = co_await onOtherModel_();
  if (begun) rebuildBegun_ = true;
  co_return begun;
}

ports::Task<std::string> EmbedderAdoption::adoptEarlier(std::string earlier, std::string configured) {
  const auto [earlierModel, earlierPlace] = partsOf(earlier);
  // Another index is empty: all goes in anew, whichever model made what is in the earlier one.
  if (earlierPlace != context_.index.place()) co_return configured;
  auto text = co_await context_.records.note(kSourceNote);
  if (!text) co_return text.error();
  const auto source = EmbedderSource::read(*text);
  bool answers = false;
  if (source) {
    auto served = co_await context_.embedder.serveEarlier(*source, earlierModel);
    answers = served && *served;
  }
  // Without the earlier model the vectors in memory are of no use: words serve, and the outbox makes new ones.
  if (!answers && context_.index.keepsVectorsInStore()) co_return configured;
  if (answers) co_return earlier;
  auto begun = co_await rebuildForConfigured();
  if (!begun) co_return begun.error();
  co_return ports::Error(ports::ErrorKind::Unavailable, "the index is being rebuilt for another model: words serve until it is whole");
}

ports::Task<void> EmbedderAdoption::adoptConfigured() {
  auto identity = co_await context_.embedder.identity();
  if (!identity) co_return identity.error();
  adopted_ = digestOf(*identity);
  rebuildBegun_ = false;
  co_return co_await context_.records.saveNote(kSourceNote, context_.embedder.source().write());
}

}  // namespace learnd::services
