#pragma once

#include "interfaces/dbus/errors.hpp"
#include "interfaces/dbus/message_writer.hpp"

#include <utility>

namespace learnd::interfaces::dbus {

/// The answer to a call, while its values are appended.
class Reply {
 public:
  explicit Reply(sd_bus_message* call) : message_(create(call)), values_(message_.get()) {}

  [[nodiscard]] MessageWriter& values() { return values_; }
  /// The message, ready to be sent.
  [[nodiscard]] core::Result<BusMessage> finish() {
    if (!message_) return core::Error(core::ErrorKind::Internal, "an answer can't be made");
    if (auto written = values_.finish(); !written) return written.error();
    return std::move(message_);
  }

 private:
  static BusMessage create(sd_bus_message* call) {
    sd_bus_message* made = nullptr;
    sd_bus_message_new_method_return(call, &made);
    return BusMessage(made);
  }

  BusMessage message_;
  MessageWriter values_;
};

}  // namespace learnd::interfaces::dbus
