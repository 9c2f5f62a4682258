#pragma once

#include "interfaces/http/message.hpp"

#include <span>
#include <string>
#include <string_view>

namespace learnd::interfaces::http {

/// What a call does with its query string. Probes are left alone, whatever a monitor puts behind them.
enum class Parameters : unsigned char { None, Taken, Ignored };

/// One call of the interface; exactly one of the three handlers is set.
struct Route {
  std::string_view method;
  std::string_view path;  // "{id}" stands for one segment, the last
  Immediate immediate = nullptr;
  Handler handler = nullptr;
  StreamHandler stream = nullptr;
  Parameters parameters = Parameters::None;
};

/// All calls that the daemon answers. openapi.json describes the same ones (by test).
std::span<const Route> routes();

struct Match {
  const Route* route = nullptr;  // nothing: the path is not there, or not with this method
  std::string_view id;           // still percent-encoded; of the path that was given
  std::string allow;             // the methods that the path takes, where this one is not among them
};

/// `path` without the query string, still percent-encoded. HEAD finds what GET does.
Match findRoute(std::string_view method, std::string_view path);

/// The problem answer to a match without a route: 404, or 405 with its Allow.
Response answerTo(const Match& match);

}  // namespace learnd::interfaces::http
