#pragma once

#include "interfaces/http/connection.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <unordered_map>

namespace learnd::interfaces::http {

/// All open connections of a server: opens them, watches their deadlines on one timer, ends them. On the I/O thread; destroy it when the
/// executor runs no more.
class ConnectionSet {
 public:
  ConnectionSet(boost::asio::any_io_executor executor, services::Services& services, const ConnectionLimits& limits, std::size_t most);
  ~ConnectionSet();
  ConnectionSet(const ConnectionSet&) = delete;
  ConnectionSet& operator=(const ConnectionSet&) = delete;

  /// Serves a client. Where there are as many as may be, the one that has been idle longest makes room; with none idle this one is
  /// answered 429.
  void open(Socket socket, Peer peer);
  /// No further requests: idle connections end, the others after what they do. Done when all have, or cut after `time`.
  boost::asio::awaitable<void> stop(std::chrono::milliseconds time);

  [[nodiscard]] std::size_t size() const { return open_.size(); }
  [[nodiscard]] const Figures& figures() const { return door_.figures; }

 private:
  void watch();
  bool makeRoom();
  void turnAway(Socket socket);
  void ended(const std::shared_ptr<Connection>& connection);

  boost::asio::any_io_executor executor_;
  Door door_;
  std::size_t most_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> open_;
  boost::asio::steady_timer clock_;
  boost::asio::steady_timer drained_;
  bool watching_ = false;
  std::shared_ptr<char> alive_ = std::make_shared<char>();  // what a late completion asks before it touches this
};

}  // namespace learnd::interfaces::http
