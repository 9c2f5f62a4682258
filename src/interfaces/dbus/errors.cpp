#include "interfaces/dbus/errors.hpp"

#include <cstring>

namespace learnd::interfaces::dbus {

const char* errorNameOf(core::ErrorKind kind) {
  switch (kind) {
    case core::ErrorKind::NotFound:
      return "org.learnd.Learnd1.Error.NotFound";
    case core::ErrorKind::InvalidInput:
    case core::ErrorKind::TooLarge:
      return "org.learnd.Learnd1.Error.InvalidArgument";
    case core::ErrorKind::Conflict:
      return "org.learnd.Learnd1.Error.Conflict";
    case core::ErrorKind::PermissionDenied:
      return "org.learnd.Learnd1.Error.PermissionDenied";
    case core::ErrorKind::Busy:
      return "org.learnd.Learnd1.Error.Busy";
    case core::ErrorKind::Unavailable:
    case core::ErrorKind::StorageFull:
      return "org.learnd.Learnd1.Error.Unavailable";
    case core::ErrorKind::Timeout:
      return "org.learnd.Learnd1.Error.Timeout";
    case core::ErrorKind::Internal:
      break;
  }
  return "org.learnd.Learnd1.Error.Internal";
}

std::string errorTextOf(const core::Error& error) {
  std::string text = error.message();
  // The bus has no place of their own for these two.
  if (!error.field().empty() && !text.starts_with(error.field())) text = error.field() + ": " + text;
  if (!error.id().empty() && text.find(error.id()) == std::string::npos) text += " (" + error.id() + ")";
  return text;
}

BusMessage errorReply(sd_bus_message* call, const core::Error& error) {
  sd_bus_message* reply = nullptr;
  const auto text = errorTextOf(error);
  sd_bus_error named{errorNameOf(error.kind()), text.c_str(), 0};
  // A text that the bus does not take (it has a wrong byte in it) must not keep the error from its caller.
  if (sd_bus_message_new_method_error(call, &reply, &named) < 0) {
    named.message = "";
    sd_bus_message_new_method_error(call, &reply, &named);
  }
  return BusMessage(reply);
}

core::Error busError(std::string_view what, int errnoNegative) {
  return {core::ErrorKind::Internal, std::string(what) + ": " + std::strerror(-errnoNegative)};
}

}  // namespace learnd::interfaces::dbus
