#include "adapters/embedded_index/embedded_index.hpp"

#include "adapters/embedded_index/kernels.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

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

/// So much may wait: what a search takes in first is a fraction of a millisecond's work.
constexpr std::size_t kMostWaiting = 8;
constexpr std::size_t kSmallWords = 4096;  // bytes

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

template <class Job>
boost::asio::awaitable<std::invoke_result_t<Job&>> EmbeddedIndex::run(Job job) {
  auto work = guarded([this, job = std::move(job)]() mutable {
    takeWaiting();
    return job();
  });
  co_return co_await pool_.run(std::move(work));
}

ports::Task<void> EmbeddedIndex::upsert(std::vector<ports::IndexEntry> entries) { return put(Target::Serving, std::move(entries)); }

ports::Task<void> EmbeddedIndex::put(Target target, std::vector<ports::IndexEntry> entries) {
  const bool isSmall = entries.size() == 1 && !entries.front().vector && entries.front().words.size() <= kSmallWords;
  if (isSmall && target == Target::Serving) {
    const auto executor = co_await boost::asio::this_coro::executor;
    letWait(std::move(entries.front()), executor);
    co_return core::Result<void>();
  }
  std::vector<std::size_t> sizes;
  for (const auto& entry : entries) {
    if (entry.vector) sizes.push_back(entry.vector->size());
  }
  for (auto next = entries.begin(); next != entries.end();) {
    const auto end = next + std::min<std::ptrdiff_t>(kTurn, entries.end() - next);
    std::vector<ports::IndexEntry> turn(std::make_move_iterator(next), std::make_move_iterator(end));
    next = end;
    // All of them are looked at before the first is taken.
    auto job = [this, target, sizes = std::exchange(sizes, {}), turn = std::move(turn)]() mutable {
      auto checked = checkDimensions(target, sizes);
      return checked ? takeIn(target, std::move(turn)) : checked;
    };
    auto taken = co_await run(std::move(job));
    if (!taken) co_return taken.error();
  }
  co_return core::Result<void>();
}

ports::Task<void> EmbeddedIndex::remove(std::vector<core::LearningId> ids) {
  auto job = [this, ids = std::move(ids)]() -> core::Result<void> {
    for (const auto& id : ids) {
      const std::unique_lock lock(mutex_);
      serving_->remove(id);
      if (rebuilt_) rebuilt_->remove(id);
    }
    return {};
  };
  co_return co_await run(std::move(job));
}

ports::Task<ports::IndexAnswer> EmbeddedIndex::search(ports::IndexQuery query) {
  auto job = [this, query = std::move(query)]() mutable { return answer(std::move(query)); };
  co_return co_await run(std::move(job));
}

ports::Task<void> EmbeddedIndex::useDimensions(std::size_t dimensions) {
  auto job = [this, dimensions]() -> core::Result<void> {
    const std::unique_lock lock(mutex_);
    serving_->useDimensions(dimensions);
    return {};
  };
  co_return co_await run(std::move(job));
}

ports::Task<ports::IndexStatus> EmbeddedIndex::status() {
  auto job = [this]() -> core::Result<ports::IndexStatus> {
    const std::shared_lock lock(mutex_);
    ports::IndexStatus status;
    status.up = true;
    status.entries = serving_->entries();
    status.vectors = serving_->vectors();
    status.dimensions = serving_->dimensions();
    status.detail = "in memory, " + std::to_string(serving_->dimensions()) + " dimensions, " + kernels::instructionSet();
    return status;
  };
  co_return co_await run(std::move(job));
}

ports::Task<std::vector<ports::HeldEntry>> EmbeddedIndex::find(std::vector<core::LearningId> ids) {
  auto job = [this, ids = std::move(ids)]() -> core::Result<std::vector<ports::HeldEntry>> {
    std::vector<ports::HeldEntry> found;
    const std::shared_lock lock(mutex_);
    for (const auto& id : ids) {
      if (auto entry = serving_->find(id)) found.push_back(*entry);
    }
    return found;
  };
  co_return co_await run(std::move(job));
}

ports::Task<ports::HeldPage> EmbeddedIndex::held(std::string place, std::size_t limit) {
  Slot first = 0;
  const auto [end, failure] = std::from_chars(place.data(), place.data() + place.size(), first);
  if (!place.empty() && (failure != std::errc() || end != place.data() + place.size())) {
    co_return core::Error(core::ErrorKind::InvalidInput, "not a place of this index: " + place);
  }
  auto job = [this, first, limit]() -> core::Result<ports::HeldPage> {
    ports::HeldPage page;
    const std::shared_lock lock(mutex_);
    const Slot behind = serving_->held(first, limit, page.entries);
    if (behind > first) page.next = std::to_string(behind);
    return page;
  };
  co_return co_await run(std::move(job));
}

ports::Task<ports::RebuildBegun> EmbeddedIndex::beginRebuild(std::string name, std::size_t dimensions) {
  auto job = [this, name = std::move(name), dimensions]() -> core::Result<ports::RebuildBegun> {
    auto fresh = std::make_unique<MemoryIndex>();
    fresh->useDimensions(dimensions);
    const std::unique_lock lock(mutex_);
    if (rebuilt_ && rebuiltName_ == name && rebuilt_->dimensions() == dimensions) return ports::RebuildBegun::Again;
    rebuilt_.swap(fresh);
    rebuiltName_ = name;
    return ports::RebuildBegun::Anew;
  };
  co_return co_await run(std::move(job));
}

ports::Task<void> EmbeddedIndex::upsertRebuilt(std::vector<ports::IndexEntry> entries) { return put(Target::Rebuilt, std::move(entries)); }

ports::Task<void> EmbeddedIndex::finishRebuild() {
  auto job = [this]() -> core::Result<void> {
    std::unique_ptr<MemoryIndex> earlier;  // takes its time to go: not while searches wait
    const std::unique_lock lock(mutex_);
    if (!rebuilt_) return noRebuild();
    earlier = std::exchange(serving_, std::move(rebuilt_));
    return {};
  };
  co_return co_await run(std::move(job));
}

ports::Task<void> EmbeddedIndex::dropRebuild() {
  auto job = [this]() -> core::Result<void> {
    std::unique_ptr<MemoryIndex> dropped;
    const std::unique_lock lock(mutex_);
    dropped = std::move(rebuilt_);
    return {};
  };
  co_return co_await run(std::move(job));
}

void EmbeddedIndex::letWait(ports::IndexEntry entry, const boost::asio::any_io_executor& executor) {
  const std::size_t waiting = waiting_.add(std::move(entry));
  if (waiting % kMostWaiting == 0) {
    pool_.start(guarded([this]() -> core::Result<void> {
      takeWaiting();
      return {};
    }));
  } else if (!asked_.exchange(true)) {
    // Behind the answer to the store, while the one who gets it thinks.
    boost::asio::post(executor, guarded([this]() -> core::Result<void> {
                        asked_ = false;
                        takeWaitingIfFree();
                        return {};
                      }));
  }
}

void EmbeddedIndex::takeWaiting() {
  waiting_.takeAll([this](ports::IndexEntry entry) {
    std::vector<ports::IndexEntry> one;
    one.push_back(std::move(entry));
    (void)takeIn(Target::Serving, std::move(one));
    return true;
  });
}

void EmbeddedIndex::takeWaitingIfFree() {
  waiting_.takeIfFree([this](ports::IndexEntry entry) {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock) return false;
    const bool known = serving_->hasWords(entry.id, hashOfWords(entry.words));
    serving_->upsert(prepare(std::move(entry), !known));
    return true;
  });
}

core::Result<void> EmbeddedIndex::checkDimensions(Target target, const std::vector<std::size_t>& sizes) {
  if (sizes.empty()) return {};
  const std::shared_lock lock(mutex_);
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
