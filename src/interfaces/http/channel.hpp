#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <array>
#include <chrono>

namespace learnd::interfaces::http {

using Socket = boost::asio::generic::stream_protocol::socket;
using Moment = std::chrono::steady_clock::time_point;

/// A client's socket, Unix or TCP, with what was read and not yet used. It waits under one deadline at a time, which it does not watch
/// itself: whoever owns many of them calls checkDeadline() now and then, so that no request costs a timer. On the I/O thread.
class Channel {
 public:
  enum class ReadEnd : unsigned char { None, Closed, TimedOut, Cancelled };

  explicit Channel(Socket socket);

  /// Reads what there is into buffer(); `expected` bytes are known to come yet. False: ended() says why.
  boost::asio::awaitable<bool> read(Moment deadline, std::size_t expected);
  /// Writes all of it in one call where the socket takes it. False: the client is gone or took nothing for `patience`.
  boost::asio::awaitable<bool> write(std::array<boost::asio::const_buffer, 3> pieces, std::chrono::milliseconds patience);
  /// Ends a read that waits: ended() is Cancelled then, or TimedOut by checkDeadline.
  void cancelRead();
  void checkDeadline(Moment now);
  /// Lets the client see an answer that came before all of its request was read: closing at once would reset the connection.
  boost::asio::awaitable<void> linger(Moment deadline);
  void close();

  [[nodiscard]] boost::beast::flat_buffer& buffer() { return buffer_; }
  [[nodiscard]] ReadEnd ended() const { return ended_; }
  [[nodiscard]] Moment deadline() const { return deadline_; }
  /// Whether something is here that was not used yet, read or not.
  [[nodiscard]] bool hasMore() const;

 private:
  Socket socket_;
  boost::beast::flat_buffer buffer_;
  Moment deadline_ = Moment::max();
  ReadEnd ended_ = ReadEnd::None;
  bool timedOut_ = false;
};

}  // namespace learnd::interfaces::http
