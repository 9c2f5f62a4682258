#include "interfaces/dbus/memory_object.hpp"

#include "interfaces/dbus/errors.hpp"
#include "interfaces/dbus/message_writer.hpp"
#include "interfaces/dbus/names.hpp"

#include <cerrno>
#include <string_view>

namespace learnd::interfaces::dbus {

template <MemoryObject::Method method>
int MemoryObject::onCall(sd_bus_message* call, void* self, sd_bus_error*) noexcept {
  // Nothing may be thrown into sd-bus, which is C.
  try {
    auto& object = *static_cast<MemoryObject*>(self);
    return object.calls_.accept(
        call, [&object](sd_bus_message* message, core::Caller caller) { return (object.*method)(message, std::move(caller)); });
  } catch (const std::exception&) {
    return -ENOMEM;
  }
}

int MemoryObject::onProperty(sd_bus*, const char*, const char*, const char* property, sd_bus_message* reply, void* self,
                             sd_bus_error*) noexcept {
  try {
    auto& object = *static_cast<MemoryObject*>(self);
    const auto& figures = object.figures_.current();
    const std::string_view name = property;
    if (name == "Version") return sd_bus_message_append(reply, "s", LEARND_VERSION);
    // What can't be told by hints (a backend that went down) is seen by the next who looks.
    object.figures_.hint();
    if (name == "LearningCount") return sd_bus_message_append(reply, "t", figures.learnings);
    if (name == "PendingIndex") return sd_bus_message_append(reply, "t", figures.pendingIndex);
    if (name == "Degraded") return sd_bus_message_append(reply, "b", figures.degraded ? 1 : 0);
    if (name == "AverageRelevance") return sd_bus_message_append(reply, "d", figures.averageRelevance);
    return sd_bus_message_append(reply, "s", figures.qualityBand.c_str());
  } catch (const std::exception&) {
    return -ENOMEM;
  }
}

// The XML file beside this one says what each member is for; a test holds the two together.
const sd_bus_vtable* MemoryObject::table() {
  constexpr auto kOpen = SD_BUS_VTABLE_UNPRIVILEGED;  // who may call is decided by ourselves
  constexpr auto kChanges = SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE;
  static const sd_bus_vtable table[] = {
      SD_BUS_VTABLE_START(0),
      SD_BUS_METHOD_WITH_ARGS("StoreSolution", SD_BUS_ARGS("s", query, "s", solution, "s", category, "a{sv}", metadata),
                              SD_BUS_RESULT("s", id), onCall<&MemoryObject::storeSolution>, kOpen),
      SD_BUS_METHOD_WITH_ARGS("StoreFailure",
                              SD_BUS_ARGS("s", error, "s", attempted_solution, "s", correct_solution, "s", root_cause, "a{sv}", metadata),
                              SD_BUS_RESULT("s", id), onCall<&MemoryObject::storeFailure>, kOpen),
      SD_BUS_METHOD_WITH_ARGS("LogInteraction",
                              SD_BUS_ARGS("s", query, "s", response, "s", outcome, "as", context_used, "s", llm_used, "a{sv}", factors),
                              SD_BUS_RESULT("s", id, "d", value_score, "t", tokens_saved), onCall<&MemoryObject::logInteraction>, kOpen),
      SD_BUS_METHOD_WITH_ARGS("Search", SD_BUS_ARGS("s", query, "as", categories, "u", limit, "d", min_score),
                              SD_BUS_RESULT("a(sdsa{sv})", results), onCall<&MemoryObject::search>, kOpen),
      SD_BUS_METHOD_WITH_ARGS("Get", SD_BUS_ARGS("s", id), SD_BUS_RESULT("a{sv}", learning), onCall<&MemoryObject::get>, kOpen),
      SD_BUS_METHOD_WITH_ARGS("Delete", SD_BUS_ARGS("s", id), SD_BUS_NO_RESULT, onCall<&MemoryObject::erase>, kOpen),
      SD_BUS_METHOD_WITH_ARGS("Feedback", SD_BUS_ARGS("s", id, "s", outcome, "s", note), SD_BUS_NO_RESULT, onCall<&MemoryObject::feedback>,
                              kOpen),
      SD_BUS_METHOD_WITH_ARGS("Recall", SD_BUS_ARGS("s", query, "a{sv}", options),
                              SD_BUS_RESULT("a{sv}", reuse, "a(sdsa{sv})", results, "b", degraded), onCall<&MemoryObject::recall>, kOpen),
      SD_BUS_METHOD_WITH_ARGS("Store", SD_BUS_ARGS("s", kind, "a{sv}", fields), SD_BUS_RESULT("a{sv}", result),
                              onCall<&MemoryObject::store>, kOpen),
      SD_BUS_METHOD_WITH_ARGS("Update", SD_BUS_ARGS("s", id, "a{sv}", fields), SD_BUS_NO_RESULT, onCall<&MemoryObject::update>, kOpen),
      SD_BUS_METHOD_WITH_ARGS("List", SD_BUS_ARGS("a{sv}", filter), SD_BUS_RESULT("aa{sv}", learnings, "s", next_cursor),
                              onCall<&MemoryObject::list>, kOpen),
      SD_BUS_METHOD_WITH_ARGS("Quality", SD_BUS_NO_ARGS, SD_BUS_RESULT("a{sv}", quality), onCall<&MemoryObject::quality>, kOpen),
      SD_BUS_METHOD_WITH_ARGS("Score", SD_BUS_ARGS("a{sv}", factors), SD_BUS_RESULT("d", value_score, "a{sd}", breakdown),
                              onCall<&MemoryObject::score>, kOpen),
      SD_BUS_PROPERTY("LearningCount", "t", onProperty, 0, kChanges),
      SD_BUS_PROPERTY("PendingIndex", "t", onProperty, 0, kChanges),
      SD_BUS_PROPERTY("Degraded", "b", onProperty, 0, kChanges),
      SD_BUS_PROPERTY("AverageRelevance", "d", onProperty, 0, kChanges),
      SD_BUS_PROPERTY("QualityBand", "s", onProperty, 0, kChanges),
      SD_BUS_PROPERTY("Version", "s", onProperty, 0, SD_BUS_VTABLE_PROPERTY_CONST),
      SD_BUS_SIGNAL_WITH_ARGS("LearningStored", SD_BUS_ARGS("s", id, "s", kind), 0),
      SD_BUS_SIGNAL_WITH_ARGS("PatternExtracted", SD_BUS_ARGS("s", id), 0),
      SD_BUS_VTABLE_END};
  return table;
}

core::Result<void> MemoryObject::publish() {
  sd_bus_slot* slot = nullptr;
  const int done = sd_bus_add_object_vtable(bus_->handle(), &slot, kRootPath, kMemoryInterface, table(), this);
  if (done < 0) return busError("the object can't be put on the bus", done);
  slot_.reset(slot);
  return {};
}

void MemoryObject::signalStored(const core::LearningId& id, core::Kind kind) {
  sd_bus_message* signal = nullptr;
  if (sd_bus_message_new_signal(bus_->handle(), &signal, kRootPath, kMemoryInterface, "LearningStored") < 0) return;
  BusMessage owned(signal);
  MessageWriter writer(signal);
  writer.text(id.text());
  writer.text(core::nameOf(kind));
  if (writer.finish()) bus_->send(std::move(owned));
}

void MemoryObject::signalChanged(const std::vector<std::string>& properties) {
  std::vector<char*> names;
  names.reserve(properties.size() + 1);
  // sd-bus takes a list of pointers that it does not write through.
  for (const auto& name : properties) names.push_back(const_cast<char*>(name.c_str()));
  names.push_back(nullptr);
  sd_bus_emit_properties_changed_strv(bus_->handle(), kRootPath, kMemoryInterface, names.data());
  bus_->wake();
}

}  // namespace learnd::interfaces::dbus
