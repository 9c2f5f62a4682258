#pragma once

#include "adapters/http_client/connection.hpp"

namespace learnd::http_client {

/// What lies on a socket that should be quiet.
enum class Peeked : unsigned char { Nothing, Data, End };

Peeked peek(boost::asio::ip::tcp::socket& socket);
boost::asio::awaitable<boost::system::error_code> connect(boost::asio::ip::tcp::socket& socket, const Endpoints& endpoints);

std::unique_ptr<Connection> makeTlsConnection(const boost::asio::any_io_executor& executor, const Url& url, boost::asio::ssl::context& tls);

}  // namespace learnd::http_client
