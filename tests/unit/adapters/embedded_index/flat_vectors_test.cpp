#include "adapters/embedded_index/flat_vectors.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

namespace learnd::embedded_index {

namespace {

std::vector<float> randomVector(std::mt19937& random, std::size_t dimensions) {
  std::normal_distribution<float> normal;
  std::vector<float> vector(dimensions);
  for (float& number : vector) number = normal(random);
  return vector;
}

TEST(FlatVectors, GivesCosinesWhateverTheLengthsAndDimensions) {
  std::mt19937 random(1);
  for (const std::size_t dimensions : {1U, 3U, 64U, 100U, 384U, 768U}) {
    FlatVectors vectors(dimensions);
    const auto a = randomVector(random, dimensions);
    const auto b = randomVector(random, dimensions);
    vectors.set(70, a);
    double product = 0;
    double lengthA = 0;
    double lengthB = 0;
    for (std::size_t i = 0; i < dimensions; ++i) {
      product += static_cast<double>(a[i]) * static_cast<double>(b[i]);
      lengthA += static_cast<double>(a[i]) * static_cast<double>(a[i]);
      lengthB += static_cast<double>(b[i]) * static_cast<double>(b[i]);
    }
    EXPECT_NEAR(static_cast<double>(vectors.cosine(vectors.probe(b), 70)), product / std::sqrt(lengthA * lengthB), 5e-4);
  }
}

TEST(FlatVectors, NearestComesInOrderAndTiesByTheLowerSlot) {
  FlatVectors vectors(2);
  vectors.set(9, std::vector<float>{1, 0});
  vectors.set(4, std::vector<float>{1, 0});
  vectors.set(100, std::vector<float>{1, 1});
  vectors.set(5000, std::vector<float>{-1, 0});
  const auto nearest = vectors.nearest(vectors.probe(std::vector<float>{2, 0}), 3, nullptr);
  ASSERT_EQ(nearest.size(), 3U);
  EXPECT_EQ(nearest[0].slot, 4U);
  EXPECT_EQ(nearest[1].slot, 9U);
  EXPECT_EQ(nearest[2].slot, 100U);
}

TEST(FlatVectors, WhatIsClearedIsNotFoundAndItsSlotTakesAnother) {
  FlatVectors vectors(2);
  vectors.set(1, std::vector<float>{1, 0});
  vectors.clear(1);
  vectors.clear(1);
  EXPECT_EQ(vectors.size(), 0U);
  EXPECT_TRUE(vectors.nearest(vectors.probe(std::vector<float>{1, 0}), 5, nullptr).empty());
  vectors.set(1, std::vector<float>{0, 1});
  vectors.set(1, std::vector<float>{0, 2});
  EXPECT_EQ(vectors.size(), 1U);
  EXPECT_NEAR(vectors.cosine(vectors.probe(std::vector<float>{0, 1}), 1), 1, 1e-3);
}

TEST(FlatVectors, ThousandsOfCopiesOfOneVectorDoNotCrowdOutWhatIsNearer) {
  std::mt19937 random(2);
  constexpr std::size_t kDimensions = 64;
  FlatVectors vectors(kDimensions);
  const auto copied = randomVector(random, kDimensions);
  for (Slot slot = 0; slot < 20000; ++slot) vectors.set(slot, copied);
  auto near = copied;
  near[0] += 0.01F;
  vectors.set(20000, near);
  const auto nearest = vectors.nearest(vectors.probe(near), 200, nullptr);
  ASSERT_EQ(nearest.size(), 200U);
  EXPECT_NEAR(nearest.front().score, 1, 1e-3);
}

TEST(FlatVectors, AFilterIsExactWhetherManyPassOrFew) {
  std::mt19937 random(3);
  constexpr std::size_t kDimensions = 48;
  constexpr Slot kSlots = 12000;
  FlatVectors vectors(kDimensions);
  for (Slot slot = 0; slot < kSlots; ++slot) vectors.set(slot, randomVector(random, kDimensions));
  const auto probe = vectors.probe(randomVector(random, kDimensions));
  for (const Slot every : {2U, 100U}) {
    SlotBitmap allowed(kSlots);
    std::vector<ScoredSlot> expected;
    for (Slot slot = 0; slot < kSlots; slot += every) {
      allowed.add(slot);
      expected.push_back({slot, vectors.cosine(probe, slot)});
    }
    keepBest(expected, 10);
    const auto nearest = vectors.nearest(probe, 10, &allowed);
    ASSERT_EQ(nearest.size(), 10U);
    for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(nearest[i].slot, expected[i].slot);
  }
}

TEST(BestSlots, AreTheHighestAboveZeroThatAreAllowed) {
  std::mt19937 random(4);
  std::vector<float> scores(64 * 50);
  for (float& score : scores) score = random() % 3 == 0 ? 0 : static_cast<float>(random() % 1000);
  SlotBitmap allowed(scores.size());
  for (Slot slot = 0; slot < scores.size(); slot += 3) allowed.add(slot);
  for (const SlotBitmap* filter : {static_cast<const SlotBitmap*>(nullptr), static_cast<const SlotBitmap*>(&allowed)}) {
    std::vector<ScoredSlot> expected;
    for (Slot slot = 0; slot < scores.size(); ++slot) {
      if (scores[slot] > 0 && (!filter || filter->contains(slot))) expected.push_back({slot, scores[slot]});
    }
    keepBest(expected, 37);
    const auto best = bestAboveZero(scores, filter, 37);
    ASSERT_EQ(best.size(), expected.size());
    for (std::size_t i = 0; i < best.size(); ++i) EXPECT_EQ(best[i].score, expected[i].score);
  }
  EXPECT_TRUE(bestAboveZero(scores, nullptr, 0).empty());
  EXPECT_TRUE(bestAboveZero(std::vector<float>(128), nullptr, 5).empty());
}

}  // namespace

}  // namespace learnd::embedded_index
