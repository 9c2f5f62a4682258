#pragma once

#include "adapters/sqlite/database.hpp"
#include "ports/task.hpp"
#include "support/blocking_pool.hpp"

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace learnd::sqlite {

/// Numbers for rows and for places in the outbox's line: each above all that were given before.
class Sequence {
 public:
  explicit Sequence(std::int64_t last) : last_(last) {}
  std::int64_t next() { return ++last_; }

 private:
  std::int64_t last_;
};

/// What a piece of writing works with, inside its transaction.
struct WriteContext {
  Connection& connection;
  Sequence& sequence;
};

enum class Durability : unsigned char {
  Synced,   // on the disk when it is answered
  Unsynced  // kept over the end of the process, but maybe not over a power cut: for what can be done again
};

struct WriterFigures {
  std::uint64_t works = 0;    // pieces of writing that were answered
  std::uint64_t commits = 0;  // transactions that they took
  /// Why the last one found no room; empty where it did.
  std::string trouble;
};

/// The only writer: one thread, one connection. What waits becomes one transaction (group commit), each piece in a savepoint of its own so
/// that its error undoes nothing else; all are answered after the commit. A group in which nobody asks for the disk is not synced: one
/// connection for both keeps its page cache, which another writer's commits would empty. Everything that was taken is done before it ends.
class Writer {
 public:
  using Work = std::function<core::Result<void>(WriteContext&)>;
  /// A piece of what nobody waits for, in a transaction of its own; false: all of it is done. May throw SqliteFailure, and is tried again.
  using Background = std::function<bool(Connection&)>;

  /// `background` is done between the groups, half of the time at most.
  Writer(Connection connection, Sequence sequence, std::size_t queueLimit, Background background = nullptr);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Busy at once where the queue is full. `work` returns Result<T>, runs on the writer's thread and may throw SqliteFailure.
  template <class T, class SomeWork>
  boost::asio::awaitable<core::Result<T>> run(SomeWork work, Durability durability) {
    using Waiting = support::Pending<core::Result<T>>;
    auto waiting = std::make_shared<Waiting>(co_await boost::asio::this_coro::executor);
    Job job = makeJob<T>(std::move(work), durability, [waiting](core::Result<T> result) { Waiting::finish(waiting, std::move(result)); });
    if (!submit(std::move(job))) co_return core::Error(core::ErrorKind::Busy, "too many writes wait for the record store: try again");
    co_return co_await Waiting::wait(waiting);
  }

  [[nodiscard]] WriterFigures figures() const;

 private:
  struct Job {
    Work work;
    Durability durability = Durability::Synced;
    std::function<void(core::Result<void>)> answer;
  };

  template <class T, class SomeWork, class Answer>
  static Job makeJob(SomeWork work, Durability durability, Answer answer) {
    if constexpr (std::is_void_v<T>) {
      return {std::move(work), durability, std::move(answer)};
    } else {
      auto kept = std::make_shared<std::optional<T>>();
      auto keep = [kept, work = std::move(work)](WriteContext& context) -> core::Result<void> {
        core::Result<T> result = work(context);
        if (!result) return result.error();
        kept->emplace(std::move(*result));
        return {};
      };
      auto pass = [kept, answer = std::move(answer)](const core::Result<void>& done) {
        done ? answer(core::Result<T>(std::move(**kept))) : answer(core::Result<T>(done.error()));
      };
      return {std::move(keep), durability, std::move(pass)};
    }
  }

  bool submit(Job job);
  void work();
  bool takeGroup(std::vector<Job>& group);
  void doSomeBackground();
  std::size_t runGroup(std::vector<Job>& group, std::size_t first);
  void count(const std::vector<core::Result<void>>& results, bool committed);
  core::Result<void> runOne(const Job& job, bool alone);
  void setDurability(Durability durability);
  void makeRoom();

  Connection connection_;
  Sequence sequence_;
  const std::size_t queueLimit_;
  Durability current_ = Durability::Synced;
  bool wantsRoom_ = false;  // the disk was full
  Background background_;
  std::chrono::steady_clock::time_point nextBackground_ = std::chrono::steady_clock::now();

  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Job> queue_;
  WriterFigures figures_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace learnd::sqlite
