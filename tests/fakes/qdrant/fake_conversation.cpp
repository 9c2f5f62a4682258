#include "tests/fakes/qdrant/fake_conversation.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace learnd::fakes::qdrant {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostBody = 33554432;
constexpr std::string_view kEndOfHead = "\r\n\r\n";

std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16).ptr == text.data() + i + 3) {
      plain += static_cast<char>(code);
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& sign : result) {
    if (sign >= 'A' && sign <= 'Z') sign = static_cast<char>(sign | 0x20);
  }
  return result;
}

FakeResponse jsonError(int status, const std::string& text) {
  return {status, "application/json", R"({"status":{"error":")" + text + R"("},"time":0.000014})"};
}

}  // namespace

FakeRequest readTarget(const std::string& method, std::string_view target) {
  FakeRequest request{method, {}, {}, {}, std::string(target)};
  const std::size_t mark = target.find('?');
  std::string_view path = target.substr(0, mark);
  // Slashes at the end and double ones are as if they were not there.
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0) request.path.push_back(decoded(path.substr(0, slash)));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  std::string_view rest = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    request.parameters[decoded(pair.substr(0, equals))] = decoded(pair.substr(std::min(equals + 1, pair.size())));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return request;
}

void FakeConversation::run() {
  while (!server_.stopping_ && serve() == Next::GoOn) {
  }
}

bool FakeConversation::waitForInput() {
  pollfd waiting{socket_, POLLIN, 0};
  return ::poll(&waiting, 1, static_cast<int>(server_.settings_.keepAlive.count())) == 1;
}

bool FakeConversation::fill() {
  std::array<char, 65536> piece;
  const auto size = ::recv(socket_, piece.data(), piece.size(), 0);
  if (size <= 0) return false;
  input_.append(piece.data(), static_cast<std::size_t>(size));
  return true;
}

bool FakeConversation::readHead() {
  while (input_.find(kEndOfHead) == std::string::npos) {
    if (!waitForInput()) {
      // A connection that was of use and then rests is closed without a word.
      if (!used_ || !input_.empty()) write("HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
      return false;
    }
    if (!fill()) return false;
  }
  const std::size_t end = input_.find(kEndOfHead);
  std::string_view head = std::string_view(input_).substr(0, end + 2);
  headers_.clear();
  bool first = true;
  while (!head.empty()) {
    const std::size_t eol = head.find("\r\n");
    const std::string_view line = head.substr(0, eol);
    head.remove_prefix(eol + 2);
    if (first) {
      const std::size_t blank = line.find(' ');
      const std::size_t second = line.find(' ', blank + 1);
      if (blank == std::string_view::npos || second == std::string_view::npos) return false;
      method_ = line.substr(0, blank);
      target_ = line.substr(blank + 1, second - blank - 1);
      first = false;
    } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
      std::string_view value = line.substr(colon + 1);
      while (value.starts_with(' ')) value.remove_prefix(1);
      headers_[lower(line.substr(0, colon))] = value;
    }
  }
  input_.erase(0, end + kEndOfHead.size());
  used_ = true;
  return true;
}

std::string FakeConversation::header(const std::string& name) const {
  const auto place = headers_.find(name);
  return place == headers_.end() ? std::string() : place->second;
}

bool FakeConversation::readBody(std::string& body) {
  if (!header("transfer-encoding").empty()) {
    // The real one does. Better no answer of it than that to an empty body.
    answer(jsonError(501, "the fake takes no body in chunks"));
    return false;
  }
  std::size_t length = 0;
  const std::string text = header("content-length");
  std::from_chars(text.data(), text.data() + text.size(), length);
  if (length > kMostBody) {
    answer(jsonError(400, "JSON payload (" + text + " bytes) is larger than allowed (limit: 33554432 bytes)."));
    reset();
    return false;
  }
  if (header("expect") == "100-continue") write("HTTP/1.1 100 Continue\r\n\r\n");
  while (input_.size() < length) {
    if (!fill()) return false;
  }
  body = input_.substr(0, length);
  input_.erase(0, length);
  return true;
}

FakeConversation::Next FakeConversation::serve() {
  if (!readHead()) return Next::End;
  FakeRequest request = readTarget(method_, target_);
  const bool control = !request.path.empty() && request.path[0] == "_fake";
  if (!control) {
    ++server_.requests_;
    if (auto refused = refusal(request)) {
      const Next next = answer(*refused);
      // What it did not read it does not read later either.
      return refused->status == 401 && !header("content-length").empty() ? Next::End : next;
    }
  }
  if (!readBody(request.body)) return Next::End;
  if (control) return serveControl(request);
  const ServerFault fault = server_.fault_;
  if (fault != ServerFault::None) return answerBy(fault, request);
  if (server_.failsNow()) {
    if (server_.failsDone_) (void)server_.respond(request);
    return answerBy(ServerFault::Error500, request);
  }
  return answer(server_.respond(request));
}

FakeConversation::Next FakeConversation::serveControl(const FakeRequest& request) {
  if (request.path.size() == 2 && request.path[1] == "fault" && request.method == "PUT") {
    const auto fault = parseFault(request.body);
    if (!fault) return answer({400, "text/plain", "one of none, 500, 429, garbage, half, reset, slow, hang"});
    server_.fault_ = *fault;
    return answer({200, "text/plain", request.body});
  }
  if (request.path.size() == 2 && request.path[1] == "requests" && request.method == "GET") {
    return answer({200, "text/plain", std::to_string(server_.requests_)});
  }
  return answer({404, "", ""});
}

std::optional<FakeResponse> FakeConversation::refusal(const FakeRequest& request) const {
  const auto& settings = server_.settings_;
  if (settings.apiKey.empty()) return std::nullopt;
  static const std::array<std::string_view, 3> kOpen{"healthz", "readyz", "livez"};
  if (request.path.empty() || std::find(kOpen.begin(), kOpen.end(), request.path[0]) != kOpen.end()) return std::nullopt;
  std::string key = header("api-key");
  const std::string bearer = header("authorization");
  if (key.empty() && bearer.starts_with("Bearer ")) key = bearer.substr(7);
  if (key.empty()) return FakeResponse{401, "", "Must provide an API key or an Authorization bearer token"};
  if (key == settings.apiKey) return std::nullopt;
  if (settings.readOnlyKey.empty() || key != settings.readOnlyKey) return FakeResponse{401, "", "Invalid API key or JWT"};
  if (Database::onlyReads(request)) return std::nullopt;
  // Whether there is such a collection is looked at first.
  if (request.path.size() > 2 && request.path[0] == "collections") {
    const auto there = server_.ask("GET", "/collections/" + request.path[1]);
    if (there.status != 200) return there;
  }
  return jsonError(403, "Forbidden: Global manage access is required");
}

FakeConversation::Next FakeConversation::answer(const FakeResponse& response) {
  std::string text =
      "HTTP/1.1 " + std::to_string(response.status) + " Text\r\ncontent-length: " + std::to_string(response.body.size()) + "\r\n";
  if (!response.contentType.empty()) text += "content-type: " + response.contentType + "\r\n";
  if (response.status == 429) text += "retry-after: 1\r\n";
  const bool close = lower(header("connection")) == "close";
  if (close) text += "connection: close\r\n";
  write(text + "\r\n" + response.body);
  return close ? Next::End : Next::GoOn;
}

FakeConversation::Next FakeConversation::answerBy(ServerFault fault, const FakeRequest& request) {
  switch (fault) {
    case ServerFault::Error500:
      return answer(jsonError(500, "Service internal error: a fault that was asked for"));
    case ServerFault::Busy429:
      return answer(jsonError(429, "Rate limit exceeded"));
    case ServerFault::Garbage:
      write("\x16\x03\x01 this is no HTTP\r\n\r\n");
      return Next::End;
    case ServerFault::Hang:
      while (!server_.stopping_ && server_.fault_ == ServerFault::Hang) pause(20ms);
      return Next::End;
    case ServerFault::Slow:
      pause(server_.settings_.slowness);
      return answer(server_.respond(request));
    case ServerFault::Reset:
      (void)server_.respond(request);
      reset();
      return Next::End;
    case ServerFault::Half: {
      const FakeResponse response = server_.respond(request);
      write("HTTP/1.1 200 OK\r\ncontent-length: " + std::to_string(response.body.size() + 10) + "\r\n\r\n" +
            response.body.substr(0, response.body.size() / 2));
      return Next::End;
    }
    case ServerFault::None:
      break;
  }
  return answer(server_.respond(request));
}

void FakeConversation::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

void FakeConversation::reset() {
  const linger atOnce{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
  // The descriptor's number stays taken, by nothing, until its owner closes it.
  const int nothing = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ::dup2(nothing, socket_);
  ::close(nothing);
}

void FakeConversation::pause(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!server_.stopping_ && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(5ms);
}

}  // namespace learnd::fakes::qdrant
