#include "core/quality.hpp"

namespace learnd::core {

QualityReport judgeQuality(std::uint64_t queries, double sumOfBestScores, const QualityRules& rules) {
  QualityReport report;
  report.windowDays = rules.windowDays;
  report.queries = queries;
  report.target = rules.good;
  if (queries == 0) {
    report.band = "no-data";
    report.advice = "Nobody searched in this time. Ask before a task, so that learnd can tell how well it answers.";
    return report;
  }
  report.averageRelevance = sumOfBestScores / static_cast<double>(queries);
  if (report.averageRelevance > rules.excellent) {
    report.band = "excellent";
    report.advice = "Most questions meet a learning about the same thing. Keep storing outcomes.";
  } else if (report.averageRelevance > rules.good) {
    report.band = "good";
    report.advice = "Most questions meet something related. Storing the outcomes of new tasks raises it further.";
  } else if (report.averageRelevance >= rules.low) {
    report.band = "fair";
    report.advice = "Many questions meet only loosely related learnings. Store the solutions of what people ask for.";
  } else {
    report.band = "low";
    report.advice = "Store more diverse examples: many questions find nothing that fits.";
  }
  return report;
}

}  // namespace learnd::core
