#pragma once

#include "json/value.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace learnd::cli {

/// The daemon can't be reached, or went away in the middle; the text says what to do.
class UnreachableError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Answer {
  int status = 0;
  std::string body;

  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
  /// The body as JSON; null where it is none.
  [[nodiscard]] json::Value value() const;
};

/// One keep-alive connection to the daemon's socket; blocking, one thread.
class Client {
 public:
  explicit Client(std::string socketPath);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// `target` as in the request line. Throws UnreachableError.
  Answer get(const std::string& target);
  Answer post(const std::string& target, const json::Value& body);
  Answer patch(const std::string& target, const json::Value& body);
  Answer remove(const std::string& target);

  /// Sends a body piece by piece: `next` gives the next piece, an empty one ends it.
  Answer upload(const std::string& target, const std::function<std::string()>& next);
  /// Receives a body piece by piece. With a status other than 2xx the body is in the answer instead.
  Answer download(const std::string& target, const std::function<void(std::string_view)>& take);

 private:
  class Connection;
  Answer exchange(const std::string& method, const std::string& target, std::optional<std::string> body);

  std::string path_;
  std::unique_ptr<Connection> connection_;
};

/// Percent-encodes for a query string or a path's segment.
std::string percentEncode(std::string_view text);

/// "?name=value&..." of what is given; empty where nothing is.
std::string queryString(const std::vector<std::pair<std::string, std::string>>& parameters);

/// Where the daemon's socket is: `given`, $LEARND_SOCKET, the user's own, the system's.
std::string findSocket(const std::string& given);

}  // namespace learnd::cli
