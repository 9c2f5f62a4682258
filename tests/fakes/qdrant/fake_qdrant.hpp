#pragma once

#include "tests/fakes/qdrant/database.hpp"
#include "tests/fakes/qdrant/journal.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace learnd::fakes::qdrant {

enum class ServerFault : unsigned char {
  None,
  Error500,  // "Service internal error"
  Busy429,   // with Retry-After
  Garbage,   // no HTTP
  Half,      // half of the answer, then the end; what was asked is done
  Reset,     // the connection is reset; what was asked is done
  Slow,      // every answer after ten seconds
  Hang       // none at all
};

/// "none", "500", "429", "garbage", "half", "reset", "slow", "hang"
std::optional<ServerFault> parseFault(std::string_view name);

struct FakeSettings {
  std::uint16_t port = 0;  // 0: any that is free
  std::string apiKey;
  std::string readOnlyKey;
  std::string version = "1.18.3";
  ServerFault fault = ServerFault::None;
  std::chrono::milliseconds keepAlive{5000};
  std::chrono::milliseconds slowness{10000};
  std::filesystem::path journal;  // keeps what it holds beyond its process; empty: nothing does
};

/// A Qdrant server's REST interface as the real one was seen to behave, on a port of this machine, in memory (and a journal), exact in its
/// searches. It takes and refuses what that does. What is not asked by learnd and its importer is not there (fusion, facets, snapshots):
/// 404 as an unknown path.
///
/// Paths of its own, without a key: PUT /_fake/fault with the fault's name as body; GET /_fake/requests counts those so far.
class FakeQdrant {
 public:
  explicit FakeQdrant(FakeSettings settings = {});
  ~FakeQdrant();
  FakeQdrant(const FakeQdrant&) = delete;
  FakeQdrant& operator=(const FakeQdrant&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  void setFault(ServerFault fault) { fault_ = fault; }
  /// The nth request from now on (from 1) gets a 500, after it was done where `done` says so; those before and behind it go well.
  void failOnce(std::uint64_t nth, bool done = false);
  /// Whether failOnce has had its request.
  [[nodiscard]] bool hasFailed() const { return failsIn_ == 0; }
  [[nodiscard]] std::uint64_t requests() const { return requests_; }
  [[nodiscard]] std::uint64_t connections() const { return connectionCount_; }
  /// Answers a request without the network, as a test that looks behind the scenes.
  FakeResponse ask(const std::string& method, const std::string& target, std::string body = {});

 private:
  struct Connection {
    int socket = -1;
    std::thread thread;
    std::atomic<bool> ended = false;
  };

  void accept();
  void converse(Connection& connection);
  FakeResponse respond(const FakeRequest& request);
  /// Whether this request is the one that fails.
  bool failsNow();

  FakeSettings settings_;
  std::mutex databaseMutex_;
  Database database_;
  Journal journal_;
  int listening_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<ServerFault> fault_;
  std::atomic<std::uint64_t> failsIn_ = 0;
  std::atomic<bool> failsDone_ = false;
  std::atomic<std::uint64_t> requests_ = 0;
  std::atomic<std::uint64_t> connectionCount_ = 0;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::list<Connection> connections_;
  std::thread accepting_;

  friend class FakeConversation;
};

}  // namespace learnd::fakes::qdrant
