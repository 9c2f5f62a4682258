#pragma once

#include "services/services.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace learnd::interfaces::dbus {

/// What the properties say. A property is read without waiting, so its value is at hand.
struct Figures {
  std::uint64_t learnings = 0;
  std::uint64_t pendingIndex = 0;
  bool degraded = true;  // until the first look says otherwise
  double averageRelevance = 0;
  std::string qualityBand = "no-data";
};

/// The names of the properties that differ.
std::vector<std::string> differences(const Figures& before, const Figures& now);

/// Keeps the figures up to date: after a hint that something changed it looks, at once where the last look is some time ago, else a second
/// later, so that many changes make one signal. Without hints it sleeps.
class FigureKeeper {
 public:
  using Changed = std::function<void(const std::vector<std::string>& names)>;

  FigureKeeper(boost::asio::any_io_executor executor, services::Services& services, Changed changed)
      : services_(services), changed_(std::move(changed)), wait_(executor) {}

  /// The first look; ends without it where that takes long.
  boost::asio::awaitable<void> prepare();
  /// Until stop().
  boost::asio::awaitable<void> run();
  void stop();
  /// Something may have changed.
  void hint();
  [[nodiscard]] const Figures& current() const { return current_; }

 private:
  ports::Task<Figures> look();
  boost::asio::awaitable<void> sleepUntilHint();
  boost::asio::awaitable<void> pause(std::chrono::steady_clock::duration time);

  services::Services& services_;
  Changed changed_;
  boost::asio::steady_timer wait_;
  Figures current_;
  bool hinted_ = false;
  bool stopping_ = false;
};

}  // namespace learnd::interfaces::dbus
