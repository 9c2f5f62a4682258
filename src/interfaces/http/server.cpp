#include "interfaces/http/server.hpp"

#include "interfaces/http/peer.hpp"
#include "support/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

namespace learnd::interfaces::http {

namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

core::Error cannot(const std::string& what, const std::string& why) {
  return core::Error(core::ErrorKind::Unavailable, what + ": " + why);
}

/// Nobody answers there: left by a daemon that did not end well.
bool isStale(const std::string& path) {
  asio::io_context context;
  stream_protocol::socket probe(context);
  error_code failed;
  probe.connect(stream_protocol::endpoint(path), failed);
  return failed == asio::error::connection_refused;
}

}  // namespace

Server::Server(asio::any_io_executor executor, services::Services& services, ServerSettings settings)
    : executor_(executor), services_(services), settings_(std::move(settings)), drained_(executor) {}

Server::~Server() {
  if (bound_) ::unlink(settings_.socket.c_str());
}

core::Result<void> Server::start() {
  auto listening = settings_.passed.empty() ? bindSocket() : takePassed();
  if (!listening) return listening;
  if (!settings_.tcp.empty()) listening = bindTcp();
  if (!listening) return listening;
  const auto logged = [](std::exception_ptr failed) {
    if (failed) support::log::error("accepting connections ended");
  };
  for (auto& acceptor : acceptors_) asio::co_spawn(executor_, accept(acceptor), logged);
  if (tcp_) asio::co_spawn(executor_, accept(*tcp_), logged);
  return {};
}

core::Result<void> Server::takePassed() {
  for (const int descriptor : settings_.passed) {
    acceptors_.emplace_back(executor_);
    error_code failed;
    acceptors_.back().assign(stream_protocol(), descriptor, failed);
    if (failed) return cannot("a socket that the service manager passed can't be used", failed.message());
  }
  return {};
}

core::Result<void> Server::bindSocket() {
  const std::string& path = settings_.socket;
  if (path.size() >= sizeof(sockaddr_un::sun_path)) return cannot("the socket " + path, "its path is too long: at most 107 bytes");
  std::error_code unmade;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), unmade);
  if (std::filesystem::exists(path) && isStale(path)) ::unlink(path.c_str());
  acceptors_.emplace_back(executor_);
  auto& acceptor = acceptors_.back();
  error_code failed;
  acceptor.open(stream_protocol(), failed);
  // Nobody may connect before the mode and the group are right.
  const mode_t before = ::umask(0177);
  if (!failed) acceptor.bind(stream_protocol::endpoint(path), failed);
  ::umask(before);
  if (failed == asio::error::address_in_use) {
    return cannot("the socket " + path + " is in use", "another learnd runs there; stop it, or name another socket (server.socket)");
  }
  if (failed) return cannot("the socket " + path + " can't be made", failed.message() + " (server.socket names another place)");
  bound_ = true;
  if (settings_.group && ::chown(path.c_str(), static_cast<uid_t>(-1), *settings_.group) != 0) {
    return cannot("the socket " + path + " can't be given to its group (server.socket_group)", std::strerror(errno));
  }
  if (::chmod(path.c_str(), settings_.mode) != 0) return cannot("the socket's mode can't be set (server.socket_mode)", std::strerror(errno));
  acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (failed) return cannot("the socket " + path + " can't be listened on", failed.message());
  return {};
}

core::Result<void> Server::bindTcp() {
  const std::size_t colon = settings_.tcp.rfind(':');
  std::string host = settings_.tcp.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* begin = settings_.tcp.data() + colon + 1;
  std::from_chars(begin, settings_.tcp.data() + settings_.tcp.size(), port);
  error_code failed;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, failed);
  tcp_.emplace(executor_);
  const asio::ip::tcp::endpoint endpoint(address, port);
  if (!failed) tcp_->open(endpoint.protocol(), failed);
  if (!failed) tcp_->set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed) tcp_->bind(endpoint, failed);
  if (!failed) tcp_->listen(asio::socket_base::max_listen_connections, failed);
  if (failed) return cannot(settings_.tcp + " can't be listened on (server.tcp)", failed.message());
  return {};
}

template <class Acceptor>
asio::awaitable<void> Server::accept(Acceptor& acceptor) {
  while (!stopping_) {
    auto [failed, socket] = co_await acceptor.async_accept(kAwait);
    if (stopping_) co_return;
    if (failed) {
      // Out of descriptors, or the peer was gone before it was accepted: others may be luckier in a moment.
      support::log::warning("a connection could not be accepted", {{"ERROR", failed.message()}});
      asio::steady_timer pause(executor_, std::chrono::milliseconds(100));
      co_await pause.async_wait(kAwait);
      continue;
    }
    open(Socket(std::move(socket)));
  }
}

void Server::open(Socket socket) {
  if (open_.size() >= settings_.connections) {
    static constexpr std::string_view kFull =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.send(asio::buffer(kFull), 0, ignored);
    return;
  }
  const core::Caller caller = peerOf(socket.native_handle());
  auto connection = std::make_shared<Connection>(std::move(socket), services_, caller, settings_.limits);
  Connection* key = connection.get();
  open_.emplace(key, connection);
  asio::co_spawn(executor_, connection->serve(), [this, key](std::exception_ptr failed) {
    if (failed) support::log::error("a connection ended by an exception");
    open_.erase(key);
    if (stopping_ && open_.empty()) drained_.cancel();
  });
}

asio::awaitable<void> Server::stop(std::chrono::seconds time) {
  stopping_ = true;
  error_code ignored;
  for (auto& acceptor : acceptors_) acceptor.close(ignored);
  if (tcp_) tcp_->close(ignored);
  for (auto& [key, connection] : open_) connection->stop();
  if (open_.empty()) co_return;
  drained_.expires_after(time);
  co_await drained_.async_wait(kAwait);
  if (!open_.empty()) support::log::warning("stopped with requests unanswered", {{"CONNECTIONS", std::to_string(open_.size())}});
}

}  // namespace learnd::interfaces::http
