#include "interfaces/http/channel.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace learnd::interfaces::http {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
/// A read takes this much where it may, and up to the other for the rest of a long body.
constexpr std::size_t kPiece = 8 * 1024;
constexpr std::size_t kLargePiece = 128 * 1024;

void removePrefix(std::array<asio::const_buffer, 3>& pieces, std::size_t size) {
  for (auto& piece : pieces) {
    const std::size_t taken = std::min(size, piece.size());
    piece += taken;
    size -= taken;
  }
}

}  // namespace

Channel::Channel(Socket socket) : socket_(std::move(socket)) {
  error_code ignored;
  socket_.non_blocking(true, ignored);
}

asio::awaitable<bool> Channel::read(Moment deadline, std::size_t expected) {
  timedOut_ = false;
  ended_ = ReadEnd::None;
  deadline_ = deadline;
  const auto room = buffer_.prepare(std::clamp(expected, kPiece, kLargePiece));
  const auto [failed, size] = co_await socket_.async_read_some(room, kAwait);
  deadline_ = Moment::max();
  if (!failed) {
    buffer_.commit(size);
    co_return true;
  }
  ended_ = timedOut_ ? ReadEnd::TimedOut : failed == asio::error::operation_aborted ? ReadEnd::Cancelled : ReadEnd::Closed;
  co_return false;
}

asio::awaitable<bool> Channel::write(std::array<asio::const_buffer, 3> pieces, std::chrono::milliseconds patience) {
  error_code failed;
  std::size_t sent = socket_.write_some(pieces, failed);
  if (failed && failed != asio::error::would_block && failed != asio::error::try_again) co_return false;
  removePrefix(pieces, sent);
  while (asio::buffer_size(pieces) > 0) {
    deadline_ = std::chrono::steady_clock::now() + patience;
    std::tie(failed, sent) = co_await socket_.async_write_some(pieces, kAwait);
    deadline_ = Moment::max();
    if (failed) co_return false;
    removePrefix(pieces, sent);
  }
  co_return true;
}

void Channel::cancelRead() {
  error_code ignored;
  socket_.cancel(ignored);
}

void Channel::checkDeadline(Moment now) {
  if (now < deadline_) return;
  timedOut_ = true;
  deadline_ = Moment::max();
  cancelRead();
}

asio::awaitable<void> Channel::linger(Moment deadline) {
  constexpr std::size_t kMost = 16 * 1024 * 1024;
  error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  for (std::size_t taken = 0; taken < kMost;) {
    buffer_.clear();
    const bool came = co_await read(deadline, kLargePiece);
    if (!came) break;
    taken += buffer_.size();
  }
}

void Channel::close() {
  error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_both, ignored);
  socket_.close(ignored);
}

bool Channel::hasMore() const {
  error_code ignored;
  return buffer_.size() > 0 || (socket_.is_open() && socket_.available(ignored) > 0);
}

}  // namespace learnd::interfaces::http
