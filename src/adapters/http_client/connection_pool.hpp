#pragma once

#include "adapters/http_client/connection.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string>

namespace learnd::http_client {

struct PoolSettings {
  std::size_t connections = 8;  // at once; who comes later waits
  std::size_t waiting = 1024;   // who comes later still is refused
  /// Unused for so long a connection is closed. Qdrant closes after 5 s without a word, so that a request may meet the end.
  std::chrono::milliseconds idle{3500};
  std::string authorities;  // for https: a file of certificates (PEM) instead of the system's
};

/// A bounded number of connections to one server, kept open between requests. One thread; the I/O context of its first use must outlive it.
class ConnectionPool {
  struct State;

 public:
  ConnectionPool(Url url, PoolSettings settings);
  ~ConnectionPool();
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  /// The right to one connection, until it goes; it may outlive the pool.
  class Lease {
   public:
    Lease(std::shared_ptr<State> state, std::unique_ptr<Connection> connection);
    ~Lease();
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;

    /// Whether it has served a request before: it may have been closed meanwhile.
    [[nodiscard]] bool reused() const { return reused_; }
    Connection& connection() { return *connection_; }
    /// A connection that is not open yet, in place of the one it has.
    void renew(const boost::asio::any_io_executor& executor);
    /// It is good for another request.
    void keep();

   private:
    std::shared_ptr<State> state_;
    std::unique_ptr<Connection> connection_;
    bool reused_ = false;
  };

  /// Waits for a free place. The connection is open where it is `reused()`. Busy: too many wait; Timeout: cancelled.
  boost::asio::awaitable<core::Result<Lease>> take();
  [[nodiscard]] const Url& url() const;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace learnd::http_client
