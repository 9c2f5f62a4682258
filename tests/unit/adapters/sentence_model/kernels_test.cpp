#include "adapters/sentence_model/kernels.hpp"

#include "adapters/sentence_model/aligned_buffer.hpp"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace learnd::sentence_model {
namespace {

/// Each test runs once for every instruction set that was compiled and that this processor has.
class Kernels : public testing::TestWithParam<std::int64_t> {
 protected:
  Kernels() { hwy::SetSupportedTargetsForTest(GetParam()); }
  ~Kernels() override { hwy::SetSupportedTargetsForTest(0); }

  AlignedBuffer<float> randomNumbers(std::size_t size, float most) {
    std::uniform_real_distribution<float> number(-most, most);
    AlignedBuffer<float> numbers(size);
    for (std::size_t i = 0; i < size; ++i) numbers[i] = number(random_);
    return numbers;
  }

  std::mt19937 random_{11};
};

/// A product of bytes and what it stands for.
struct ByteProduct {
  ByteProduct(std::size_t rows, std::size_t width)
      : sums(rows * width), scales(rows), bias(width), weightScales(width), weightSums(width) {}

  void fill(std::mt19937& random) {
    std::uniform_int_distribution<std::int32_t> sum(-200000, 200000);
    std::uniform_int_distribution<int> small(1, 100);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = sum(random);
    for (std::size_t i = 0; i < scales.size(); ++i)
      scales[i] = {static_cast<float>(small(random)) * 1e-4F, static_cast<float>(small(random))};
    for (std::size_t i = 0; i < bias.size(); ++i) {
      bias[i] = static_cast<float>(small(random)) * 0.01F;
      weightScales[i] = static_cast<float>(small(random)) * 1e-3F;
      weightSums[i] = weightScales[i] * static_cast<float>(small(random) - 50);
    }
  }

  [[nodiscard]] Product product() const {
    return {sums.data(), scales.data(), bias.size(), {bias.data(), weightScales.data(), weightSums.data()}};
  }

  [[nodiscard]] double at(std::size_t row, std::size_t column) const {
    const double scale = static_cast<double>(scales[row].scale);
    const double zero = static_cast<double>(scales[row].zero);
    return scale * (static_cast<double>(sums[row * bias.size() + column]) * static_cast<double>(weightScales[column]) -
                    zero * static_cast<double>(weightSums[column])) +
           static_cast<double>(bias[column]);
  }

  AlignedBuffer<std::int32_t> sums;
  AlignedBuffer<RowScale> scales;
  AlignedBuffer<float> bias;
  AlignedBuffer<float> weightScales;
  AlignedBuffer<float> weightSums;
};

double geluOf(double x) { return x * 0.5 * std::erfc(-x / std::sqrt(2.0)); }

TEST_P(Kernels, ComputeGeluOfFloats) {
  constexpr std::size_t kWidth = 64000;
  AlignedBuffer<float> numbers(kWidth);
  for (std::size_t i = 0; i < kWidth; ++i) numbers[i] = (static_cast<float>(i) - 32000) / 2000;
  const AlignedBuffer<float> bias(kWidth);
  AlignedBuffer<float> out(kWidth);
  geluRows({numbers.data(), nullptr, kWidth, {bias.data(), nullptr, nullptr}}, 1, kWidth, out.data(), {});
  for (std::size_t i = 0; i < kWidth; ++i)
    ASSERT_NEAR(static_cast<double>(out[i]), geluOf(static_cast<double>(numbers[i])), 3e-6) << numbers[i];
}

TEST_P(Kernels, ComputeGeluInPlaceAndOfManyRows) {
  AlignedBuffer<float> numbers = randomNumbers(std::size_t{3} * 48, 4);
  const AlignedBuffer<float> before(std::span<const float>(numbers.data(), numbers.size()));
  const AlignedBuffer<float> bias = randomNumbers(48, 1);
  geluRows({numbers.data(), nullptr, 48, {bias.data(), nullptr, nullptr}}, 3, 48, numbers.data(), {});
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(numbers[i]), geluOf(static_cast<double>(before[i]) + static_cast<double>(bias[i % 48])), 3e-6);
  }
}

TEST_P(Kernels, TurnSumsOfBytesBackAndIntoBytes) {
  ByteProduct product(5, 80);
  product.fill(random_);
  AlignedBuffer<float> row(80);
  AlignedBuffer<std::uint8_t> bytes(std::size_t{5} * 80);
  AlignedBuffer<RowScale> scales(5);
  geluRows(product.product(), 5, 80, row.data(), {bytes.data(), scales.data(), 80});
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const RowScale& scale = scales[i / 80];
    const double number = static_cast<double>(scale.scale) * (static_cast<double>(bytes[i]) - static_cast<double>(scale.zero));
    ASSERT_NEAR(number, geluOf(product.at(i / 80, i % 80)), static_cast<double>(scale.scale) * 0.51 + 1e-5);
  }
}

TEST_P(Kernels, QuantiseFromTheLeastToTheGreatest) {
  AlignedBuffer<float> x = randomNumbers(std::size_t{4} * 32, 3);
  for (std::size_t i = 0; i < 32; ++i) {
    x[32 + i] = std::fabs(x[32 + i]);  // none below 0
    x[64 + i] = 0;
    x[96 + i] = -std::fabs(x[96 + i]) * 1e-20F;
  }
  AlignedBuffer<std::uint8_t> bytes(x.size());
  AlignedBuffer<RowScale> scales(4);
  quantiseRows(x.data(), 4, 32, {bytes.data(), scales.data(), 32});
  for (std::size_t i = 0; i < x.size(); ++i) {
    const RowScale& scale = scales[i / 32];
    const double number = static_cast<double>(scale.scale) * (static_cast<double>(bytes[i]) - static_cast<double>(scale.zero));
    ASSERT_NEAR(number, static_cast<double>(x[i]), static_cast<double>(scale.scale) * 0.51);
  }
  const auto row = [&](std::size_t number) { return std::span<const std::uint8_t>(bytes.data() + number * 32, 32); };
  EXPECT_EQ(*std::max_element(row(0).begin(), row(0).end()), 255);
  EXPECT_EQ(*std::min_element(row(0).begin(), row(0).end()), 0);
  EXPECT_EQ(scales[1].zero, 0);
  EXPECT_EQ(*std::max_element(row(1).begin(), row(1).end()), 255);
}

TEST_P(Kernels, NormaliseRowsOverTheirWidthAlone) {
  constexpr std::size_t kWidth = 21;
  constexpr std::size_t kStride = 32;
  AlignedBuffer<float> x(std::size_t{3} * kStride);
  AlignedBuffer<float> gain(kStride);
  AlignedBuffer<float> shift(kStride);
  std::uniform_real_distribution<float> number(-5, 9);
  for (std::size_t i = 0; i < kWidth; ++i) {
    for (std::size_t row = 0; row < 3; ++row) x[row * kStride + i] = number(random_);
    gain[i] = number(random_);
    shift[i] = number(random_);
  }
  const AlignedBuffer<float> before(std::span<const float>(x.data(), x.size()));
  normaliseRows({gain.data(), shift.data(), 0.5F, kWidth, kStride}, 3, x.data(), {});
  for (std::size_t row = 0; row < 3; ++row) {
    double mean = 0;
    double variance = 0;
    for (std::size_t i = 0; i < kWidth; ++i) mean += static_cast<double>(before[row * kStride + i]) / kWidth;
    for (std::size_t i = 0; i < kWidth; ++i) variance += std::pow(static_cast<double>(before[row * kStride + i]) - mean, 2) / kWidth;
    for (std::size_t i = 0; i < kStride; ++i) {
      const double wanted =
          (static_cast<double>(before[row * kStride + i]) - mean) / std::sqrt(variance + 0.5) * static_cast<double>(gain[i]) +
          static_cast<double>(shift[i]);
      ASSERT_NEAR(static_cast<double>(x[row * kStride + i]), wanted, 1e-4);
    }
  }
}

TEST_P(Kernels, AddAProductBeforeTheyNormalise) {
  ByteProduct product(2, 16);
  product.fill(random_);
  AlignedBuffer<float> x = randomNumbers(32, 2);
  AlignedBuffer<float> sum(std::span<const float>(x.data(), x.size()));
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<float>(product.at(i / 16, i % 16));
  const AlignedBuffer<float> gain = randomNumbers(16, 2);
  const AlignedBuffer<float> shift = randomNumbers(16, 2);
  const NormRule rule{gain.data(), shift.data(), 1e-5F, 16, 16};
  AlignedBuffer<std::uint8_t> bytes(32);
  AlignedBuffer<RowScale> scales(2);
  addAndNormaliseRows(product.product(), rule, 2, x.data(), {bytes.data(), scales.data(), 16});
  normaliseRows(rule, 2, sum.data(), {});
  for (std::size_t i = 0; i < x.size(); ++i) {
    ASSERT_NEAR(x[i], sum[i], 1e-4F);
    ASSERT_NEAR(scales[i / 16].scale * (static_cast<float>(bytes[i]) - scales[i / 16].zero), x[i], scales[i / 16].scale * 0.51F);
  }
}

struct AttentionCase {
  std::size_t rows;
  std::size_t heads;
  std::size_t width;
};

TEST_P(Kernels, AttendAsTheTextbookDoes) {
  for (const auto& [rows, heads, width] : {AttentionCase{1, 1, 16}, AttentionCase{2, 3, 32}, AttentionCase{7, 2, 12},
                                           AttentionCase{16, 2, 32}, AttentionCase{33, 1, 20}, AttentionCase{70, 2, 64}}) {
    const AttentionShape shape{heads, width, roundedUp(width, kVectorFloats)};
    const std::size_t all = heads * shape.stride;
    AlignedBuffer<float> input = randomNumbers(rows * 3 * all, 2);
    for (std::size_t i = 0; i < input.size(); ++i) {
      if (i % shape.stride >= width) input[i] = 0;
    }
    const AlignedBuffer<float> bias(3 * all);
    AlignedBuffer<float> room(attentionRoom(rows, shape));
    for (std::size_t i = 0; i < room.size(); ++i) room[i] = 1e30F;  // what an earlier text left
    AlignedBuffer<float> out(rows * all);
    attend({input.data(), nullptr, 3 * all, {bias.data(), nullptr, nullptr}}, rows, shape, room.data(), out.data());
    const auto at = [&](std::size_t row, std::size_t part, std::size_t column) {
      return static_cast<double>(input[row * 3 * all + part * all + column]);
    };
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::size_t column = i % all;
      const std::size_t first = column / shape.stride * shape.stride;
      double sum = 0;
      double wanted = 0;
      for (std::size_t other = 0; other < rows; ++other) {
        double product = 0;
        for (std::size_t part = first; part < first + width; ++part) product += at(i / all, 0, part) * at(other, 1, part);
        sum += std::exp(product);
        wanted += std::exp(product) * at(other, 2, column);
      }
      ASSERT_NEAR(static_cast<double>(out[i]), wanted / sum, 2e-5) << rows << " rows";
    }
  }
}

TEST_P(Kernels, AttendWhereAllScoresAreFarBelowZero) {
  const AttentionShape shape{1, 16, 16};
  AlignedBuffer<float> input(std::size_t{5} * 48);
  for (std::size_t row = 0; row < 5; ++row) {
    for (std::size_t i = 0; i < 16; ++i) {
      input[row * 48 + i] = -10;
      input[row * 48 + 16 + i] = 10;
      input[row * 48 + 32 + i] = static_cast<float>(row);
    }
  }
  const AlignedBuffer<float> bias(48);
  AlignedBuffer<float> room(attentionRoom(5, shape));
  AlignedBuffer<float> out(std::size_t{5} * 16);
  attend({input.data(), nullptr, 48, {bias.data(), nullptr, nullptr}}, 5, shape, room.data(), out.data());
  for (std::size_t i = 0; i < out.size(); ++i) ASSERT_NEAR(out[i], 2.0F, 1e-5F);
}

TEST_P(Kernels, MakeUnitVectorsOfAllButZero) {
  AlignedBuffer<float> x(32);
  toUnitLength(x.data(), 32);
  EXPECT_EQ(x[3], 0.0F);
  x[3] = 3;
  x[30] = -4;
  toUnitLength(x.data(), 32);
  EXPECT_NEAR(x[3], 0.6F, 1e-6F);
  EXPECT_NEAR(x[30], -0.8F, 1e-6F);
}

std::vector<std::int64_t> targetsHere() {
  hwy::SetSupportedTargetsForTest(0);
  return hwy::SupportedAndGeneratedTargets();
}

std::string nameOf(const testing::TestParamInfo<std::int64_t>& target) { return hwy::TargetName(target.param); }

INSTANTIATE_TEST_SUITE_P(EachInstructionSet, Kernels, testing::ValuesIn(targetsHere()), nameOf);

}  // namespace
}  // namespace learnd::sentence_model
