#include "interfaces/dbus/door.hpp"

#include "interfaces/dbus/session.hpp"
#include "support/log.hpp"
#include "support/thrown.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace learnd::interfaces::dbus {

namespace {

namespace asio = boost::asio;

}  // namespace

Door::Door(asio::any_io_executor executor, services::Services& services, DoorSettings settings)
    : executor_(executor),
      services_(services),
      settings_(settings),
      figures_(executor, services,
               [this](const std::vector<std::string>& names) {
                 if (session_ && serving_) session_->memory().signalChanged(names);
               }),
      event_(executor),
      ended_(executor) {
  listen();
}

Door::~Door() { services_.context.events = {}; }

void Door::start() {
  const auto ended = [this](const std::exception_ptr& thrown) {
    if (thrown) support::log::error("the bus's door failed", {{"ERROR", support::reasonOf(thrown)}});
    --coroutines_;
    ended_.cancel();
  };
  coroutines_ = 2;
  asio::co_spawn(executor_, run(), ended);
  asio::co_spawn(executor_, figures_.run(), ended);
}

asio::awaitable<void> Door::stop(std::chrono::milliseconds time) {
  stopping_ = true;
  figures_.stop();
  event_.cancel();
  // Both end without the bus's help; the session still answers meanwhile.
  while (coroutines_ > 0) {
    ended_.expires_at(std::chrono::steady_clock::time_point::max());
    co_await ended_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_await endSession(time);
}

void Door::listen() {
  auto& events = services_.context.events;
  events.learningStored = [this](const core::LearningId& id, core::Kind kind) {
    if (session_ && serving_) session_->memory().signalStored(id, kind);
    figures_.hint();
  };
  events.propertiesChanged = [this] { figures_.hint(); };
}

asio::awaitable<void> Door::run() {
  auto pause = settings_.firstPause;
  // Who reads a property as soon as the name is there gets what is so.
  co_await figures_.prepare();
  while (!stopping_) {
    broken_.reset();
    if (auto connected = connect(); !connected) broken_ = connected.error().message();
    bool served = false;
    while (!broken_ && !stopping_) {
      event_.expires_at(std::chrono::steady_clock::time_point::max());
      co_await event_.async_wait(asio::as_tuple(asio::use_awaitable));
      served = served || serving_;
    }
    // The last session, with the answers it still owes, is stop()'s to end.
    if (stopping_) co_return;
    complain(*broken_);
    co_await endSession(std::chrono::milliseconds(0));
    if (served) pause = settings_.firstPause;
    co_await sleep(pause);
    pause = std::min(pause * 2, settings_.longestPause);
  }
}

core::Result<void> Door::connect() {
  auto bus = Bus::open(executor_, settings_.bus);
  if (!bus) return bus.error();
  CallRules rules{services_.context.access, settings_.memberGroup, settings_.askPolkit && settings_.bus == BusKind::System,
                  settings_.deadline,       settings_.calls,       settings_.callsOfOne};
  session_ = std::make_unique<Session>(executor_, std::move(*bus), services_, figures_, std::move(rules));
  return session_->publish([this](std::optional<core::Error> refusal) { nameAnswered(std::move(refusal)); },
                           [this](std::string why) {
                             broken_ = std::move(why);
                             event_.cancel();
                           });
}

void Door::nameAnswered(std::optional<core::Error> refusal) {
  if (refusal) {
    broken_ = refusal->message();
  } else {
    serving_ = true;
    complained_ = false;
    support::log::info("serving on the bus", {{"BUS", settings_.bus == BusKind::System ? "system" : "session"}});
  }
  event_.cancel();
}

asio::awaitable<void> Door::endSession(std::chrono::milliseconds time) {
  if (!session_) co_return;
  co_await session_->finish(time);
  serving_ = false;
  session_.reset();
}

asio::awaitable<void> Door::sleep(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!stopping_ && std::chrono::steady_clock::now() < end) {
    event_.expires_at(end);
    co_await event_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

void Door::complain(const std::string& why) {
  serving_ = false;
  // Once for as long as it lasts.
  if (std::exchange(complained_, true)) return;
  support::log::warning("no bus: serving without it, and trying again",
                        {{"BUS", settings_.bus == BusKind::System ? "system" : "session"}, {"ERROR", why}});
}

}  // namespace learnd::interfaces::dbus
