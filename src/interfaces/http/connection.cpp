#include "interfaces/http/connection.hpp"

#include "interfaces/http/import_stream.hpp"
#include "interfaces/http/message.hpp"
#include "interfaces/http/router.hpp"
#include "services/services.hpp"
#include "support/log.hpp"
#include "support/timeout.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <limits>
#include <optional>

namespace learnd::interfaces::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace field = boost::beast::http;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
const std::string kNothing;

std::string_view pathOf(std::string_view target) { return target.substr(0, target.find('?')); }
std::string_view queryOf(std::string_view target) {
  const std::size_t place = target.find('?');
  return place == std::string_view::npos ? std::string_view() : target.substr(place + 1);
}

/// What follows the head is the next request.
template <class Parser>
bool hasNoBody(const Parser& header) {
  return !header.chunked() && header.content_length().value_or(0) == 0;
}

core::Error bodyTooLarge(std::size_t limit) {
  return core::Error(core::ErrorKind::TooLarge, "the body is longer than " + std::to_string(limit) +
                                                    " bytes: larger stores go by POST /v1/import");
}

/// A handler's answer; what it threw is a bug of ours, and the connection goes on.
ports::Task<Response> guarded(ports::Task<Response> handling) {
  try {
    co_return co_await std::move(handling);
  } catch (const std::exception& error) {
    co_return core::Error(core::ErrorKind::Internal, error.what());
  }
}

Response answerTo(const core::Error& error) {
  // A body that is no JSON has no field at fault: the request as a whole is malformed.
  const bool malformed = error.kind() == core::ErrorKind::InvalidInput && error.field().empty();
  if (error.kind() == core::ErrorKind::Internal) support::log::error("a request failed", {{"ERROR", error.message()}});
  if (error.kind() == core::ErrorKind::Timeout) {
    return problemOf(core::Error(core::ErrorKind::Timeout, "not answered in time: try again, or see GET /v1/doctor"));
  }
  return problemOf(error, malformed ? 400 : 0);
}

}  // namespace

Connection::Connection(Socket socket, services::Services& services, core::Caller caller, const ConnectionLimits& limits)
    : stream_(std::move(socket)), services_(services), caller_(std::move(caller)), limits_(limits) {}

void Connection::stop() {
  stopping_ = true;
  if (idle_) stream_.cancel();
}

asio::awaitable<void> Connection::serve() {
  const auto self = shared_from_this();
  while (!stopping_) {
    if (buffer_.size() == 0 && !co_await waitForRequest()) break;
    if (!co_await serveOne()) break;
  }
  error_code ignored;
  stream_.socket().shutdown(asio::socket_base::shutdown_both, ignored);
  stream_.close();
}

asio::awaitable<bool> Connection::waitForRequest() {
  constexpr std::size_t kFirstPiece = 16 * 1024;
  idle_ = true;
  stream_.expires_after(limits_.idle);
  const auto [failed, size] = co_await stream_.async_read_some(buffer_.prepare(kFirstPiece), kAwait);
  idle_ = false;
  if (failed) co_return false;
  buffer_.commit(size);
  co_return true;
}

asio::awaitable<bool> Connection::serveOne() {
  HeaderParser header;
  header.header_limit(static_cast<std::uint32_t>(limits_.header));
  // Judged below, by route: an import has no limit.
  header.body_limit(boost::none);
  stream_.expires_after(limits_.receive);
  const auto [failed, size] = co_await field::async_read_header(stream_, buffer_, header, kAwait);
  (void)size;
  if (failed) co_return co_await refuseMalformed(failed);
  const std::string target(header.get().target());
  Match match = findRoute(std::string_view(header.get().method_string().data(), header.get().method_string().size()), pathOf(target));
  if (match.route == nullptr && hasNoBody(header)) co_return co_await send(std::move(match.problem), mayGoOn(header), match.allow);
  if (match.route == nullptr) co_return co_await refuse(std::move(match.problem), match.allow);
  switch (match.route->kind) {
    case RouteKind::Import: co_return co_await serveImport(header);
    case RouteKind::Export: co_return co_await serveExport(header);
    case RouteKind::Plain: break;
  }
  co_return co_await servePlain(header, std::move(match));
}

bool Connection::mayGoOn(const HeaderParser& header) const { return header.get().keep_alive() && !stopping_; }

asio::awaitable<bool> Connection::servePlain(HeaderParser& header, Match match) {
  if (const auto length = header.content_length(); length && *length > limits_.body) {
    Response tooLarge = problemOf(bodyTooLarge(limits_.body));
    co_return co_await refuse(std::move(tooLarge), kNothing);
  }
  if (!co_await sendContinue(header)) co_return false;
  field::request_parser<field::string_body> parser(std::move(header));
  parser.body_limit(limits_.body);
  const auto [failed, size] = co_await field::async_read(stream_, buffer_, parser, kAwait);
  (void)size;
  if (failed == field::error::body_limit) {
    Response tooLarge = problemOf(bodyTooLarge(limits_.body));
    co_return co_await refuse(std::move(tooLarge), kNothing);
  }
  if (failed) co_return co_await refuseMalformed(failed);
  auto message = parser.release();
  const bool keepAlive = message.keep_alive();
  Request request{std::move(message.body()), {}, std::move(match.id), caller_};
  auto parameters = parseQuery(queryOf(std::string_view(message.target().data(), message.target().size())));
  if (!parameters) {
    Response malformed = answerTo(parameters.error());
    co_return co_await send(std::move(malformed), keepAlive && !stopping_, kNothing);
  }
  request.parameters = std::move(*parameters);
  stream_.expires_never();
  auto handling = guarded(match.route->handler(services_, std::move(request)));
  auto answer = co_await support::withTimeout(std::move(handling), limits_.answer);
  Response response = answer ? std::move(*answer) : answerTo(answer.error());
  co_return co_await send(std::move(response), keepAlive && !stopping_, kNothing);
}

asio::awaitable<bool> Connection::serveImport(HeaderParser& header) {
  if (!co_await sendContinue(header)) co_return false;
  PieceParser parser(std::move(header));
  parser.body_limit(boost::none);
  ImportStream import(stream_, buffer_, parser, services_.transfer, caller_, limits_.receive);
  auto answer = co_await import.run();
  const bool whole = parser.is_done();
  Response response = answer ? std::move(*answer) : answerTo(answer.error());
  if (!whole) co_return co_await refuse(std::move(response), kNothing);
  co_return co_await send(std::move(response), parser.get().keep_alive() && !stopping_, kNothing);
}

asio::awaitable<bool> Connection::serveExport(HeaderParser& header) {
  const bool chunked = header.get().version() >= 11;
  const bool keepAlive = chunked && mayGoOn(header);
  auto piece = co_await services_.transfer.exportPiece(std::nullopt);
  if (!piece) {
    Response failedAtOnce = answerTo(piece.error());
    co_return co_await send(std::move(failedAtOnce), mayGoOn(header), kNothing);
  }
  field::response<field::empty_body> head(field::status::ok, header.get().version());
  head.set(field::field::server, "learnd");
  head.set(field::field::content_type, "application/x-ndjson");
  head.keep_alive(keepAlive);
  head.chunked(chunked);
  field::response_serializer<field::empty_body> serializer(head);
  stream_.expires_after(limits_.send);
  auto [failed, sent] = co_await field::async_write_header(stream_, serializer, kAwait);
  while (!failed && !piece->text.empty()) {
    stream_.expires_after(limits_.send);
    if (chunked) {
      std::tie(failed, sent) = co_await asio::async_write(stream_, field::make_chunk(asio::buffer(piece->text)), kAwait);
    } else {
      std::tie(failed, sent) = co_await asio::async_write(stream_, asio::buffer(piece->text), kAwait);
    }
    auto next = co_await services_.transfer.exportPiece(piece->last);
    // The head is out already: an export that breaks off without its last chunk is seen to be cut.
    if (!next) co_return false;
    piece = std::move(next);
  }
  if (failed) co_return false;
  if (chunked) std::tie(failed, sent) = co_await asio::async_write(stream_, field::make_chunk_last(), kAwait);
  co_return !failed && keepAlive;
}

asio::awaitable<bool> Connection::sendContinue(const HeaderParser& header) {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  if (!beast::iequals(header.get()[field::field::expect], "100-continue")) co_return true;
  const auto [failed, sent] = co_await asio::async_write(stream_, asio::buffer(kContinue), kAwait);
  (void)sent;
  co_return !failed;
}

asio::awaitable<bool> Connection::refuseMalformed(error_code why) {
  // Gone, or too slow: nobody is there to answer.
  if (why == field::error::end_of_stream || why == beast::error::timeout || why == asio::error::operation_aborted ||
      why == asio::error::connection_reset) {
    co_return false;
  }
  const int status = why == field::error::header_limit ? 431 : 400;
  const core::ErrorKind kind = status == 431 ? core::ErrorKind::TooLarge : core::ErrorKind::InvalidInput;
  Response malformed = problemOf(core::Error(kind, "this is no well-formed HTTP/1.1 request: " + why.message()), status);
  co_return co_await refuse(std::move(malformed), kNothing);
}

asio::awaitable<bool> Connection::refuse(Response response, const std::string& allow) {
  // What the client still sends is not known to end where a next request begins, so the connection ends here.
  const bool goesOn = co_await send(std::move(response), false, allow);
  co_await drain();
  co_return goesOn;
}

asio::awaitable<bool> Connection::send(Response response, bool keepAlive, const std::string& allow) {
  field::response<field::string_body> message(static_cast<field::status>(response.status), 11);
  message.set(field::field::server, "learnd");
  if (response.status != 204) message.set(field::field::content_type, response.contentType);
  if (!allow.empty()) message.set(field::field::allow, allow);
  if (response.status == 429 || response.status == 503) message.set(field::field::retry_after, "1");
  message.body() = std::move(response.body);
  message.keep_alive(keepAlive);
  message.prepare_payload();
  if (response.status == 204) message.erase(field::field::content_length);
  stream_.expires_after(limits_.send);
  const auto [failed, sent] = co_await field::async_write(stream_, message, kAwait);
  (void)sent;
  co_return !failed && keepAlive;
}

asio::awaitable<void> Connection::drain() {
  // Closing with unread data would reset the connection and take the answer with it.
  constexpr std::size_t kMost = 16 * 1024 * 1024;
  error_code ignored;
  stream_.socket().shutdown(asio::socket_base::shutdown_send, ignored);
  std::array<char, 16 * 1024> piece{};
  stream_.expires_after(std::chrono::seconds(2));
  for (std::size_t taken = 0; taken < kMost;) {
    const auto [failed, size] = co_await stream_.async_read_some(asio::buffer(piece), kAwait);
    if (failed) break;
    taken += size;
  }
}

}  // namespace learnd::interfaces::http
