#pragma once

#include "interfaces/dbus/handles.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace learnd::interfaces::dbus {

/// Messages need a connection to be made for, though not one that anybody listens on.
class UnsentMessages {
 public:
  UnsentMessages() {
    std::array<int, 2> ends{};
    sd_bus* made = nullptr;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0 || sd_bus_new(&made) < 0) throw std::runtime_error("no bus");
    bus_.reset(made);
    other_ = ends[1];
    if (sd_bus_set_fd(made, ends[0], ends[0]) < 0 || sd_bus_start(made) < 0) throw std::runtime_error("no bus");
  }
  ~UnsentMessages() { close(other_); }
  UnsentMessages(const UnsentMessages&) = delete;
  UnsentMessages& operator=(const UnsentMessages&) = delete;

  /// A method call to append arguments to.
  [[nodiscard]] BusMessage call() const {
    sd_bus_message* message = nullptr;
    if (sd_bus_message_new_method_call(bus_.get(), &message, "org.example", "/", "org.example", "Call") < 0)
      throw std::runtime_error("no message");
    return BusMessage(message);
  }
  /// Makes it one that can be read, as it arrives at the other side.
  static void seal(const BusMessage& message) {
    if (sd_bus_message_seal(message.get(), 1, 0) < 0 || sd_bus_message_rewind(message.get(), 1) < 0) throw std::runtime_error("not sealed");
  }

 private:
  BusHandle bus_;
  int other_ = -1;
};

}  // namespace learnd::interfaces::dbus
