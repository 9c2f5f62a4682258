#pragma once

#include "services/calibration_service.hpp"
#include "services/change_follower.hpp"
#include "services/embedder_adoption.hpp"
#include "services/health_service.hpp"
#include "services/index_rebuild.hpp"
#include "services/index_verification.hpp"
#include "services/indexer.hpp"
#include "services/job_service.hpp"
#include "services/learning_service.hpp"
#include "services/quality_service.hpp"
#include "services/search_service.hpp"
#include "services/store_service.hpp"
#include "services/transfer_service.hpp"

namespace learnd::services {

/// All use cases, as the doors get them.
struct Services {
  explicit Services(ServiceContext& shared);

  ServiceContext& context;
  CalibrationService calibration;
  EmbedderAdoption adoption;
  Indexer indexer;
  ChangeFollower follower;
  QualityService quality;
  StoreService store;
  LearningService learnings;
  SearchService search;
  TransferService transfer;
  HealthService health;
  IndexVerification verification;
  IndexRebuild rebuild;
  JobService jobs;
};

/// The pure calculator (POST /v1/score): derives nothing.
core::Result<core::ValueScore> score(const ScoreRequest& request, const ServiceRules& rules);

}  // namespace learnd::services
