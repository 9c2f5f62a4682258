#include "interfaces/codec/answer_codec.hpp"

#include "json/learning_codec.hpp"

namespace learnd::interfaces {

namespace {

json::Value optionalNumber(const std::optional<double>& number) { return number ? json::Value(*number) : json::Value(); }

json::Value countsBy(const std::vector<std::pair<std::string, std::uint64_t>>& counts) {
  json::Value value{json::Value::Object{}};
  for (const auto& [name, count] : counts) value.set(name, count);
  return value;
}

json::Value encodeBackend(const services::BackendReport& backend) {
  json::Value value;
  value.set("backend", backend.backend);
  value.set("state", backend.up ? "up" : "down");
  value.set("detail", backend.detail);
  return value;
}

json::Value encodeBackendInFull(const services::BackendReport& backend) {
  json::Value value;
  value.set("backend", backend.backend);
  value.set("reachable", backend.up);
  value.set("state", backend.up ? "up" : "down");
  value.set("detail", backend.detail);
  if (!backend.version.empty()) value.set("version", backend.version);
  for (const auto& [name, fact] : backend.facts) value.set(name, fact);
  return value;
}

json::Value encodeHit(const services::SearchHit& hit) {
  json::Value value;
  value.set("id", hit.learning.id.text());
  value.set("score", optionalNumber(hit.score));
  value.set("cosine", optionalNumber(hit.cosine));
  value.set("rank_score", hit.rankScore);
  value.set("learning", json::encodeLearning(hit.learning, json::IndexedMember::Include));
  return value;
}

std::string_view titleOf(core::ErrorKind kind) {
  switch (kind) {
    case core::ErrorKind::NotFound: return "Not found";
    case core::ErrorKind::InvalidInput: return "Invalid request";
    case core::ErrorKind::Conflict: return "Conflict";
    case core::ErrorKind::PermissionDenied: return "Permission denied";
    case core::ErrorKind::TooLarge: return "Too large";
    case core::ErrorKind::Busy: return "Busy";
    case core::ErrorKind::Unavailable: return "Unavailable";
    case core::ErrorKind::Timeout: return "Timed out";
    case core::ErrorKind::StorageFull: return "Storage full";
    case core::ErrorKind::Internal: break;
  }
  return "Internal error";
}

}  // namespace

json::Value encodeStoreAnswer(const services::StoreAnswer& answer) {
  const core::Learning& learning = answer.learning;
  json::Value value;
  value.set("id", learning.id.text());
  if (learning.kind == core::Kind::Interaction) {
    value.set("value_score", learning.valueScore);
    value.set("value_breakdown", json::encodeBreakdown(learning.breakdown));
    value.set("tokens_saved", learning.interaction.tokensSaved);
    value.set("tokens_saved_estimated", learning.interaction.tokensSavedEstimated);
  } else {
    value.set("indexed", learning.indexed);
    value.set("duplicate", answer.duplicate);
  }
  value.set("learning", json::encodeLearning(learning, json::IndexedMember::Include));
  return value;
}

json::Value encodeReuse(const core::Reuse& reuse) {
  json::Value value;
  value.set("decision", core::nameOf(reuse.decision));
  value.set("id", reuse.id ? json::Value(reuse.id->text()) : json::Value());
  value.set("score", optionalNumber(reuse.score));
  value.set("exact", reuse.exact);
  value.set("reason", reuse.reason);
  return value;
}

json::Value encodeSearchAnswer(const services::SearchAnswer& answer) {
  json::Value::Array results;
  for (const auto& hit : answer.results) results.push_back(encodeHit(hit));
  json::Value value;
  value.set("results", std::move(results));
  value.set("reuse", encodeReuse(answer.reuse));
  value.set("degraded", answer.degraded);
  value.set("took_ms", answer.tookMilliseconds);
  return value;
}

json::Value encodeListAnswer(const services::ListAnswer& answer) {
  json::Value::Array learnings;
  for (const auto& learning : answer.learnings) learnings.push_back(json::encodeLearning(learning, json::IndexedMember::Include));
  json::Value value;
  value.set("learnings", std::move(learnings));
  value.set("next_cursor", answer.nextCursor.empty() ? json::Value() : json::Value(answer.nextCursor));
  return value;
}

json::Value encodeImportAnswer(const services::ImportAnswer& answer) {
  json::Value::Array rejected;
  for (const auto& one : answer.rejected) {
    json::Value rejection;
    rejection.set("line", one.line);
    rejection.set("field", one.field.empty() ? json::Value() : json::Value(one.field));
    rejection.set("detail", one.detail);
    rejected.push_back(std::move(rejection));
  }
  json::Value value;
  value.set("stored", answer.stored);
  value.set("duplicates", answer.duplicates);
  value.set("unchanged", answer.unchanged);
  value.set("rejected", std::move(rejected));
  return value;
}

json::Value encodeScore(const core::ValueScore& score) {
  json::Value value;
  value.set("value_score", score.value);
  value.set("breakdown", json::encodeBreakdown(score.breakdown));
  value.set("profile", score.profile);
  value.set("weight_set", score.weightSet);
  return value;
}

json::Value encodeQuality(const core::QualityReport& report) {
  json::Value value;
  value.set("window_days", report.windowDays);
  value.set("queries", report.queries);
  value.set("average_relevance", report.averageRelevance);
  value.set("band", report.band);
  value.set("target", report.target);
  value.set("advice", report.advice);
  return value;
}

json::Value encodeReadiness(const services::HealthReport& report) {
  json::Value value;
  value.set("status", report.degraded ? "degraded" : "ready");
  value.set("store", encodeBackend(report.store));
  value.set("index", encodeBackend(report.index));
  value.set("embedder", encodeBackend(report.embedder));
  return value;
}

json::Value encodeDoctor(const services::HealthReport& report) {
  json::Value value;
  value.set("version", LEARND_VERSION);
  value.set("status", report.degraded ? "degraded" : "ready");
  value.set("store", encodeBackendInFull(report.store));
  value.set("index", encodeBackendInFull(report.index));
  value.set("embedder", encodeBackendInFull(report.embedder));
  return value;
}

json::Value encodeStats(const ports::StoreCounts& counts, const services::HealthReport& health) {
  json::Value value;
  value.set("version", LEARND_VERSION);
  value.set("learnings", counts.learnings);
  value.set("pending_index", counts.pendingIndex);
  value.set("set_aside", counts.setAside);
  value.set("by_kind", countsBy(counts.byKind));
  value.set("by_category", countsBy(counts.byCategory));
  value.set("by_status", countsBy(counts.byStatus));
  json::Value saved;
  saved.set("measured", counts.tokensSavedMeasured);
  saved.set("estimated", counts.tokensSavedEstimated);
  value.set("tokens_saved", std::move(saved));
  value.set("degraded", health.degraded);
  value.set("store", encodeBackend(health.store));
  value.set("index", encodeBackend(health.index));
  value.set("embedder", encodeBackend(health.embedder));
  return value;
}

int httpStatusOf(core::ErrorKind kind) {
  switch (kind) {
    case core::ErrorKind::NotFound: return 404;
    case core::ErrorKind::InvalidInput: return 422;
    case core::ErrorKind::Conflict: return 409;
    case core::ErrorKind::PermissionDenied: return 403;
    case core::ErrorKind::TooLarge: return 413;
    case core::ErrorKind::Busy: return 429;
    case core::ErrorKind::Unavailable:
    case core::ErrorKind::Timeout: return 503;
    case core::ErrorKind::StorageFull: return 507;
    case core::ErrorKind::Internal: break;
  }
  return 500;
}

json::Value encodeProblem(const core::Error& error, int status) {
  json::Value value;
  value.set("title", titleOf(error.kind()));
  value.set("status", status);
  value.set("detail", error.message());
  if (!error.field().empty()) value.set("field", error.field());
  if (!error.id().empty()) value.set("id", error.id());
  return value;
}

}  // namespace learnd::interfaces
