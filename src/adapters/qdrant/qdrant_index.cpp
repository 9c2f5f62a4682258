#include "adapters/qdrant/qdrant_index.hpp"

#include "adapters/qdrant/facets.hpp"
#include "adapters/qdrant/names.hpp"
#include "support/gather.hpp"

#include <chrono>
#include <utility>

namespace learnd::qdrant {

namespace {

using namespace std::chrono_literals;
using core::Error;
using core::ErrorKind;
using json::Value;

constexpr auto kProbeTime = 1s;

/// What leaves the adapter: a collection that is gone although the catalogue was read again is no fault of the caller, nor is our key, and
/// what we sent wrong is ours. For the guard a key that is refused is an answer: asking again changes nothing, and a probe needs none.
template <class T>
ports::Task<T> outward(ports::Task<T> call) {
  try {
    auto result = co_await std::move(call);
    if (result) co_return result;
    const Error error = result.error();
    if (error.kind() == ErrorKind::NotFound || error.kind() == ErrorKind::PermissionDenied)
      co_return Error(ErrorKind::Unavailable, error.message());
    const bool isOurs = error.kind() == ErrorKind::InvalidInput && error.message().starts_with("Qdrant at");
    if (isOurs) co_return Error(ErrorKind::Internal, error.message());
    co_return error;
  } catch (const std::exception& failure) {
    co_return Error(ErrorKind::Internal, std::string("the index failed: ") + failure.what());
  }
}

Value copyFilter(bool withVector) {
  Value filter;
  filter.set("must_not", Value(Value::Array{anyFacet({std::string(kCopyFacet)})}));
  if (!withVector) return filter;
  Value hasVector;
  hasVector.set("has_vector", Value(""));
  filter.set("must", Value(Value::Array{std::move(hasVector)}));
  return filter;
}

std::string listOf(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) list.append(list.empty() ? "" : ", ").append(name);
  return list;
}

std::vector<std::string> adviceOf(const Holdings& holdings, const std::string& url) {
  std::vector<std::string> advice;
  for (const auto& [category, problem] : holdings.outdated) advice.push_back(problem);
  if (holdings.inTheWay.empty()) return advice;
  advice.push_back("Qdrant has " + listOf(holdings.inTheWay) +
                   ", which learnd did not make and leaves alone; its own collections have no alias of that name. To take over: `learnctl "
                   "import --from-qdrant " +
                   url + "`, see that all is there, then delete them. To keep both: set index.prefix");
  return advice;
}

}  // namespace

QdrantIndex::QdrantIndex(QdrantSettings settings, support::BlockingPool& pool)
    : pool_(pool),
      api_(std::move(settings.url), std::move(settings.apiKey)),
      catalogue_(api_, std::move(settings.prefix)),
      flatten_(settings.flatten),
      guard_("Qdrant", [this] { return api_.ready(kProbeTime); }) {}

ports::Task<void> QdrantIndex::upsert(std::vector<ports::IndexEntry> entries) {
  auto shared = std::make_shared<const std::vector<ports::IndexEntry>>(std::move(entries));
  co_return co_await outward(guard_.run(write(std::move(shared), Side::Serving)));
}

ports::Task<void> QdrantIndex::upsertRebuilt(std::vector<ports::IndexEntry> entries) {
  if (!rebuild_) co_return Error(ErrorKind::Conflict, "no second index was begun");
  auto shared = std::make_shared<const std::vector<ports::IndexEntry>>(std::move(entries));
  co_return co_await outward(guard_.run(write(std::move(shared), Side::Built)));
}

ports::Task<void> QdrantIndex::remove(std::vector<core::LearningId> ids) {
  co_return co_await outward(guard_.run(removeAll(std::move(ids))));
}

ports::Task<ports::IndexAnswer> QdrantIndex::search(ports::IndexQuery query) {
  auto shared = std::make_shared<const ports::IndexQuery>(std::move(query));
  co_return co_await outward(guard_.run(answer(std::move(shared))));
}

ports::Task<void> QdrantIndex::useDimensions(std::size_t dimensions) {
  co_return co_await outward(guard_.run(adoptDimensions(dimensions)));
}

ports::Task<std::vector<ports::HeldEntry>> QdrantIndex::find(std::vector<core::LearningId> ids) {
  co_return co_await outward(guard_.run(findAll(std::move(ids))));
}

ports::Task<ports::HeldPage> QdrantIndex::held(std::string place, std::size_t limit) {
  co_return co_await outward(guard_.run(heldPage(std::move(place), limit)));
}

ports::Task<void> QdrantIndex::beginRebuild(std::string name, std::size_t dimensions) {
  Rebuild rebuild{std::move(name), dimensions};
  co_return co_await outward(guard_.run(startRebuild(std::move(rebuild))));
}

ports::Task<void> QdrantIndex::finishRebuild() {
  if (!rebuild_) co_return Error(ErrorKind::Conflict, "no second index was begun");
  co_return co_await outward(guard_.run(serveRebuilt()));
}

ports::Task<void> QdrantIndex::dropRebuild() { co_return co_await outward(guard_.run(abandonRebuild())); }

ports::Task<ports::IndexStatus> QdrantIndex::status() {
  if (!guard_.allows()) {
    ports::IndexStatus down;
    down.detail = guard_.refusal().message();
    co_return down;
  }
  auto status = co_await outward(guard_.run(describe()));
  if (status) co_return status;
  ports::IndexStatus down;
  down.detail = status.error().message();
  co_return down;
}

ports::Task<void> QdrantIndex::adoptDimensions(std::size_t dimensions) {
  auto turn = co_await turns_.take(support::SharedTurns::Kind::Alone);
  if (!turn) co_return turn.error();
  auto holdings = co_await catalogue_.freshView();
  if (!holdings) co_return holdings.error();
  for (const auto& [category, collection] : (*holdings)->serving) {
    if (collection.dimensions == dimensions) continue;
    auto changed = co_await catalogue_.changeDimensions(collection, dimensions);
    if (!changed) co_return changed.error();
  }
  dimensions_ = dimensions;
  co_return core::Result<void>();
}

ports::Task<void> QdrantIndex::startRebuild(Rebuild rebuild) {
  auto turn = co_await turns_.take(support::SharedTurns::Kind::Alone);
  if (!turn) co_return turn.error();
  auto dropped = co_await catalogue_.dropOthers(rebuild.name);
  if (!dropped) co_return dropped.error();
  rebuild_ = std::move(rebuild);
  co_return core::Result<void>();
}

ports::Task<void> QdrantIndex::serveRebuilt() {
  auto turn = co_await turns_.take(support::SharedTurns::Kind::Alone);
  if (!turn) co_return turn.error();
  auto finished = co_await catalogue_.finishRebuild(rebuild_->name);
  if (!finished) co_return finished.error();
  dimensions_ = rebuild_->dimensions;
  rebuild_.reset();
  co_return core::Result<void>();
}

ports::Task<void> QdrantIndex::abandonRebuild() {
  auto turn = co_await turns_.take(support::SharedTurns::Kind::Alone);
  if (!turn) co_return turn.error();
  auto dropped = co_await catalogue_.dropOthers("");
  if (!dropped) co_return dropped.error();
  rebuild_.reset();
  co_return core::Result<void>();
}

ports::Task<ports::IndexStatus> QdrantIndex::describe() {
  auto holdings = co_await catalogue_.view();
  if (!holdings) co_return holdings.error();
  std::vector<ports::Task<std::uint64_t>> counting;
  for (const auto& [category, collection] : (*holdings)->serving) {
    counting.push_back(countPoints(api_, collection.name, copyFilter(false)));
    counting.push_back(countPoints(api_, collection.name, copyFilter(true)));
  }
  const auto counts = co_await support::gather(std::move(counting), kAtOnce);
  ports::IndexStatus status;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (!counts[i] && counts[i].error().kind() == ErrorKind::NotFound) catalogue_.forget();
    if (!counts[i]) co_return counts[i].error();
    (i % 2 == 0 ? status.entries : status.vectors) += *counts[i];
  }
  status.up = true;
  status.version = (*holdings)->version.text();
  status.dimensions = (*holdings)->dimensions();
  status.detail = "Qdrant " + status.version + " at " + api_.url() + ", " + std::to_string((*holdings)->serving.size()) + " collections";
  status.advice = adviceOf(**holdings, api_.url());
  co_return status;
}

}  // namespace learnd::qdrant
