#include "tests/private_postgres/forgetful_proxy.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace learnd::tests {

namespace {

constexpr const char* kSocketName = ".s.PGSQL.5432";
constexpr int kGlanceMilliseconds = 50;

sockaddr_un addressOf(const std::filesystem::path& file) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, file.c_str(), sizeof(address.sun_path) - 1);
  return address;
}

int connectTo(const std::filesystem::path& file) {
  const int handle = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = addressOf(file);
  if (handle >= 0 && ::connect(handle, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    ::close(handle);
    return -1;
  }
  return handle;
}

/// What came from one side goes to the other. False: it is at its end.
bool passOn(int from, int to, std::string_view& seen, std::array<char, 65536>& buffer) {
  const auto count = ::read(from, buffer.data(), buffer.size());
  if (count <= 0) return false;
  seen = std::string_view(buffer.data(), static_cast<std::size_t>(count));
  return ::send(to, seen.data(), seen.size(), MSG_NOSIGNAL) == count;
}

}  // namespace

ForgetfulProxy::ForgetfulProxy(const std::filesystem::path& serverFolder, int losses, Loss loss)
    : server_(serverFolder / kSocketName), losses_(losses), loss_(loss) {
  std::string name = (std::filesystem::temp_directory_path() / "learnd-proxy-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder can be made");
  folder_ = name;
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = addressOf(folder_ / kSocketName);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 || ::listen(listener_, 16) != 0) {
    throw std::runtime_error("the proxy can't listen");
  }
  acceptor_ = std::thread([this] { accept(); });
}

ForgetfulProxy::~ForgetfulProxy() {
  stopping_ = true;
  acceptor_.join();
  for (auto& forwarder : forwarders_) forwarder.join();
  ::close(listener_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void ForgetfulProxy::accept() {
  while (!stopping_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, kGlanceMilliseconds) <= 0) continue;
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client >= 0) forwarders_.emplace_back([this, client] { forward(client); });
  }
}

void ForgetfulProxy::forward(int client) {
  const int server = connectTo(server_);
  std::array<char, 65536> buffer{};
  bool forgets = false;
  while (server >= 0 && !stopping_) {
    std::array<pollfd, 2> both{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
    if (::poll(both.data(), both.size(), kGlanceMilliseconds) <= 0) continue;
    std::string_view seen;
    if (both[0].revents != 0) {
      if (!passOn(client, server, seen, buffer)) break;
      // A simple query: its letter, its length, the text and a NUL.
      forgets = seen.front() == 'Q' && seen.ends_with(std::string_view("; commit\0", 9)) && losses_ > 0;
      if (forgets && loss_ == Loss::OfClient) {
        --losses_;
        break;
      }
    } else if (both[1].revents != 0) {
      // Its answer is there: it is committed by now.
      if (forgets) {
        --losses_;
        break;
      }
      if (!passOn(server, client, seen, buffer)) break;
    }
  }
  ::close(client);
  if (server >= 0) ::close(server);
}

}  // namespace learnd::tests
