#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace learnd::fakes {

struct ListenerRequest {
  std::string method;
  std::string target;
  std::string host;
  std::string origin;
  std::string body;
};

struct ListenerReply {
  unsigned status = 200;
  std::string contentType;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// What a listener does to requests instead of, or before, answering them.
struct ListenerFault {
  enum class Kind : unsigned char {
    None,
    ServerError,   // 500
    TooMany,       // 429
    Garbage,       // a good answer that is no JSON
    Noise,         // no HTTP
    HalfResponse,  // ends within the body
    Reset,         // the connection
    Slow           // answers after `delay`
  };
  Kind kind = Kind::None;
  std::string path;  // on this path only; empty: on all
  std::chrono::milliseconds delay{10000};
};

/// An HTTP/1.1 server on a port of this machine, a thread for each connection. Answers as Go's does: a body above 2 KiB in chunks.
class HttpListener {
 public:
  using Handler = std::function<ListenerReply(const ListenerRequest&)>;

  /// Port 0: any. Throws where it can't listen.
  explicit HttpListener(Handler handler, std::uint16_t port = 0);
  ~HttpListener();
  HttpListener(const HttpListener&) = delete;
  HttpListener& operator=(const HttpListener&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::size_t connections() const { return accepted_; }
  void setFault(ListenerFault fault);
  /// False where the listener ends meanwhile.
  bool sleep(std::chrono::milliseconds time);

 private:
  struct Session {
    std::thread thread;
    int socket = -1;
    bool over = false;
  };
  struct Exchange;

  void accept();
  void reap();
  void converse(Session& session);
  bool serve(Exchange& exchange);
  /// Nothing: the request is answered as usual; else whether the connection stays.
  std::optional<bool> answerAtFault(Exchange& exchange, const ListenerRequest& request);
  ListenerFault faultOn(std::string_view target);

  Handler handler_;
  int listening_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::size_t> accepted_ = 0;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool closed_ = false;
  ListenerFault fault_;
  std::list<Session> sessions_;
  std::thread accepting_;
};

}  // namespace learnd::fakes
