#pragma once

#include "interfaces/http/message.hpp"

#include <ctime>
#include <optional>
#include <string>

namespace learnd::interfaces::http {

/// The Date of answers, made once a second.
class DateText {
 public:
  const std::string& now();

 private:
  std::time_t second_ = 0;
  std::string text_;
};

/// What a response's head says of its connection and body.
struct Framing {
  bool keepAlive = true;
  bool httpOne0 = false;  // the client speaks HTTP/1.0: keeping the connection must be said
  bool headOnly = false;  // the answer to HEAD: the body's fields without the body
  bool chunked = false;
  std::optional<std::size_t> length;  // nothing: chunked, or until the connection ends
};

/// Writes a status line and header fields into `out`, which is cleared first.
void writeHead(const Response& response, const Framing& framing, const std::string& date, std::string& out);

/// What stands before a chunk's bytes; a chunk without any ends the body.
void appendChunkHead(std::size_t size, std::string& out);

}  // namespace learnd::interfaces::http
