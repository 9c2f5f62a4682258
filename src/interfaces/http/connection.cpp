#include "interfaces/http/connection.hpp"

#include "interfaces/http/head_rules.hpp"
#include "interfaces/http/target.hpp"
#include "support/log.hpp"

#include <boost/asio/this_coro.hpp>

namespace learnd::interfaces::http {

namespace {

namespace asio = boost::asio;
namespace beasthttp = boost::beast::http;

std::string_view viewOf(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// A handler's answer; what it throws is a bug of ours that must not end the connection.
ports::Task<Response> guarded(ports::Task<Response> handling) {
  try {
    co_return co_await std::move(handling);
  } catch (const std::exception& error) {
    co_return core::Error(core::ErrorKind::Internal, error.what());
  }
}

core::Result<Response> guarded(Immediate immediate, services::Services& services, const Request& request) {
  try {
    return immediate(services, request);
  } catch (const std::exception& error) {
    return core::Error(core::ErrorKind::Internal, error.what());
  }
}

Response answerOf(core::Result<Response> result, const Route& route) {
  if (result) return std::move(*result);
  const core::Error error = result.error();
  if (error.kind() == core::ErrorKind::Internal) {
    support::log::error("a request failed", {{"PATH", std::string(route.path)}, {"ERROR", error.message()}});
  }
  if (error.kind() == core::ErrorKind::Timeout) {
    return problemOf(core::Error(core::ErrorKind::Timeout, error.message() + ": try again, or see GET /v1/doctor"));
  }
  return problemOf(error);
}

core::Result<std::vector<std::pair<std::string, std::string>>> parametersOf(const Route& route, std::string_view query) {
  if (query.empty() || route.parameters == Parameters::Ignored) return std::vector<std::pair<std::string, std::string>>();
  auto parameters = parseQuery(query);
  if (!parameters || route.parameters == Parameters::Taken || parameters->empty()) return parameters;
  const std::string name = parameters->front().first.substr(0, 100);
  return core::Error::invalidField(name, "this call takes no parameters in its address: " + name + " would do nothing");
}

}  // namespace

Connection::Connection(Socket socket, Door& door, Peer peer) : channel_(std::move(socket)), door_(door), peer_(std::move(peer)) {}

void Connection::stop() {
  closing_ = true;
  if (idle_) channel_.cancelRead();
}

void Connection::checkDeadline(Moment now) {
  channel_.checkDeadline(now);
  if (now < answerBy_) return;
  answerBy_ = Moment::max();
  overtime_.emit(asio::cancellation_type::terminal);
}

asio::awaitable<void> Connection::serve() {
  // What is cancelled says so by its result.
  co_await asio::this_coro::throw_if_cancelled(false);
  bool goesOn = true;
  while (goesOn) {
    // Empty lines before a request, which some clients send behind a body, are passed over (RFC 9112, 2.2): they begin none.
    dropEmptyLines();
    const bool isIdle = channel_.buffer().size() == 0;
    if (isIdle) {
      goesOn = co_await waitForRequest();
    } else {
      goesOn = co_await serveOne();
    }
  }
  channel_.close();
}

void Connection::dropEmptyLines() {
  auto& buffer = channel_.buffer();
  const auto isLineEnd = [](char sign) { return sign == '\r' || sign == '\n'; };
  while (buffer.size() > 0 && isLineEnd(*static_cast<const char*>(buffer.data().data()))) buffer.consume(1);
}

asio::awaitable<bool> Connection::waitForRequest() {
  if (isEnding() && !channel_.hasMore()) co_return false;
  idle_ = true;
  bool came = co_await channel_.read(std::chrono::steady_clock::now() + door_.limits.idle, 0);
  idle_ = false;
  // A request that crossed with the stop is still answered.
  const bool wasStopped = !came && isEnding() && channel_.ended() == Channel::ReadEnd::Cancelled;
  if (wasStopped && channel_.hasMore()) came = co_await channel_.read(std::chrono::steady_clock::now() + door_.limits.idle, 0);
  co_return came;
}

asio::awaitable<bool> Connection::serveOne() {
  route_ = nullptr;
  began_ = std::chrono::steady_clock::now();
  RequestReader reader(channel_, door_.limits);
  const bool hasHead = co_await reader.readHead();
  std::optional<Response> refusal = hasHead ? judgeHead(reader.head(), peer_.transport) : reader.takeRefusal();
  if (refusal) co_return co_await refuse(std::move(*refusal));
  if (!hasHead) co_return false;
  began_ = std::chrono::steady_clock::now();
  const Target target = splitTarget(viewOf(reader.head().target()));
  const Match match = findRoute(viewOf(reader.head().method_string()), target.path);
  route_ = match.route;
  if (route_ && route_->stream) {
    auto parameters = parametersOf(*route_, target.query);
    if (parameters) co_return co_await serveStream(*route_, reader);
    co_return co_await refuse(problemOf(parameters.error()));
  }
  const bool isWhole = co_await receiveBody(reader, match);
  if (!isWhole) co_return false;
  Response response = co_await answer(reader, match, target.query);
  co_return co_await respond(std::move(response), reader);
}

asio::awaitable<Response> Connection::answer(RequestReader& reader, const Match& match, std::string_view query) {
  if (!route_) co_return answerTo(match);
  auto request = makeRequest(reader, match, query);
  if (!request) co_return problemOf(request.error());
  if (route_->immediate) co_return answerOf(guarded(route_->immediate, door_.services, *request), *route_);
  auto answered = co_await handle(route_->handler, std::move(*request));
  co_return answerOf(std::move(answered), *route_);
}

/// Its answer, or a Timeout once the time is up. The watch over all connections looks at the time: a timer and a task for each request
/// would be a tenth of what a small one costs.
asio::awaitable<core::Result<Response>> Connection::handle(Handler handler, Request request) {
  const Moment end = std::chrono::steady_clock::now() + door_.limits.answer;
  answerBy_ = end;
  auto handling = guarded(handler(door_.services, std::move(request)));
  auto answered = co_await std::move(handling);
  const bool isLate = answerBy_ != end;
  answerBy_ = Moment::max();
  if (!isLate) co_return answered;
  co_await asio::this_coro::reset_cancellation_state();
  co_return core::Error(core::ErrorKind::Timeout, "the deadline passed");
}

/// False: the connection ends, and what there was to say is said.
asio::awaitable<bool> Connection::receiveBody(RequestReader& reader, const Match& match) {
  std::optional<Response> refusal;
  if (reader.announcesTooMuch()) {
    refusal = reader.tooLarge();
  } else if (reader.expectsContinue() && !match.route) {
    refusal = answerTo(match);
  } else {
    const bool goesOn = co_await sayContinue(reader);
    if (!goesOn) co_return false;
    const bool isWhole = co_await reader.readBody();
    if (isWhole) co_return true;
    refusal = reader.takeRefusal();
  }
  if (refusal) co_await refuse(std::move(*refusal));
  co_return false;
}

/// To a client that waits for it before it sends its body; false where the client is gone.
asio::awaitable<bool> Connection::sayContinue(const RequestReader& reader) {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  if (!reader.expectsContinue()) co_return true;
  std::array<asio::const_buffer, 3> pieces{asio::buffer(kContinue.data(), kContinue.size()), {}, {}};
  co_return co_await channel_.write(pieces, door_.limits.send);
}

asio::awaitable<bool> Connection::serveStream(const Route& route, RequestReader& reader) {
  const bool goesOn = co_await sayContinue(reader);
  if (!goesOn) co_return false;
  Request request;
  request.caller = peer_.caller;
  request.figures = &door_.figures;
  auto handling = guarded(route.stream(door_.services, std::move(request), reader));
  auto answered = co_await std::move(handling);
  // A body that broke off or came too slowly has a status of its own; any other error came before the body's end.
  const auto status = reader.refusalStatus();
  Response response = status && !answered ? problemOf(answered.error(), *status) : answerOf(std::move(answered), route);
  if (reader.isDone()) co_return co_await respond(std::move(response), reader);
  co_return co_await refuse(std::move(response));
}

core::Result<Request> Connection::makeRequest(RequestReader& reader, const Match& match, std::string_view query) const {
  Request request;
  request.body = reader.takeBody();
  request.caller = peer_.caller;
  request.figures = &door_.figures;
  if (auto id = percentDecode(match.id)) request.id = std::move(*id);
  auto parameters = parametersOf(*match.route, query);
  if (!parameters) return parameters.error();
  request.parameters = std::move(*parameters);
  return request;
}

Framing Connection::framingFor(const RequestReader& reader) const {
  Framing framing;
  framing.httpOne0 = reader.head().version() < 11;
  // While it stops, what the client has sent already is answered, and nothing more.
  framing.keepAlive = reader.keepsAlive() && (!isEnding() || channel_.hasMore());
  return framing;
}

asio::awaitable<bool> Connection::respond(Response response, const RequestReader& reader) {
  Framing framing = framingFor(reader);
  framing.headOnly = reader.head().method() == beasthttp::verb::head;
  if (response.pieces && !framing.headOnly) co_return co_await sendPieces(std::move(response), framing);
  co_return co_await send(std::move(response), framing);
}

asio::awaitable<bool> Connection::send(Response response, Framing framing) {
  if (!response.pieces) framing.length = response.body.size();
  door_.figures.count(route_, response.status, std::chrono::steady_clock::now() - began_);
  writeHead(response, framing, door_.date.now(), head_);
  std::array<asio::const_buffer, 3> pieces{asio::buffer(head_), asio::buffer(response.body), {}};
  if (framing.headOnly) pieces[1] = {};
  const bool taken = co_await channel_.write(pieces, door_.limits.send);
  co_return taken&& framing.keepAlive;
}

asio::awaitable<bool> Connection::sendPieces(Response response, Framing framing) {
  const auto source = response.pieces;
  auto piece = co_await source->next();
  if (!piece) {
    Response problem = answerOf(piece.error(), *route_);
    co_return co_await send(std::move(problem), framing);
  }
  // HTTP/1.0 knows no chunks: the body ends with the connection.
  framing.chunked = !framing.httpOne0;
  framing.keepAlive = framing.keepAlive && framing.chunked;
  door_.figures.count(route_, response.status, std::chrono::steady_clock::now() - began_);
  writeHead(response, framing, door_.date.now(), head_);
  while (true) {
    if (framing.chunked) appendChunkHead(piece->size(), head_);
    std::array<asio::const_buffer, 3> pieces{asio::buffer(head_), asio::buffer(*piece), {}};
    if (framing.chunked) pieces[2] = asio::buffer("\r\n", 2);
    const bool taken = co_await channel_.write(pieces, door_.limits.send);
    if (!taken) co_return false;
    if (piece->empty()) co_return framing.keepAlive;
    head_.clear();
    piece = co_await source->next();
    // The head is out already: a body without its end is seen to be cut.
    if (!piece) co_return false;
  }
}

asio::awaitable<bool> Connection::refuse(Response response) {
  // What the client still sends is not known to end where a next request begins, so the connection ends here.
  constexpr std::chrono::seconds kLinger{2};
  Framing framing;
  framing.keepAlive = false;
  co_await send(std::move(response), framing);
  co_await channel_.linger(std::chrono::steady_clock::now() + kLinger);
  co_return false;
}

}  // namespace learnd::interfaces::http
