#include "adapters/http_client/tls_connection.hpp"

#include "adapters/http_client/exchange.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace learnd::http_client {

namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

class TlsConnection final : public Connection {
 public:
  TlsConnection(const asio::any_io_executor& executor, const Url& url, ssl::context& tls)
      : url_(url), stream_(executor, tls), exchanger_(stream_, url_) {}

  asio::awaitable<error_code> open(const Endpoints& endpoints) override {
    auto failed = co_await connect(stream_.next_layer(), endpoints);
    if (failed) co_return failed;
    stream_.set_verify_callback(ssl::host_name_verification(url_.host), failed);
    if (failed) co_return failed;
    asio::ip::make_address(url_.host, failed);
    // The name tells a server which certificate to show; an address is none.
    if (failed && SSL_set_tlsext_host_name(stream_.native_handle(), url_.host.c_str()) != 1)
      co_return error_code(asio::error::invalid_argument);
    const auto [broken] = co_await stream_.async_handshake(ssl::stream_base::client, asio::as_tuple(asio::use_awaitable));
    co_return broken;
  }
  asio::awaitable<Exchange> exchange(const Request& request) override { co_return co_await exchanger_.run(request); }
  // What lies there may be a session ticket.
  bool isIdle() override { return peek(stream_.next_layer()) != Peeked::End; }

 private:
  Url url_;
  ssl::stream<asio::ip::tcp::socket> stream_;
  Exchanger<ssl::stream<asio::ip::tcp::socket>> exchanger_;
};

}  // namespace

std::unique_ptr<Connection> makeTlsConnection(const asio::any_io_executor& executor, const Url& url, ssl::context& tls) {
  return std::make_unique<TlsConnection>(executor, url, tls);
}

std::unique_ptr<ssl::context> makeTlsContext(const std::string& authorities) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
  context->set_verify_mode(ssl::verify_peer);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  if (authorities.empty()) {
    context->set_default_verify_paths();
  } else {
    context->load_verify_file(authorities);
  }
  return context;
}

}  // namespace learnd::http_client
