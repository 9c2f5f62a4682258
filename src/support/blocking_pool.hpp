#pragma once

#include "core/result.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace learnd::support {

/// What a coroutine waits for and another thread ends. A timer that never expires serves as the event: it can be cancelled, so a deadline
/// does not have to wait for the work.
template <class R>
class Pending {
 public:
  explicit Pending(const boost::asio::any_io_executor& executor) : executor_(executor), event_(executor) {
    event_.expires_at(std::chrono::steady_clock::time_point::max());
  }

  /// From any thread; `self` keeps it alive until the waiting side has seen it.
  static void finish(std::shared_ptr<Pending> self, R result) {
    auto executor = self->executor_;
    boost::asio::post(executor, [self = std::move(self), result = std::move(result)]() mutable {
      self->result_.emplace(std::move(result));
      self->event_.cancel();
    });
  }

  /// On the executor alone, where there is no memory to post with: nothing is allocated here.
  void finishHere(R result) {
    result_.emplace(std::move(result));
    event_.cancel();
  }

  /// On the executor; Timeout where the waiting coroutine is cancelled first (what was asked goes on without it).
  static boost::asio::awaitable<R> wait(std::shared_ptr<Pending> self) {
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    while (!self->result_) {
      co_await self->event_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
      const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
      if (!self->result_ && cancellation.cancelled() != boost::asio::cancellation_type::none) {
        co_return R(core::Error(core::ErrorKind::Timeout, "the deadline passed"));
      }
    }
    co_return std::move(*self->result_);
  }

 private:
  boost::asio::any_io_executor executor_;
  boost::asio::steady_timer event_;
  std::optional<R> result_;
};

/// Threads for what blocks (SQLite, scans): a job runs there, its result comes back on the caller's executor.
class BlockingPool {
 public:
  explicit BlockingPool(std::size_t threads) : pool_(threads) {}
  ~BlockingPool() { stop(); }
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  /// `job` returns a core::Result and must not throw. Name the job before co_await.
  template <class Job>
  boost::asio::awaitable<std::invoke_result_t<Job>> run(Job job) {
    using R = std::invoke_result_t<Job>;
    auto pending = std::make_shared<Pending<R>>(co_await boost::asio::this_coro::executor);
    auto work = [pending, job = std::move(job)]() mutable { Pending<R>::finish(std::move(pending), job()); };
    boost::asio::post(pool_, std::move(work));
    co_return co_await Pending<R>::wait(pending);
  }

  /// As run(), where nobody waits for it.
  template <class Job>
  void start(Job job) {
    boost::asio::post(pool_, std::move(job));
  }

  /// Ends after the jobs that run; those that wait are dropped.
  void stop() {
    pool_.stop();
    pool_.join();
  }

 private:
  boost::asio::thread_pool pool_;
};

}  // namespace learnd::support
