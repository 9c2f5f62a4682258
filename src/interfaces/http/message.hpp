#pragma once

#include "core/access.hpp"
#include "ports/task.hpp"

#include <string>
#include <utility>
#include <vector>

namespace learnd::services {
struct Services;
}

namespace learnd::interfaces::http {

/// A request as a handler gets it: received whole, its path matched.
struct Request {
  std::string body;
  std::vector<std::pair<std::string, std::string>> parameters;  // of the query string, percent-decoded
  std::string id;                                                // the path's {id}, percent-decoded
  core::Caller caller;
};

struct Response {
  Response() = default;
  // Written out because GCC 12 frees temporary aggregates twice that are handed to a coroutine.
  Response(int code, std::string text, std::string type = "application/json") : status(code), body(std::move(text)), contentType(std::move(type)) {}

  int status = 200;
  std::string body;  // empty with 204
  std::string contentType = "application/json";
};

/// A handler decodes, makes one service call and encodes. An error becomes a problem answer.
using Handler = ports::Task<Response> (*)(services::Services&, Request);

/// The problem answer (RFC 9457) to an error; `status` 0: by the error's kind.
Response problemOf(const core::Error& error, int status = 0);

}  // namespace learnd::interfaces::http
