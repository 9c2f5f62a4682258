#include "tests/unit/interfaces/http/http_harness.hpp"

#include "json/value.hpp"
#include "tests/wait_until.hpp"

#include <boost/asio/co_spawn.hpp>

#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>

namespace learnd::interfaces::http {

namespace {

constexpr int kPatienceMilliseconds = 5000;

std::string memberOf(const Answer& answer, std::string_view name) {
  const auto value = json::parse(answer.body);
  const json::Value* member = value ? value->find(name) : nullptr;
  return member && member->asText() ? *member->asText() : std::string();
}

}  // namespace

TestClient::TestClient(int descriptor) : descriptor_(descriptor) {}

TestClient::TestClient(TestClient&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), buffer_(std::move(other.buffer_)) {}

TestClient::~TestClient() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void TestClient::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // refused before all was read: the answer says why
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void TestClient::endSending() const { ::shutdown(descriptor_, SHUT_WR); }

bool TestClient::fill() {
  pollfd ready{descriptor_, POLLIN, 0};
  if (::poll(&ready, 1, kPatienceMilliseconds) <= 0) {
    ADD_FAILURE() << "nothing came in five seconds";
    return false;
  }
  std::array<char, 65536> piece{};
  const auto size = ::recv(descriptor_, piece.data(), piece.size(), 0);
  if (size <= 0) return false;
  buffer_.append(piece.data(), static_cast<std::size_t>(size));
  return true;
}

bool TestClient::waitForBytes() const {
  pollfd ready{descriptor_, POLLIN, 0};
  return ::poll(&ready, 1, kPatienceMilliseconds) > 0;
}

bool TestClient::isRead() const {
  return tests::comesTrue([this] {
    int left = 0;
    return ::ioctl(descriptor_, SIOCOUTQ, &left) == 0 && left == 0;
  });
}

bool TestClient::hasBytes() const {
  pollfd ready{descriptor_, POLLIN, 0};
  return ::poll(&ready, 1, 0) > 0;
}

bool TestClient::isClosed() {
  if (!buffer_.empty()) return false;
  return !fill();
}

std::string TestClient::receiveAll() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

Answer TestClient::receive(bool toHead) {
  Answer answer;
  std::size_t end = std::string::npos;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return answer;
  }
  const std::string head = buffer_.substr(0, end);
  buffer_.erase(0, end + 4);
  answer.status = std::stoi(head.substr(9, 3));
  for (std::size_t from = head.find("\r\n"); from != std::string::npos; from = head.find("\r\n", from + 2)) {
    const std::size_t colon = head.find(':', from);
    std::string name = head.substr(from + 2, colon - from - 2);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char sign) { return static_cast<char>(std::tolower(sign)); });
    answer.fields[name] = head.substr(colon + 2, head.find("\r\n", colon) - colon - 2);
  }
  if (toHead || answer.status == 204 || answer.status < 200) {
    answer.whole = true;
    return answer;
  }
  if (answer.fields.contains("content-length")) {
    const std::size_t length = std::stoul(answer.fields.at("content-length"));
    while (buffer_.size() < length && fill()) {
    }
    answer.whole = buffer_.size() >= length;
    answer.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return answer;
  }
  if (!answer.fields.contains("transfer-encoding")) {
    answer.body = receiveAll();
    answer.whole = true;
    return answer;
  }
  while (true) {
    std::size_t line = 0;
    while ((line = buffer_.find("\r\n")) == std::string::npos) {
      if (!fill()) return answer;
    }
    const std::size_t size = std::stoul(buffer_.substr(0, line), nullptr, 16);
    while (buffer_.size() < line + 2 + size + 2) {
      if (!fill()) return answer;
    }
    answer.body.append(buffer_, line + 2, size);
    buffer_.erase(0, line + 2 + size + 2);
    if (size == 0) break;
  }
  answer.whole = true;
  return answer;
}

HttpHarness::HttpHarness(const ConnectionLimits& limits, std::size_t connections) : work_(boost::asio::make_work_guard(io_)) {
  connections_.emplace(io_.get_executor(), core.services, limits, connections);
  thread_ = std::thread([this] { io_.run(); });
}

HttpHarness::~HttpHarness() {
  stop(std::chrono::milliseconds(0)).wait();
  work_.reset();
  io_.stop();
  thread_.join();
}

TestClient HttpHarness::connect(Transport transport) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw std::runtime_error("no socketpair");
  const int server = ends[1];
  onThread([this, server, transport] {
    Socket socket(io_);
    socket.assign(boost::asio::generic::stream_protocol(AF_UNIX, 0), server);
    Peer peer{core::Caller{::geteuid(), ::getegid(), {}}, transport};
    connections_->open(std::move(socket), std::move(peer));
  });
  return TestClient(ends[0]);
}

std::future<void> HttpHarness::stop(std::chrono::milliseconds time) {
  auto done = std::make_shared<std::promise<void>>();
  auto result = done->get_future();
  boost::asio::post(
      io_, [this, time, done] { boost::asio::co_spawn(io_, connections_->stop(time), [done](std::exception_ptr) { done->set_value(); }); });
  return result;
}

std::string request(std::string_view method, std::string_view target, std::string_view body, std::string_view fields) {
  std::string text;
  text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(fields);
  if (!body.empty() || method == "POST" || method == "PATCH")
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  return text.append("\r\n").append(body);
}

std::string problemField(const Answer& answer) { return memberOf(answer, "field"); }
std::string problemDetail(const Answer& answer) { return memberOf(answer, "detail"); }

}  // namespace learnd::interfaces::http
