#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace learnd::fakes {

/// One connection of a scripted server, on a thread of its own.
class Conversation {
 public:
  explicit Conversation(int socket) : socket_(socket) {}

  /// Head and body of the next request (its Content-Length says how long); empty where the client has gone.
  std::string readRequest();
  /// The head alone, without the body.
  std::string readHead();
  void write(std::string_view bytes);
  /// A whole answer with its Content-Length; `headers` are lines, each with its line break.
  void answer(int status, std::string_view body, std::string_view headers = {});
  /// The client sees an end without a word.
  void close();
  /// The client sees a reset connection.
  void reset();
  /// Until the client or the server ends the connection.
  void waitForEnd();

 private:
  bool fill();

  int socket_;
  std::string read_;
};

/// A server on a port of this machine that does to its clients what a test wrote: each connection runs the next script, later ones the
/// last.
class ScriptedServer {
 public:
  using Script = std::function<void(Conversation&)>;

  explicit ScriptedServer(std::vector<Script> scripts);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// How many connections there were.
  [[nodiscard]] std::size_t connections() const { return connections_; }

 private:
  void accept();
  void converse(int socket, const Script& script);

  std::vector<Script> scripts_;
  int listening_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::size_t> connections_ = 0;
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> conversations_;
  std::thread accepting_;
};

}  // namespace learnd::fakes
