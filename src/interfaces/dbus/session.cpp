#include "interfaces/dbus/session.hpp"

#include "interfaces/dbus/errors.hpp"
#include "interfaces/dbus/names.hpp"

#include <utility>

namespace learnd::interfaces::dbus {

namespace {

// Answers to RequestName (D-Bus specification, "org.freedesktop.DBus.RequestName").
constexpr std::uint32_t kPrimaryOwner = 1;
constexpr std::uint32_t kAlreadyOwner = 4;
// What is left to write at the end is a few answers.
constexpr std::chrono::milliseconds kDrainTime{1000};

std::optional<core::Error> refusalOf(sd_bus_message* answer) {
  if (const sd_bus_error* error = sd_bus_message_get_error(answer); error != nullptr) {
    return core::Error(core::ErrorKind::Unavailable, error->message == nullptr ? error->name : error->message);
  }
  std::uint32_t outcome = 0;
  if (sd_bus_message_read_basic(answer, 'u', &outcome) <= 0)
    return core::Error(core::ErrorKind::Unavailable, "the bus's answer can't be read");
  if (outcome == kPrimaryOwner || outcome == kAlreadyOwner) return std::nullopt;
  return core::Error(core::ErrorKind::Unavailable, std::string("another process has the name ") + kBusName);
}

}  // namespace

Door::Session::Session(boost::asio::any_io_executor executor, std::shared_ptr<Bus> bus, services::Services& services, FigureKeeper& figures,
                       CallRules rules)
    : bus_(std::move(bus)), calls_(executor, bus_, std::move(rules)), memory_(services, calls_, figures, bus_) {}

core::Result<void> Door::Session::publish(Named named, std::function<void(std::string)> lost) {
  named_ = std::move(named);
  if (auto published = memory_.publish(); !published) return published;
  // The name comes last: who sees it finds everything there.
  sd_bus_slot* slot = nullptr;
  const int asked = sd_bus_request_name_async(bus_->handle(), &slot, kBusName, 0, onNamed, this);
  if (asked < 0) return busError("the name can't be requested", asked);
  naming_.reset(slot);
  bus_->start(std::move(lost));
  return {};
}

boost::asio::awaitable<void> Door::Session::finish(std::chrono::milliseconds time) {
  // What is sent to the name from now on is not lost but refused by the bus, or starts the next daemon.
  if (bus_->handle() != nullptr && time.count() > 0) {
    sd_bus_release_name_async(bus_->handle(), nullptr, kBusName, nullptr, nullptr);
    bus_->wake();
  }
  co_await calls_.finish(time);
  if (time.count() > 0) co_await bus_->drain(kDrainTime);
  bus_->close();
}

int Door::Session::onNamed(sd_bus_message* message, void* self, sd_bus_error*) noexcept {
  try {
    static_cast<Session*>(self)->named_(refusalOf(message));
  } catch (const std::exception&) {
    return 0;
  }
  return 0;
}

}  // namespace learnd::interfaces::dbus
