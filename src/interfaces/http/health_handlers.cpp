#include "interfaces/codec/answer_codec.hpp"
#include "interfaces/http/handlers.hpp"
#include "interfaces/http/openapi.hpp"
#include "services/services.hpp"

namespace learnd::interfaces::http {

core::Result<Response> health(services::Services&, const Request&) {
  Response response;
  response.body = R"({"status":"alive"})";
  return response;
}

core::Result<Response> openApi(services::Services&, const Request&) {
  Response response;
  response.body = openApiText();
  return response;
}

ports::Task<Response> readiness(services::Services& services, Request) {
  auto report = co_await services.health.report();
  if (!report) co_return report.error();
  co_return jsonResponse(report->store.up ? 200 : 503, encodeReadiness(*report));
}

ports::Task<Response> stats(services::Services& services, Request) {
  auto counts = co_await services.health.counts();
  if (!counts) co_return counts.error();
  auto report = co_await services.health.report();
  if (!report) co_return report.error();
  co_return jsonResponse(200, encodeStats(*counts, *report));
}

ports::Task<Response> doctor(services::Services& services, Request) {
  auto report = co_await services.health.report();
  if (!report) co_return report.error();
  co_return jsonResponse(200, encodeDoctor(*report));
}

ports::Task<Response> quality(services::Services& services, Request) {
  auto report = co_await services.quality.report();
  if (!report) co_return report.error();
  co_return jsonResponse(200, encodeQuality(*report));
}

ports::Task<Response> retryIndex(services::Services& services, Request request) {
  // It takes nothing: what is sent all the same was meant for something else.
  if (!request.body.empty()) {
    auto body = json::parse(request.body);
    if (!body) co_return body.error();
    json::ObjectReader reader(*body);
    auto end = reader.finish();
    if (!end) co_return end.error();
  }
  auto due = co_await services.health.retryIndex();
  if (!due) co_return due.error();
  co_return jsonResponse(200, json::Value(json::Value::Object{{"retried", json::Value(*due)}}));
}

}  // namespace learnd::interfaces::http
