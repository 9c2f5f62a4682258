#pragma once

#include "interfaces/cli/points/point_source.hpp"

#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

namespace learnd::cli {

/// A learnd of one's own in a temporary folder, ended and removed with this object, and what it put on a server too. Nothing of the user's
/// store is touched.
class PrivateDaemon {
 public:
  /// `config`: a file whose backends are used; empty for the embedded default. Throws UsageError where the daemon does not start.
  PrivateDaemon(const std::string& config, CollectionRemover removeCollections);
  ~PrivateDaemon() { end(); }
  PrivateDaemon(const PrivateDaemon&) = delete;
  PrivateDaemon& operator=(const PrivateDaemon&) = delete;

  [[nodiscard]] std::string socket() const { return (folder_ / "learnd.sock").string(); }

 private:
  /// The index's server, where it has one.
  struct Server {
    std::string url;
    std::string keyFile;
    std::string prefix;
  };

  void writeConfig(const std::string& config);
  void start();
  void end();
  void waitUntilReady();
  [[nodiscard]] std::string log() const;

  std::filesystem::path folder_;
  CollectionRemover removeCollections_;
  std::optional<Server> server_;
  pid_t process_ = -1;
};

}  // namespace learnd::cli
