#include "interfaces/http/listen.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <utility>

namespace learnd::interfaces::http {

namespace {

namespace fs = std::filesystem;

/// A descriptor that is closed unless it is taken.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }
  int take() { return std::exchange(number_, -1); }

 private:
  int number_;
};

core::Error cannot(const std::string& what, const std::string& why) { return core::Error(core::ErrorKind::Unavailable, what + ": " + why); }

sockaddr_un addressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

const sockaddr* pointerTo(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

bool isSocket(const std::string& path) {
  struct stat there {};
  return ::lstat(path.c_str(), &there) == 0 && S_ISSOCK(there.st_mode);
}

/// Whether the path is a socket that a daemon left behind which did not end well. A connection to a file of another kind is refused too,
/// and that file is somebody's.
bool isStale(const std::string& path) {
  if (!isSocket(path)) return false;
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_un address = addressOf(path);
  return ::connect(probe.number(), pointerTo(address), sizeof(address)) != 0 && errno == ECONNREFUSED;
}

core::Result<void> makeFolder(const fs::path& folder, std::uint32_t socketMode) {
  std::error_code failed;
  if (folder.empty() || fs::exists(folder, failed)) return {};
  fs::create_directories(folder, failed);
  if (failed)
    return cannot("the folder " + folder.string() + " can't be made",
                  failed.message() + " (server.socket names another place; with --user, XDG_RUNTIME_DIR does too)");
  // Others may pass where others may connect.
  constexpr std::uint32_t kGroupAndOthers = 0077;
  const auto all = fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec | fs::perms::others_read | fs::perms::others_exec;
  fs::permissions(folder, (socketMode & kGroupAndOthers) != 0 ? all : fs::perms::owner_all, failed);
  return {};
}

core::Result<void> bindTo(int descriptor, const std::string& path) {
  const sockaddr_un address = addressOf(path);
  if (::bind(descriptor, pointerTo(address), sizeof(address)) == 0) return {};
  if (errno == EADDRINUSE && isSocket(path)) {
    return cannot("the socket " + path + " is in use", "another learnd answers there; stop it, or name another socket (server.socket)");
  }
  if (errno == EADDRINUSE) {
    return cannot(path + " is a file and no socket", "it is left as it is; name another place (server.socket), or move the file away");
  }
  return cannot("the socket " + path + " can't be made", std::string(std::strerror(errno)) + " (server.socket names another place)");
}

core::Result<void> setAccess(const std::string& path, std::uint32_t mode, std::optional<std::uint32_t> group) {
  if (group && ::chown(path.c_str(), static_cast<uid_t>(-1), *group) != 0) {
    return cannot("the socket " + path + " can't be given to its group (server.socket_group)", std::strerror(errno));
  }
  if (::chmod(path.c_str(), mode) != 0)
    return cannot("the mode of the socket " + path + " can't be set (server.socket_mode)", std::strerror(errno));
  return {};
}

}  // namespace

SocketFile::SocketFile(SocketFile&& other) noexcept : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}

SocketFile& SocketFile::operator=(SocketFile&& other) noexcept {
  if (this == &other) return *this;
  remove();
  path_ = std::exchange(other.path_, {});
  device_ = other.device_;
  inode_ = other.inode_;
  return *this;
}

void SocketFile::remove() {
  struct stat there {};
  if (path_.empty() || ::lstat(path_.c_str(), &there) != 0) return;
  if (there.st_dev == device_ && there.st_ino == inode_) ::unlink(path_.c_str());
  path_.clear();
}

core::Result<UnixListener> listenUnix(const std::string& path, std::uint32_t mode, std::optional<std::uint32_t> group) {
  constexpr std::size_t kLongest = sizeof(sockaddr_un::sun_path) - 1;
  if (path.empty() || path.size() > kLongest) {
    return cannot("the socket " + path, "its path must have 1 to " + std::to_string(kLongest) + " bytes (server.socket)");
  }
  if (auto made = makeFolder(fs::path(path).parent_path(), mode); !made) return made.error();
  if (isStale(path)) ::unlink(path.c_str());
  Descriptor listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (listening.number() < 0) return cannot("no socket can be made", std::strerror(errno));
  if (auto bound = bindTo(listening.number(), path); !bound) return bound.error();
  struct stat there {};
  ::lstat(path.c_str(), &there);
  SocketFile file(path, there.st_dev, there.st_ino);
  if (auto set = setAccess(path, mode, group); !set) return set.error();
  if (::listen(listening.number(), SOMAXCONN) != 0) return cannot("the socket " + path + " can't be listened on", std::strerror(errno));
  return UnixListener{listening.take(), std::move(file)};
}

core::Result<int> listenTcp(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  std::uint16_t port = 0;
  const char* const end = address.data() + address.size();
  const char* const digits = colon == std::string::npos ? end : address.data() + colon + 1;
  boost::system::error_code failed;
  const auto ip = boost::asio::ip::make_address(host, failed);
  const auto read = std::from_chars(digits, end, port);
  if (failed || read.ec != std::errc() || read.ptr != end || !ip.is_loopback()) {
    return core::Error::invalidField("server.tcp", address + " is no loopback address with a port, as 127.0.0.1:8300");
  }
  const boost::asio::ip::tcp::endpoint endpoint(ip, port);
  Descriptor listening(::socket(endpoint.data()->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int yes = 1;
  ::setsockopt(listening.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (::bind(listening.number(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 ||
      ::listen(listening.number(), SOMAXCONN) != 0) {
    return cannot(address + " can't be listened on (server.tcp)", std::strerror(errno));
  }
  return listening.take();
}

}  // namespace learnd::interfaces::http
