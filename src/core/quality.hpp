#pragma once

#include <cstdint>
#include <string_view>

namespace learnd::core {

struct QualityRules {
  int windowDays = 7;
  double low = 0.6;
  double good = 0.75;
  double excellent = 0.85;
};

/// The average of the best scores of the window's searches.
struct QualityReport {
  int windowDays = 7;
  std::uint64_t queries = 0;
  double averageRelevance = 0;  // in [0, 1]; 0 without queries
  std::string_view band;        // no-data, low, fair, good, excellent
  double target = 0;            // the score above which the band is good
  std::string_view advice;
};

/// < low: low; >= low: fair; > good: good; > excellent: excellent; no queries: no-data.
QualityReport judgeQuality(std::uint64_t queries, double sumOfBestScores, const QualityRules& rules);

}  // namespace learnd::core
