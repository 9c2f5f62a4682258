#pragma once

#include "services/calibration_service.hpp"
#include "services/requests.hpp"
#include "services/service_context.hpp"

#include <chrono>

namespace learnd::services {

class Indexer;
struct Novelty;

/// Stores what was learned: checks, redacts, scores, makes durable, and hands it to the index. On the I/O thread.
class StoreService {
 public:
  StoreService(ServiceContext& context, const CalibrationService& calibration, Indexer& indexer)
      : context_(context), calibration_(calibration), indexer_(indexer) {}

  /// Durable when it returns; waits a second at most for its own vector. What was stored before is counted, not stored again.
  /// With an idempotency key that this caller used within 7 days, the first answer again.
  ports::Task<StoreAnswer> store(StoreRequest request, core::Caller caller);

 private:
  ports::Task<void> resolveContext(core::Learning& learning);
  ports::Task<Novelty> findNovelty(const ports::Embedding& embedding, std::chrono::milliseconds time);

  ServiceContext& context_;
  const CalibrationService& calibration_;
  Indexer& indexer_;
};

}  // namespace learnd::services
