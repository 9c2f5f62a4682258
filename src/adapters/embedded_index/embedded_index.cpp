#include "adapters/embedded_index/embedded_index.hpp"

#include "adapters/embedded_index/kernels.hpp"

#include <algorithm>
#include <charconv>
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

/// Bytes of an entry's words up to which it is taken in on the caller's thread: taking that much apart costs about what the way to another
/// thread and back does.
constexpr std::size_t kSmallWords = 4096;

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

core::Error noRebuild() { return core::Error(core::ErrorKind::Conflict, "no second index was begun"); }

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

ports::Task<void> EmbeddedIndex::upsert(std::vector<ports::IndexEntry> entries) { return put(Target::Serving, std::move(entries)); }

ports::Task<void> EmbeddedIndex::put(Target target, std::vector<ports::IndexEntry> entries) {
  if (entries.size() == 1 && entries.front().words.size() <= kSmallWords) {
    auto small = guarded([this, target, &entries] { return takeInAtOnce(target, entries.front()); });
    auto taken = small();
    if (!taken) co_return taken.error();
    if (*taken) co_return core::Result<void>();
  }
  std::vector<std::size_t> sizes;
  for (const auto& entry : entries) {
    if (entry.vector) sizes.push_back(entry.vector->size());
  }
  if (!sizes.empty()) {
    auto check = guarded([this, target, sizes = std::move(sizes)] {
      const std::shared_lock lock(mutex_);
      return checkDimensions(target, sizes);
    });
    auto checked = co_await pool_.run(std::move(check));
    if (!checked) co_return checked.error();
  }
  for (auto next = entries.begin(); next != entries.end();) {
    const auto end = next + std::min<std::ptrdiff_t>(kTurn, entries.end() - next);
    std::vector<ports::IndexEntry> turn(std::make_move_iterator(next), std::make_move_iterator(end));
    next = end;
    auto job = guarded([this, target, turn = std::move(turn)]() mutable { return takeIn(target, std::move(turn)); });
    auto taken = co_await pool_.run(std::move(job));
    if (!taken) co_return taken.error();
  }
  co_return core::Result<void>();
}

ports::Task<void> EmbeddedIndex::remove(std::vector<core::LearningId> ids) {
  auto job = guarded([this, ids = std::move(ids)]() -> core::Result<void> {
    for (const auto& id : ids) {
      const std::unique_lock lock(mutex_);
      serving_->remove(id);
      if (rebuilt_) rebuilt_->remove(id);
    }
    return {};
  });
  co_return co_await pool_.run(std::move(job));
}

ports::Task<ports::IndexAnswer> EmbeddedIndex::search(ports::IndexQuery query) {
  auto job = guarded([this, query = std::move(query)]() mutable { return answer(std::move(query)); });
  co_return co_await pool_.run(std::move(job));
}

ports::Task<void> EmbeddedIndex::useDimensions(std::size_t dimensions) {
  auto job = guarded([this, dimensions]() -> core::Result<void> {
    const std::unique_lock lock(mutex_);
    serving_->useDimensions(dimensions);
    return {};
  });
  co_return co_await pool_.run(std::move(job));
}

ports::Task<ports::IndexStatus> EmbeddedIndex::status() {
  auto job = guarded([this]() -> core::Result<ports::IndexStatus> {
    const std::shared_lock lock(mutex_);
    ports::IndexStatus status;
    status.up = true;
    status.entries = serving_->entries();
    status.vectors = serving_->vectors();
    status.dimensions = serving_->dimensions();
    status.detail = "in memory, " + std::to_string(serving_->dimensions()) + " dimensions, " + kernels::instructionSet();
    return status;
  });
  co_return co_await pool_.run(std::move(job));
}

ports::Task<std::vector<ports::HeldEntry>> EmbeddedIndex::find(std::vector<core::LearningId> ids) {
  auto job = guarded([this, ids = std::move(ids)]() -> core::Result<std::vector<ports::HeldEntry>> {
    std::vector<ports::HeldEntry> found;
    const std::shared_lock lock(mutex_);
    for (const auto& id : ids) {
      if (auto entry = serving_->find(id)) found.push_back(*entry);
    }
    return found;
  });
  co_return co_await pool_.run(std::move(job));
}

ports::Task<ports::HeldPage> EmbeddedIndex::held(std::string place, std::size_t limit) {
  Slot first = 0;
  const auto [end, failure] = std::from_chars(place.data(), place.data() + place.size(), first);
  if (!place.empty() && (failure != std::errc() || end != place.data() + place.size())) {
    co_return core::Error(core::ErrorKind::InvalidInput, "not a place of this index: " + place);
  }
  auto job = guarded([this, first, limit]() -> core::Result<ports::HeldPage> {
    ports::HeldPage page;
    const std::shared_lock lock(mutex_);
    const Slot behind = serving_->held(first, limit, page.entries);
    if (behind > first) page.next = std::to_string(behind);
    return page;
  });
  co_return co_await pool_.run(std::move(job));
}

ports::Task<void> EmbeddedIndex::beginRebuild(std::string name, std::size_t dimensions) {
  auto job = guarded([this, name = std::move(name), dimensions]() -> core::Result<void> {
    auto fresh = std::make_unique<MemoryIndex>();
    fresh->useDimensions(dimensions);
    const std::unique_lock lock(mutex_);
    if (rebuilt_ && rebuiltName_ == name && rebuilt_->dimensions() == dimensions) return {};
    rebuilt_.swap(fresh);
    rebuiltName_ = name;
    return {};
  });
  co_return co_await pool_.run(std::move(job));
}

ports::Task<void> EmbeddedIndex::upsertRebuilt(std::vector<ports::IndexEntry> entries) { return put(Target::Rebuilt, std::move(entries)); }

ports::Task<void> EmbeddedIndex::finishRebuild() {
  auto job = guarded([this]() -> core::Result<void> {
    std::unique_ptr<MemoryIndex> earlier;  // takes its time to go: not while searches wait
    const std::unique_lock lock(mutex_);
    if (!rebuilt_) return noRebuild();
    earlier = std::exchange(serving_, std::move(rebuilt_));
    return {};
  });
  co_return co_await pool_.run(std::move(job));
}

ports::Task<void> EmbeddedIndex::dropRebuild() {
  auto job = guarded([this]() -> core::Result<void> {
    std::unique_ptr<MemoryIndex> dropped;
    const std::unique_lock lock(mutex_);
    dropped = std::move(rebuilt_);
    return {};
  });
  co_return co_await pool_.run(std::move(job));
}

/// False where others are at work: the entry is untouched then.
core::Result<bool> EmbeddedIndex::takeInAtOnce(Target target, ports::IndexEntry& entry) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return false;
  MemoryIndex* index = at(target);
  if (!index) return noRebuild();
  if (entry.vector) {
    if (auto checked = checkDimensions(target, {entry.vector->size()}); !checked) return checked.error();
  }
  const bool known = index->hasWords(entry.id, hashOfWords(entry.words));
  index->upsert(prepare(std::move(entry), !known));
  return true;
}

/// Under the lock.
core::Result<void> EmbeddedIndex::checkDimensions(Target target, const std::vector<std::size_t>& sizes) const {
  const MemoryIndex* index = at(target);
  if (!index) return noRebuild();
  const std::size_t dimensions = index->dimensions() == 0 ? sizes.front() : index->dimensions();
  const auto other = std::find_if(sizes.begin(), sizes.end(), [dimensions](std::size_t size) { return size != dimensions; });
  if (other == sizes.end()) return {};
  return core::Error(core::ErrorKind::InvalidInput,
                     "a vector of " + std::to_string(*other) + " dimensions in an index of " + std::to_string(dimensions));
}

core::Result<void> EmbeddedIndex::takeIn(Target target, std::vector<ports::IndexEntry> entries) {
  std::vector<bool> known;
  {
    const std::shared_lock lock(mutex_);
    const MemoryIndex* index = at(target);
    if (!index) return noRebuild();
    for (const auto& entry : entries) known.push_back(index->hasWords(entry.id, hashOfWords(entry.words)));
  }
  std::vector<PreparedEntry> prepared;
  prepared.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) prepared.push_back(prepare(std::move(entries[i]), !known[i]));
  const std::unique_lock lock(mutex_);
  MemoryIndex* index = at(target);
  if (!index) return noRebuild();
  for (auto& entry : prepared) index->upsert(std::move(entry));
  return {};
}

core::Result<ports::IndexAnswer> EmbeddedIndex::answer(ports::IndexQuery query) {
  const PreparedQuery prepared(std::move(query));
  Scores scores(*this);
  const std::shared_lock lock(mutex_);
  return serving_->search(prepared, scores.values());
}

}  // namespace learnd::embedded_index
