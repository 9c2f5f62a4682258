#pragma once

#include "core/result.hpp"
#include "interfaces/http/connection.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace learnd::interfaces::http {

struct ServerSettings {
  std::string socket;                      // path to bind; not used where sockets are passed in
  std::uint32_t mode = 0660;
  std::optional<std::uint32_t> group;      // gid that the socket gets
  std::string tcp;                         // "127.0.0.1:PORT"; empty: none
  std::vector<int> passed;                 // listening sockets from the service manager
  std::size_t connections = 1000;
  ConnectionLimits limits;
};

/// Listens and serves. On the I/O thread.
class Server {
 public:
  Server(boost::asio::any_io_executor executor, services::Services& services, ServerSettings settings);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds and starts to accept; an error says what to do (another daemon listens there, no right to the folder).
  core::Result<void> start();
  /// Accepts no more, ends idle connections; done when what was accepted is answered, or the time is up.
  boost::asio::awaitable<void> stop(std::chrono::seconds time);

 private:
  template <class Acceptor>
  boost::asio::awaitable<void> accept(Acceptor& acceptor);
  core::Result<void> takePassed();
  core::Result<void> bindSocket();
  core::Result<void> bindTcp();
  void open(Socket socket);

  boost::asio::any_io_executor executor_;
  services::Services& services_;
  ServerSettings settings_;
  std::vector<boost::asio::local::stream_protocol::acceptor> acceptors_;
  std::optional<boost::asio::ip::tcp::acceptor> tcp_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> open_;
  boost::asio::steady_timer drained_;
  bool stopping_ = false;
  bool bound_ = false;  // the socket's path is ours to remove
};

}  // namespace learnd::interfaces::http
