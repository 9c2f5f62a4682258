#pragma once

#include "interfaces/http/message.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace learnd::interfaces::http {

enum class RouteKind : unsigned char { Plain, Import, Export };

/// One call of the interface.
struct Route {
  std::string_view method;
  std::string_view path;  // "{id}" stands for one segment
  RouteKind kind = RouteKind::Plain;
  Handler handler = nullptr;  // Plain only
};

/// All calls that the daemon answers. openapi.json describes the same ones (by test).
const std::vector<Route>& routes();

struct Match {
  const Route* route = nullptr;  // nothing: `problem` says why
  std::string id;
  Response problem;
  std::string allow;             // with a 405: the methods that the path has
};

/// `path` without the query string, still percent-encoded.
Match findRoute(std::string_view method, std::string_view path);

/// Percent-decoding; '+' stays as it is but for query strings. Nothing where a '%' is not followed by two digits or the text holds a NUL.
std::optional<std::string> percentDecode(std::string_view text);

/// The parameters behind '?', decoded; an error where one can't be.
core::Result<std::vector<std::pair<std::string, std::string>>> parseQuery(std::string_view query);

}  // namespace learnd::interfaces::http
