#pragma once

#include "interfaces/dbus/bus.hpp"

#include <string>

namespace learnd::interfaces::dbus {

enum class Interaction : bool {
  None,    // the caller does not want anybody to be asked for a password
  Allowed  // the call has the flag ALLOW_INTERACTIVE_AUTHORIZATION
};

/// Asks polkit whether a peer may do what administrators may (the action org.learnd.learnd1.manage).
class Polkit {
 public:
  explicit Polkit(Bus& bus) : bus_(bus) {}

  /// PermissionDenied with why not: polkit refuses, would have to ask somebody first, or is not there. With Allowed it may take as long as
  /// a person takes to type a password; two minutes at most.
  ports::Task<void> consent(std::string uniqueName, Interaction interaction);

 private:
  core::Result<BusMessage> question(const std::string& name, Interaction interaction);

  Bus& bus_;
};

}  // namespace learnd::interfaces::dbus
