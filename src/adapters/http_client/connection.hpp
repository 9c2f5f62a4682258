#pragma once

#include "adapters/http_client/message.hpp"
#include "adapters/http_client/url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace learnd::http_client {

using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

/// What became of one request on one connection.
struct Exchange {
  std::optional<Response> response;
  boost::system::error_code failed;    // where there is no response
  std::optional<core::Error> refused;  // by the one who takes the pieces
  bool answerBegan = false;            // at least a byte of it came
  bool keepAlive = false;              // the connection is good for another request
};

/// A connection to a server, plain or by TLS. One request at a time; after a failure or a cancellation it is of no more use.
class Connection {
 public:
  virtual ~Connection() = default;

  /// Connects to the first endpoint that answers (and shakes hands).
  virtual boost::asio::awaitable<boost::system::error_code> open(const Endpoints& endpoints) = 0;
  virtual boost::asio::awaitable<Exchange> exchange(const Request& request) = 0;
  /// False where the server has closed it, or sent what nobody asked for.
  virtual bool isIdle() = 0;
};

/// `tls` must outlive the connection; it is used for https alone.
std::unique_ptr<Connection> makeConnection(const boost::asio::any_io_executor& executor, const Url& url, boost::asio::ssl::context* tls);

/// The context of all https connections of a client: the system's authorities, or those of a file (PEM). Throws boost::system::system_error
/// where that can't be read.
std::unique_ptr<boost::asio::ssl::context> makeTlsContext(const std::string& authorities);

/// Addresses of a host, in the order of preference. A cancelled wait ends at once; the look-up itself ends behind it. `host` may be an
/// address.
boost::asio::awaitable<core::Result<Endpoints>> resolve(const std::string& host, std::uint16_t port);

}  // namespace learnd::http_client
