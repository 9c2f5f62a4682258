#define HWY_WANT_AVX3_DL
#include "adapters/embedded_index/kernels.hpp"

#include <gtest/gtest.h>

#include <hwy/highway.h>

#include <bit>
#include <cmath>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace learnd::embedded_index {

namespace {

/// Runs each test once with every instruction set that this processor has.
class Kernels : public testing::TestWithParam<std::int64_t> {
 protected:
  Kernels() { choose(GetParam()); }
  ~Kernels() override { choose(0); }

  static void choose(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }

  std::mt19937_64 random_{17};
};

float valueOf(kernels::Half half) {
  const float fraction = static_cast<float>(half & 0x3FFU) / 1024;
  const int exponent = (half >> 10U) & 0x1F;
  const float size = exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1 + fraction, exponent - 15);
  return (half & 0x8000U) != 0 ? -size : size;
}

TEST_P(Kernels, RoundsToTheNearestHalf) {
  std::uniform_real_distribution<float> number(-1, 1);
  std::vector<float> in(kernels::kRowUnit * 3);
  for (float& one : in) one = number(random_);
  in[0] = 0;
  in[1] = 1;
  in[2] = -1;
  in[3] = 1e-5F;
  std::vector<kernels::Half> out(in.size());
  kernels::toHalf(in.data(), in.size(), out.data());
  for (std::size_t i = 0; i < in.size(); ++i) {
    EXPECT_NEAR(valueOf(out[i]), in[i], std::max(std::abs(in[i]) / 2048, 3.1e-8F)) << in[i];
  }
}

TEST_P(Kernels, DotIsTheScalarProduct) {
  std::uniform_real_distribution<float> number(-1, 1);
  for (const std::size_t count : {64U, 128U, 384U, 1024U}) {
    std::vector<float> single(count);
    std::vector<float> other(count);
    for (std::size_t i = 0; i < count; ++i) {
      single[i] = number(random_);
      other[i] = number(random_);
    }
    std::vector<kernels::Half> half(count);
    kernels::toHalf(other.data(), count, half.data());
    double expected = 0;
    for (std::size_t i = 0; i < count; ++i) expected += static_cast<double>(single[i]) * static_cast<double>(valueOf(half[i]));
    EXPECT_NEAR(kernels::dot(single.data(), half.data(), count), expected, 1e-4);
  }
}

TEST_P(Kernels, HammingCountsTheBitsThatDiffer) {
  for (const std::size_t units : {1U, 2U, 24U, 64U}) {
    std::vector<kernels::CodeUnit> codes(units * kernels::kBlock);
    std::vector<kernels::CodeUnit> query(units);
    for (auto& unit : codes) unit = static_cast<kernels::CodeUnit>(random_());
    for (auto& unit : query) unit = static_cast<kernels::CodeUnit>(random_());
    std::vector<kernels::Distance> distances(kernels::kBlock);
    kernels::hamming(codes.data(), query.data(), units, distances.data());
    for (std::size_t slot = 0; slot < kernels::kBlock; ++slot) {
      int expected = 0;
      for (std::size_t unit = 0; unit < units; ++unit) {
        expected += std::popcount(static_cast<unsigned>(codes[unit * kernels::kBlock + slot] ^ query[unit]));
      }
      EXPECT_EQ(distances[slot], expected);
    }
  }
}

TEST_P(Kernels, TheFarthestCodesHaveTheFarthestDistance) {
  const std::vector<kernels::CodeUnit> codes(kernels::kMostUnits * kernels::kBlock, 0xFFFF);
  const std::vector<kernels::CodeUnit> query(kernels::kMostUnits, 0);
  std::vector<kernels::Distance> distances(kernels::kBlock);
  kernels::hamming(codes.data(), query.data(), kernels::kMostUnits, distances.data());
  for (const auto distance : distances) EXPECT_EQ(distance, kernels::kFarthest);
}

TEST_P(Kernels, BelowAndAboveMarkTheirPlaces) {
  std::vector<kernels::Distance> distances(kernels::kBlock);
  std::vector<float> scores(kernels::kBlock);
  for (int round = 0; round < 50; ++round) {
    for (auto& one : distances) one = static_cast<kernels::Distance>(random_() % 20);
    for (auto& one : scores) one = static_cast<float>(random_() % 20);
    const auto limit = static_cast<kernels::Distance>(random_() % 20);
    const std::uint64_t below = kernels::below(distances.data(), limit);
    const std::uint64_t above = kernels::above(scores.data(), static_cast<float>(limit));
    for (std::size_t i = 0; i < kernels::kBlock; ++i) {
      EXPECT_EQ((below >> i) & 1U, distances[i] < limit ? 1U : 0U);
      EXPECT_EQ((above >> i) & 1U, scores[i] > static_cast<float>(limit) ? 1U : 0U);
    }
  }
}

TEST_P(Kernels, CountBelowCountsThem) {
  std::vector<kernels::Distance> distances(kernels::kBlock * 7);
  std::size_t expected = 0;
  for (auto& one : distances) {
    one = static_cast<kernels::Distance>(random_() % 400);
    if (one < 150) ++expected;
  }
  EXPECT_EQ(kernels::countBelow(distances.data(), distances.size(), 150), expected);
}

TEST_P(Kernels, AddScaledAddsEachValueTimesTheFactor) {
  std::vector<std::uint16_t> values(kernels::kBlock * 3);
  std::vector<float> sums(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<std::uint16_t>(random_());
    sums[i] = static_cast<float>(i);
  }
  values[5] = 65535;
  kernels::addScaled(values.data(), values.size(), 0.25F, sums.data());
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_FLOAT_EQ(sums[i], static_cast<float>(i) + 0.25F * static_cast<float>(values[i]));
}

TEST_P(Kernels, NamesItsInstructionSet) { EXPECT_EQ(kernels::instructionSet(), hwy::TargetName(GetParam())); }

INSTANTIATE_TEST_SUITE_P(EachInstructionSet, Kernels, testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& info) { return std::string(hwy::TargetName(info.param)); });

}  // namespace

}  // namespace learnd::embedded_index
