#include "tests/fakes/scripted_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace learnd::fakes {

namespace {

constexpr std::string_view kEndOfHead = "\r\n\r\n";

std::size_t bodyLength(std::string_view head) {
  constexpr std::string_view kName = "Content-Length: ";
  const std::size_t place = head.find(kName);
  std::size_t length = 0;
  if (place != std::string_view::npos) std::from_chars(head.data() + place + kName.size(), head.data() + head.size(), length);
  return length;
}

}  // namespace

bool Conversation::fill() {
  std::array<char, 65536> piece{};
  const auto size = ::recv(socket_, piece.data(), piece.size(), 0);
  if (size <= 0) return false;
  read_.append(piece.data(), static_cast<std::size_t>(size));
  return true;
}

std::string Conversation::readHead() {
  while (read_.find(kEndOfHead) == std::string::npos) {
    if (!fill()) return {};
  }
  const std::size_t end = read_.find(kEndOfHead) + kEndOfHead.size();
  std::string head = read_.substr(0, end);
  read_.erase(0, end);
  return head;
}

std::string Conversation::readRequest() {
  std::string request = readHead();
  const std::size_t length = bodyLength(request);
  while (read_.size() < length) {
    if (!fill()) return {};
  }
  request += read_.substr(0, length);
  read_.erase(0, length);
  return request;
}

void Conversation::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

void Conversation::answer(int status, std::string_view body, std::string_view headers) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " Text\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  text.append(headers).append("\r\n").append(body);
  write(text);
}

void Conversation::close() { ::shutdown(socket_, SHUT_RDWR); }

void Conversation::reset() {
  const linger atOnce{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
  // Whoever holds the number closes it: another descriptor in its place, so that this end goes now.
  const int nothing = ::socket(AF_INET, SOCK_STREAM, 0);
  ::dup2(nothing, socket_);
  ::close(nothing);
}

void Conversation::waitForEnd() {
  while (fill()) read_.clear();
}

ScriptedServer::ScriptedServer(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
  listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool listens = ::bind(listening_, reinterpret_cast<const sockaddr*>(&address), size) == 0 && ::listen(listening_, 64) == 0 &&
                       ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (!listens) throw std::runtime_error("no port for a scripted server");
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { accept(); });
}

ScriptedServer::~ScriptedServer() {
  ::shutdown(listening_, SHUT_RDWR);
  accepting_.join();
  ::close(listening_);
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
  }
  for (auto& one : conversations_) one.join();
}

void ScriptedServer::accept() {
  while (true) {
    const int socket = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const Script& script = scripts_[std::min<std::size_t>(connections_, scripts_.size() - 1)];
    ++connections_;
    const std::lock_guard lock(mutex_);
    open_.push_back(socket);
    conversations_.emplace_back([this, socket, &script] { converse(socket, script); });
  }
}

void ScriptedServer::converse(int socket, const Script& script) {
  Conversation conversation(socket);
  script(conversation);
  const std::lock_guard lock(mutex_);
  std::erase(open_, socket);
  ::close(socket);
}

}  // namespace learnd::fakes
