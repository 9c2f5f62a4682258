#pragma once

#include "core/access.hpp"

namespace learnd::interfaces::http {

/// Who is at the other end of a Unix socket, as the kernel recorded it when the peer connected (SO_PEERCRED, SO_PEERGROUPS). Over TCP
/// nobody can tell: the caller is taken as `nobody` (uid and gid 65534), who may do what the socket's group may and no more.
core::Caller peerOf(int socket);

}  // namespace learnd::interfaces::http
