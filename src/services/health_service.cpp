#include "services/health_service.hpp"

#include "services/calibration_service.hpp"
#include "services/indexer.hpp"

#include <utility>

namespace learnd::services {

namespace {

json::Value countFact(std::uint64_t count) { return json::Value(count); }

json::Value calibrationFact(const CalibrationService& calibration, bool raw) {
  if (raw) return json::Value("none");
  if (!calibration.current()) return json::Value();
  json::Value fact;
  fact.set("median", calibration.current()->median);
  json::Value::Array points;
  for (const double point : calibration.current()->points) points.emplace_back(point);
  fact.set("points", std::move(points));
  return fact;
}

}  // namespace

ports::Task<HealthReport> HealthService::report() {
  HealthReport report;
  co_await describeStore(report.store);
  co_await describeIndex(report.index);
  co_await describeEmbedder(report.embedder);
  report.degraded = !report.store.up || !report.index.up || !report.embedder.up || !calibration_.current();
  co_return report;
}

boost::asio::awaitable<void> HealthService::describeStore(BackendReport& report) {
  report.seam = "store";
  report.backend = context_.names.store;
  auto status = co_await context_.records.status();
  if (!status) {
    report.detail = status.error().message();
    co_return;
  }
  report.up = status->up;
  report.detail = status->detail;
  report.version = status->version;
  if (!status->advice.empty()) report.facts.emplace_back("advice", json::Value(status->advice));
  auto counts = co_await context_.records.counts();
  if (!counts) co_return;
  report.facts.emplace_back("learnings", countFact(counts->learnings));
  report.facts.emplace_back("pending_index", countFact(counts->pendingIndex));
  report.facts.emplace_back("set_aside", countFact(counts->setAside));
  if (counts->setAside > 0 && !counts->lastError.empty()) report.facts.emplace_back("last_error", json::Value(counts->lastError));
}

boost::asio::awaitable<void> HealthService::describeIndex(BackendReport& report) {
  report.seam = "index";
  report.backend = context_.names.index;
  auto status = co_await context_.index.status();
  if (!status) {
    report.detail = status.error().message();
    co_return;
  }
  report.up = status->up;
  report.detail = status->detail;
  // One that is down tells nothing, which is not the same as having nothing.
  if (status->up) report.facts.emplace_back("entries", countFact(status->entries));
  if (status->up) report.facts.emplace_back("vectors", countFact(status->vectors));
  report.version = status->version;
  if (status->dimensions > 0) report.facts.emplace_back("dimensions", countFact(status->dimensions));
  std::string advice;
  for (const auto& one : status->advice) advice.append(advice.empty() ? "" : "; ").append(one);
  if (!advice.empty()) report.facts.emplace_back("advice", json::Value(std::move(advice)));
}

boost::asio::awaitable<void> HealthService::describeEmbedder(BackendReport& report) {
  report.seam = "embedder";
  report.backend = context_.names.embedder;
  auto status = co_await context_.embedder.status();
  if (status) {
    report.up = status->up;
    report.detail = status->detail;
    report.version = status->version;
    report.facts.emplace_back("texts", countFact(status->texts));
  } else {
    report.detail = status.error().message();
  }
  auto identity = co_await context_.embedder.identity();
  if (identity) {
    report.facts.emplace_back("model", json::Value(identity->model));
    report.facts.emplace_back("digest", json::Value(identity->digest));
    report.facts.emplace_back("dimensions", countFact(identity->dimensions));
    report.facts.emplace_back("window", countFact(identity->window));
    report.facts.emplace_back("prefix", json::Value(identity->prefix));
  }
  report.facts.emplace_back("calibration", calibrationFact(calibration_, context_.rules.rawCalibration));
}

ports::Task<ports::StoreCounts> HealthService::counts() { return context_.records.counts(); }

ports::Task<std::uint64_t> HealthService::retryIndex() {
  auto due = co_await context_.records.retrySetAside();
  indexer_.wake();
  co_return due;
}

}  // namespace learnd::services
