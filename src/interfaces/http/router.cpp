#include "interfaces/http/router.hpp"

#include "interfaces/http/handlers.hpp"

#include <array>

namespace learnd::interfaces::http {

namespace {

constexpr std::string_view kIdSegment = "{id}";

constexpr Route at(std::string_view method, std::string_view path, Immediate immediate, Parameters parameters = Parameters::None) {
  return {method, path, immediate, nullptr, nullptr, parameters};
}

constexpr Route at(std::string_view method, std::string_view path, Handler handler, Parameters parameters = Parameters::None) {
  return {method, path, nullptr, handler, nullptr, parameters};
}

constexpr Route streamedAt(std::string_view method, std::string_view path, StreamHandler stream) {
  return {method, path, nullptr, nullptr, stream, Parameters::None};
}

constexpr std::array<Route, 25> kRoutes{at("GET", "/healthz", health, Parameters::Ignored),
                                        at("POST", "/v1/search", search),
                                        at("POST", "/v1/score", score),
                                        at("POST", "/v1/solutions", storeSolution),
                                        at("POST", "/v1/failures", storeFailure),
                                        at("POST", "/v1/patterns", storePattern),
                                        at("POST", "/v1/interactions", storeInteraction),
                                        at("GET", "/v1/learnings", listLearnings, Parameters::Taken),
                                        at("GET", "/v1/learnings/{id}", getLearning),
                                        at("PATCH", "/v1/learnings/{id}", patchLearning),
                                        at("DELETE", "/v1/learnings/{id}", deleteLearning),
                                        at("POST", "/v1/feedback", giveFeedback),
                                        streamedAt("POST", "/v1/import", importLearnings),
                                        at("GET", "/v1/export", exportLearnings),
                                        at("POST", "/v1/jobs", startJob),
                                        at("GET", "/v1/jobs", listJobs),
                                        at("GET", "/v1/jobs/{id}", showJob),
                                        at("DELETE", "/v1/jobs/{id}", cancelJob),
                                        at("GET", "/v1/quality", quality),
                                        at("GET", "/v1/doctor", doctor),
                                        at("POST", "/v1/index/retry", retryIndex),
                                        at("GET", "/v1/stats", stats),
                                        at("GET", "/metrics", metrics, Parameters::Ignored),
                                        at("GET", "/readyz", readiness, Parameters::Ignored),
                                        at("GET", "/openapi.json", openApi, Parameters::Ignored)};

/// Whether the path is the route's; its id segment goes to `id`.
bool matches(std::string_view route, std::string_view path, std::string_view& id) {
  if (!route.ends_with(kIdSegment)) return route == path;
  route.remove_suffix(kIdSegment.size());
  if (!path.starts_with(route)) return false;
  id = path.substr(route.size());
  return !id.empty() && id.find('/') == std::string_view::npos;
}

bool takes(const Route& route, std::string_view method) { return route.method == method || (method == "HEAD" && route.method == "GET"); }

}  // namespace

std::span<const Route> routes() { return kRoutes; }

Match findRoute(std::string_view method, std::string_view path) {
  Match match;
  for (const Route& route : kRoutes) {
    std::string_view id;
    if (!matches(route.path, path, id)) continue;
    if (takes(route, method)) return {&route, id, {}};
    match.allow.append(match.allow.empty() ? "" : ", ").append(route.method);
    if (route.method == "GET") match.allow.append(", HEAD");
  }
  return match;
}

Response answerTo(const Match& match) {
  if (match.allow.empty()) {
    return problemOf(core::Error(core::ErrorKind::NotFound, "there is no such path: GET /openapi.json lists them all"));
  }
  Response response = problemOf(core::Error(core::ErrorKind::InvalidInput, "this path takes " + match.allow), 405);
  response.allow = match.allow;
  return response;
}

}  // namespace learnd::interfaces::http
