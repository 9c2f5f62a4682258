#pragma once

#include "core/quality.hpp"
#include "services/service_context.hpp"

#include <vector>

namespace learnd::services {

/// The log of best scores. Noting is a push to memory; flush() writes, at most every few seconds and at a stop.
class QualityService {
 public:
  explicit QualityService(ServiceContext& context) : context_(context) {}

  void note(double bestScore);
  /// Writes what was noted since; kept for the next try where the record store is down.
  ports::Task<void> flush();
  ports::Task<core::QualityReport> report();
  /// As of the last flush or report, for properties that must answer at once.
  [[nodiscard]] const core::QualityReport& lastReport() const { return last_; }

 private:
  ServiceContext& context_;
  std::vector<ports::QualityEntry> noted_;
  core::QualityReport last_;
};

}  // namespace learnd::services
