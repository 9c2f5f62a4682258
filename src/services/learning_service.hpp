#pragma once

#include "services/requests.hpp"
#include "services/service_context.hpp"

namespace learnd::services {

class Indexer;

/// One learning or many: read, list, change, delete, feedback. On the I/O thread.
class LearningService {
 public:
  LearningService(ServiceContext& context, Indexer& indexer) : context_(context), indexer_(indexer) {}

  ports::Task<core::Learning> load(core::LearningId id);
  ports::Task<ListAnswer> list(ListRequest request);
  /// PermissionDenied where the caller may not; Conflict (with the id in the way) where another learning has that text already.
  ports::Task<core::Learning> patch(core::LearningId id, PatchRequest request, core::Caller caller);
  ports::Task<void> erase(core::LearningId id, core::Caller caller);
  ports::Task<core::Learning> feedback(FeedbackRequest request, core::Caller caller);

 private:
  ports::Task<core::Learning> finish(core::Learning before, core::Learning after);
  ports::Task<void> followUp(core::Learning before, core::Learning after);

  ServiceContext& context_;
  Indexer& indexer_;
};

}  // namespace learnd::services
