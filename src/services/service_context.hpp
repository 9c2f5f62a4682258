#pragma once

#include "core/access.hpp"
#include "core/quality.hpp"
#include "core/value_score.hpp"
#include "ports/clock.hpp"
#include "ports/id_source.hpp"
#include "ports/record_store.hpp"
#include "ports/vector_index.hpp"
#include "services/serving_embedder.hpp"
#include "support/blocking_pool.hpp"

#include <functional>
#include <string>

namespace learnd::services {

/// The rules that the configuration sets.
struct ServiceRules {
  core::ScoringRules scoring;
  core::QualityRules quality;
  bool redactSecrets = true;
  double contextMinScore = 0.75;
  std::uint64_t tokensBaseline = 15000;
  std::uint64_t tokensWithContext = 500;
  bool rawCalibration = false;  // embedder.calibration = "none"
};

/// Which backend each port is, for reports.
struct BackendNames {
  std::string store;     // "sqlite"
  std::string index;     // "embedded"
  std::string embedder;  // "builtin"
};

/// What the services tell whoever listens (the bus's signals). Called on the I/O thread.
struct Events {
  std::function<void(const core::LearningId&, core::Kind)> learningStored;
  std::function<void()> propertiesChanged;
};

/// The ports and rules that every service works on. Owned by the composition root, outlives the services.
struct ServiceContext {
  ports::RecordStore& records;
  ports::VectorIndex& index;
  ServingEmbedder& embedder;
  const ports::Clock& clock;
  ports::IdSource& ids;
  support::BlockingPool& pool;  // for long computations, so that they do not hold up the I/O thread
  core::AccessPolicy access;
  ServiceRules rules;
  BackendNames names;
  Events events;
};

}  // namespace learnd::services
