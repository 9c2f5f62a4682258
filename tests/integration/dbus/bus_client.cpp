#include "tests/integration/dbus/bus_client.hpp"

#include "interfaces/dbus/names.hpp"

#include <string_view>

namespace learnd::test {

namespace {

using namespace interfaces::dbus;

constexpr std::uint64_t kPatience = 60'000'000;
constexpr std::string_view kErrors = "org.learnd.Learnd1.Error.";

}  // namespace

BusClient::BusClient(const std::string& address) {
  sd_bus* made = nullptr;
  check(sd_bus_new(&made));
  bus_.reset(made);
  check(sd_bus_set_address(made, address.c_str()));
  check(sd_bus_set_bus_client(made, 1));
  check(sd_bus_start(made));
  check(sd_bus_set_method_call_timeout(made, kPatience));
  const char* name = nullptr;
  check(sd_bus_get_unique_name(made, &name));
}

BusMessage BusClient::newCall(const char* member) {
  sd_bus_message* message = nullptr;
  check(sd_bus_message_new_method_call(bus_.get(), &message, kBusName, kRootPath, kMemoryInterface, member));
  return BusMessage(message);
}

CallAnswer BusClient::send(BusMessage message) {
  sd_bus_error error = SD_BUS_ERROR_NULL;
  sd_bus_message* reply = nullptr;
  const int done = sd_bus_call(bus_.get(), message.get(), kPatience, &error, &reply);
  CallAnswer answer{BusMessage(reply), {}, {}};
  if (done < 0) {
    answer.error = error.name == nullptr ? "none" : error.name;
    answer.text = error.message == nullptr ? "" : error.message;
    if (answer.error.starts_with(kErrors)) answer.error.erase(0, kErrors.size());
  }
  sd_bus_error_free(&error);
  return answer;
}

json::Value BusClient::properties() {
  sd_bus_message* reply = nullptr;
  check(sd_bus_call_method(bus_.get(), kBusName, kRootPath, "org.freedesktop.DBus.Properties", "GetAll", nullptr, &reply, "s",
                           kMemoryInterface));
  const BusMessage owned(reply);
  return MessageReader(reply).members("");
}

std::string BusClient::introspect() {
  sd_bus_message* reply = nullptr;
  check(sd_bus_call_method(bus_.get(), kBusName, kRootPath, "org.freedesktop.DBus.Introspectable", "Introspect", nullptr, &reply, ""));
  const BusMessage owned(reply);
  return MessageReader(reply).text();
}

bool BusClient::waitUntil(const std::function<bool()>& condition, std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    const int done = sd_bus_process(bus_.get(), nullptr);
    check(done);
    if (done == 0) sd_bus_wait(bus_.get(), 20'000);
  }
  return true;
}

void BusClient::listen(const std::string& rule, std::function<void(sd_bus_message*)> heard) {
  heard_ = std::move(heard);
  sd_bus_slot* slot = nullptr;
  const auto onSignal = [](sd_bus_message* message, void* self, sd_bus_error*) {
    static_cast<BusClient*>(self)->heard_(message);
    return 0;
  };
  check(sd_bus_add_match(bus_.get(), &slot, rule.c_str(), onSignal, this));
  match_.reset(slot);
}

bool BusClient::isServed() {
  sd_bus_message* reply = nullptr;
  const int done = sd_bus_call_method(bus_.get(), "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
                                      nullptr, &reply, "s", kBusName);
  const BusMessage owned(reply);
  int has = 0;
  return done >= 0 && sd_bus_message_read_basic(reply, 'b', &has) > 0 && has != 0;
}

}  // namespace learnd::test
