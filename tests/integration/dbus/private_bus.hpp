#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace learnd::test {

/// A dbus-daemon of a test's own, on a socket in a temporary folder. Every user may connect, own names and send, so that it can stand for
/// the system bus, where users meet.
class PrivateBus {
 public:
  enum class Policy {
    Open,      // everybody may own names and send
    Installed  // as the system bus's own, with the policy file that learnd installs
  };

  explicit PrivateBus(Policy policy = Policy::Open);
  ~PrivateBus();
  PrivateBus(const PrivateBus&) = delete;
  PrivateBus& operator=(const PrivateBus&) = delete;

  /// Returns when it listens.
  void start();
  /// As a crash would.
  void kill();
  [[nodiscard]] std::string address() const { return "unix:path=" + (folder_ / "bus").string(); }

 private:
  std::filesystem::path folder_;
  pid_t daemon_ = -1;
};

}  // namespace learnd::test
