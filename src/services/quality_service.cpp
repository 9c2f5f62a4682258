#include "services/quality_service.hpp"

#include <chrono>
#include <iterator>
#include <utility>

namespace learnd::services {

namespace {
/// So that a record store that is down for long does not fill the memory: the oldest go first.
constexpr std::size_t kMostNoted = 100000;
}  // namespace

void QualityService::note(double bestScore) {
  if (noted_.size() >= kMostNoted) noted_.erase(noted_.begin(), noted_.begin() + kMostNoted / 10);
  noted_.push_back({context_.clock.now(), bestScore});
}

ports::Task<void> QualityService::flush() {
  if (noted_.empty()) co_return ports::Result<void>();
  std::vector<ports::QualityEntry> entries = std::exchange(noted_, {});
  auto written = co_await context_.records.logQuality(entries);
  if (!written) {
    noted_.insert(noted_.begin(), std::make_move_iterator(entries.begin()), std::make_move_iterator(entries.end()));
    co_return written.error();
  }
  auto now = co_await report();
  if (!now) co_return now.error();
  co_return ports::Result<void>();
}

ports::Task<core::QualityReport> QualityService::report() {
  const core::QualityRules& rules = context_.rules.quality;
  auto sum = co_await context_.records.quality(context_.clock.now() - std::chrono::days(rules.windowDays));
  if (!sum) co_return sum.error();
  // What is not written yet counts too.
  for (const auto& entry : noted_) {
    ++sum->queries;
    sum->sumOfBestScores += entry.bestScore;
  }
  last_ = core::judgeQuality(sum->queries, sum->sumOfBestScores, rules);
  co_return last_;
}

}  // namespace learnd::services
