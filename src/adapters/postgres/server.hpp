#pragma once

#include "adapters/postgres/connection.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>

namespace learnd::postgres {

struct ServerSettings {
  std::string dsn;
  std::string passwordFile;  // read at each connection, so that a new password needs no restart; empty: none
  std::string schema;
  std::chrono::seconds connectTimeout{3};
  std::chrono::milliseconds statementTimeout{6000};
  std::chrono::milliseconds lockTimeout{4000};
  std::string daemon;  // in whose name changes are noted; empty: none are
};

enum class Durability : unsigned char {
  Synced,   // on the disk when it is answered
  Unsynced  // kept over a crash of ours, but maybe not over one of the server's: for what can be done again
};

/// Whether the server is there, for all threads: who finds it gone says so, and from then on everybody is refused at once, while a thread
/// of its own tries to connect with back-off and jitter. That thread also ends statements that get no answer. Any thread.
class Server {
 public:
  /// `prepare` brings a new server's schema up to date, on the first connection to it; its error keeps the server down.
  using Prepare = std::function<core::Result<void>(Connection&)>;

  Server(ServerSettings settings, Prepare prepare);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The first try, blocking. An error is what no waiting mends (prepare's); a server that is not there is no error: it is waited for.
  core::Result<void> start();

  /// A connection with its settings made. Throws ServerDown, or PostgresFailure where this one was refused but the server is there.
  std::shared_ptr<Connection> connect(Durability durability);

  /// Why nobody gets a connection now, and what to do; nothing while it is up.
  [[nodiscard]] std::optional<std::string> whyDown() const;
  /// The server hangs: it is down until it answers again.
  void noteHanging();
  /// "15.5"; empty before the first connection.
  [[nodiscard]] std::string version() const;

 private:
  std::shared_ptr<Connection> open(Durability durability);
  core::Result<void> probe();
  void noteDown(std::string reason);
  void keep();
  void cutOffOverdue();

  const ServerSettings settings_;
  const Prepare prepare_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool down_ = true;
  bool stopping_ = false;
  std::string reason_ = "PostgreSQL has not been asked yet";
  std::string version_;
  bool told_ = false;  // that it is down
  unsigned failures_ = 0;
  Connection::Clock::time_point nextTry_;
  std::unordered_set<Connection*> watched_;
  std::thread keeper_;
};

}  // namespace learnd::postgres
