#pragma once

#include "adapters/sqlite/database.hpp"
#include "ports/task.hpp"
#include "support/blocking_pool.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>
#include <vector>

namespace learnd::sqlite {

/// Connections to read with, each job on a thread of its own and in one snapshot.
class Readers {
 public:
  Readers(std::vector<Connection> connections, std::size_t queueLimit)
      : connections_(std::move(connections)), queueLimit_(queueLimit), pool_(connections_.size()) {
    for (auto& connection : connections_) idle_.push_back(&connection);
  }

  /// Busy at once where too many wait. `job` gets a Connection&, returns a value and may throw SqliteFailure.
  template <class Job>
  boost::asio::awaitable<core::Result<std::invoke_result_t<Job, Connection&>>> read(Job job) {
    using R = core::Result<std::invoke_result_t<Job, Connection&>>;
    if (waiting_.fetch_add(1) >= queueLimit_) {
      --waiting_;
      co_return core::Error(core::ErrorKind::Busy, "too many reads wait for the record store: try again");
    }
    auto inSnapshot = [this, job = std::move(job)]() mutable -> R {
      --waiting_;
      return guarded([&]() -> R {
        const Borrowed connection(*this);
        const Transaction snapshot(*connection, Lock::Shared);
        return job(*connection);
      });
    };
    co_return co_await pool_.run(std::move(inSnapshot));
  }

 private:
  /// There are as many connections as threads, so one is always idle.
  class Borrowed {
   public:
    explicit Borrowed(Readers& readers) : readers_(readers) {
      const std::lock_guard lock(readers_.mutex_);
      connection_ = readers_.idle_.back();
      readers_.idle_.pop_back();
    }
    ~Borrowed() {
      const std::lock_guard lock(readers_.mutex_);
      readers_.idle_.push_back(connection_);
    }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    Connection& operator*() const { return *connection_; }

   private:
    Readers& readers_;
    Connection* connection_;
  };

  std::vector<Connection> connections_;
  std::mutex mutex_;
  std::vector<Connection*> idle_;
  const std::size_t queueLimit_;
  std::atomic<std::size_t> waiting_{0};
  support::BlockingPool pool_;
};

}  // namespace learnd::sqlite
