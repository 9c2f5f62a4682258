#include "interfaces/http/server.hpp"

#include "interfaces/http/peer.hpp"
#include "support/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace learnd::interfaces::http {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

int domainOf(int descriptor) {
  int domain = -1;
  socklen_t size = sizeof(domain);
  if (::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0) return -1;
  return domain;
}

}  // namespace

Server::Server(asio::any_io_executor executor, services::Services& services, ServerSettings settings)
    : executor_(executor), settings_(std::move(settings)), connections_(executor, services, settings_.limits, settings_.connections) {}

core::Result<void> Server::start() {
  for (const int descriptor : settings_.passed) {
    if (auto taken = takeOver(descriptor); !taken) return taken;
  }
  if (settings_.passed.empty()) {
    auto listener = listenUnix(settings_.socket, settings_.mode, settings_.group);
    if (!listener) return listener.error();
    file_ = std::move(listener->file);
    if (auto taken = takeOver(listener->descriptor); !taken) return taken;
  }
  if (settings_.tcp.empty()) return {};
  auto listening = listenTcp(settings_.tcp);
  if (!listening) return listening.error();
  return takeOver(*listening);
}

core::Result<void> Server::takeOver(int descriptor) {
  const int domain = domainOf(descriptor);
  const bool isUnix = domain == AF_UNIX;
  error_code failed;
  acceptors_.emplace_back(executor_);
  Acceptor& acceptor = acceptors_.back();
  acceptor.assign(asio::generic::stream_protocol(domain, isUnix ? 0 : IPPROTO_TCP), descriptor, failed);
  if (failed || (!isUnix && domain != AF_INET && domain != AF_INET6)) {
    return core::Error(core::ErrorKind::Unavailable, "a socket that was passed in can't be listened on: " + failed.message());
  }
  const auto logged = [](std::exception_ptr wrong) {
    if (wrong) support::log::error("accepting connections ended by an exception");
  };
  asio::co_spawn(executor_, accept(acceptor, isUnix ? Transport::Unix : Transport::Tcp), logged);
  return {};
}

asio::awaitable<void> Server::accept(Acceptor& acceptor, Transport transport) {
  bool complained = false;
  while (!stopping_) {
    auto [failed, socket] = co_await acceptor.async_accept(kAwait);
    if (stopping_) co_return;
    if (failed) {
      // Out of descriptors, or the peer was gone before it was accepted: others may be luckier in a moment.
      if (!complained) support::log::warning("a connection could not be accepted", {{"ERROR", failed.message()}});
      complained = true;
      asio::steady_timer pause(executor_, std::chrono::milliseconds(100));
      co_await pause.async_wait(kAwait);
      continue;
    }
    complained = false;
    error_code ignored;
    // An answer is one write: nothing is gained by waiting for more to send with it.
    if (transport == Transport::Tcp) socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    Peer peer{peerOf(socket.native_handle()), transport};
    connections_.open(std::move(socket), std::move(peer));
  }
}

asio::awaitable<void> Server::stop(std::chrono::milliseconds time) {
  stopping_ = true;
  error_code ignored;
  for (Acceptor& acceptor : acceptors_) acceptor.close(ignored);
  file_ = SocketFile();
  co_await connections_.stop(time);
}

}  // namespace learnd::interfaces::http
