#pragma once

#include "services/job_control.hpp"
#include "services/service_context.hpp"

#include <cstdint>
#include <vector>

namespace learnd::services {

class Indexer;

/// What a comparison of index and records found.
struct VerificationCounts {
  std::uint64_t checked = 0;   // learnings that should be in the index
  std::uint64_t missing = 0;   // with a vector by the records' word, but not in the index
  std::uint64_t stale = 0;     // there in an earlier form, or without the vector
  std::uint64_t orphaned = 0;  // in the index, but not among the records that belong there
  std::uint64_t repaired = 0;  // 0 in a dry run
};

/// Compares the index with the records, which are the truth, and repairs it: what is orphaned goes, the rest is embedded anew by the
/// outbox. Learnings that wait in the outbox are no fault. It serves meanwhile. On the I/O thread.
class IndexVerification {
 public:
  IndexVerification(ServiceContext& context, Indexer& indexer) : context_(context), indexer_(indexer) {}

  /// Cancelled: an error of kind Conflict; what was repaired until then stays.
  ports::Task<VerificationCounts> run(bool dryRun, JobControl& control);

 private:
  ports::Task<void> checkHeld(VerificationCounts& counts, bool dryRun, const JobControl& control);
  ports::Task<void> checkRecords(VerificationCounts& counts, bool dryRun, JobControl& control);
  ports::Task<void> makeAnew(std::vector<core::LearningId> ids, VerificationCounts& counts);

  ServiceContext& context_;
  Indexer& indexer_;
};

}  // namespace learnd::services
