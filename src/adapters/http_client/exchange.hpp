#pragma once

#include "adapters/http_client/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/write.hpp>

#include <array>
#include <charconv>
#include <string>
#include <tuple>

namespace learnd::http_client {

/// HTTP/1.1 on a connected stream, whichever it is.
template <class Stream>
class Exchanger {
 public:
  Exchanger(Stream& stream, const Url& url) : stream_(stream), url_(url) {}

  boost::asio::awaitable<Exchange> run(const Request& request) {
    Exchange exchange;
    const auto sendingFailed = co_await send(request);
    // A server may have answered (too large, not allowed) before it stopped reading.
    const auto readingFailed = co_await receive(request, exchange);
    if (readingFailed) {
      exchange.failed = sendingFailed ? sendingFailed : readingFailed;
      exchange.response.reset();
    }
    exchange.keepAlive = exchange.keepAlive && !sendingFailed && !readingFailed && !exchange.refused && buffer_.size() == 0;
    co_return exchange;
  }

 private:
  using error_code = boost::system::error_code;
  using Parser = boost::beast::http::response_parser<boost::beast::http::buffer_body>;
  static constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
  static constexpr std::uint32_t kHeaderLimit = 64 * 1024;
  static constexpr int kMostInterimAnswers = 8;

  boost::asio::awaitable<error_code> send(const Request& request) {
    namespace http = boost::beast::http;
    http::request<http::span_body<const char>> message;
    message.version(11);
    message.method_string(request.method);
    message.target(url_.path + request.target);
    message.set(http::field::host, url_.authority());
    message.set(http::field::user_agent, "learnd/" LEARND_VERSION);
    for (const auto& [name, value] : request.headers) message.set(name, value);
    if (!request.body.empty()) message.set(http::field::content_type, request.contentType);
    message.body() = boost::beast::span<const char>(request.body.data(), request.body.size());
    message.prepare_payload();
    const auto [failed, size] = co_await http::async_write(stream_, message, kAwait);
    (void)size;
    co_return failed;
  }

  boost::asio::awaitable<error_code> receive(const Request& request, Exchange& exchange) {
    namespace http = boost::beast::http;
    std::optional<Parser> parser;
    for (int interim = 0; !parser || parser->get().result_int() / 100 == 1; ++interim) {
      if (interim > kMostInterimAnswers) co_return error_code(http::error::bad_status);
      parser.emplace();
      parser->header_limit(kHeaderLimit);
      parser->body_limit(request.maxResponse);
      if (request.method == "HEAD") parser->skip(true);
      const auto [failed, size] = co_await http::async_read_header(stream_, buffer_, *parser, kAwait);
      (void)size;
      exchange.answerBegan = exchange.answerBegan || parser->got_some() || buffer_.size() > 0;
      if (failed) co_return failed;
    }
    exchange.response = headOf(parser->get());
    const auto failed = co_await receiveBody(request, *parser, exchange);
    exchange.keepAlive = !failed && parser->is_done() && parser->keep_alive();
    co_return failed;
  }

  boost::asio::awaitable<error_code> receiveBody(const Request& request, Parser& parser, Exchange& exchange) {
    namespace http = boost::beast::http;
    Response& response = *exchange.response;
    const bool inPieces = request.onPiece && response.ok();
    std::array<char, 16 * 1024> piece;
    while (!parser.is_done()) {
      parser.get().body().data = piece.data();
      parser.get().body().size = piece.size();
      auto [failed, size] = co_await http::async_read_some(stream_, buffer_, parser, kAwait);
      (void)size;
      if (failed == http::error::need_buffer) failed = {};
      if (failed) co_return failed;
      const std::string_view read(piece.data(), piece.size() - parser.get().body().size);
      if (!inPieces) {
        response.body.append(read);
      } else if (!read.empty()) {
        auto taken = request.onPiece(read);
        if (!taken) exchange.refused = taken.error();
        if (!taken) co_return error_code(boost::asio::error::operation_aborted);
      }
    }
    co_return error_code();
  }

  template <class Message>
  static Response headOf(const Message& message) {
    namespace http = boost::beast::http;
    Response response;
    response.status = message.result_int();
    const auto type = message[http::field::content_type];
    response.contentType.assign(type.data(), type.size());
    const auto after = message[http::field::retry_after];
    std::uint32_t seconds = 0;
    const auto [end, failed] = std::from_chars(after.data(), after.data() + after.size(), seconds);
    if (!after.empty() && failed == std::errc() && end == after.data() + after.size()) response.retryAfter = std::chrono::seconds(seconds);
    return response;
  }

  Stream& stream_;
  const Url& url_;
  boost::beast::flat_buffer buffer_;
};

}  // namespace learnd::http_client
