#include "adapters/http_client/exchange.hpp"
#include "adapters/http_client/tls_connection.hpp"

#include <boost/asio/connect.hpp>

#include <sys/socket.h>

#include <cerrno>

namespace learnd::http_client {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

class PlainConnection final : public Connection {
 public:
  PlainConnection(const asio::any_io_executor& executor, const Url& url) : url_(url), socket_(executor), exchanger_(socket_, url_) {}

  asio::awaitable<error_code> open(const Endpoints& endpoints) override { co_return co_await connect(socket_, endpoints); }
  asio::awaitable<Exchange> exchange(const Request& request) override { co_return co_await exchanger_.run(request); }
  bool isIdle() override { return peek(socket_) == Peeked::Nothing; }

 private:
  Url url_;
  asio::ip::tcp::socket socket_;
  Exchanger<asio::ip::tcp::socket> exchanger_;
};

}  // namespace

asio::awaitable<error_code> connect(asio::ip::tcp::socket& socket, const Endpoints& endpoints) {
  const auto [failed, endpoint] = co_await asio::async_connect(socket, endpoints, kAwait);
  (void)endpoint;
  if (failed) co_return failed;
  error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  co_return error_code();
}

Peeked peek(asio::ip::tcp::socket& socket) {
  if (!socket.is_open()) return Peeked::End;
  char sign = 0;
  const auto size = ::recv(socket.native_handle(), &sign, 1, MSG_PEEK | MSG_DONTWAIT);
  if (size > 0) return Peeked::Data;
  return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? Peeked::Nothing : Peeked::End;
}

std::unique_ptr<Connection> makeConnection(const asio::any_io_executor& executor, const Url& url, asio::ssl::context* tls) {
  if (url.secure) return makeTlsConnection(executor, url, *tls);
  return std::make_unique<PlainConnection>(executor, url);
}

}  // namespace learnd::http_client
