#include "interfaces/http/request_reader.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace learnd::interfaces::http {

namespace {

namespace asio = boost::asio;
namespace beasthttp = boost::beast::http;
using boost::system::error_code;

/// A piece of an import grows to about this much before it is handed on.
constexpr std::size_t kPiece = 128 * 1024;
constexpr int kRequestTimeout = 408;
constexpr int kHeadTooLarge = 431;

std::string secondsText(std::chrono::milliseconds time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

}  // namespace

RequestReader::RequestReader(Channel& channel, const ConnectionLimits& limits)
    : channel_(channel), limits_(limits), deadline_(std::chrono::steady_clock::now() + limits.receive) {
  parser_.header_limit(static_cast<std::uint32_t>(limits.header));
  // Judged here, by the call: an import has none.
  parser_.body_limit(boost::none);
}

RequestReader::Step RequestReader::parse() {
  auto& buffer = channel_.buffer();
  if (buffer.size() == 0) return Step::NeedsMore;
  error_code failed;
  const std::size_t used = parser_.put(buffer.data(), failed);
  buffer.consume(used);
  if (failed == beasthttp::error::need_more) return Step::NeedsMore;
  if (!failed) return Step::Moved;
  const bool tooLong = failed == beasthttp::error::header_limit;
  problem_ = tooLong
                 ? core::Error(core::ErrorKind::TooLarge, "the request's head is longer than " + std::to_string(limits_.header) + " bytes")
                 : core::Error(core::ErrorKind::InvalidInput, "this is no well-formed HTTP/1.1 request: " + failed.message());
  refusal_ = problemOf(*problem_, tooLong ? kHeadTooLarge : 0);
  return Step::Failed;
}

/// Parses on, reading where that needs more.
asio::awaitable<bool> RequestReader::advance() {
  const Step step = parse();
  if (step != Step::NeedsMore) co_return step == Step::Moved;
  const auto rest = parser_.is_header_done() ? parser_.content_length_remaining() : boost::none;
  const std::size_t expected = rest ? static_cast<std::size_t>(std::min<std::uint64_t>(*rest, kPiece)) : 0;
  const bool came = co_await channel_.read(deadline_, expected);
  if (!came) refuseEnd();
  co_return came;
}

void RequestReader::refuseEnd() {
  if (channel_.ended() == Channel::ReadEnd::TimedOut) {
    problem_ = core::Error(core::ErrorKind::Timeout, "the request was not received in " + secondsText(limits_.receive));
    refusal_ = problemOf(*problem_, kRequestTimeout);
  } else {
    problem_ = core::Error(core::ErrorKind::InvalidInput, "the connection ended before the request was whole");
    // Who closed only its sending side can still read why.
    if (channel_.ended() == Channel::ReadEnd::Closed && parser_.got_some()) refusal_ = problemOf(*problem_);
  }
}

asio::awaitable<bool> RequestReader::readHead() {
  bool moved = true;
  while (moved && !parser_.is_header_done()) moved = co_await advance();
  co_return moved;
}

asio::awaitable<bool> RequestReader::readBody() {
  while (!parser_.is_done()) {
    const bool moved = co_await advance();
    if (!moved) co_return false;
    if (parser_.get().body().size() <= limits_.body) continue;
    refusal_ = tooLarge();
    co_return false;
  }
  co_return true;
}

ports::Task<std::string> RequestReader::next() {
  std::string& body = parser_.get().body();
  while (!parser_.is_done() && body.size() < kPiece) {
    // What is here goes on at once rather than wait for more.
    if (channel_.buffer().size() == 0 && !body.empty()) break;
    deadline_ = std::chrono::steady_clock::now() + limits_.receive;
    const bool moved = co_await advance();
    if (!moved) co_return *problem_;
  }
  co_return std::exchange(body, std::string());
}

bool RequestReader::announcesTooMuch() const {
  const auto length = parser_.content_length();
  return length && *length > limits_.body;
}

bool RequestReader::expectsContinue() const {
  const auto& head = parser_.get();
  return head.version() >= 11 && !parser_.is_done() && boost::beast::iequals(head[beasthttp::field::expect], "100-continue");
}

Response RequestReader::tooLarge() const {
  return problemOf(core::Error(core::ErrorKind::TooLarge, "the body is longer than " + std::to_string(limits_.body) +
                                                              " bytes (1 MiB): many learnings at once go by POST /v1/import"));
}

}  // namespace learnd::interfaces::http
