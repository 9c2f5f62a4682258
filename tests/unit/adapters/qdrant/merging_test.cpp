#include "adapters/qdrant/merging.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace learnd::qdrant {

namespace {

core::LearningId idOf(std::uint8_t number) {
  core::LearningId::Bytes bytes{};
  bytes[15] = number;
  return core::LearningId(bytes);
}

/// What a collection answered: its best by meaning and by words.
Found foundOf(std::vector<ScoredId> byMeaning, std::vector<ScoredId> byWords) {
  Found found;
  std::vector<std::vector<ScoredId>> lists;
  lists.push_back(std::move(byMeaning));
  lists.push_back(std::move(byWords));
  found.take({Asked::Meaning, Asked::Words}, std::move(lists));
  return found;
}

ports::IndexQuery best(std::size_t candidates) {
  ports::IndexQuery query;
  query.candidates = candidates;
  return query;
}

TEST(Merging, TheBestOfAllCollectionsTogetherAreChosen) {
  const std::vector<Found> all{foundOf({{idOf(1), 0.9}, {idOf(2), 0.5}}, {{idOf(3), 2.0}}), foundOf({{idOf(4), 0.8}}, {{idOf(5), 7.0}})};
  EXPECT_EQ(choose(all, best(2)), (IdSet{idOf(1), idOf(4), idOf(3), idOf(5)}));
  EXPECT_EQ(choose(all, best(1)), (IdSet{idOf(1), idOf(5)}));
}

TEST(Merging, TheBestWordScoreIsOverAllCollections) {
  EXPECT_EQ(bestWords({foundOf({}, {{idOf(3), 2.0}}), foundOf({}, {{idOf(5), 7.0}}), foundOf({}, {})}), 7.0);
  EXPECT_EQ(bestWords({}), 0.0);
}

TEST(Merging, OneThatIsInTwoCollectionsCountsOnceWithItsBetterScores) {
  const std::vector<Found> all{foundOf({{idOf(1), 0.9}}, {{idOf(1), 2.0}}), foundOf({{idOf(1), 0.9}, {idOf(2), 0.1}}, {{idOf(1), 3.0}})};
  EXPECT_EQ(choose(all, best(2)).size(), 2U);
  const auto candidates = candidatesOf(all, IdSet{idOf(1)});
  ASSERT_EQ(candidates.size(), 1U);
  EXPECT_EQ(candidates.front().wordScore, 3.0);
}

TEST(Merging, CosinesAreHeldWithinTheirRange) {
  const auto candidates = candidatesOf({foundOf({{idOf(1), 1.0000002}, {idOf(2), -1.0000002}}, {})}, IdSet{idOf(1), idOf(2)});
  for (const auto& one : candidates) EXPECT_LE(std::abs(*one.cosine), 1.0);
}

TEST(Merging, WhatLacksAScoreIsNamed) {
  const Found found = foundOf({{idOf(1), 0.9}}, {{idOf(2), 2.0}});
  const IdSet chosen{idOf(1), idOf(2)};
  EXPECT_EQ(lacking(found, chosen, &Scores::cosine), std::vector<core::LearningId>{idOf(2)});
  EXPECT_EQ(lacking(found, chosen, &Scores::words), std::vector<core::LearningId>{idOf(1)});
  EXPECT_TRUE(lacking(found, IdSet{}, &Scores::words).empty());
}

}  // namespace

}  // namespace learnd::qdrant
