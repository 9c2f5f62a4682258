#pragma once

#include "interfaces/dbus/handles.hpp"
#include "ports/task.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace learnd::interfaces::dbus {

enum class BusKind : unsigned char { System, Session };

/// One connection to a bus, driven by Asio: what arrives is processed on the executor, which must have one thread, and all calls are made
/// on it. A connection that broke stays broken; make a new one.
class Bus : public std::enable_shared_from_this<Bus> {
 public:
  /// Unavailable where there is no bus.
  static core::Result<std::shared_ptr<Bus>> open(boost::asio::any_io_executor executor, BusKind kind);

  Bus(boost::asio::any_io_executor executor, BusHandle handle);
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  /// Starts to process. `lost` is called once, where the connection breaks, with why; nothing is processed any more then.
  void start(std::function<void(std::string why)> lost);
  /// Ends it at once; calls that wait are given up.
  void close();

  [[nodiscard]] sd_bus* handle() const { return handle_.get(); }

  /// After something was sent outside of a handler: it may have to be written.
  void wake();
  void send(BusMessage message);
  /// Asks another peer; Unavailable with the name of the error that it answers with.
  ports::Task<BusMessage> call(BusMessage request, std::chrono::microseconds time);
  /// Ends when all that was sent is written, or the time is up.
  boost::asio::awaitable<void> drain(std::chrono::milliseconds time);

 private:
  void process();
  void wait();
  void waitForDescriptor(int events, std::uint64_t round);
  void waitUntil(std::uint64_t microseconds, std::uint64_t round);
  bool followDescriptor();
  void stopWaiting();
  void lose(int errnoNegative);

  boost::asio::any_io_executor executor_;
  BusHandle handle_;
  boost::asio::posix::stream_descriptor descriptor_;
  boost::asio::steady_timer timer_;
  std::function<void(std::string)> lost_;
  int followed_ = -1;        // the descriptor that descriptor_ is a copy of
  std::uint64_t round_ = 0;  // of waiting: what was waited for in an earlier one is of no interest any more
  bool scheduled_ = false;
};

}  // namespace learnd::interfaces::dbus
