#include "services/services.hpp"

namespace learnd::services {

Services::Services(ServiceContext& shared)
    : context(shared),
      calibration(shared),
      adoption(shared),
      indexer(shared, calibration, adoption),
      follower(shared, indexer),
      quality(shared),
      store(shared, calibration, indexer),
      learnings(shared, indexer),
      search(shared, calibration, adoption, quality),
      transfer(shared, indexer),
      health(shared, calibration, indexer),
      verification(shared, indexer),
      rebuild(shared, indexer, adoption, calibration, verification),
      jobs(shared, rebuild, verification) {
  adoption.onOtherModel([this] { return jobs.startRebuild(); });
  adoption.onLack([this] { return jobs.startVerification(); });
  adoption.onStranger([this] { indexer.wake(); });
}

core::Result<core::ValueScore> score(const ScoreRequest& request, const ServiceRules& rules) {
  return core::scoreValue(request.factors, nullptr, request.profile.value_or(rules.scoring.profile),
                          request.weightSet.value_or(rules.scoring.weightSet), rules.scoring);
}

}  // namespace learnd::services
