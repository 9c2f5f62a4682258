#include "interfaces/cli/session.hpp"

namespace learnd::cli {

Client& Session::client() {
  if (!client_) client_.emplace(socketPath());
  return *client_;
}

}  // namespace learnd::cli
