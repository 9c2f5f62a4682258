#include "tests/fakes/ollama/http_listener.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <optional>
#include <stdexcept>

namespace learnd::fakes {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::size_t kWholeAnswer = 2048;
constexpr std::uint64_t kLargestBody = 256ULL * 1024 * 1024;

std::string textOf(boost::beast::string_view view) { return {view.data(), view.size()}; }

void resetOnClose(asio::ip::tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
}

}  // namespace

struct HttpListener::Exchange {
  explicit Exchange(int descriptor) : socket(context, asio::ip::tcp::v4(), descriptor) {}

  asio::io_context context;
  asio::ip::tcp::socket socket;
  boost::beast::flat_buffer buffer;
  std::optional<http::request_parser<http::string_body>> parser;

  void write(std::string_view bytes) {
    boost::system::error_code ignored;
    asio::write(socket, asio::buffer(bytes.data(), bytes.size()), ignored);
  }

  /// Whether the connection stays.
  bool answer(const ListenerReply& reply) {
    const auto& request = parser->get();
    http::response<http::string_body> response(http::int_to_status(reply.status), request.version());
    if (!reply.contentType.empty()) response.set(http::field::content_type, reply.contentType);
    for (const auto& [name, value] : reply.headers) response.set(name, value);
    response.keep_alive(request.keep_alive());
    response.body() = reply.body;
    if (reply.body.size() > kWholeAnswer && request.version() == 11) {
      response.chunked(true);
    } else {
      response.content_length(reply.body.size());
    }
    if (request.method() == http::verb::head) response.body().clear();
    http::response_serializer<http::string_body> serializer(response);
    if (request.method() == http::verb::head) serializer.split(true);
    boost::system::error_code failed;
    if (request.method() == http::verb::head) {
      http::write_header(socket, serializer, failed);
    } else {
      http::write(socket, serializer, failed);
    }
    return !failed && request.keep_alive();
  }
};

HttpListener::HttpListener(Handler handler, std::uint16_t port) : handler_(std::move(handler)) {
  listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int again = 1;
  ::setsockopt(listening_, SOL_SOCKET, SO_REUSEADDR, &again, sizeof again);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t size = sizeof address;
  const bool listens = ::bind(listening_, reinterpret_cast<const sockaddr*>(&address), size) == 0 && ::listen(listening_, 1024) == 0 &&
                       ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (!listens) {
    ::close(listening_);
    throw std::runtime_error("no port to listen on");
  }
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { accept(); });
}

HttpListener::~HttpListener() {
  ::shutdown(listening_, SHUT_RDWR);
  accepting_.join();
  ::close(listening_);
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    for (const Session& session : sessions_) {
      if (!session.over) ::shutdown(session.socket, SHUT_RDWR);
    }
  }
  ended_.notify_all();
  for (Session& session : sessions_) session.thread.join();
}

void HttpListener::setFault(ListenerFault fault) {
  const std::lock_guard lock(mutex_);
  fault_ = std::move(fault);
}

bool HttpListener::sleep(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !ended_.wait_for(lock, time, [this] { return closed_; });
}

void HttpListener::accept() {
  while (true) {
    const int socket = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    ++accepted_;
    reap();
    const std::lock_guard lock(mutex_);
    Session& session = sessions_.emplace_back();
    session.socket = socket;
    session.thread = std::thread([this, &session] { converse(session); });
  }
}

void HttpListener::reap() {
  std::list<Session> over;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = sessions_.begin(); at != sessions_.end();) {
      const auto next = std::next(at);
      if (at->over) over.splice(over.end(), sessions_, at);
      at = next;
    }
  }
  for (Session& session : over) session.thread.join();
}

void HttpListener::converse(Session& session) {
  {
    Exchange exchange(session.socket);
    while (serve(exchange)) {
    }
    // Nobody may shut a descriptor down that is closed: its number may be another's by then.
    const std::lock_guard lock(mutex_);
    session.over = true;
  }
}

bool HttpListener::serve(Exchange& exchange) {
  boost::system::error_code failed;
  auto& parser = exchange.parser.emplace();
  parser.body_limit(kLargestBody);
  http::read_header(exchange.socket, exchange.buffer, parser, failed);
  if (failed) return false;
  if (textOf(parser.get()[http::field::expect]) == "100-continue") exchange.write("HTTP/1.1 100 Continue\r\n\r\n");
  http::read(exchange.socket, exchange.buffer, parser, failed);
  if (failed) return false;
  const auto& message = parser.get();
  ListenerRequest request{textOf(message.method_string()), textOf(message.target()), textOf(message[http::field::host]),
                          textOf(message[http::field::origin]), message.body()};
  if (const auto kept = answerAtFault(exchange, request)) return *kept;
  return exchange.answer(handler_(request));
}

ListenerFault HttpListener::faultOn(std::string_view target) {
  const std::lock_guard lock(mutex_);
  // What switches faults off must get through.
  if (target == "/fault" || (!fault_.path.empty() && fault_.path != target)) return {};
  return fault_;
}

std::optional<bool> HttpListener::answerAtFault(Exchange& exchange, const ListenerRequest& request) {
  const ListenerFault fault = faultOn(request.target);
  switch (fault.kind) {
    case ListenerFault::Kind::None:
      return std::nullopt;
    case ListenerFault::Kind::Slow:
      if (!sleep(fault.delay)) return false;
      return std::nullopt;
    case ListenerFault::Kind::ServerError:
      return exchange.answer({500, "application/json; charset=utf-8", R"({"error":"the fault that was asked for"})", {}});
    case ListenerFault::Kind::TooMany:
      return exchange.answer({429, "application/json; charset=utf-8", R"({"error":"too many requests"})", {{"Retry-After", "1"}}});
    case ListenerFault::Kind::Garbage:
      return exchange.answer({200, "application/json; charset=utf-8", "{\"embeddings\": [[0.5, 0.25,, \xff\x01", {}});
    case ListenerFault::Kind::Noise:
      exchange.write("\x16\x03\x01 this is no HTTP\r\n\r\n");
      return false;
    case ListenerFault::Kind::HalfResponse:
      exchange.write(
          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{\"model\":\"x\",\"embeddings\":[[0.1,");
      return false;
    case ListenerFault::Kind::Reset:
      resetOnClose(exchange.socket);
      return false;
  }
  return std::nullopt;
}

}  // namespace learnd::fakes
