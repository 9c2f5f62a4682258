#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace learnd::interfaces::http {

/// A Unix socket in the file system that clients connect to; it is taken away again when this is destroyed, unless another daemon has put
/// its own there meanwhile.
class SocketFile {
 public:
  SocketFile() = default;
  SocketFile(std::string path, std::uint64_t device, std::uint64_t inode) : path_(std::move(path)), device_(device), inode_(inode) {}
  SocketFile(SocketFile&& other) noexcept;
  SocketFile& operator=(SocketFile&& other) noexcept;
  ~SocketFile() { remove(); }

 private:
  void remove();

  std::string path_;
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
};

struct UnixListener {
  int descriptor = -1;
  SocketFile file;
};

/// Binds and listens. A socket that nobody answers at is replaced, any other file there is an error. The folder is made where it is not
/// there. Nobody can connect before group and mode are set.
core::Result<UnixListener> listenUnix(const std::string& path, std::uint32_t mode, std::optional<std::uint32_t> group);

/// "127.0.0.1:PORT", "[::1]:PORT" or "localhost:PORT"; only loopback addresses. The descriptor.
core::Result<int> listenTcp(const std::string& address);

}  // namespace learnd::interfaces::http
