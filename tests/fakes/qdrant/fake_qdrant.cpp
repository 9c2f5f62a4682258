#include "tests/fakes/qdrant/fake_qdrant.hpp"

#include "tests/fakes/qdrant/fake_conversation.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace learnd::fakes::qdrant {

namespace {

constexpr std::array<std::pair<std::string_view, ServerFault>, 8> kFaults{{{"none", ServerFault::None},
                                                                           {"500", ServerFault::Error500},
                                                                           {"429", ServerFault::Busy429},
                                                                           {"garbage", ServerFault::Garbage},
                                                                           {"half", ServerFault::Half},
                                                                           {"reset", ServerFault::Reset},
                                                                           {"slow", ServerFault::Slow},
                                                                           {"hang", ServerFault::Hang}}};

}  // namespace

std::optional<ServerFault> parseFault(std::string_view name) {
  for (const auto& [known, fault] : kFaults) {
    if (known == name) return fault;
  }
  return std::nullopt;
}

FakeQdrant::FakeQdrant(FakeSettings settings)
    : settings_(std::move(settings)), database_(settings_.version), journal_(settings_.journal, database_), fault_(settings_.fault) {
  listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(listening_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(settings_.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool listens = ::bind(listening_, reinterpret_cast<const sockaddr*>(&address), size) == 0 && ::listen(listening_, 128) == 0 &&
                       ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (!listens) throw std::runtime_error("the port can't be had");
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { accept(); });
}

FakeQdrant::~FakeQdrant() {
  stopping_ = true;
  ::shutdown(listening_, SHUT_RDWR);
  accepting_.join();
  ::close(listening_);
  {
    const std::lock_guard lock(mutex_);
    for (Connection& one : connections_) {
      if (!one.ended) ::shutdown(one.socket, SHUT_RDWR);
    }
  }
  for (Connection& one : connections_) {
    one.thread.join();
    ::close(one.socket);
  }
}

void FakeQdrant::accept() {
  while (true) {
    const int socket = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const int yes = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    ++connectionCount_;
    const std::lock_guard lock(mutex_);
    connections_.remove_if([](Connection& one) {
      if (!one.ended) return false;
      one.thread.join();
      ::close(one.socket);
      return true;
    });
    Connection& connection = connections_.emplace_back();
    connection.socket = socket;
    connection.thread = std::thread([this, &connection] { converse(connection); });
  }
}

void FakeQdrant::converse(Connection& connection) {
  FakeConversation(*this, connection.socket).run();
  const std::lock_guard lock(mutex_);
  ::shutdown(connection.socket, SHUT_RDWR);
  connection.ended = true;
}

void FakeQdrant::failOnce(std::uint64_t nth, bool done) {
  failsDone_ = done;
  failsIn_ = nth;
}

bool FakeQdrant::failsNow() {
  std::uint64_t left = failsIn_;
  while (left > 0) {
    if (failsIn_.compare_exchange_weak(left, left - 1)) return left == 1;
  }
  return false;
}

FakeResponse FakeQdrant::respond(const FakeRequest& request) {
  const std::lock_guard lock(databaseMutex_);
  FakeResponse response = database_.answer(request);
  if (response.status == 200 && !Database::onlyReads(request)) journal_.add(request);
  return response;
}

FakeResponse FakeQdrant::ask(const std::string& method, const std::string& target, std::string body) {
  FakeRequest request = readTarget(method, target);
  request.body = std::move(body);
  return respond(request);
}

}  // namespace learnd::fakes::qdrant
