#pragma once

#include "interfaces/dbus/handles.hpp"
#include "interfaces/dbus/message_reader.hpp"

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

namespace learnd::test {

using interfaces::dbus::BusHandle;
using interfaces::dbus::BusMessage;
using interfaces::dbus::BusSlot;
using interfaces::dbus::MessageReader;

/// What came of a call.
struct CallAnswer {
  BusMessage message;  // null after an error
  std::string error;   // its name without "org.learnd.Learnd1.Error."
  std::string text;

  [[nodiscard]] bool good() const { return error.empty(); }
  [[nodiscard]] MessageReader reader() const { return MessageReader(message.get()); }
};

/// A blocking client of the bus. One thread.
class BusClient {
 public:
  explicit BusClient(const std::string& address);

  /// A method of org.learnd.Learnd1.Memory, with its arguments as sd_bus_message_append(3) takes them.
  template <class... Arguments>
  CallAnswer call(const char* member, const char* signature, Arguments... arguments) {
    auto message = newCall(member);
    check(sd_bus_message_append(message.get(), signature, arguments...));
    return send(std::move(message));
  }
  CallAnswer call(const char* member) { return send(newCall(member)); }
  [[nodiscard]] BusMessage newCall(const char* member);
  CallAnswer send(BusMessage message);

  /// All properties as one object.
  json::Value properties();
  /// The introspection text of the object.
  std::string introspect();
  /// Processes what arrives until the condition holds; false where the time is up first.
  bool waitUntil(const std::function<bool()>& condition, std::chrono::milliseconds time = std::chrono::seconds(30));
  /// Calls back for each signal of the rule, from inside waitUntil.
  void listen(const std::string& rule, std::function<void(sd_bus_message*)> heard);
  /// Whether somebody has learnd's name.
  bool isServed();

  [[nodiscard]] sd_bus* handle() const { return bus_.get(); }
  void close() { bus_.reset(); }

 private:
  static void check(int done) {
    if (done < 0) throw std::runtime_error("sd-bus: " + std::to_string(done));
  }

  BusHandle bus_;
  std::function<void(sd_bus_message*)> heard_;
  BusSlot match_;
};

}  // namespace learnd::test
