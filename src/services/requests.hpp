#pragma once

#include "core/access.hpp"
#include "core/learning.hpp"
#include "core/quality.hpp"
#include "core/reuse.hpp"
#include "core/value_score.hpp"
#include "json/value.hpp"
#include "ports/embedder.hpp"
#include "ports/record_store.hpp"
#include "ports/vector_index.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace learnd::services {

/// A store of any kind, as a door decoded it: types and sizes are checked, meaning is not. `learning` has the texts and fields that were
/// given (not yet redacted); `learning.category` is empty where none was given.
struct StoreRequest {
  core::Learning learning;
  json::Value metadata = json::Value(json::Value::Object{});
  std::optional<std::string> profile;
  std::optional<std::string> idempotencyKey;
  /// SHA-256 of the canonical request: the same key with another body is a conflict.
  std::array<std::uint8_t, 32> bodyDigest{};
};

struct StoreAnswer {
  core::Learning learning;  // with `indexed` as it is now
  bool created = false;     // 201; else 200
  bool duplicate = false;
};

/// A merge patch (RFC 7396) of a learning; `metadata` and factors merge, all else replaces. What was removed (null) is empty here.
struct PatchRequest {
  std::optional<std::string> query;
  std::optional<std::string> solution;  // of an interaction: its response
  bool solutionIsResponse = false;      // it was given under that name, which only interactions have
  std::optional<std::string> attemptedSolution;
  std::optional<std::string> rootCause;
  std::optional<std::string> category;
  std::optional<core::Outcome> outcome;
  std::optional<core::Status> status;
  std::optional<core::Factors> factors;     // those that are given replace the kept ones
  std::vector<std::string> removedFactors;  // by their wire names
  std::optional<bool> important;
  std::optional<json::Value> metadata;
  std::optional<std::string> name;
  std::optional<std::string> patternType;
  std::optional<std::vector<std::string>> keywords;
  std::optional<std::vector<std::string>> prerequisites;
  std::optional<std::vector<std::string>> variations;
  std::optional<std::vector<std::string>> examples;
};

struct FeedbackRequest {
  core::LearningId id;
  core::Outcome outcome = core::Outcome::Success;  // Success, Failure or Partial
  std::string note;
};

struct SearchRequest {
  std::string query;
  std::vector<std::string> categories;
  std::vector<core::Kind> kinds;
  std::size_t limit = 5;  // 1 to 100
  std::optional<double> minScore;
  std::vector<ports::AttributeCondition> filter;
  core::SearchMode mode = core::SearchMode::Hybrid;
  bool count = true;  // in the quality log
};

struct SearchHit {
  core::Learning learning;
  std::optional<double> score;
  std::optional<double> cosine;
  double rankScore = 0;
};

struct SearchAnswer {
  std::vector<SearchHit> results;
  core::Reuse reuse;
  bool degraded = false;
  double tookMilliseconds = 0;
};

struct ListRequest {
  ports::LearningFilter filter;
  ports::ListOrder order = ports::ListOrder::Time;
  std::string cursor;  // as an earlier answer gave it; empty: from the start
  std::size_t limit = 50;
};

struct ListAnswer {
  std::vector<core::Learning> learnings;
  std::string nextCursor;  // empty: that was all
};

struct ScoreRequest {
  core::Factors factors;
  std::optional<std::string> profile;
  std::optional<std::string> weightSet;
};

struct ImportRejection {
  std::uint64_t line = 0;
  std::string field;
  std::string detail;
};

struct ImportAnswer {
  std::uint64_t stored = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t rejectedCount = 0;
  std::vector<ImportRejection> rejected;  // of a whole import the first ones alone
};

/// One backend for readyz, doctor and stats.
struct BackendReport {
  std::string seam;     // "store", "index", "embedder"
  std::string backend;  // "sqlite", "embedded", "builtin"
  bool up = false;
  std::string detail;  // what is wrong and what to do; or how it does
  std::string version;
  std::vector<std::pair<std::string, json::Value>> facts;  // model, dimensions, entries … for doctor
};

struct HealthReport {
  bool degraded = false;
  BackendReport store;
  BackendReport index;
  BackendReport embedder;
};

}  // namespace learnd::services
