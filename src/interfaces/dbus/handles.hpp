#pragma once

#include <systemd/sd-bus.h>

#include <memory>

namespace learnd::interfaces::dbus {

/// Gives a handle of sd-bus back by the function that sd-bus has for it.
template <auto release>
struct Release {
  template <class T>
  void operator()(T* handle) const noexcept {
    release(handle);
  }
};

// All of these belong to the thread that the bus is processed on.
using BusHandle = std::unique_ptr<sd_bus, Release<&sd_bus_close_unref>>;
/// Giving a slot back takes back what it stands for: an object, a match, a call that waits for its answer.
using BusSlot = std::unique_ptr<sd_bus_slot, Release<&sd_bus_slot_unref>>;
using BusMessage = std::unique_ptr<sd_bus_message, Release<&sd_bus_message_unref>>;

/// One more owner of a message.
inline BusMessage share(sd_bus_message* message) { return BusMessage(sd_bus_message_ref(message)); }

}  // namespace learnd::interfaces::dbus
