#pragma once

#include "interfaces/http/channel.hpp"
#include "interfaces/http/limits.hpp"
#include "interfaces/http/message.hpp"
#include "interfaces/http/piece_body.hpp"

#include <boost/beast/http/parser.hpp>

#include <optional>

namespace learnd::interfaces::http {

/// Receives one request. Where that fails, refusal() is the answer to it, if anybody is left to read one.
class RequestReader final : public BodySource {
 public:
  using Head = boost::beast::http::request_header<boost::beast::http::fields>;

  RequestReader(Channel& channel, const ConnectionLimits& limits);

  boost::asio::awaitable<bool> readHead();
  /// The rest, as far as a body may go.
  boost::asio::awaitable<bool> readBody();
  /// The body a piece at a time, without a limit.
  ports::Task<std::string> next() override;

  [[nodiscard]] const Head& head() const { return parser_.get().base(); }
  [[nodiscard]] std::string takeBody() { return std::move(parser_.get().body()); }
  /// Nothing of it is left to be read.
  [[nodiscard]] bool isDone() const { return parser_.is_done(); }
  [[nodiscard]] bool keepsAlive() const { return parser_.keep_alive(); }
  /// More of the body than may be is announced.
  [[nodiscard]] bool announcesTooMuch() const;
  [[nodiscard]] bool expectsContinue() const;
  [[nodiscard]] Response tooLarge() const;
  [[nodiscard]] std::optional<Response> takeRefusal() { return std::exchange(refusal_, std::nullopt); }
  /// The status of refusal(), for a call that words the answer itself.
  [[nodiscard]] std::optional<int> refusalStatus() const { return refusal_ ? std::optional<int>(refusal_->status) : std::nullopt; }

 private:
  using Parser = boost::beast::http::request_parser<PieceBody>;
  enum class Step : unsigned char { Moved, NeedsMore, Failed };

  Step parse();
  boost::asio::awaitable<bool> advance();
  void refuseEnd();

  Channel& channel_;
  const ConnectionLimits& limits_;
  Parser parser_;
  Moment deadline_;
  std::optional<core::Error> problem_;
  std::optional<Response> refusal_;
};

}  // namespace learnd::interfaces::http
