#include "interfaces/dbus/callers.hpp"

#include "interfaces/dbus/errors.hpp"
#include "interfaces/dbus/message_reader.hpp"

#include <algorithm>
#include <utility>

namespace learnd::interfaces::dbus {

namespace {

constexpr const char* kDriver = "org.freedesktop.DBus";
constexpr const char* kDriverPath = "/org/freedesktop/DBus";
constexpr std::chrono::seconds kPatience{10};
// More peers than that are asked for again.
constexpr std::size_t kMostKnown = 1024;
// No group has this number: what AccessPolicy compares with a group's never matches it.
constexpr std::uint32_t kNoGroup = UINT32_MAX;

std::optional<std::uint32_t> idOf(const json::Value& value) {
  const auto* number = value.asInteger();
  if (number == nullptr || *number < 0 || *number >= kNoGroup) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

}  // namespace

core::Result<core::Caller> readCredentials(sd_bus_message* answer) {
  MessageReader reader(answer);
  // Newer buses tell of file descriptors too (ProcessFD).
  const auto members = reader.membersOf({"UnixUserID", "UnixGroupIDs"});
  if (auto read = reader.finish(); !read) return read.error();
  const auto* uid = members.find("UnixUserID");
  const auto id = uid == nullptr ? std::nullopt : idOf(*uid);
  if (!id) return core::Error(core::ErrorKind::PermissionDenied, "the bus does not tell which user calls");
  core::Caller caller;
  caller.uid = *id;
  caller.gid = kNoGroup;
  // Buses before dbus 1.13 do not tell the groups: then the caller is in none.
  const auto* groups = members.find("UnixGroupIDs");
  if (groups != nullptr && groups->asArray() != nullptr) {
    for (const auto& group : *groups->asArray()) {
      if (const auto number = idOf(group)) caller.groups.push_back(*number);
    }
  }
  return caller;
}

ports::Task<core::Caller> Callers::identify(std::string uniqueName) {
  auto found = known_.find(uniqueName);
  if (found == known_.end()) {
    if (known_.size() >= kMostKnown) forgetOne();
    found = known_.try_emplace(uniqueName).first;
    // Before the question, so that the peer can't leave unseen between the answer and the watch.
    watch(uniqueName, found->second);
  }
  if (found->second.caller) co_return *found->second.caller;
  auto request = question(uniqueName);
  if (!request) co_return request.error();
  auto answer = co_await bus_.call(std::move(*request), kPatience);
  auto caller = answer ? readCredentials(answer->get()) : core::Result<core::Caller>(answer.error());
  // The peer may have left meanwhile, and its entry with it.
  found = known_.find(uniqueName);
  if (found == known_.end()) co_return core::Error(core::ErrorKind::Unavailable, "the caller is gone");
  if (!caller) {
    known_.erase(found);
    co_return caller.error();
  }
  found->second.caller = *caller;
  co_return *caller;
}

void Callers::forgetOne() {
  // One that is being asked for is still needed.
  const auto answered = std::find_if(known_.begin(), known_.end(), [](const auto& one) { return one.second.caller.has_value(); });
  if (answered != known_.end()) known_.erase(answered);
}

void Callers::watch(const std::string& name, Known& known) {
  const std::string rule =
      "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
      "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='" +
      name + "'";
  sd_bus_slot* slot = nullptr;
  // Without the watch the entry would outlive its peer, which does no harm: unique names are never given again.
  if (sd_bus_add_match_async(bus_.handle(), &slot, rule.c_str(), onLeft, nullptr, this) >= 0) known.watch.reset(slot);
}

core::Result<BusMessage> Callers::question(const std::string& name) {
  sd_bus_message* request = nullptr;
  int done = sd_bus_message_new_method_call(bus_.handle(), &request, kDriver, kDriverPath, kDriver, "GetConnectionCredentials");
  BusMessage owned(request);
  if (done >= 0) done = sd_bus_message_append_basic(request, 's', name.c_str());
  if (done < 0) return busError("a call can't be made", done);
  return owned;
}

int Callers::onLeft(sd_bus_message* message, void* self, sd_bus_error*) noexcept {
  try {
    auto& callers = *static_cast<Callers*>(self);
    MessageReader reader(message);
    const auto name = reader.text();
    reader.text();
    const bool gone = reader.text().empty();
    if (!reader.finish() || !gone) return 0;
    callers.known_.erase(name);
    callers.left_(name);
  } catch (const std::exception&) {
    // No memory: the entry stays, which does no harm.
    return 0;
  }
  return 0;
}

}  // namespace learnd::interfaces::dbus
