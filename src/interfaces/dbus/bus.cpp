#include "interfaces/dbus/bus.hpp"

#include "interfaces/dbus/errors.hpp"
#include "support/blocking_pool.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace learnd::interfaces::dbus {

namespace {

namespace asio = boost::asio;

// Steps of processing before other work of the loop has its turn.
constexpr int kStepsAtOnce = 64;
// sd-bus says "never" by the greatest number, which overflows a clock; a day is as good.
constexpr std::uint64_t kLongestWait = 24ULL * 60 * 60 * 1'000'000;

using Answer = support::Pending<core::Result<BusMessage>>;

int onAnswer(sd_bus_message* message, void* data, sd_bus_error*) noexcept {
  auto& waiting = *static_cast<std::shared_ptr<Answer>*>(data);
  try {
    if (const sd_bus_error* error = sd_bus_message_get_error(message); error != nullptr) {
      std::string text = error->name;
      if (error->message != nullptr) text.append(": ").append(error->message);
      Answer::finish(waiting, core::Error(core::ErrorKind::Unavailable, std::move(text)));
    } else {
      Answer::finish(waiting, share(message));
    }
  } catch (const std::exception&) {
    // sd-bus has taken the answer off its list, so no timeout of the call comes any more.
    waiting->finishHere(core::Error(core::ErrorKind::Unavailable, "out of memory"));
  }
  return 0;
}

}  // namespace

core::Result<std::shared_ptr<Bus>> Bus::open(asio::any_io_executor executor, BusKind kind) {
  sd_bus* opened = nullptr;
  const int done = kind == BusKind::System ? sd_bus_open_system_with_description(&opened, "learnd")
                                           : sd_bus_open_user_with_description(&opened, "learnd");
  if (done < 0) return core::Error(core::ErrorKind::Unavailable, std::strerror(-done));
  return std::make_shared<Bus>(std::move(executor), BusHandle(opened));
}

Bus::Bus(asio::any_io_executor executor, BusHandle handle)
    : executor_(executor), handle_(std::move(handle)), descriptor_(executor), timer_(executor) {}

void Bus::start(std::function<void(std::string)> lost) {
  lost_ = std::move(lost);
  wake();
}

void Bus::close() {
  lost_ = nullptr;
  stopWaiting();
  boost::system::error_code ignored;
  descriptor_.close(ignored);
  handle_.reset();
}

void Bus::wake() {
  if (scheduled_ || !handle_) return;
  scheduled_ = true;
  asio::post(executor_, [self = shared_from_this()] {
    self->scheduled_ = false;
    self->process();
  });
}

void Bus::send(BusMessage message) {
  // A failure means a broken connection, which process() finds by itself.
  if (handle_ && message) sd_bus_send(handle_.get(), message.get(), nullptr);
  wake();
}

ports::Task<BusMessage> Bus::call(BusMessage request, std::chrono::microseconds time) {
  if (!handle_ || !request) co_return core::Error(core::ErrorKind::Unavailable, "there is no bus");
  auto waiting = std::make_shared<Answer>(executor_);
  sd_bus_slot* asked = nullptr;
  const int sent = sd_bus_call_async(handle_.get(), &asked, request.get(), onAnswer, &waiting, static_cast<std::uint64_t>(time.count()));
  if (sent < 0) co_return busError("a call can't be sent", sent);
  // Declared after what the answer is given to, so that it is taken back first.
  const BusSlot slot(asked);
  wake();
  co_return co_await Answer::wait(waiting);
}

asio::awaitable<void> Bus::drain(std::chrono::milliseconds time) {
  constexpr std::chrono::milliseconds kPause{5};
  asio::steady_timer pause(executor_);
  for (const auto end = std::chrono::steady_clock::now() + time; handle_ && std::chrono::steady_clock::now() < end;) {
    std::uint64_t left = 0;
    if (sd_bus_get_n_queued_write(handle_.get(), &left) < 0 || left == 0) co_return;
    wake();
    pause.expires_after(kPause);
    co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

void Bus::process() {
  if (!handle_) return;
  stopWaiting();
  for (int step = 0; step < kStepsAtOnce; ++step) {
    const int done = sd_bus_process(handle_.get(), nullptr);
    if (done < 0) return lose(done);
    if (done == 0) return wait();
    if (!handle_) return;
  }
  wake();
}

void Bus::wait() {
  const int events = sd_bus_get_events(handle_.get());
  if (events < 0) return lose(events);
  std::uint64_t until = UINT64_MAX;
  if (const int known = sd_bus_get_timeout(handle_.get(), &until); known < 0) return lose(known);
  if (!followDescriptor()) return lose(-errno);
  const auto round = ++round_;
  waitForDescriptor(events, round);
  if (until != UINT64_MAX) waitUntil(until, round);
}

void Bus::waitForDescriptor(int events, std::uint64_t round) {
  const auto happened = [self = shared_from_this(), round](const boost::system::error_code& failed) {
    if (!failed && self->round_ == round) self->process();
  };
  if ((events & POLLIN) != 0) descriptor_.async_wait(asio::posix::stream_descriptor::wait_read, happened);
  if ((events & POLLOUT) != 0) descriptor_.async_wait(asio::posix::stream_descriptor::wait_write, happened);
}

void Bus::waitUntil(std::uint64_t microseconds, std::uint64_t round) {
  const auto now = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count());
  // sd_bus_get_timeout(3) counts on CLOCK_MONOTONIC, as libstdc++'s steady_clock does.
  const auto left = microseconds > now ? std::min(microseconds - now, kLongestWait) : 0;
  timer_.expires_after(std::chrono::microseconds(left));
  timer_.async_wait([self = shared_from_this(), round](const boost::system::error_code& failed) {
    if (!failed && self->round_ == round) self->process();
  });
}

// sd-bus owns its descriptor and may take another one while it tries the addresses of a bus, so Asio waits on a copy. Until the connection
// is ready the copy is made anew each time, because a new descriptor may have the old one's number.
bool Bus::followDescriptor() {
  const int own = sd_bus_get_fd(handle_.get());
  if (own < 0) {
    errno = -own;
    return false;
  }
  if (own == followed_ && sd_bus_is_ready(handle_.get()) > 0) return true;
  const int copy = fcntl(own, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) return false;
  boost::system::error_code failed;
  descriptor_.close(failed);
  descriptor_.assign(copy, failed);
  if (failed) {
    ::close(copy);
    errno = failed.value();
    return false;
  }
  // The first time that it is ready, one more copy is made.
  followed_ = sd_bus_is_ready(handle_.get()) > 0 ? own : -1;
  return true;
}

void Bus::stopWaiting() {
  ++round_;
  timer_.cancel();
  boost::system::error_code ignored;
  if (descriptor_.is_open()) descriptor_.cancel(ignored);
}

void Bus::lose(int errnoNegative) {
  auto lost = std::exchange(lost_, nullptr);
  stopWaiting();
  if (!lost) return;
  asio::post(executor_, [lost = std::move(lost), why = std::string(std::strerror(-errnoNegative))] { lost(why); });
}

}  // namespace learnd::interfaces::dbus
