// Single stores over learnd's socket, one after the other on one connection: a client that costs next to nothing itself.
//   single_stores_bench SOCKET    Standard input has the bodies for /v1/solutions, one a line; an empty line ends a round, which is
//   answered
//                                 with one JSON object: the seconds of each that was stored, and how many were known already.
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace {

constexpr int kCreated = 201;
constexpr int kKnown = 200;
constexpr int kPatienceSeconds = 60;

class Connection {
 public:
  explicit Connection(const std::string& path) : descriptor_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error("the socket's path is too long");
    std::memcpy(address.sun_path, path.data(), path.size());
    const timeval patience{kPatienceSeconds, 0};
    if (descriptor_ < 0 || setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      fail("no connection to " + path);
  }
  ~Connection() { close(descriptor_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The status; the answer is in answer().
  int ask(std::string_view request) {
    while (!request.empty()) {
      const ssize_t sent = send(descriptor_, request.data(), request.size(), MSG_NOSIGNAL);
      if (sent < 0) fail("send");
      request.remove_prefix(static_cast<std::size_t>(sent));
    }
    answer_.clear();
    std::size_t head = 0;
    while ((head = answer_.find("\r\n\r\n")) == std::string::npos) receive();
    const std::size_t whole = head + 4 + lengthIn(std::string_view(answer_).substr(0, head));
    while (answer_.size() < whole) receive();
    return numberAt(answer_, std::string_view("HTTP/1.1 ").size());
  }
  [[nodiscard]] const std::string& answer() const { return answer_; }

 private:
  [[noreturn]] static void fail(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

  static int numberAt(std::string_view text, std::size_t place) {
    int number = -1;
    if (place < text.size()) std::from_chars(text.data() + place, text.data() + text.size(), number);
    return number;
  }

  static std::size_t lengthIn(std::string_view head) {
    constexpr std::string_view kName = "\r\nContent-Length: ";
    const std::size_t name = head.find(kName);
    const int length = name == std::string_view::npos ? -1 : numberAt(head, name + kName.size());
    if (length < 0) throw std::runtime_error("an answer without its length: " + std::string(head));
    return static_cast<std::size_t>(length);
  }

  void receive() {
    const ssize_t received = recv(descriptor_, room_.data(), room_.size(), 0);
    if (received < 0) fail("recv");
    if (received == 0) throw std::runtime_error("learnd closed the connection");
    answer_.append(room_.data(), static_cast<std::size_t>(received));
  }

  int descriptor_;
  std::vector<char> room_ = std::vector<char>(1 << 16);
  std::string answer_;
};

std::string requestOf(const std::string& body) {
  return "POST /v1/solutions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

void runRound(Connection& connection, const std::vector<std::string>& requests) {
  std::vector<double> seconds;
  std::size_t known = 0;
  for (const auto& request : requests) {
    const auto began = std::chrono::steady_clock::now();
    const int status = connection.ask(request);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    if (status == kCreated) {
      seconds.push_back(took.count());
    } else if (status == kKnown) {
      ++known;
    } else {
      throw std::runtime_error("a store was answered with " + connection.answer());
    }
  }
  std::printf("{\"known\": %zu, \"seconds\": [", known);
  for (std::size_t i = 0; i < seconds.size(); ++i) std::printf("%s%.7f", i == 0 ? "" : ", ", seconds[i]);
  std::printf("]}\n");
  std::fflush(stdout);
}

void run(const char* socket) {
  Connection connection(socket);
  std::vector<std::string> requests;
  for (std::string line; std::getline(std::cin, line);) {
    if (!line.empty()) {
      requests.push_back(requestOf(line));
      continue;
    }
    runRound(connection, requests);
    requests.clear();
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: single_stores_bench SOCKET <BODIES\n");
    return 2;
  }
  try {
    run(arguments[1]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "single_stores_bench: %s\n", error.what());
    return 1;
  }
}
