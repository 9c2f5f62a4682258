#pragma once

#include "interfaces/http/connection_set.hpp"
#include "tests/fakes/test_services.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace learnd::interfaces::http {

/// An answer as a client reads it.
struct Answer {
  int status = 0;                             // 0: the connection ended before one came
  std::map<std::string, std::string> fields;  // names in lower case
  std::string body;
  bool whole = false;  // its body came to its end
};

/// The client's end of a connection; blocking, five seconds at the most.
class TestClient {
 public:
  explicit TestClient(int descriptor);
  TestClient(TestClient&& other) noexcept;
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;
  ~TestClient();

  void send(std::string_view bytes) const;
  void endSending() const;
  /// The next answer. To a HEAD request it has no body, whatever its head says.
  Answer receive(bool toHead = false);
  Answer ask(std::string_view bytes) {
    send(bytes);
    return receive();
  }
  /// Whether an answer has begun to come; reads nothing of it.
  [[nodiscard]] bool waitForBytes() const;
  /// Whether the server reads all that was sent, over a Unix socket.
  [[nodiscard]] bool isRead() const;
  /// Whether something is there to be read now.
  [[nodiscard]] bool hasBytes() const;
  /// Whether the server closed the connection and nothing more came.
  bool isClosed();
  /// All bytes until the server closes.
  std::string receiveAll();
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  bool fill();

  int descriptor_;
  std::string buffer_;
};

/// Connections on fakes, with an I/O thread of their own.
class HttpHarness {
 public:
  explicit HttpHarness(const ConnectionLimits& limits = {}, std::size_t connections = 100);
  ~HttpHarness();
  HttpHarness(const HttpHarness&) = delete;
  HttpHarness& operator=(const HttpHarness&) = delete;

  TestClient connect(Transport transport = Transport::Unix);
  /// Runs something on the I/O thread and waits for it.
  template <class Work>
  auto onThread(Work work) {
    // Shared: the future is ready a moment before the task is done with itself.
    auto task = std::make_shared<std::packaged_task<decltype(work())()>>(std::move(work));
    auto result = task->get_future();
    boost::asio::post(io_, [task] { (*task)(); });
    return result.get();
  }
  [[nodiscard]] boost::asio::any_io_executor executor() { return io_.get_executor(); }
  /// Begins a stop; the future is ready when it is over.
  std::future<void> stop(std::chrono::milliseconds time);

  fakes::TestServices core;

 private:
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::optional<ConnectionSet> connections_;
  std::thread thread_;

 public:
  [[nodiscard]] ConnectionSet& connections() { return *connections_; }
};

/// A request with a body and its length.
std::string request(std::string_view method, std::string_view target, std::string_view body = {}, std::string_view fields = {});

/// Members of a problem answer; empty where it is none.
std::string problemField(const Answer& answer);
std::string problemDetail(const Answer& answer);

}  // namespace learnd::interfaces::http
