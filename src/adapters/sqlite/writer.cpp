#include "adapters/sqlite/writer.hpp"

#include "support/log.hpp"

#include <algorithm>
#include <iterator>

namespace learnd::sqlite {

namespace {

// Bounds how long the first of a group waits for the others.
constexpr std::size_t kGroupLimit = 256;
// Until work in the background is tried again.
constexpr std::chrono::seconds kBackgroundPause{30};

}  // namespace

Writer::Writer(Connection connection, Sequence sequence, std::size_t queueLimit, Background background)
    : connection_(std::move(connection)), sequence_(sequence), queueLimit_(queueLimit), background_(std::move(background)) {
  connection_.execute("pragma synchronous = full");
  thread_ = std::thread([this] { work(); });
}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

WriterFigures Writer::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

bool Writer::submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= queueLimit_) return false;
    queue_.push_back(std::move(job));
  }
  arrived_.notify_one();
  return true;
}

void Writer::work() {
  std::vector<Job> group;
  while (takeGroup(group)) {
    for (std::size_t done = 0; done < group.size();) done = runGroup(group, done);
    group.clear();
    doSomeBackground();
  }
}

/// Waits for jobs, or until there is time for the background: the group is empty then. False at the end.
bool Writer::takeGroup(std::vector<Job>& group) {
  std::unique_lock lock(mutex_);
  const auto called = [this] { return stopping_ || !queue_.empty(); };
  if (background_) {
    arrived_.wait_until(lock, nextBackground_, called);
  } else {
    arrived_.wait(lock, called);
  }
  if (queue_.empty()) return !stopping_;
  const auto count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), kGroupLimit));
  std::move(queue_.begin(), queue_.begin() + count, std::back_inserter(group));
  queue_.erase(queue_.begin(), queue_.begin() + count);
  return true;
}

void Writer::doSomeBackground() {
  const auto began = std::chrono::steady_clock::now();
  if (!background_ || began < nextBackground_) return;
  bool more = true;
  const auto done = guarded([&]() -> core::Result<void> {
    setDurability(Durability::Unsynced);
    Transaction transaction(connection_, Lock::Exclusive);
    more = background_(connection_);
    transaction.commit();
    return {};
  });
  const auto now = std::chrono::steady_clock::now();
  if (!done) support::log::warning("work in the background is put off", {{"ERROR", done.error().message()}});
  nextBackground_ = now + (done ? now - began : kBackgroundPause);
  if (done && !more) background_ = nullptr;
}

/// Runs the jobs from `first` on in one transaction and answers them; returns how far it came. It ends early only where SQLite gave the
/// whole transaction up (no room, a broken disk): what came before is lost with it, what comes after gets a transaction of its own.
std::size_t Writer::runGroup(std::vector<Job>& group, std::size_t first) {
  std::vector<core::Result<void>> results;
  bool committed = false;
  const bool alone = group.size() - first == 1;
  const auto ended = guarded([&]() -> core::Result<void> {
    const bool synced = std::any_of(group.begin() + static_cast<std::ptrdiff_t>(first), group.end(),
                                    [](const Job& job) { return job.durability == Durability::Synced; });
    setDurability(synced ? Durability::Synced : Durability::Unsynced);
    if (wantsRoom_) makeRoom();
    Transaction transaction(connection_, Lock::Exclusive);
    for (std::size_t i = first; i < group.size(); ++i) {
      results.push_back(runOne(group[i], alone));
      if (!connection_.inTransaction()) {
        return results.back() ? core::Error(core::ErrorKind::Internal, "the record store's transaction ended before its time")
                              : results.back().error();
      }
    }
    if (std::none_of(results.begin(), results.end(), [](const auto& result) { return result.has_value(); })) return {};
    transaction.commit();
    committed = true;
    return {};
  });
  // Where not even the transaction began, that is everybody's answer.
  if (results.empty()) results.resize(group.size() - first, ended);
  if (!ended) {
    for (auto& result : results) {
      if (result) result = ended;
    }
  }
  count(results, committed);
  for (std::size_t i = 0; i < results.size(); ++i) {
    Job& job = group[first + i];
    // What the work holds is the caller's alone again when it goes on.
    job.work = nullptr;
    job.answer(std::move(results[i]));
  }
  return first + results.size();
}

void Writer::count(const std::vector<core::Result<void>>& results, bool committed) {
  const std::lock_guard lock(mutex_);
  figures_.works += results.size();
  figures_.commits += committed ? 1 : 0;
  if (committed) figures_.trouble.clear();
  for (const auto& result : results) {
    if (result || result.error().kind() != core::ErrorKind::StorageFull) continue;
    figures_.trouble = result.error().message();
    wantsRoom_ = true;
  }
}

core::Result<void> Writer::runOne(const Job& job, bool alone) {
  return guarded([&]() -> core::Result<void> {
    WriteContext context{connection_, sequence_};
    if (alone) return job.work(context);
    Savepoint savepoint(connection_);
    auto done = job.work(context);
    if (done) savepoint.keep();
    return done;
  });
}

/// Writes the log back and cuts it off. It may hold many times what the pages in it need: on a small disk that is most of the room.
void Writer::makeRoom() {
  try {
    connection_.execute("pragma wal_checkpoint(truncate)");
    wantsRoom_ = false;
  } catch (const SqliteFailure&) {
    // Still no room to write it back: what follows fails and says so.
  }
}

void Writer::setDurability(Durability durability) {
  if (durability == current_) return;
  connection_.execute(durability == Durability::Synced ? "pragma synchronous = full" : "pragma synchronous = normal");
  current_ = durability;
}

}  // namespace learnd::sqlite
