#pragma once

#include "core/access.hpp"
#include "interfaces/http/channel.hpp"
#include "interfaces/http/figures.hpp"
#include "interfaces/http/limits.hpp"
#include "interfaces/http/request_reader.hpp"
#include "interfaces/http/response_head.hpp"

#include <boost/asio/cancellation_signal.hpp>

namespace learnd::interfaces::http {

/// What the connections of a server share.
struct Door {
  services::Services& services;
  ConnectionLimits limits;
  Figures figures;
  DateText date;
  bool stopping = false;  // no further requests but those that are on their way
};

enum class Transport : bool { Unix, Tcp };

struct Peer {
  core::Caller caller;
  Transport transport = Transport::Unix;
};

/// One client's connection: requests one after the other, pipelined ones too, until either side ends it. On the I/O thread.
class Connection {
 public:
  Connection(Socket socket, Door& door, Peer peer);

  /// Serves until the end.
  boost::asio::awaitable<void> serve();
  /// Ends it now if it waits for a request; else it ends after its answer.
  void stop();
  /// Cuts it, whatever it does.
  void abort() { channel_.close(); }
  /// Ends what has taken too long by `now`: a read, a write or a handler.
  void checkDeadline(Moment now);
  /// By it serve() must be spawned: a handler that runs out of time is cancelled through it.
  [[nodiscard]] boost::asio::cancellation_slot slot() { return overtime_.slot(); }
  [[nodiscard]] bool isIdle() const { return idle_; }
  /// When an idle connection will be closed: the earliest has waited longest.
  [[nodiscard]] Moment deadline() const { return channel_.deadline(); }

 private:
  void dropEmptyLines();
  boost::asio::awaitable<bool> waitForRequest();
  boost::asio::awaitable<bool> serveOne();
  boost::asio::awaitable<bool> serveStream(const Route& route, RequestReader& reader);
  boost::asio::awaitable<bool> receiveBody(RequestReader& reader, const Match& match);
  boost::asio::awaitable<bool> sayContinue(const RequestReader& reader);
  boost::asio::awaitable<core::Result<Response>> handle(Handler handler, Request request);
  boost::asio::awaitable<Response> answer(RequestReader& reader, const Match& match, std::string_view query);
  boost::asio::awaitable<bool> respond(Response response, const RequestReader& reader);
  boost::asio::awaitable<bool> send(Response response, Framing framing);
  boost::asio::awaitable<bool> sendPieces(Response response, Framing framing);
  boost::asio::awaitable<bool> refuse(Response response);
  [[nodiscard]] core::Result<Request> makeRequest(RequestReader& reader, const Match& match, std::string_view query) const;
  [[nodiscard]] bool isEnding() const { return closing_ || door_.stopping; }
  [[nodiscard]] Framing framingFor(const RequestReader& reader) const;

  Channel channel_;
  Door& door_;
  Peer peer_;
  std::string head_;              // of the answer; kept for its room
  const Route* route_ = nullptr;  // of the request that is served
  Moment began_;                  // its head was read
  boost::asio::cancellation_signal overtime_;
  Moment answerBy_ = Moment::max();  // while a handler runs
  bool idle_ = false;
  bool closing_ = false;
};

}  // namespace learnd::interfaces::http
