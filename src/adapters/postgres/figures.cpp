#include "adapters/postgres/figures.hpp"

namespace learnd::postgres {

namespace {

const Statement kReadCalibration(
    "select median, half, three_quarters, four_fifths, seventeen_twentieths from calibrations where embedder = $1");
const Statement kWriteCalibration(
    "insert into calibrations (embedder, median, half, three_quarters, four_fifths, seventeen_twentieths) values ($1, $2, $3, $4, $5, $6) "
    "on conflict (embedder) do update set median = excluded.median, half = excluded.half, three_quarters = excluded.three_quarters, "
    "four_fifths = excluded.four_fifths, seventeen_twentieths = excluded.seventeen_twentieths");
// Ordered, so that two daemons that write the same minutes do not wait for each other.
const Statement kAddQuality(
    "insert into quality as q (minute, queries, sum_of_best_scores) "
    "select date_trunc('minute', g.time), count(*), sum(g.score) from unnest($1::timestamptz[], $2::double precision[]) as g (time, score) "
    "group by 1 order by 1 on conflict (minute) do update set queries = q.queries + excluded.queries, "
    "sum_of_best_scores = q.sum_of_best_scores + excluded.sum_of_best_scores");
const Statement kQuality(
    "select coalesce(sum(queries), 0)::bigint, coalesce(sum(sum_of_best_scores), 0) from quality where minute >= date_trunc('minute', "
    "$1::timestamptz)");

}  // namespace

std::optional<core::Calibration> readCalibration(Connection& connection, const std::string& digest) {
  const Rows rows = connection.run(kReadCalibration, Values().add(digest));
  if (rows.empty()) return std::nullopt;
  Row row(rows, 0);
  core::Calibration calibration;
  calibration.median = row.real();
  for (double& point : calibration.points) point = row.real();
  return calibration;
}

void writeCalibration(Connection& connection, const std::string& digest, const core::Calibration& calibration) {
  Values values;
  values.add(digest).add(calibration.median);
  for (const double point : calibration.points) values.add(point);
  connection.run(kWriteCalibration, values);
}

void addQuality(Connection& connection, const std::vector<ports::QualityEntry>& entries) {
  ArrayText times;
  ArrayText scores;
  for (const auto& entry : entries) {
    times.add(timeText(entry.time));
    scores.add(numberText(entry.bestScore));
  }
  connection.run(kAddQuality, Values().add(times.text()).add(scores.text()));
}

ports::QualitySum qualitySince(Connection& connection, core::Timestamp since) {
  const Rows rows = connection.run(kQuality, Values().add(since));
  Row row(rows, 0);
  ports::QualitySum sum;
  sum.queries = row.count();
  sum.sumOfBestScores = row.real();
  return sum;
}

}  // namespace learnd::postgres
