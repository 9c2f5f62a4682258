#pragma once

#include "services/requests.hpp"
#include "services/service_context.hpp"

namespace learnd::services {

class Indexer;

/// Stores what was learned: checks, redacts, scores, makes durable, and hands it to the index. On the I/O thread.
class StoreService {
 public:
  StoreService(ServiceContext& context, Indexer& indexer) : context_(context), indexer_(indexer) {}

  /// Durable when it returns; waits a second at most for its own vector. What was stored before is counted, not stored again.
  /// With an idempotency key that this caller used within 7 days, the first answer again.
  ports::Task<StoreAnswer> store(StoreRequest request, core::Caller caller);

 private:
  ServiceContext& context_;
  Indexer& indexer_;
};

}  // namespace learnd::services
