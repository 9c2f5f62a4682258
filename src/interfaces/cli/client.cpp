#include "interfaces/cli/client.hpp"

#include "support/places.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <limits>

namespace learnd::cli {

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr const char* kSystemSocket = "/run/learnd/learnd.sock";

UnreachableError unreachable(const std::string& path, const std::string& why) {
  return UnreachableError("learnd cannot be reached at " + path + " (" + why +
                          ").\nStart it with `systemctl start learnd`, or for yourself alone with `learnd --user`; another socket is named "
                          "by --socket or LEARND_SOCKET.");
}

}  // namespace

json::Value Answer::value() const {
  auto parsed = json::parse(body);
  return parsed ? std::move(*parsed) : json::Value();
}

class Client::Connection {
 public:
  explicit Connection(const std::string& path) : path_(path), socket_(context_) {
    error_code failed;
    socket_.connect(asio::local::stream_protocol::endpoint(path), failed);
    if (failed == asio::error::access_denied) {
      throw UnreachableError("you may not talk to learnd at " + path +
                             ": ask an administrator to add you to the socket's group (learnd), then log in again; `learnd --user` keeps a "
                             "store of your own.");
    }
    if (failed) throw unreachable(path, failed.message());
  }

  template <class Body>
  void send(http::request<Body>& request) {
    error_code failed;
    http::write(socket_, request, failed);
    // The daemon may have answered before it read all: that answer counts.
    if (failed && failed != asio::error::broken_pipe && failed != asio::error::connection_reset) throw lost(failed);
  }

  /// False where the daemon takes no more.
  bool sendHeader(http::request_serializer<http::empty_body>& serializer) {
    error_code failed;
    http::write_header(socket_, serializer, failed);
    return !failed;
  }

  bool sendChunk(const std::string& piece) {
    error_code failed;
    asio::write(socket_, http::make_chunk(asio::buffer(piece)), failed);
    return !failed;
  }

  void sendLastChunk() {
    error_code failed;
    asio::write(socket_, http::make_chunk_last(), failed);
  }

  Answer receive() {
    http::response_parser<http::string_body> parser;
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    error_code failed;
    http::read(socket_, buffer_, parser, failed);
    if (failed) throw lost(failed);
    usable_ = parser.get().keep_alive();
    return {static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
  }

  Answer receivePieces(const std::function<void(std::string_view)>& take) {
    http::response_parser<http::buffer_body> parser;
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    error_code failed;
    http::read_header(socket_, buffer_, parser, failed);
    if (failed) throw lost(failed);
    Answer answer{static_cast<int>(parser.get().result_int()), {}};
    std::array<char, 65536> piece{};
    while (!parser.is_done()) {
      parser.get().body().data = piece.data();
      parser.get().body().size = piece.size();
      http::read(socket_, buffer_, parser, failed);
      if (failed == http::error::need_buffer) failed = {};
      if (failed) throw lost(failed);
      const std::string_view read(piece.data(), piece.size() - parser.get().body().size);
      if (answer.ok()) {
        take(read);
      } else {
        answer.body.append(read);
      }
    }
    usable_ = parser.get().keep_alive();
    return answer;
  }

  [[nodiscard]] bool usable() const { return usable_; }

 private:
  [[nodiscard]] UnreachableError lost(const error_code& why) const {
    return unreachable(path_, "the connection was lost: " + why.message());
  }

  std::string path_;
  asio::io_context context_;
  asio::local::stream_protocol::socket socket_;
  beast::flat_buffer buffer_;
  bool usable_ = true;
};

Client::Client(std::string socketPath) : path_(std::move(socketPath)) {}
Client::~Client() = default;

Answer Client::exchange(const std::string& method, const std::string& target, std::optional<std::string> body) {
  if (!connection_ || !connection_->usable()) connection_ = std::make_unique<Connection>(path_);
  http::request<http::string_body> request(http::string_to_verb(method), target, 11);
  request.set(http::field::host, "learnd");
  request.set(http::field::user_agent, "learnctl");
  if (body) {
    request.set(http::field::content_type, "application/json");
    request.body() = std::move(*body);
  }
  request.prepare_payload();
  connection_->send(request);
  return connection_->receive();
}

Answer Client::get(const std::string& target) { return exchange("GET", target, std::nullopt); }
Answer Client::post(const std::string& target, const json::Value& body) { return exchange("POST", target, json::write(body)); }
Answer Client::patch(const std::string& target, const json::Value& body) { return exchange("PATCH", target, json::write(body)); }
Answer Client::remove(const std::string& target) { return exchange("DELETE", target, std::nullopt); }

Answer Client::upload(const std::string& target, const std::function<std::string()>& next) {
  connection_ = std::make_unique<Connection>(path_);
  http::request<http::empty_body> request(http::verb::post, target, 11);
  request.set(http::field::host, "learnd");
  request.set(http::field::content_type, "application/x-ndjson");
  request.chunked(true);
  http::request_serializer<http::empty_body> serializer(request);
  bool taken = connection_->sendHeader(serializer);
  while (taken) {
    const std::string piece = next();
    if (piece.empty()) break;
    taken = connection_->sendChunk(piece);
  }
  if (taken) connection_->sendLastChunk();
  return connection_->receive();
}

Answer Client::download(const std::string& target, const std::function<void(std::string_view)>& take) {
  connection_ = std::make_unique<Connection>(path_);
  http::request<http::empty_body> request(http::verb::get, target, 11);
  request.set(http::field::host, "learnd");
  connection_->send(request);
  return connection_->receivePieces(take);
}

std::string percentEncode(std::string_view text) {
  constexpr std::string_view kHexDigits = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char sign : text) {
    if (kPlain.find(sign) != std::string_view::npos) {
      encoded += sign;
    } else {
      const auto byte = static_cast<unsigned char>(sign);
      encoded += '%';
      encoded += kHexDigits[byte >> 4U];
      encoded += kHexDigits[byte & 15U];
    }
  }
  return encoded;
}

std::string queryString(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters) {
    text += text.empty() ? '?' : '&';
    text.append(percentEncode(name)).append("=").append(percentEncode(value));
  }
  return text;
}

std::string findSocket(const std::string& given) {
  if (!given.empty()) return given;
  if (const char* named = std::getenv("LEARND_SOCKET"); named != nullptr && *named != '\0') return named;
  std::error_code ignored;
  std::string own = support::userSocket(support::processEnvironment());
  if (fs::exists(own, ignored)) return own;
  if (fs::exists(kSystemSocket, ignored)) return kSystemSocket;
  // Neither is there: the message names the one that a user can start by himself, if there is a place for it.
  return fs::exists(fs::path(own).parent_path().parent_path(), ignored) ? own : kSystemSocket;
}

}  // namespace learnd::cli
