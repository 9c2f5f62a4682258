#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace learnd::tests {

/// When the proxy loses a connection.
enum class Loss : unsigned char {
  OfAnswer,  // the commit was answered
  OfClient   // the commit is on its way to the server
};

/// Stands between a client and a server on a Unix socket in a folder of its own. The first `losses` commits reach the server, but their
/// answers are lost with the connection.
class ForgetfulProxy {
 public:
  ForgetfulProxy(const std::filesystem::path& serverFolder, int losses, Loss loss = Loss::OfAnswer);
  ~ForgetfulProxy();
  ForgetfulProxy(const ForgetfulProxy&) = delete;
  ForgetfulProxy& operator=(const ForgetfulProxy&) = delete;

  /// Words for libpq.
  [[nodiscard]] std::string dsn() const { return "host=" + folder_.string() + " user=learnd dbname=learnd"; }
  /// How many answers are still to be lost.
  [[nodiscard]] int lossesLeft() const { return losses_.load(); }

 private:
  void accept();
  void forward(int client);

  std::filesystem::path folder_;
  std::filesystem::path server_;
  std::atomic<int> losses_;
  const Loss loss_;
  std::atomic<bool> stopping_{false};
  int listener_ = -1;
  std::thread acceptor_;
  std::vector<std::thread> forwarders_;
};

}  // namespace learnd::tests
