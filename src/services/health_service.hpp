#pragma once

#include "services/requests.hpp"
#include "services/service_context.hpp"

#include <boost/asio/awaitable.hpp>

namespace learnd::services {

class CalibrationService;
class Indexer;

/// How learnd does: readyz, doctor, stats. On the I/O thread.
class HealthService {
 public:
  HealthService(ServiceContext& context, const CalibrationService& calibration, Indexer& indexer)
      : context_(context), calibration_(calibration), indexer_(indexer) {}

  /// A backend that is down is in the report, not an error.
  ports::Task<HealthReport> report();
  ports::Task<ports::StoreCounts> counts();
  /// Rows that were set aside are tried again; how many there were.
  ports::Task<std::uint64_t> retryIndex();

 private:
  boost::asio::awaitable<void> describeStore(BackendReport& report);
  boost::asio::awaitable<void> describeIndex(BackendReport& report);
  boost::asio::awaitable<void> describeEmbedder(BackendReport& report);

  ServiceContext& context_;
  const CalibrationService& calibration_;
  Indexer& indexer_;
};

}  // namespace learnd::services
