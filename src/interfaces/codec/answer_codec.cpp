#include "interfaces/codec/answer_codec.hpp"

#include "json/learning_codec.hpp"

#include <utility>

namespace learnd::interfaces {

namespace {

using json::Value;

Value numberOrNull(const std::optional<double>& number) { return number ? Value(*number) : Value(); }

Value encodeCounts(const std::vector<std::pair<std::string, std::uint64_t>>& counts) {
  Value::Object members;
  for (const auto& [name, count] : counts) members.emplace_back(name, Value(count));
  return Value(std::move(members));
}

std::string_view stateOf(const services::BackendReport& report) { return report.up ? "up" : "down"; }

/// With the store down nothing works; with anything else down less does.
std::string_view statusOf(const services::HealthReport& report) { return report.degraded || !report.store.up ? "degraded" : "ready"; }

Value encodeState(const services::BackendReport& report) {
  return Value(Value::Object{{"backend", Value(report.backend)}, {"state", Value(stateOf(report))}, {"detail", Value(report.detail)}});
}

Value encodeBackend(const services::BackendReport& report) {
  Value::Object members{{"backend", Value(report.backend)},
                        {"reachable", Value(report.up)},
                        {"state", Value(stateOf(report))},
                        {"detail", Value(report.detail)}};
  members.emplace_back("version", report.version.empty() ? Value() : Value(report.version));
  for (const auto& [name, fact] : report.facts) members.emplace_back(name, fact);
  return Value(std::move(members));
}

std::string_view titleOf(core::ErrorKind kind) {
  switch (kind) {
    case core::ErrorKind::Internal:
      return "Internal error";
    case core::ErrorKind::NotFound:
      return "Not found";
    case core::ErrorKind::InvalidInput:
      return "Invalid input";
    case core::ErrorKind::Conflict:
      return "Conflict";
    case core::ErrorKind::PermissionDenied:
      return "Permission denied";
    case core::ErrorKind::TooLarge:
      return "Too large";
    case core::ErrorKind::Busy:
      return "Busy";
    case core::ErrorKind::Unavailable:
      return "Unavailable";
    case core::ErrorKind::Timeout:
      return "Timed out";
    case core::ErrorKind::StorageFull:
      return "Storage full";
  }
  return "Internal error";
}

}  // namespace

Value encodeStoreAnswer(const services::StoreAnswer& answer) {
  const core::Learning& learning = answer.learning;
  Value::Object members{{"id", Value(learning.id.text())}};
  if (learning.kind == core::Kind::Interaction) {
    members.emplace_back("value_score", Value(learning.valueScore));
    members.emplace_back("value_breakdown", json::encodeBreakdown(learning.breakdown));
    members.emplace_back("tokens_saved", Value(learning.interaction.tokensSaved));
    members.emplace_back("tokens_saved_estimated", Value(learning.interaction.tokensSavedEstimated));
  } else {
    members.emplace_back("indexed", Value(learning.indexed));
    members.emplace_back("duplicate", Value(answer.duplicate));
  }
  members.emplace_back("learning", json::encodeLearning(learning, json::IndexedMember::Include));
  return Value(std::move(members));
}

Value encodeReuse(const core::Reuse& reuse) {
  return Value(Value::Object{{"decision", Value(core::nameOf(reuse.decision))},
                             {"id", reuse.id ? Value(reuse.id->text()) : Value()},
                             {"score", numberOrNull(reuse.score)},
                             {"exact", Value(reuse.exact)},
                             {"reason", Value(reuse.reason)}});
}

Value encodeSearchAnswer(const services::SearchAnswer& answer) {
  Value::Array results;
  results.reserve(answer.results.size());
  for (const auto& hit : answer.results) {
    Value::Object members{{"id", Value(hit.learning.id.text())},
                          {"score", numberOrNull(hit.score)},
                          {"cosine", numberOrNull(hit.cosine)},
                          {"rank_score", Value(hit.rankScore)}};
    members.emplace_back("learning", json::encodeLearning(hit.learning, json::IndexedMember::Include));
    results.emplace_back(std::move(members));
  }
  Value::Object members;
  members.emplace_back("results", Value(std::move(results)));
  members.emplace_back("reuse", encodeReuse(answer.reuse));
  members.emplace_back("degraded", Value(answer.degraded));
  members.emplace_back("took_ms", Value(answer.tookMilliseconds));
  return Value(std::move(members));
}

Value encodeListAnswer(const services::ListAnswer& answer) {
  Value::Array learnings;
  learnings.reserve(answer.learnings.size());
  for (const auto& learning : answer.learnings) learnings.push_back(json::encodeLearning(learning, json::IndexedMember::Include));
  Value::Object members;
  members.emplace_back("learnings", Value(std::move(learnings)));
  members.emplace_back("next_cursor", answer.nextCursor.empty() ? Value() : Value(answer.nextCursor));
  return Value(std::move(members));
}

Value encodeImportAnswer(const services::ImportAnswer& answer) {
  Value::Array rejected;
  rejected.reserve(answer.rejected.size());
  for (const auto& one : answer.rejected) {
    rejected.emplace_back(
        Value::Object{{"line", Value(one.line)}, {"field", one.field.empty() ? Value() : Value(one.field)}, {"detail", Value(one.detail)}});
  }
  Value::Object members{{"stored", Value(answer.stored)}, {"duplicates", Value(answer.duplicates)}, {"unchanged", Value(answer.unchanged)}};
  members.emplace_back("rejected_count", Value(answer.rejectedCount));
  members.emplace_back("rejected", Value(std::move(rejected)));
  return Value(std::move(members));
}

Value encodeScore(const core::ValueScore& score) {
  return Value(Value::Object{{"value_score", Value(score.value)},
                             {"breakdown", json::encodeBreakdown(score.breakdown)},
                             {"profile", Value(score.profile)},
                             {"weight_set", Value(score.weightSet)}});
}

Value encodeQuality(const core::QualityReport& report) {
  return Value(Value::Object{{"window_days", Value(report.windowDays)},
                             {"queries", Value(report.queries)},
                             {"average_relevance", Value(report.averageRelevance)},
                             {"band", Value(report.band)},
                             {"target", Value(report.target)},
                             {"advice", Value(report.advice)}});
}

Value encodeReadiness(const services::HealthReport& report) {
  return Value(Value::Object{{"status", Value(statusOf(report))},
                             {"store", encodeState(report.store)},
                             {"index", encodeState(report.index)},
                             {"embedder", encodeState(report.embedder)}});
}

Value encodeDoctor(const services::HealthReport& report) {
  return Value(Value::Object{{"status", Value(statusOf(report))},
                             {"version", Value(LEARND_VERSION)},
                             {"store", encodeBackend(report.store)},
                             {"index", encodeBackend(report.index)},
                             {"embedder", encodeBackend(report.embedder)}});
}

Value encodeStats(const ports::StoreCounts& counts, const services::HealthReport& health) {
  return Value(Value::Object{{"version", Value(LEARND_VERSION)},
                             {"learnings", Value(counts.learnings)},
                             {"pending_index", Value(counts.pendingIndex)},
                             {"set_aside", Value(counts.setAside)},
                             {"by_kind", encodeCounts(counts.byKind)},
                             {"by_category", encodeCounts(counts.byCategory)},
                             {"by_status", encodeCounts(counts.byStatus)},
                             {"tokens_saved", Value(Value::Object{{"measured", Value(counts.tokensSavedMeasured)},
                                                                  {"estimated", Value(counts.tokensSavedEstimated)}})},
                             {"degraded", Value(health.degraded)},
                             {"store", encodeState(health.store)},
                             {"index", encodeState(health.index)},
                             {"embedder", encodeState(health.embedder)}});
}

int httpStatusOf(core::ErrorKind kind) {
  switch (kind) {
    case core::ErrorKind::Internal:
      return 500;
    case core::ErrorKind::NotFound:
      return 404;
    case core::ErrorKind::InvalidInput:
      return 422;
    case core::ErrorKind::Conflict:
      return 409;
    case core::ErrorKind::PermissionDenied:
      return 403;
    case core::ErrorKind::TooLarge:
      return 413;
    case core::ErrorKind::Busy:
      return 429;
    case core::ErrorKind::Unavailable:
      return 503;
    case core::ErrorKind::Timeout:
      return 503;
    case core::ErrorKind::StorageFull:
      return 507;
  }
  return 500;
}

Value encodeProblem(const core::Error& error, int status) {
  Value::Object members{{"title", Value(titleOf(error.kind()))}, {"status", Value(status)}, {"detail", Value(error.message())}};
  if (!error.field().empty()) members.emplace_back("field", Value(error.field()));
  if (!error.id().empty()) members.emplace_back("id", Value(error.id()));
  return Value(std::move(members));
}

}  // namespace learnd::interfaces
