#include "interfaces/dbus/polkit.hpp"

#include "interfaces/dbus/errors.hpp"
#include "interfaces/dbus/names.hpp"

#include <utility>

namespace learnd::interfaces::dbus {

namespace {

constexpr std::chrono::minutes kPatience{2};

core::Error denied(const char* why) { return {core::ErrorKind::PermissionDenied, why}; }

}  // namespace

core::Result<BusMessage> Polkit::question(const std::string& name, Interaction interaction) {
  sd_bus_message* request = nullptr;
  int done = sd_bus_message_new_method_call(bus_.handle(), &request, "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
                                            "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization");
  BusMessage owned(request);
  const std::uint32_t flags = interaction == Interaction::Allowed ? 1 : 0;
  // Subject by its name on the bus (which can't be taken by another process meanwhile, as a pid can), action, no details, no cancellation
  // id.
  if (done >= 0) {
    done = sd_bus_message_append(request, "(sa{sv})sa{ss}us", "system-bus-name", 1, "name", "s", name.c_str(), kManageAction, 0, flags, "");
  }
  if (done < 0) return busError("a call can't be made", done);
  return owned;
}

ports::Task<void> Polkit::consent(std::string uniqueName, Interaction interaction) {
  auto request = question(uniqueName, interaction);
  if (!request) co_return request.error();
  auto answer = co_await bus_.call(std::move(*request), kPatience);
  if (!answer) co_return denied("polkit can't be asked for its consent");
  int authorised = 0;
  int challenge = 0;
  // The details behind them are of no interest.
  if (sd_bus_message_enter_container(answer->get(), 'r', "bba{ss}") <= 0 ||
      sd_bus_message_read(answer->get(), "bb", &authorised, &challenge) <= 0) {
    co_return denied("polkit's answer can't be read");
  }
  if (authorised != 0) co_return ports::Result<void>();
  if (challenge != 0) co_return denied("polkit would ask for a password first: make the call with interactive authorisation allowed");
  co_return denied("polkit refuses its consent");
}

}  // namespace learnd::interfaces::dbus
