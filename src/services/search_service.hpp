#pragma once

#include "services/quality_service.hpp"
#include "services/requests.hpp"
#include "services/service_context.hpp"

namespace learnd::services {

class CalibrationService;

/// Hybrid search: exact keys first, then meaning and words fused. On the I/O thread.
class SearchService {
 public:
  SearchService(ServiceContext& context, const CalibrationService& calibration, QualityService& quality)
      : context_(context), calibration_(calibration), quality_(quality) {}

  ports::Task<SearchAnswer> search(SearchRequest request);

 private:
  ServiceContext& context_;
  const CalibrationService& calibration_;
  QualityService& quality_;
};

}  // namespace learnd::services
