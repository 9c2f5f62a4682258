#pragma once

#include "core/result.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace learnd::http_client {

/// Whether a request does no harm when it is sent twice.
enum class Repeat : bool { Forbidden, Allowed };

struct Request {
  std::string method = "GET";
  std::string target = "/";  // path and query below the server's URL, encoded
  std::string body;
  std::string contentType = "application/json";  // of the body
  std::vector<std::pair<std::string, std::string>> headers;
  /// For all of it: waiting for a connection, connecting, sending, the answer to its last byte, and further tries.
  std::chrono::milliseconds deadline{5000};
  std::size_t maxResponse = 16 * 1024 * 1024;  // bytes of an answer's body
  Repeat repeat = Repeat::Allowed;
  /// Takes a good answer's body (2xx) piece by piece as it comes; it is left out of the response then. An error ends the exchange.
  std::function<core::Result<void>(std::string_view)> onPiece;
};

struct Response {
  unsigned status = 0;
  std::string contentType;
  std::string body;
  std::optional<std::chrono::seconds> retryAfter;

  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

}  // namespace learnd::http_client
