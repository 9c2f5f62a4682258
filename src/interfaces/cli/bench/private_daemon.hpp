#pragma once

#include <filesystem>
#include <string>

#include <sys/types.h>

namespace learnd::cli {

/// A learnd with a store of its own (learnd --temporary), ended with this object. Nothing of the user's store is touched.
class PrivateDaemon {
 public:
  /// `config`: a file whose backends are used; empty for the embedded default. Throws UsageError where the daemon does not start.
  explicit PrivateDaemon(const std::string& config);
  ~PrivateDaemon() { end(); }
  PrivateDaemon(const PrivateDaemon&) = delete;
  PrivateDaemon& operator=(const PrivateDaemon&) = delete;

  [[nodiscard]] std::string socket() const { return (folder_ / "learnd.sock").string(); }

 private:
  void writeConfig(const std::string& config);
  void start();
  void end();
  void waitUntilReady();
  [[nodiscard]] std::string log() const;

  std::filesystem::path folder_;
  pid_t process_ = -1;
};

}  // namespace learnd::cli
