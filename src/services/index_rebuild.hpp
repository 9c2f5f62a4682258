#pragma once

#include "services/calibration_service.hpp"
#include "services/embedder_adoption.hpp"
#include "services/index_verification.hpp"
#include "services/job_control.hpp"
#include "services/service_context.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace learnd::services {

class Indexer;

struct RebuildCounts {
  std::uint64_t embedded = 0;  // learnings whose vector was made anew
  std::uint64_t refused = 0;   // texts that the embedder did not take; the outbox tries them by themselves
  VerificationCounts verified;
};

/// Builds the index anew from the records, with the configured embedder, while the old one serves; then swaps them and compares the result
/// with the records. What it has done is noted in the record store: after a crash it goes on from there. On the I/O thread.
class IndexRebuild {
 public:
  IndexRebuild(ServiceContext& context, Indexer& indexer, EmbedderAdoption& adoption, CalibrationService& calibration,
               IndexVerification& verification)
      : context_(context), indexer_(indexer), adoption_(adoption), calibration_(calibration), verification_(verification) {}

  /// A backend that is down makes it wait. Cancelled: an error of kind Conflict; the old index goes on serving and what was built goes.
  ports::Task<RebuildCounts> run(JobControl& control);
  /// Whether one was begun and neither finished nor cancelled.
  ports::Task<bool> isUnfinished();
  /// Forgets one that was begun.
  ports::Task<void> forget();

 private:
  enum class Phase : unsigned char { Scan, Swap };

  /// What is noted.
  struct State {
    std::string digest;                     // of the embedder's vectors
    std::string name;                       // of the second index
    std::optional<core::LearningId> after;  // the last one that is done
    Phase phase = Phase::Scan;
  };

  ports::Task<RebuildCounts> attempt(JobControl& control);
  ports::Task<State> begin(const ports::EmbedderIdentity& identity);
  ports::Task<void> note(State state);
  ports::Task<void> scan(State& state, RebuildCounts& counts, JobControl& control);
  ports::Task<void> rebuildPage(const State& state, std::vector<ports::StoredEntry> page, RebuildCounts& counts, const JobControl& control);
  ports::Task<std::vector<std::optional<ports::Embedding>>> embedAll(std::vector<std::string> texts, const JobControl& control);
  ports::Task<void> swap(const State& state, std::size_t dimensions);
  ports::Task<void> fillSecond(const State& state, std::size_t dimensions);

  ServiceContext& context_;
  Indexer& indexer_;
  EmbedderAdoption& adoption_;
  CalibrationService& calibration_;
  IndexVerification& verification_;
};

}  // namespace learnd::services
