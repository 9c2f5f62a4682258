#include "support/listen_descriptors.hpp"

#include <systemd/sd-daemon.h>

#include <sys/socket.h>

#include <cstring>
#include <string>

namespace learnd::support {

core::Result<std::vector<int>> takeListenDescriptors() {
  const int count = sd_listen_fds(1);
  if (count < 0) {
    return core::Error(core::ErrorKind::InvalidInput, std::string("the sockets that were passed can't be taken: ") + std::strerror(-count));
  }
  std::vector<int> descriptors;
  for (int descriptor = SD_LISTEN_FDS_START; descriptor < SD_LISTEN_FDS_START + count; ++descriptor) {
    if (sd_is_socket(descriptor, AF_UNSPEC, SOCK_STREAM, 1) <= 0) {
      return core::Error(core::ErrorKind::InvalidInput,
                         "descriptor " + std::to_string(descriptor) +
                             " that was passed is no listening stream socket: the socket unit needs ListenStream=");
    }
    descriptors.push_back(descriptor);
  }
  return descriptors;
}

}  // namespace learnd::support
