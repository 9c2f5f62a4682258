#include "tests/unit/adapters/postgres/store_load.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace learnd::postgres {

namespace {

using namespace std::chrono_literals;
constexpr std::uint64_t kNumbersOfAClient = 1'000'000;

bool isOutage(core::ErrorKind kind) {
  return kind == core::ErrorKind::Unavailable || kind == core::ErrorKind::Timeout || kind == core::ErrorKind::Busy;
}

}  // namespace

core::Learning learningOf(std::uint64_t number) {
  core::Learning learning;
  core::LearningId::Bytes bytes{0x01, 0x90};
  for (std::size_t i = 0; i < 8; ++i) bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  learning.id = core::LearningId(bytes);
  learning.category = "skills-patterns";
  learning.query = "How is thing " + std::to_string(number) + " done?";
  learning.solution = "do-thing " + std::to_string(number);
  learning.profile = "standard";
  learning.weightSet = "standard";
  learning.timestamp = core::Timestamp(std::chrono::seconds(1'700'000'000 + static_cast<std::int64_t>(number % 1000)));
  learning.updated = learning.timestamp;
  return learning;
}

ports::RecordWork insertionOf(core::Learning learning) {
  return [learning = std::move(learning)](ports::RecordTransaction& transaction) { return transaction.insert(learning); };
}

ports::RecordWork storeOnceOf(core::Learning learning) {
  return [learning = std::move(learning)](ports::RecordTransaction& transaction) -> core::Result<void> {
    auto same = transaction.findSame(learning);
    if (!same) return same.error();
    if (!*same) return transaction.insert(learning);
    (*same)->occurrences += 1;
    return transaction.update(**same, ports::IndexChange::None);
  };
}

void mustInsert(ports::RecordStore& store, const core::Learning& learning) {
  const auto done = runTask(store.write(insertionOf(learning)));
  if (!done) throw std::runtime_error(done.error().message());
}

std::uint64_t countOf(ports::RecordStore& store) {
  const auto counts = runTask(store.counts());
  if (!counts) throw std::runtime_error(counts.error().message());
  return counts->learnings;
}

bool comesBack(ports::RecordStore& store, std::uint64_t number, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (runTask(store.write(insertionOf(learningOf(number))))) return true;
    std::this_thread::sleep_for(20ms);
  }
  return false;
}

StoreLoad::StoreLoad(ports::RecordStore& store, std::uint64_t clients, std::uint64_t firstNumber) : store_(store) {
  for (std::uint64_t i = 0; i < clients; ++i) {
    boost::asio::co_spawn(loop_, client(firstNumber + i * kNumbersOfAClient), [this](std::exception_ptr failed) {
      if (failed) surprises_.emplace_back("a client ended with an exception");
    });
  }
  thread_ = std::thread([this] { loop_.run(); });
}

void StoreLoad::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

boost::asio::awaitable<void> StoreLoad::client(std::uint64_t first) {
  boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor);
  for (std::uint64_t number = first; !stopping_; ++number) {
    const auto began = std::chrono::steady_clock::now();
    ports::RecordWork work = insertionOf(learningOf(number));
    const auto done = co_await store_.write(std::move(work));
    longest_ = std::max(longest_, std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began));
    if (done) {
      acknowledged_.insert(number);
      ++count_;
      continue;
    }
    ++refused_;
    if (!isOutage(done.error().kind())) surprises_.push_back(done.error().message());
    pause.expires_after(5ms);
    co_await pause.async_wait(boost::asio::use_awaitable);
  }
}

}  // namespace learnd::postgres
