#pragma once

#include "services/requests.hpp"
#include "services/service_context.hpp"

namespace learnd::services {

class CalibrationService;
class Indexer;

/// How learnd does: readyz, doctor, stats. On the I/O thread.
class HealthService {
 public:
  HealthService(ServiceContext& context, const CalibrationService& calibration, Indexer& indexer)
      : context_(context), calibration_(calibration), indexer_(indexer) {}

  ports::Task<HealthReport> report();
  ports::Task<ports::StoreCounts> counts();
  /// Rows that were set aside are tried again; how many there were.
  ports::Task<std::uint64_t> retryIndex();

 private:
  ServiceContext& context_;
  const CalibrationService& calibration_;
  Indexer& indexer_;
};

}  // namespace learnd::services
