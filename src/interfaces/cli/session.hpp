#pragma once

#include "interfaces/cli/client.hpp"
#include "interfaces/cli/exit_code.hpp"
#include "interfaces/cli/points/point_source.hpp"

#include <functional>
#include <optional>
#include <string>

namespace learnd::cli {

/// What every command has: the global flags and the connection they lead to.
class Session {
 public:
  std::string socket;  // --socket
  bool json = false;   // --json

  Client& client();
  [[nodiscard]] std::string socketPath() const { return findSocket(socket); }

  /// Opens a server whose points are imported; set by whoever knows such servers.
  PointSourceMaker openPoints;

  /// A command that was chosen; run after all flags are read.
  std::function<int()> chosen;

 private:
  std::optional<Client> client_;
};

}  // namespace learnd::cli
