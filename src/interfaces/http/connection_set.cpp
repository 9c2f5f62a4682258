#include "interfaces/http/connection_set.hpp"

#include "support/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace learnd::interfaces::http {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// How late a deadline may be noticed; no limit is so short that it matters.
std::chrono::milliseconds watchInterval(const ConnectionLimits& limits) {
  constexpr std::chrono::milliseconds kUsual{250};
  constexpr std::chrono::milliseconds kShortest{1};
  return std::clamp(std::min({limits.receive, limits.send, limits.idle}) / 4, kShortest, kUsual);
}

}  // namespace

ConnectionSet::ConnectionSet(asio::any_io_executor executor, services::Services& services, const ConnectionLimits& limits, std::size_t most)
    : executor_(executor), door_{services, limits, {}, {}, false}, most_(most), clock_(executor), drained_(executor) {}

ConnectionSet::~ConnectionSet() = default;

void ConnectionSet::open(Socket socket, Peer peer) {
  if (open_.size() >= most_ && !makeRoom()) {
    static constexpr std::string_view kFull =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.send(asio::buffer(kFull.data(), kFull.size()), 0, ignored);
    door_.figures.connectionRefused();
    return;
  }
  auto connection = std::make_shared<Connection>(std::move(socket), door_, std::move(peer));
  open_.emplace(connection.get(), connection);
  door_.figures.connectionOpened();
  auto finish = [this, connection, alive = std::weak_ptr<char>(alive_)](std::exception_ptr failed) {
    if (failed) support::log::error("a connection ended by an exception");
    if (!alive.expired()) ended(connection);
  };
  asio::co_spawn(executor_, connection->serve(), std::move(finish));
  if (door_.stopping) connection->stop();
  if (!watching_) watch();
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
