#include "interfaces/http/router.hpp"

#include "interfaces/codec/answer_codec.hpp"
#include "interfaces/http/handlers.hpp"
#include "json/value.hpp"

#include <algorithm>

namespace learnd::interfaces::http {

namespace {

constexpr std::string_view kIdSegment = "{id}";

int hexValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

/// Whether the path is the route's; its id segment goes to `id`, still encoded.
bool matches(std::string_view route, std::string_view path, std::string_view& id) {
  const std::size_t place = route.find(kIdSegment);
  if (place == std::string_view::npos) return route == path;
  if (!path.starts_with(route.substr(0, place))) return false;
  id = path.substr(place);
  return !id.empty() && id.find('/') == std::string_view::npos;
}

}  // namespace

Response problemOf(const core::Error& error, int status) {
  const int code = status != 0 ? status : httpStatusOf(error.kind());
  return {code, json::write(encodeProblem(error, code)), "application/problem+json"};
}

const std::vector<Route>& routes() {
  static const std::vector<Route> all{
      {"POST", "/v1/solutions", RouteKind::Plain, storeSolution},
      {"POST", "/v1/failures", RouteKind::Plain, storeFailure},
      {"POST", "/v1/patterns", RouteKind::Plain, storePattern},
      {"POST", "/v1/interactions", RouteKind::Plain, storeInteraction},
      {"GET", "/v1/learnings", RouteKind::Plain, listLearnings},
      {"GET", "/v1/learnings/{id}", RouteKind::Plain, getLearning},
      {"PATCH", "/v1/learnings/{id}", RouteKind::Plain, patchLearning},
      {"DELETE", "/v1/learnings/{id}", RouteKind::Plain, deleteLearning},
      {"POST", "/v1/search", RouteKind::Plain, search},
      {"POST", "/v1/score", RouteKind::Plain, score},
      {"POST", "/v1/feedback", RouteKind::Plain, giveFeedback},
      {"POST", "/v1/import", RouteKind::Import, nullptr},
      {"GET", "/v1/export", RouteKind::Export, nullptr},
      {"GET", "/v1/quality", RouteKind::Plain, quality},
      {"GET", "/v1/doctor", RouteKind::Plain, doctor},
      {"POST", "/v1/index/retry", RouteKind::Plain, retryIndex},
      {"GET", "/v1/stats", RouteKind::Plain, stats},
      {"GET", "/metrics", RouteKind::Plain, metrics},
      {"GET", "/healthz", RouteKind::Plain, health},
      {"GET", "/readyz", RouteKind::Plain, readiness},
      {"GET", "/openapi.json", RouteKind::Plain, openApi},
  };
  return all;
}

Match findRoute(std::string_view method, std::string_view path) {
  Match match;
  for (const Route& route : routes()) {
    std::string_view id;
    if (!matches(route.path, path, id)) continue;
    if (route.method != method) {
      match.allow.append(match.allow.empty() ? "" : ", ").append(route.method);
      continue;
    }
    const auto decoded = percentDecode(id);
    if (!decoded) {
      match.problem = problemOf(core::Error(core::ErrorKind::NotFound, "the path is not well-formed"));
      return match;
    }
    match.route = &route;
    match.id = *decoded;
    return match;
  }
  if (!match.allow.empty()) {
    match.problem = problemOf(core::Error(core::ErrorKind::InvalidInput, "this path takes " + match.allow), 405);
  } else {
    match.problem = problemOf(core::Error(core::ErrorKind::NotFound, "there is no such path: GET /openapi.json lists them all"));
  }
  return match;
}

std::optional<std::string> percentDecode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hexValue(text[i + 1]);
    const int low = hexValue(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (decoded.find('\0') != std::string::npos) return std::nullopt;
  return decoded;
}

core::Result<std::vector<std::pair<std::string, std::string>>> parseQuery(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    std::string part(query.substr(0, end));
    query.remove_prefix(std::min(end + 1, query.size()));
    if (part.empty()) continue;
    std::replace(part.begin(), part.end(), '+', ' ');
    const std::size_t equals = std::min(part.find('='), part.size());
    const auto name = percentDecode(std::string_view(part).substr(0, equals));
    const auto value = percentDecode(std::string_view(part).substr(std::min(equals + 1, part.size())));
    if (!name) return core::Error(core::ErrorKind::InvalidInput, "the query string is not well-formed");
    if (!value) return core::Error::invalidField(*name, "its value is not well-formed: percent-encode it");
    parameters.emplace_back(*name, *value);
  }
  return parameters;
}

}  // namespace learnd::interfaces::http
