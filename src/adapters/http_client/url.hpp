#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace learnd::http_client {

/// Where a server is: "http://127.0.0.1:6333", "https://[::1]:8443/base".
struct Url {
  bool secure = false;  // https
  std::string host;     // without brackets
  std::uint16_t port = 0;
  std::string path;  // put before each request's target; without a slash at its end

  /// As the Host header has it: the port only where it is not the scheme's own.
  [[nodiscard]] std::string authority() const;
  /// As people write it.
  [[nodiscard]] std::string text() const;
};

/// InvalidInput says what is wrong: another scheme, a user or password inside (they would be logged), a query, no port number.
[[nodiscard]] core::Result<Url> parseUrl(std::string_view text);

}  // namespace learnd::http_client
