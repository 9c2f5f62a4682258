#pragma once

#include "adapters/postgres/random_id.hpp"
#include "adapters/postgres/server.hpp"
#include "ports/task.hpp"
#include "support/blocking_pool.hpp"

#include <boost/asio/this_coro.hpp>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace learnd::postgres {

class Lane;

/// What a thread of a lane works with: its connection, made when it is first needed and again after it was lost.
class Slot {
 public:
  Slot(Server& server, Durability durability, Lane& lane) : server_(server), durability_(durability), lane_(lane) {}

  /// Throws ServerDown at once while the server is down. One that was idle for a while is asked whether it still lives.
  Connection& connection();
  /// Also notes where the server hangs.
  void drop();
  /// Ends a transaction on the connection that it has, if any.
  void rollBack();
  /// Who writes on this connection, and the number of its next commit.
  [[nodiscard]] const core::LearningId& writer() const { return writer_; }
  std::int64_t nextCommit() { return ++lastCommit_; }
  /// Sleeps, but not beyond the end of the lane. False: it ends.
  bool pause(std::chrono::milliseconds time);

 private:
  bool lives();

  Server& server_;
  const Durability durability_;
  Lane& lane_;
  core::LearningId writer_ = randomId();
  std::int64_t lastCommit_ = 0;
  std::shared_ptr<Connection> connection_;
  Connection::Clock::time_point lastUse_;
};

struct LaneSettings {
  std::size_t threads = 1;
  std::size_t queueLimit = 1024;  // jobs that may wait; past it they are Busy
  Durability durability = Durability::Synced;
  std::string what;  // "reads": for messages
};

/// Threads that work jobs off in the order they came, each with a connection of its own. Everything that was taken is done before it ends.
class Lane {
 public:
  Lane(Server& server, LaneSettings settings);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  /// Without an answer: for the last things before the end.
  void post(std::function<void(Slot&)> work) {
    auto job = [work = std::move(work)](Slot* slot, const core::Error&) {
      if (slot) work(*slot);
    };
    (void)submit(Queued{std::move(job), Connection::Clock::now()});
  }

  /// Unavailable at once while the server is down, Busy where too many wait. `job` gets a Slot&, returns a core::Result and may throw what
  /// a Connection throws. A caller that is cancelled gets a Timeout; its job goes on.
  template <class Job>
  boost::asio::awaitable<std::invoke_result_t<Job, Slot&>> run(Job job) {
    using R = std::invoke_result_t<Job, Slot&>;
    if (auto down = server_.whyDown()) co_return core::Error(core::ErrorKind::Unavailable, std::move(*down));
    using Waiting = support::Pending<R>;
    auto waiting = std::make_shared<Waiting>(co_await boost::asio::this_coro::executor);
    Queued queued{[mine = waiting, job = std::optional<Job>(std::move(job))](Slot* slot, const core::Error& refusal) mutable {
                    auto result = slot ? guarded([&]() -> R { return (*job)(*slot); }) : R(refusal);
                    // What the job holds is its caller's alone again when it goes on; the caller's loop may be gone then, so nothing of it
                    // stays here.
                    job.reset();
                    Waiting::finish(std::move(mine), std::move(result));
                  },
                  Connection::Clock::now()};
    if (!submit(std::move(queued))) {
      co_return core::Error(core::ErrorKind::Busy, "too many " + settings_.what + " wait for the record store: try again");
    }
    co_return co_await Waiting::wait(waiting);
  }

 private:
  friend class Slot;
  struct Queued {
    /// Without a slot: it is refused.
    std::function<void(Slot*, const core::Error&)> work;
    Connection::Clock::time_point since;
  };

  bool submit(Queued queued);
  void work();
  bool pause(std::chrono::milliseconds time);

  Server& server_;
  const LaneSettings settings_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable ended_;
  std::deque<Queued> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace learnd::postgres
