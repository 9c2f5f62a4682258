#pragma once

#include "interfaces/dbus/door.hpp"
#include "services/services.hpp"
#include "support/blocking_pool.hpp"
#include "tests/fakes/counting_ids.hpp"
#include "tests/fakes/fixed_clock.hpp"
#include "tests/fakes/memory_record_store.hpp"
#include "tests/fakes/scripted_embedder.hpp"
#include "tests/fakes/simple_index.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace learnd::test {

/// The services on ports in memory, with the bus's door before them, on a thread of their own.
class ServingDaemon {
 public:
  struct Options {
    interfaces::dbus::DoorSettings door = interfaces::dbus::BusKind::Session;
    std::uint32_t daemonUid = 0;
    std::optional<std::uint32_t> adminGroup;
  };

  /// `address` stands for both buses.
  ServingDaemon(const std::string& address, Options options);
  ~ServingDaemon();
  ServingDaemon(const ServingDaemon&) = delete;
  ServingDaemon& operator=(const ServingDaemon&) = delete;

  /// Runs it on the daemon's thread and waits for its end: the way to the fakes.
  void run(const std::function<void()>& work);
  /// How many handlers the daemon's thread has run until now.
  [[nodiscard]] std::size_t handled() const { return handled_; }
  /// One line of an import, as it comes over HTTP.
  void import(std::string line);
  /// Stops the door as the daemon's end does, and waits for it.
  void stop(std::chrono::milliseconds time = std::chrono::seconds(20));

  fakes::MemoryRecordStore records;
  fakes::ScriptedEmbedder embedder;
  fakes::SimpleIndex index;

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{context_.get_executor()};
  support::BlockingPool pool_{1};
  fakes::FixedClock clock_;
  fakes::CountingIds ids_;
  services::ServingEmbedder serving_{std::shared_ptr<ports::Embedder>(std::shared_ptr<void>(), &embedder),
                                     services::EmbedderSource{"scripted", "scripted-model", "", ""},
                                     [](const services::EmbedderSource&) { return nullptr; }};
  services::ServiceContext shared_;
  services::Services services_;
  std::unique_ptr<interfaces::dbus::Door> door_;
  std::size_t handled_ = 0;
  std::thread thread_;
};

}  // namespace learnd::test
