#include "core/rank_fusion.hpp"

#include <gtest/gtest.h>

namespace learnd::core {
namespace {

LearningId idOf(std::uint8_t number) {
  LearningId::Bytes bytes{};
  bytes[15] = number;
  return LearningId(bytes);
}

const std::optional<Calibration> kScale = Calibration{0.0, {0.2, 0.4, 0.5, 0.6}};

TEST(RankFusion, AddsWordsOverTheBestAndOneAndAHalfTimesMeaning) {
  const auto hits = fuse({{idOf(1), 0.5, 5.0}, {idOf(2), 0.9, std::nullopt}}, 10, kScale, SearchMode::Hybrid);
  ASSERT_EQ(hits.size(), 2U);
  EXPECT_EQ(hits[0].id, idOf(2));
  EXPECT_NEAR(hits[0].rankScore, 1.35, 1e-12);
  EXPECT_NEAR(hits[1].rankScore, 1.25, 1e-12);
  EXPECT_NEAR(*hits[1].score, 0.8, 1e-12);
}

TEST(RankFusion, OneModeLeavesOutWhatLacksItsPart) {
  const std::vector<Candidate> candidates{{idOf(1), std::nullopt, 5.0}, {idOf(2), 0.9, 0.0}};
  EXPECT_EQ(fuse(candidates, 5, kScale, SearchMode::Dense).size(), 1U);
  EXPECT_EQ(fuse(candidates, 5, kScale, SearchMode::Lexical).front().id, idOf(1));
  EXPECT_EQ(fuse(candidates, 5, kScale, SearchMode::Lexical).size(), 1U);
}

TEST(RankFusion, ScoreIsNullWithoutVectorOrCalibration) {
  EXPECT_FALSE(fuse({{idOf(1), std::nullopt, 5.0}}, 5, kScale, SearchMode::Hybrid).front().score);
  EXPECT_FALSE(fuse({{idOf(1), 0.4, 5.0}}, 5, std::nullopt, SearchMode::Hybrid).front().score);
}

TEST(RankFusion, AnIdFromTwoCollectionsCountsOnce) {
  const auto hits = fuse({{idOf(1), 0.5, std::nullopt}, {idOf(1), 0.4, 2.0}}, 2, kScale, SearchMode::Hybrid);
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_NEAR(hits[0].rankScore, 1.75, 1e-12);
}

TEST(RankFusion, TiesGoToTheNewest) {
  const auto hits = fuse({{idOf(1), 0.5, 1.0}, {idOf(2), 0.5, 1.0}}, 1, kScale, SearchMode::Hybrid);
  EXPECT_EQ(hits[0].id, idOf(2));
}

}  // namespace
}  // namespace learnd::core
