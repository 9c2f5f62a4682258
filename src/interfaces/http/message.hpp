#pragma once

#include "core/access.hpp"
#include "core/error.hpp"
#include "json/value.hpp"
#include "ports/task.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace learnd::services {
struct Services;
}

namespace learnd::interfaces::http {

class Figures;

/// A request as a handler gets it: its path matched, its body received whole (an import's is not, see BodySource).
struct Request {
  std::string body;
  std::vector<std::pair<std::string, std::string>> parameters;  // of the query string, percent-decoded
  std::string id;                                               // the path's {id}, percent-decoded
  core::Caller caller;
  const Figures* figures = nullptr;  // what the door counted so far
};

/// An answer's body that is made while it is sent: the next piece is asked for when the one before is out.
class PieceSource {
 public:
  virtual ~PieceSource() = default;
  /// An empty piece ends the body; an error breaks the connection off, so that the body is seen to be cut.
  virtual ports::Task<std::string> next() = 0;
};

/// A request's body that is read while it is worked on.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// An empty piece ends the body. InvalidInput where it broke off or is malformed, Timeout where nothing came in time.
  virtual ports::Task<std::string> next() = 0;
};

struct Response {
  Response() = default;
  // Written out because GCC 12 frees temporary aggregates twice that are handed to a coroutine.
  Response(int code, std::string text, std::string_view type) : status(code), body(std::move(text)), contentType(type) {}

  int status = 200;
  std::string body;                                   // empty with 204
  std::string_view contentType = "application/json";  // a literal
  std::string allow;                                  // with 405: the methods that the path takes
  std::shared_ptr<PieceSource> pieces;                // in place of a body
};

/// A handler decodes, makes one service call and encodes; its error becomes a problem answer. An Immediate one waits for nothing.
using Immediate = core::Result<Response> (*)(services::Services&, const Request&);
using Handler = ports::Task<Response> (*)(services::Services&, Request);
using StreamHandler = ports::Task<Response> (*)(services::Services&, Request, BodySource&);

Response jsonResponse(int status, const json::Value& value);

/// The problem answer (RFC 9457); `status` 0: by the error's kind, 400 where a wrong request has no field at fault.
Response problemOf(const core::Error& error, int status = 0);

}  // namespace learnd::interfaces::http
