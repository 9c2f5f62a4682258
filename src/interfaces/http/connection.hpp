#pragma once

#include "core/access.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <chrono>
#include <memory>

namespace learnd::services {
struct Services;
}

namespace learnd::interfaces::http {

struct Response;
struct Match;

using Socket = boost::asio::generic::stream_protocol::socket;
using Stream = boost::beast::basic_stream<boost::asio::generic::stream_protocol, boost::asio::any_io_executor>;

struct ConnectionLimits {
  std::size_t header = 64 * 1024;
  std::size_t body = 1024 * 1024;
  std::chrono::seconds receive{30};   // a whole request, from its first byte; for an import each piece
  std::chrono::seconds answer{10};    // what a handler may take
  std::chrono::seconds send{30};      // an answer, for an export each piece
  std::chrono::seconds idle{300};     // between requests
};

/// One client's connection: requests one after the other, pipelined ones too, until either side ends it. On the I/O thread.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Socket socket, services::Services& services, core::Caller caller, const ConnectionLimits& limits);

  /// Serves until the end. Keep a shared pointer while it runs.
  boost::asio::awaitable<void> serve();
  /// No further request: an idle connection ends now, another one after its answer.
  void stop();

 private:
  using HeaderParser = boost::beast::http::request_parser<boost::beast::http::empty_body>;
  using PieceParser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

  boost::asio::awaitable<bool> waitForRequest();
  boost::asio::awaitable<bool> serveOne();
  boost::asio::awaitable<bool> servePlain(HeaderParser& header, Match match);
  boost::asio::awaitable<bool> serveImport(HeaderParser& header);
  boost::asio::awaitable<bool> serveExport(HeaderParser& header);
  boost::asio::awaitable<bool> refuse(Response response, const std::string& allow);
  boost::asio::awaitable<bool> refuseMalformed(boost::system::error_code why);
  boost::asio::awaitable<bool> send(Response response, bool keepAlive, const std::string& allow);
  boost::asio::awaitable<bool> sendContinue(const HeaderParser& header);
  boost::asio::awaitable<void> drain();
  [[nodiscard]] bool mayGoOn(const HeaderParser& header) const;

  Stream stream_;
  boost::beast::flat_buffer buffer_;
  services::Services& services_;
  core::Caller caller_;
  ConnectionLimits limits_;
  bool idle_ = true;
  bool stopping_ = false;
};

}  // namespace learnd::interfaces::http
