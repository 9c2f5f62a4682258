#pragma once

#include "services/quality_service.hpp"
#include "services/requests.hpp"
#include "services/service_context.hpp"

#include <vector>

namespace learnd::services {

class CalibrationService;
class EmbedderAdoption;

/// Hybrid search: equal keys first, then meaning and words fused. On the I/O thread.
class SearchService {
 public:
  SearchService(ServiceContext& context, const CalibrationService& calibration, EmbedderAdoption& adoption, QualityService& quality)
      : context_(context), calibration_(calibration), adoption_(adoption), quality_(quality) {}

  /// Without the embedder that the index was made with it searches by words alone, without its index by the record store's own words; both
  /// are `degraded`.
  ports::Task<SearchAnswer> search(SearchRequest request);

 private:
  /// Of the embedder whose vectors the index has.
  ports::Task<std::vector<float>> embed(std::string text);
  ports::Task<std::vector<core::Learning>> findExact(const SearchRequest& request);
  ports::Task<ports::IndexAnswer> searchRecords(const SearchRequest& request, const std::string& text);
  ports::Task<std::vector<ports::TextHit>> firstPassing(std::vector<ports::TextHit> hits, const SearchRequest& request);
  ports::Task<std::vector<SearchHit>> loadHits(std::vector<core::RankedHit> hits, std::vector<core::Learning> exact, std::size_t limit);
  [[nodiscard]] core::Reuse decide(const std::vector<core::Learning>& exact, const std::vector<SearchHit>& results) const;

  ServiceContext& context_;
  const CalibrationService& calibration_;
  EmbedderAdoption& adoption_;
  QualityService& quality_;
};

}  // namespace learnd::services
