#include "interfaces/codec/answer_codec.hpp"

#include "tests/golden_file.hpp"
#include "tests/sample_learnings.hpp"

#include <gtest/gtest.h>

namespace learnd::interfaces {
namespace {

using core::ErrorKind;
using core::Kind;
using tests::expectGolden;
using tests::sampleLearning;

services::HealthReport sampleHealth() {
  services::HealthReport report;
  report.degraded = true;
  report.store = {"store", "sqlite", true, "", "3.40.1", {{"learnings", json::Value(7)}}};
  report.index = {"index", "embedded", true, "in memory", "", {{"entries", json::Value(7)}, {"vectors", json::Value(5)}}};
  report.embedder = {
      "embedder", "builtin", false, "the model is not installed: run scripts/fetch-model", "", {{"calibration", json::Value()}}};
  return report;
}

services::SearchAnswer sampleSearch() {
  services::SearchAnswer answer;
  answer.results.push_back({sampleLearning(Kind::Solution), 0.8125, 0.5, 2.25});
  answer.results.push_back({sampleLearning(Kind::Failure), std::nullopt, std::nullopt, 0.5});
  answer.reuse.decision = core::ReuseDecision::Reuse;
  answer.reuse.id = answer.results[0].learning.id;
  answer.reuse.score = 1.0;
  answer.reuse.exact = true;
  answer.reuse.reason = "the same question was answered before";
  answer.degraded = true;
  answer.tookMilliseconds = 1.25;
  return answer;
}

TEST(AnswerCodec, WritesStoresByTheirKind) {
  auto learning = sampleLearning(Kind::Solution);
  learning.indexed = true;
  expectGolden("answer-store.json", json::write(encodeStoreAnswer({learning, false, true})));
  expectGolden("answer-interaction.json", json::write(encodeStoreAnswer({sampleLearning(Kind::Interaction), true, false})));
}

TEST(AnswerCodec, WritesSearchesWithNullForWhatIsNotKnown) {
  expectGolden("answer-search.json", json::write(encodeSearchAnswer(sampleSearch())));
  expectGolden("answer-search-empty.json", json::write(encodeSearchAnswer({})));
}

TEST(AnswerCodec, WritesPages) {
  expectGolden("answer-list.json", json::write(encodeListAnswer({{sampleLearning(Kind::Pattern)}, "00ff"})));
  EXPECT_EQ(json::write(encodeListAnswer({})), R"({"learnings":[],"next_cursor":null})");
}

TEST(AnswerCodec, WritesImports) {
  services::ImportAnswer answer;
  answer.stored = 3;
  answer.duplicates = 2;
  answer.unchanged = 1;
  answer.rejectedCount = 2;
  answer.rejected = {{7, "kind", "kind is required"}, {9, "", "no JSON"}};
  expectGolden("answer-import.json", json::write(encodeImportAnswer(answer)));
}

TEST(AnswerCodec, WritesScoresUnrounded) {
  core::ValueScore score;
  score.value = 0.1 + 0.2;
  score.breakdown = sampleLearning(Kind::Solution).breakdown;
  score.profile = "standard";
  score.weightSet = "code";
  expectGolden("answer-score.json", json::write(encodeScore(score)));
}

TEST(AnswerCodec, WritesQuality) { expectGolden("answer-quality.json", json::write(encodeQuality(core::judgeQuality(4, 2.5, {})))); }

TEST(AnswerCodec, WritesHealth) {
  expectGolden("answer-readyz.json", json::write(encodeReadiness(sampleHealth())));
  expectGolden("answer-doctor.json", json::write(encodeDoctor(sampleHealth())));
  ports::StoreCounts counts;
  counts.learnings = 7;
  counts.pendingIndex = 2;
  counts.setAside = 1;
  counts.byKind = {{"solution", 5}, {"failure", 2}};
  counts.byCategory = {{"best-practices", 7}};
  counts.byStatus = {{"active", 7}};
  counts.tokensSavedMeasured = 100;
  counts.tokensSavedEstimated = 15000;
  expectGolden("answer-stats.json", json::write(encodeStats(counts, sampleHealth())));
}

TEST(AnswerCodec, IsReadyOnlyWithEverythingUp) {
  auto report = sampleHealth();
  report.degraded = false;
  EXPECT_EQ(*encodeReadiness(report).find("status")->asText(), "ready");
  report.store.up = false;
  EXPECT_EQ(*encodeReadiness(report).find("status")->asText(), "degraded");
}

struct StatusCase {
  ErrorKind kind;
  int status;
};

class ProblemStatus : public testing::TestWithParam<StatusCase> {};

TEST_P(ProblemStatus, FollowsTheKindOfTheError) {
  EXPECT_EQ(httpStatusOf(GetParam().kind), GetParam().status);
  const auto problem = encodeProblem(core::Error(GetParam().kind, "why"), GetParam().status);
  EXPECT_EQ(problem.find("status")->number(), GetParam().status);
  EXPECT_FALSE(problem.find("title")->asText()->empty());
  EXPECT_EQ(*problem.find("detail")->asText(), "why");
}

INSTANTIATE_TEST_SUITE_P(Kinds, ProblemStatus,
                         testing::Values(StatusCase{ErrorKind::Internal, 500}, StatusCase{ErrorKind::NotFound, 404},
                                         StatusCase{ErrorKind::InvalidInput, 422}, StatusCase{ErrorKind::Conflict, 409},
                                         StatusCase{ErrorKind::PermissionDenied, 403}, StatusCase{ErrorKind::TooLarge, 413},
                                         StatusCase{ErrorKind::Busy, 429}, StatusCase{ErrorKind::Unavailable, 503},
                                         StatusCase{ErrorKind::Timeout, 503}, StatusCase{ErrorKind::StorageFull, 507}));

TEST(Problem, NamesTheFieldAndWhatIsInTheWay) {
  const auto error = core::Error(ErrorKind::Conflict, "another learning has this text").withField("query").withId("019b");
  expectGolden("problem.json", json::write(encodeProblem(error, 409)));
}

}  // namespace
}  // namespace learnd::interfaces
