#pragma once

#include "interfaces/dbus/door.hpp"

#include "interfaces/dbus/memory_object.hpp"

#include <functional>

namespace learnd::interfaces::dbus {

/// One connection with all that is on it, from the name's request to its end.
class Door::Session {
 public:
  /// `named` is told once how the bus answered the request for the name: with nothing where it is ours.
  using Named = std::function<void(std::optional<core::Error> refusal)>;

  Session(boost::asio::any_io_executor executor, std::shared_ptr<Bus> bus, services::Services& services, FigureKeeper& figures,
          CallRules rules);

  core::Result<void> publish(Named named, std::function<void(std::string why)> lost);
  /// Gives the name up and answers what runs.
  boost::asio::awaitable<void> finish(std::chrono::milliseconds time);

  [[nodiscard]] MemoryObject& memory() { return memory_; }

 private:
  static int onNamed(sd_bus_message* message, void* self, sd_bus_error* error) noexcept;

  std::shared_ptr<Bus> bus_;
  Calls calls_;
  MemoryObject memory_;
  Named named_;
  BusSlot naming_;
};

}  // namespace learnd::interfaces::dbus
