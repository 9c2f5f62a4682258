#include "adapters/embedded_index/embedded_index.hpp"

#include "adapters/embedded_index/kernels.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <shared_mutex>
#include <string>
#include <type_traits>
#include <utility>

namespace learnd::embedded_index {

namespace {

/// Entries that go in at a turn: under a millisecond in which searches wait.
constexpr std::size_t kTurn = 64;

/// What a job throws (no memory) is an error of the call.
template <class Job>
auto guarded(Job job) {
  return [job = std::move(job)]() mutable -> std::invoke_result_t<Job&> {
    try {
      return job();
    } catch (const std::exception& failure) {
      return core::Error(core::ErrorKind::Internal, std::string("the index failed: ") + failure.what());
    }
  };
}

}  // namespace

/// Memory for the scores of a search, used again by the next.
class EmbeddedIndex::Scores {
 public:
  explicit Scores(EmbeddedIndex& owner) : owner_(owner) {
    const std::lock_guard lock(owner_.spareMutex_);
    if (owner_.spareScores_.empty()) return;
    values_ = std::move(owner_.spareScores_.back());
    owner_.spareScores_.pop_back();
  }
  ~Scores() {
    const std::lock_guard lock(owner_.spareMutex_);
    owner_.spareScores_.push_back(std::move(values_));
  }
  Scores(const Scores&) = delete;
  Scores& operator=(const Scores&) = delete;

  [[nodiscard]] std::vector<float>& values() { return values_; }

 private:
  EmbeddedIndex& owner_;
  std::vector<float> values_;
};

ports::Task<void> EmbeddedIndex::upsert(std::vector<ports::IndexEntry> entries) {
  std::vector<std::size_t> sizes;
  for (const auto& entry : entries) {
    if (entry.vector) sizes.push_back(entry.vector->size());
  }
  if (!sizes.empty()) {
    auto check = guarded([this, sizes = std::move(sizes)] { return checkDimensions(sizes); });
    auto checked = co_await pool_.run(std::move(check));
    if (!checked) co_return checked.error();
  }
  for (auto next = entries.begin(); next != entries.end();) {
    const auto end = next + std::min<std::ptrdiff_t>(kTurn, entries.end() - next);
    std::vector<ports::IndexEntry> turn(std::make_move_iterator(next), std::make_move_iterator(end));
    next = end;
    auto job = guarded([this, turn = std::move(turn)]() mutable { return takeIn(std::move(turn)); });
    auto taken = co_await pool_.run(std::move(job));
    if (!taken) co_return taken.error();
  }
  co_return core::Result<void>();
}

ports::Task<void> EmbeddedIndex::remove(std::vector<core::LearningId> ids) {
  auto job = guarded([this, ids = std::move(ids)]() -> core::Result<void> {
    for (const auto& id : ids) {
      const std::unique_lock lock(mutex_);
      index_.remove(id);
    }
    return {};
  });
  co_return co_await pool_.run(std::move(job));
}

ports::Task<ports::IndexAnswer> EmbeddedIndex::search(ports::IndexQuery query) {
  auto job = guarded([this, query = std::move(query)]() mutable { return find(std::move(query)); });
  co_return co_await pool_.run(std::move(job));
}

ports::Task<void> EmbeddedIndex::useDimensions(std::size_t dimensions) {
  auto job = guarded([this, dimensions]() -> core::Result<void> {
    const std::unique_lock lock(mutex_);
    index_.useDimensions(dimensions);
    return {};
  });
  co_return co_await pool_.run(std::move(job));
}

ports::Task<ports::IndexStatus> EmbeddedIndex::status() {
  auto job = guarded([this]() -> core::Result<ports::IndexStatus> {
    const std::shared_lock lock(mutex_);
    ports::IndexStatus status{true, "", index_.entries(), index_.vectors()};
    status.detail = "in memory, " + std::to_string(index_.dimensions()) + " dimensions, " + kernels::instructionSet();
    return status;
  });
  co_return co_await pool_.run(std::move(job));
}

core::Result<void> EmbeddedIndex::checkDimensions(const std::vector<std::size_t>& sizes) {
  const std::shared_lock lock(mutex_);
  const std::size_t dimensions = index_.dimensions() == 0 ? sizes.front() : index_.dimensions();
  const auto other = std::find_if(sizes.begin(), sizes.end(), [dimensions](std::size_t size) { return size != dimensions; });
  if (other == sizes.end()) return {};
  return core::Error(core::ErrorKind::InvalidInput,
                     "a vector of " + std::to_string(*other) + " dimensions in an index of " + std::to_string(dimensions));
}

core::Result<void> EmbeddedIndex::takeIn(std::vector<ports::IndexEntry> entries) {
  std::vector<bool> known;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& entry : entries) known.push_back(index_.hasWords(entry.id, hashOfWords(entry.words)));
  }
  std::vector<PreparedEntry> prepared;
  prepared.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) prepared.push_back(prepare(std::move(entries[i]), !known[i]));
  const std::unique_lock lock(mutex_);
  for (auto& entry : prepared) index_.upsert(std::move(entry));
  return {};
}

core::Result<ports::IndexAnswer> EmbeddedIndex::find(ports::IndexQuery query) {
  const PreparedQuery prepared(std::move(query));
  Scores scores(*this);
  const std::shared_lock lock(mutex_);
  return index_.search(prepared, scores.values());
}

}  // namespace learnd::embedded_index
