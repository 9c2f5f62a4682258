#pragma once

#include "core/result.hpp"
#include "interfaces/http/connection_set.hpp"
#include "interfaces/http/listen.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace learnd::interfaces::http {

struct ServerSettings {
  std::string socket;  // path to bind; not used where sockets are passed in
  std::uint32_t mode = 0660;
  std::optional<std::uint32_t> group;  // gid that the socket gets
  std::string tcp;                     // "127.0.0.1:PORT"; empty: none
  std::vector<int> passed;             // listening sockets of the service manager, Unix or TCP
  std::size_t connections = 1000;
  ConnectionLimits limits;
};

/// Listens and serves. On the I/O thread.
class Server {
 public:
  Server(boost::asio::any_io_executor executor, services::Services& services, ServerSettings settings);

  /// Binds and starts to accept; an error says what to do (another daemon listens there, no right to the folder).
  core::Result<void> start();
  /// Accepts no more, ends idle connections; done when what was accepted is answered, or the time is up.
  boost::asio::awaitable<void> stop(std::chrono::milliseconds time);

  [[nodiscard]] const ConnectionSet& connections() const { return connections_; }

 private:
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

  core::Result<void> takeOver(int descriptor);
  boost::asio::awaitable<void> accept(Acceptor& acceptor, Transport transport);

  boost::asio::any_io_executor executor_;
  ServerSettings settings_;
  ConnectionSet connections_;
  std::list<Acceptor> acceptors_;
  SocketFile file_;
  bool stopping_ = false;
};

}  // namespace learnd::interfaces::http
