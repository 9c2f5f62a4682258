#include "interfaces/codec/job_codec.hpp"
#include "interfaces/http/handlers.hpp"
#include "services/services.hpp"

namespace learnd::interfaces::http {

ports::Task<Response> startJob(services::Services& services, Request request) {
  auto body = json::parse(request.body);
  if (!body) co_return body.error();
  auto decoded = decodeJob(*body);
  if (!decoded) co_return decoded.error();
  auto job = co_await services.jobs.start(decoded->kind, decoded->dryRun, std::move(request.caller));
  if (!job) co_return job.error();
  co_return jsonResponse(202, json::Value(json::Value::Object{{"id", json::Value(job->id)}}));
}

core::Result<Response> listJobs(services::Services& services, const Request& request) {
  auto jobs = services.jobs.list(request.caller);
  if (!jobs) return jobs.error();
  return jsonResponse(200, encodeJobs(*jobs));
}

core::Result<Response> showJob(services::Services& services, const Request& request) {
  auto job = services.jobs.show(request.id, request.caller);
  if (!job) return job.error();
  return jsonResponse(200, encodeJob(*job));
}

core::Result<Response> cancelJob(services::Services& services, const Request& request) {
  auto job = services.jobs.cancel(request.id, request.caller);
  if (!job) return job.error();
  return jsonResponse(202, encodeJob(*job));
}

}  // namespace learnd::interfaces::http
