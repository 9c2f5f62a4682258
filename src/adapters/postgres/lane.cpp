#include "adapters/postgres/lane.hpp"

namespace learnd::postgres {

namespace {

using namespace std::chrono_literals;

constexpr auto kIdle = 30s;            // after which a connection is asked whether it lives
constexpr auto kLongestWait = 8000ms;  // in the queue: its caller has given up by then

const Statement kAlive("select 1");

}  // namespace

bool Slot::lives() {
  if (!connection_->isOpen()) return false;
  if (Connection::Clock::now() - lastUse_ < kIdle) return true;
  try {
    connection_->run(kAlive);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

Connection& Slot::connection() {
  if (const auto down = server_.whyDown()) throw ServerDown(*down);
  if (connection_ && !lives()) drop();
  if (!connection_) connection_ = server_.connect(durability_);
  lastUse_ = Connection::Clock::now();
  return *connection_;
}

void Slot::drop() {
  if (connection_ && connection_->wasCutOff()) server_.noteHanging();
  connection_.reset();
  // The server may go on with what ran on the lost one: the next need not wait for that.
  writer_ = randomId();
}

void Slot::rollBack() {
  if (connection_ && !connection_->rollBack()) drop();
}

bool Slot::pause(std::chrono::milliseconds time) { return lane_.pause(time); }

Lane::Lane(Server& server, LaneSettings settings) : server_(server), settings_(std::move(settings)) {
  for (std::size_t i = 0; i < settings_.threads; ++i) threads_.emplace_back([this] { work(); });
}

Lane::~Lane() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  ended_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool Lane::submit(Queued queued) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= settings_.queueLimit) return false;
    queue_.push_back(std::move(queued));
  }
  arrived_.notify_one();
  return true;
}

bool Lane::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !ended_.wait_for(lock, time, [this] { return stopping_; });
}

void Lane::work() {
  Slot slot(server_, settings_.durability, *this);
  while (true) {
    Queued next;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      next = std::move(queue_.front());
      queue_.pop_front();
    }
    if (Connection::Clock::now() - next.since > kLongestWait) {
      next.work(nullptr, core::Error(core::ErrorKind::Busy, "too many " + settings_.what + " waited for the record store: try again"));
    } else {
      next.work(&slot, core::Error());
    }
  }
}

}  // namespace learnd::postgres
