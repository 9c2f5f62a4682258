#include "interfaces/http/peer.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <vector>

namespace learnd::interfaces::http {

namespace {

constexpr std::uint32_t kNobody = 65534;

std::vector<std::uint32_t> groupsOf(int socket) {
#ifdef SO_PEERGROUPS
  std::vector<gid_t> groups(32);
  while (true) {
    auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) == 0) {
      groups.resize(size / sizeof(gid_t));
      return {groups.begin(), groups.end()};
    }
    // The kernel said how much room it needs.
    if (errno != ERANGE || size / sizeof(gid_t) <= groups.size()) return {};
    groups.resize(size / sizeof(gid_t));
  }
#else
  (void)socket;
  return {};
#endif
}

bool isUnixSocket(int socket) {
  int domain = -1;
  socklen_t size = sizeof(domain);
  return getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

}  // namespace

core::Caller peerOf(int socket) {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  // Not by the pid: a peer in another PID namespace has none that means anything here, and still is who it is.
  const bool known = isUnixSocket(socket) && getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 &&
                     credentials.uid != static_cast<uid_t>(-1);
  if (!known) return {kNobody, kNobody, {}};
  return {credentials.uid, credentials.gid, groupsOf(socket)};
}

}  // namespace learnd::interfaces::http
