#pragma once

#include "json/value.hpp"
#include "services/job_service.hpp"

#include <vector>

namespace learnd::interfaces {

struct JobRequest {
  services::JobKind kind = services::JobKind::Verify;
  bool dryRun = false;
};

/// Body of POST /v1/jobs.
core::Result<JobRequest> decodeJob(const json::Value& body);
json::Value encodeJob(const services::Job& job);
json::Value encodeJobs(const std::vector<services::Job>& jobs);

}  // namespace learnd::interfaces
