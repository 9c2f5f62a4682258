#pragma once

#include "core/access.hpp"
#include "interfaces/dbus/bus.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace learnd::interfaces::dbus {

/// Who is behind a unique name, as the bus itself knows it from the socket that the peer connected with; never what /proc says. Asked once
/// and kept until the peer leaves. On the bus's thread.
class Callers {
 public:
  /// `left` is told of a peer that was asked for and is gone now.
  Callers(Bus& bus, std::function<void(const std::string& name)> left) : bus_(bus), left_(std::move(left)) {}
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  /// Its uid and all its groups, the first of which is not told apart. Unavailable where the peer is gone.
  ports::Task<core::Caller> identify(std::string uniqueName);

 private:
  struct Known {
    std::optional<core::Caller> caller;
    BusSlot watch;
  };

  static int onLeft(sd_bus_message* message, void* self, sd_bus_error* error) noexcept;
  void forgetOne();
  void watch(const std::string& name, Known& known);
  core::Result<BusMessage> question(const std::string& name);

  Bus& bus_;
  std::function<void(const std::string&)> left_;
  std::map<std::string, Known> known_;
};

/// The answer of GetConnectionCredentials (D-Bus specification, "Message Bus Messages").
core::Result<core::Caller> readCredentials(sd_bus_message* answer);

}  // namespace learnd::interfaces::dbus
