#pragma once

#include "interfaces/dbus/calls.hpp"
#include "interfaces/dbus/figures.hpp"
#include "services/services.hpp"

#include <memory>
#include <string>
#include <vector>

namespace learnd::interfaces::dbus {

/// The interface org.learnd.Learnd1.Memory on one connection. Methods only translate: arguments to a request, one call of a service, its
/// answer to a reply. On the bus's thread.
class MemoryObject {
 public:
  MemoryObject(services::Services& services, Calls& calls, FigureKeeper& figures, std::shared_ptr<Bus> bus)
      : services_(services), calls_(calls), figures_(figures), bus_(std::move(bus)) {}
  MemoryObject(const MemoryObject&) = delete;
  MemoryObject& operator=(const MemoryObject&) = delete;

  /// Puts the object on the bus; it is there as long as this lives.
  core::Result<void> publish();

  void signalStored(const core::LearningId& id, core::Kind kind);
  void signalChanged(const std::vector<std::string>& properties);

 private:
  using Method = ports::Task<BusMessage> (MemoryObject::*)(sd_bus_message* call, core::Caller caller);

  static const sd_bus_vtable* table();
  template <Method method>
  static int onCall(sd_bus_message* call, void* self, sd_bus_error* error) noexcept;
  static int onProperty(sd_bus* bus, const char* path, const char* interface, const char* property, sd_bus_message* reply, void* self,
                        sd_bus_error* error) noexcept;

  ports::Task<BusMessage> storeSolution(sd_bus_message* call, core::Caller caller);
  ports::Task<BusMessage> storeFailure(sd_bus_message* call, core::Caller caller);
  ports::Task<BusMessage> logInteraction(sd_bus_message* call, core::Caller caller);
  ports::Task<BusMessage> store(sd_bus_message* call, core::Caller caller);
  ports::Task<BusMessage> search(sd_bus_message* call, core::Caller caller);
  ports::Task<BusMessage> recall(sd_bus_message* call, core::Caller caller);
  ports::Task<BusMessage> get(sd_bus_message* call, core::Caller caller);
  ports::Task<BusMessage> list(sd_bus_message* call, core::Caller caller);
  ports::Task<BusMessage> update(sd_bus_message* call, core::Caller caller);
  ports::Task<BusMessage> erase(sd_bus_message* call, core::Caller caller);
  ports::Task<BusMessage> feedback(sd_bus_message* call, core::Caller caller);
  ports::Task<BusMessage> score(sd_bus_message* call, core::Caller caller);
  ports::Task<BusMessage> quality(sd_bus_message* call, core::Caller caller);

  ports::Task<services::StoreAnswer> keep(core::Kind kind, json::Value body, core::Caller caller);

  services::Services& services_;
  Calls& calls_;
  FigureKeeper& figures_;
  std::shared_ptr<Bus> bus_;
  BusSlot slot_;
};

}  // namespace learnd::interfaces::dbus
