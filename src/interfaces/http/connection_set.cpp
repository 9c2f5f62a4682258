#include "interfaces/http/connection_set.hpp"

#include "support/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>

namespace learnd::interfaces::http {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// How late a deadline may be noticed; no limit is so short that it matters.
std::chrono::milliseconds watchInterval(const ConnectionLimits& limits) {
  constexpr std::chrono::milliseconds kUsual{250};
  constexpr std::chrono::milliseconds kShortest{1};
  return std::clamp(std::min({limits.receive, limits.answer, limits.send, limits.idle}) / 4, kShortest, kUsual);
}

}  // namespace

ConnectionSet::ConnectionSet(asio::any_io_executor executor, services::Services& services, const ConnectionLimits& limits, std::size_t most)
    : executor_(executor), door_{services, limits, {}, {}, false}, most_(most), clock_(executor), drained_(executor) {}

ConnectionSet::~ConnectionSet() = default;

void ConnectionSet::open(Socket socket, Peer peer) {
  if (open_.size() >= most_ && !makeRoom()) {
    turnAway(std::move(socket));
    return;
  }
  auto connection = std::make_shared<Connection>(std::move(socket), door_, std::move(peer));
  open_.emplace(connection.get(), connection);
  door_.figures.connectionOpened();
  auto finish = [this, connection, alive = std::weak_ptr<char>(alive_)](std::exception_ptr failed) {
    if (failed) support::log::error("a connection ended by an exception");
    if (!alive.expired()) ended(connection);
  };
  asio::co_spawn(executor_, connection->serve(), asio::bind_cancellation_slot(connection->slot(), std::move(finish)));
  if (door_.stopping) connection->stop();
  if (!watching_) watch();
}

/// With what fits into the socket at once: nothing is kept of a client that there is no room for.
void ConnectionSet::turnAway(Socket socket) {
  door_.figures.connectionRefused();
  const Response full = problemOf(core::Error(core::ErrorKind::Busy, "all " + std::to_string(most_) +
                                                                         " connections are in use: try again in a moment, and close those "
                                                                         "that are not needed"));
  Framing framing;
  framing.keepAlive = false;
  framing.length = full.body.size();
  std::string head;
  writeHead(full, framing, door_.date.now(), head);
  const std::array<asio::const_buffer, 2> pieces{asio::buffer(head), asio::buffer(full.body)};
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.send(pieces, 0, ignored);
  // What has come already would otherwise reset the connection before the answer is read.
  std::array<char, 4096> request{};
  socket.receive(asio::buffer(request), 0, ignored);
}

void ConnectionSet::ended(const std::shared_ptr<Connection>& connection) {
  if (open_.erase(connection.get()) == 0) return;
  door_.figures.connectionClosed();
  if (open_.empty()) drained_.cancel();
}

bool ConnectionSet::makeRoom() {
  std::shared_ptr<Connection> longest;
  for (const auto& [key, connection] : open_) {
    if (connection->isIdle() && (!longest || connection->deadline() < longest->deadline())) longest = connection;
  }
  if (!longest) return false;
  longest->abort();
  ended(longest);
  return true;
}

void ConnectionSet::watch() {
  watching_ = true;
  clock_.expires_after(watchInterval(door_.limits));
  clock_.async_wait([this, alive = std::weak_ptr<char>(alive_)](error_code failed) {
    if (failed || alive.expired()) return;
    const auto now = std::chrono::steady_clock::now();
    for (auto& [key, connection] : open_) connection->checkDeadline(now);
    watching_ = false;
    if (!open_.empty()) watch();
  });
}

asio::awaitable<void> ConnectionSet::stop(std::chrono::milliseconds time) {
  door_.stopping = true;
  for (auto& [key, connection] : open_) connection->stop();
  if (open_.empty()) co_return;
  drained_.expires_after(time);
  co_await drained_.async_wait(asio::as_tuple(asio::use_awaitable));
  if (open_.empty()) co_return;
  support::log::warning("stopped with requests unanswered", {{"CONNECTIONS", std::to_string(open_.size())}});
  for (auto& [key, connection] : open_) connection->abort();
}

}  // namespace learnd::interfaces::http
