#include "interfaces/codec/job_codec.hpp"

#include "core/limits.hpp"
#include "core/timestamp.hpp"
#include "json/object_reader.hpp"

namespace learnd::interfaces {

namespace {

using json::Value;

}  // namespace

core::Result<JobRequest> decodeJob(const Value& body) {
  JobRequest request;
  json::ObjectReader reader(body);
  const std::string name = reader.requiredText("kind", core::kMaxShortText);
  request.dryRun = reader.boolean("dry_run").value_or(false);
  if (const Value* options = reader.object("options"); options && !options->asObject()->empty()) {
    reader.fail(core::Error::invalidField("options", "reindex and verify take no options: leave it out"));
  }
  if (!reader.failed()) {
    auto kind = services::parseJobKind(name);
    if (kind) {
      request.kind = *kind;
    } else {
      reader.fail(kind.error());
    }
  }
  if (auto end = reader.finish(); !end) return end.error();
  return request;
}

Value encodeJob(const services::Job& job) {
  const auto timeOf = [](const std::optional<core::Timestamp>& time) { return time ? Value(core::formatTimestamp(*time)) : Value(); };
  return Value(Value::Object{{"id", Value(job.id)},
                             {"kind", Value(services::nameOf(job.kind))},
                             {"state", Value(services::nameOf(job.state))},
                             {"progress", Value(job.progress)},
                             {"result", job.result},
                             {"error", job.error.empty() ? Value() : Value(job.error)},
                             {"created", timeOf(job.created)},
                             {"started", timeOf(job.started)},
                             {"finished", timeOf(job.finished)}});
}

Value encodeJobs(const std::vector<services::Job>& jobs) {
  Value::Array all;
  for (const auto& job : jobs) all.push_back(encodeJob(job));
  return Value(Value::Object{{"jobs", Value(std::move(all))}});
}

}  // namespace learnd::interfaces
