#pragma once

#include "adapters/postgres/postgres_record_store.hpp"
#include "tests/fakes/run_task.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstdint>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace learnd::postgres {

using fakes::runTask;

/// A solution whose id and question are made of a number.
core::Learning learningOf(std::uint64_t number);
ports::RecordWork insertionOf(core::Learning learning);
/// The first learning that asks this wins; the others find it.
ports::RecordWork storeOnceOf(core::Learning learning);
/// Inserts, which must succeed.
void mustInsert(ports::RecordStore& store, const core::Learning& learning);
std::uint64_t countOf(ports::RecordStore& store);
/// Until a write succeeds; false where none does in time.
bool comesBack(ports::RecordStore& store, std::uint64_t number, std::chrono::milliseconds patience);

/// Clients that write one learning after another on a thread of their own, each again until it is acknowledged or refused, until stop().
class StoreLoad {
 public:
  StoreLoad(ports::RecordStore& store, std::uint64_t clients, std::uint64_t firstNumber);
  ~StoreLoad() { stop(); }
  StoreLoad(const StoreLoad&) = delete;
  StoreLoad& operator=(const StoreLoad&) = delete;
  void stop();

  [[nodiscard]] std::uint64_t acknowledgedNow() const { return count_.load(); }
  /// After stop(): the numbers of what was acknowledged, the longest that a call took, and what was refused.
  [[nodiscard]] const std::set<std::uint64_t>& acknowledged() const { return acknowledged_; }
  [[nodiscard]] std::chrono::milliseconds longest() const { return longest_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  /// Kinds of errors that no outage excuses.
  [[nodiscard]] const std::vector<std::string>& surprises() const { return surprises_; }

 private:
  boost::asio::awaitable<void> client(std::uint64_t first);

  ports::RecordStore& store_;
  boost::asio::io_context loop_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> count_{0};
  std::set<std::uint64_t> acknowledged_;
  std::chrono::milliseconds longest_{0};
  std::uint64_t refused_ = 0;
  std::vector<std::string> surprises_;
  std::thread thread_;
};

}  // namespace learnd::postgres
