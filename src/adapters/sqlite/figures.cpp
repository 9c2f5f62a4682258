#include "adapters/sqlite/figures.hpp"

#include <chrono>

namespace learnd::sqlite {

namespace {

const FixedSql kReadCalibration(
    "select median, half, three_quarters, four_fifths, seventeen_twentieths from calibrations where embedder = ?");
const FixedSql kWriteCalibration(
    "insert into calibrations (embedder, median, half, three_quarters, four_fifths, seventeen_twentieths) values (?, ?, ?, ?, ?, ?) "
    "on conflict (embedder) do update set median = excluded.median, half = excluded.half, three_quarters = excluded.three_quarters, "
    "four_fifths = excluded.four_fifths, seventeen_twentieths = excluded.seventeen_twentieths");
const FixedSql kAddQuality(
    "insert into quality (minute, queries, sum_of_best_scores) values (?, 1, ?) on conflict (minute) do update set "
    "queries = queries + 1, sum_of_best_scores = sum_of_best_scores + excluded.sum_of_best_scores");
const FixedSql kQuality("select sum(queries), sum(sum_of_best_scores) from quality where minute >= ?");
const FixedSql kReadable("select count(*) from settings");

std::int64_t minuteOf(core::Timestamp time) { return std::chrono::floor<std::chrono::minutes>(time).time_since_epoch().count(); }

}  // namespace

std::optional<core::Calibration> readCalibration(Connection& connection, const std::string& digest) {
  auto row = connection.query(kReadCalibration);
  if (!row.bind(digest).step()) return std::nullopt;
  core::Calibration calibration;
  calibration.median = row.real(0);
  for (std::size_t i = 0; i < calibration.points.size(); ++i) calibration.points[i] = row.real(static_cast<int>(i) + 1);
  return calibration;
}

void writeCalibration(Connection& connection, const std::string& digest, const core::Calibration& calibration) {
  auto query = connection.query(kWriteCalibration);
  query.bind(digest).bind(calibration.median);
  for (const double point : calibration.points) query.bind(point);
  query.run();
}

void addQuality(Connection& connection, const std::vector<ports::QualityEntry>& entries) {
  for (const auto& entry : entries) connection.query(kAddQuality).bind(minuteOf(entry.time)).bind(entry.bestScore).run();
}

ports::QualitySum qualitySince(Connection& connection, core::Timestamp since) {
  ports::QualitySum sum;
  auto row = connection.query(kQuality);
  if (row.bind(minuteOf(since)).step()) {
    sum.queries = static_cast<std::uint64_t>(row.integer(0));
    sum.sumOfBestScores = row.real(1);
  }
  return sum;
}

bool isReadable(Connection& connection) { return connection.query(kReadable).step(); }

}  // namespace learnd::sqlite
