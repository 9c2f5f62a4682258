#pragma once

#include "core/limits.hpp"
#include "interfaces/dbus/bus.hpp"
#include "interfaces/dbus/calls.hpp"
#include "interfaces/dbus/figures.hpp"
#include "services/services.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace learnd::interfaces::dbus {

struct DoorSettings {
  /// What is usual on this bus.
  DoorSettings(BusKind kind) : bus(kind) {}

  BusKind bus;
  /// The socket's group, whose members may call; unset: whoever the bus lets through. Administrators always may.
  std::optional<std::uint32_t> memberGroup;
  /// Whether polkit is asked before a caller is refused what is for administrators. Only on the system bus.
  bool askPolkit = true;
  std::chrono::milliseconds deadline = core::kRequestDeadline;
  std::size_t calls = 512;       // at the same time
  std::size_t callsOfOne = 128;  // of them those of one caller
  /// Between tries to reach a bus that is not there: the first pause, doubled up to the longest.
  std::chrono::milliseconds firstPause{500};
  std::chrono::milliseconds longestPause = std::chrono::minutes(1);
};

/// Serves the daemon's name on a bus, and listens to what the services tell (ServiceContext::events), as long as it lives. A bus that is
/// not there, or goes away, or refuses the name is one warning; the server tries again until it is stopped, and nothing else of the daemon
/// waits for it. On the I/O thread.
class Door {
 public:
  Door(boost::asio::any_io_executor executor, services::Services& services, DoorSettings settings);
  ~Door();
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  /// Connects in the background.
  void start();
  /// Gives the name up, answers the calls that run, and leaves the bus; what is not answered when the time is up is cancelled.
  boost::asio::awaitable<void> stop(std::chrono::milliseconds time = core::kStopDeadline);

  /// Whether the name is ours now.
  [[nodiscard]] bool serving() const { return serving_; }

 private:
  class Session;

  void listen();
  boost::asio::awaitable<void> run();
  core::Result<void> connect();
  boost::asio::awaitable<void> endSession(std::chrono::milliseconds time);
  boost::asio::awaitable<void> sleep(std::chrono::milliseconds time);
  void nameAnswered(std::optional<core::Error> refusal);
  void complain(const std::string& why);

  boost::asio::any_io_executor executor_;
  services::Services& services_;
  DoorSettings settings_;
  FigureKeeper figures_;
  std::unique_ptr<Session> session_;
  boost::asio::steady_timer event_;  // cancelled when the session breaks or the server stops
  boost::asio::steady_timer ended_;  // cancelled when one of the server's coroutines ends
  std::optional<std::string> broken_;
  int coroutines_ = 0;
  bool serving_ = false;
  bool complained_ = false;
  bool stopping_ = false;
};

}  // namespace learnd::interfaces::dbus
