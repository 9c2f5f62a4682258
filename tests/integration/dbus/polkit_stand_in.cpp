#include "tests/integration/dbus/polkit_stand_in.hpp"

namespace learnd::test {

PolkitStandIn::PolkitStandIn(const std::string& address) {
  std::promise<void> ready;
  auto isReady = ready.get_future();
  thread_ = std::thread([this, address, ready = std::move(ready)]() mutable { live(address, std::move(ready)); });
  isReady.get();
}

PolkitStandIn::~PolkitStandIn() {
  stopping_ = true;
  thread_.join();
}

int PolkitStandIn::onCheck(sd_bus_message* message, void* self, sd_bus_error*) {
  auto& polkit = *static_cast<PolkitStandIn*>(self);
  const char* kind = nullptr;
  const char* key = nullptr;
  const char* name = nullptr;
  const char* action = nullptr;
  std::uint32_t flags = 0;
  if (sd_bus_message_read(message, "(sa{sv})sa{ss}u", &kind, 1, &key, "s", &name, &action, 0, &flags) < 0) return -EINVAL;
  polkit.lastQuestion = std::string(kind) + " " + name + " " + action + " " + std::to_string(flags);
  ++polkit.questions;
  const int yes = polkit.answer == Answer::Yes ? 1 : 0;
  const int challenge = polkit.answer == Answer::AskFirst ? 1 : 0;
  return sd_bus_reply_method_return(message, "(bba{ss})", yes, challenge, 1, "polkit.detail", "of no interest");
}

void PolkitStandIn::live(const std::string& address, std::promise<void> ready) {
  static const sd_bus_vtable kTable[] = {
      SD_BUS_VTABLE_START(0), SD_BUS_METHOD("CheckAuthorization", "(sa{sv})sa{ss}us", "(bba{ss})", onCheck, SD_BUS_VTABLE_UNPRIVILEGED),
      SD_BUS_VTABLE_END};
  BusClient client(address);
  sd_bus_slot* slot = nullptr;
  sd_bus_add_object_vtable(client.handle(), &slot, "/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.PolicyKit1.Authority", kTable,
                           this);
  const BusSlot owned(slot);
  if (sd_bus_request_name(client.handle(), "org.freedesktop.PolicyKit1", 0) < 0) {
    ready.set_exception(std::make_exception_ptr(std::runtime_error("no name for polkit")));
    return;
  }
  ready.set_value();
  client.waitUntil([this] { return stopping_.load(); }, std::chrono::minutes(10));
}

}  // namespace learnd::test
