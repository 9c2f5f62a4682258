#include "adapters/sentence_model/kernels.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

// Compiled once for each instruction set; the order of these matters.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "adapters/sentence_model/kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace learnd::sentence_model::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Ints = hn::ScalableTag<std::int32_t>;
using V = hn::Vec<Floats>;

/// `count` numbers from `place` on, zero beyond.
V loadSome(const float* place, std::size_t count) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d);
  if (count >= lanes) return hn::LoadU(d, place);
  HWY_ALIGN float padded[HWY_MAX_BYTES / sizeof(float)] = {};
  std::memcpy(padded, place, count * sizeof(float));
  return hn::Load(d, padded);
}

void storeSome(V value, float* place, std::size_t count) {
  const Floats d;
  if (count >= hn::Lanes(d)) {
    hn::StoreU(value, d, place);
    return;
  }
  HWY_ALIGN float padded[HWY_MAX_BYTES / sizeof(float)];
  hn::Store(value, d, padded);
  std::memcpy(place, padded, count * sizeof(float));
}

hn::Vec<Ints> loadSomeInts(const std::int32_t* place, std::size_t count) {
  const Ints d;
  if (count >= hn::Lanes(d)) return hn::LoadU(d, place);
  HWY_ALIGN std::int32_t padded[HWY_MAX_BYTES / sizeof(std::int32_t)] = {};
  std::memcpy(padded, place, count * sizeof(std::int32_t));
  return hn::Load(d, padded);
}

/// The product's numbers from `place` on, as floats.
V productAt(const ProductRow& product, std::size_t place, std::size_t count) {
  const Floats d;
  if (product.floats != nullptr) return loadSome(product.floats + place, count);
  const auto shift = hn::Mul(loadSomeInts(product.weightSums + place, count), hn::Set(Ints(), product.rowZero));
  const auto sums = hn::Sub(loadSomeInts(product.sums + place, count), shift);
  return hn::Mul(hn::ConvertTo(d, sums), hn::Mul(loadSome(product.weightScales + place, count), hn::Set(d, product.rowScale)));
}

template <class Take>
void forEachPart(std::size_t size, Take take) {
  const std::size_t lanes = hn::Lanes(Floats());
  for (std::size_t place = 0; place < size; place += lanes) take(place, std::min(lanes, size - place));
}

RowScale QuantiseRow(const float* x, std::size_t size, std::uint8_t* quantised) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d);
  // 0 is in the range, so that it stays exact.
  auto most = hn::Zero(d);
  auto least = hn::Zero(d);
  forEachPart(size, [&](std::size_t place, std::size_t count) {
    const auto part = loadSome(x + place, count);
    most = hn::Max(most, part);
    least = hn::Min(least, part);
  });
  const float greatest = hn::GetLane(hn::MaxOfLanes(d, most));
  const float smallest = hn::GetLane(hn::MinOfLanes(d, least));
  RowScale row;
  if (greatest > smallest) row.scale = (greatest - smallest) / 255.0F;
  const float inverse = 1.0F / row.scale;
  row.zero = static_cast<std::int32_t>(std::lrintf(-smallest * inverse));
  const hn::Rebind<std::uint8_t, Floats> bytes;
  const auto zero = hn::Set(Ints(), row.zero);
  const auto inverses = hn::Set(d, inverse);
  std::size_t place = 0;
  for (; place + lanes <= size; place += lanes) {
    // DemoteTo saturates: what rounding takes past 0 or 255 stays there.
    hn::StoreU(hn::DemoteTo(bytes, hn::Add(hn::NearestInt(hn::Mul(hn::LoadU(d, x + place), inverses)), zero)), bytes, quantised + place);
  }
  for (; place < size; ++place)
    quantised[place] = static_cast<std::uint8_t>(std::clamp<long>(std::lrintf(x[place] * inverse) + row.zero, 0, 255));
  return row;
}

void AddBias(const ProductRow& product, const float* bias, std::size_t size, float* out) {
  forEachPart(size, [&](std::size_t place, std::size_t count) {
    storeSome(hn::Add(productAt(product, place, count), loadSome(bias + place, count)), out + place, count);
  });
}

/// The error function by Abramowitz and Stegun 7.1.26, error below 1.5e-7.
V errorFunction(V x) {
  const Floats d;
  const auto one = hn::Set(d, 1.0F);
  const auto size = hn::Abs(x);
  const auto t = hn::Div(one, hn::MulAdd(hn::Set(d, 0.3275911F), size, one));
  auto sum = hn::MulAdd(hn::Set(d, 1.061405429F), t, hn::Set(d, -1.453152027F));
  sum = hn::MulAdd(sum, t, hn::Set(d, 1.421413741F));
  sum = hn::MulAdd(sum, t, hn::Set(d, -0.284496736F));
  sum = hn::MulAdd(sum, t, hn::Set(d, 0.254829592F));
  const auto decay = hn::Exp(d, hn::Neg(hn::Mul(size, size)));
  const auto value = hn::NegMulAdd(hn::Mul(sum, t), decay, one);
  return hn::CopySign(value, x);
}

void AddBiasGelu(const ProductRow& product, const float* bias, std::size_t size, float* out) {
  const Floats d;
  const auto half = hn::Set(d, 0.5F);
  const auto root = hn::Set(d, 0.70710678118654752F);
  forEachPart(size, [&](std::size_t place, std::size_t count) {
    const auto x = hn::Add(productAt(product, place, count), loadSome(bias + place, count));
    const auto halved = hn::Mul(x, half);
    storeSome(hn::MulAdd(halved, errorFunction(hn::Mul(x, root)), halved), out + place, count);
  });
}

/// Mean 0 and variance 1, then gain and shift, of what `x` holds.
void Normalise(const float* gain, const float* shift, float epsilon, std::size_t size, float* x) {
  const Floats d;
  auto sum = hn::Zero(d);
  forEachPart(size, [&](std::size_t place, std::size_t count) { sum = hn::Add(sum, loadSome(x + place, count)); });
  const float mean = hn::GetLane(hn::SumOfLanes(d, sum)) / static_cast<float>(size);
  const auto means = hn::Set(d, mean);
  auto squares = hn::Zero(d);
  forEachPart(size, [&](std::size_t place, std::size_t count) {
    // Beyond the end there are zeros, whose distance from the mean must not count.
    const auto part =
        count == hn::Lanes(d) ? hn::LoadU(d, x + place) : hn::IfThenElse(hn::FirstN(d, count), loadSome(x + place, count), means);
    const auto distance = hn::Sub(part, means);
    squares = hn::MulAdd(distance, distance, squares);
  });
  const float variance = hn::GetLane(hn::SumOfLanes(d, squares)) / static_cast<float>(size);
  const auto inverse = hn::Set(d, 1.0F / std::sqrt(variance + epsilon));
  forEachPart(size, [&](std::size_t place, std::size_t count) {
    const auto distance = hn::Mul(hn::Sub(loadSome(x + place, count), means), inverse);
    storeSome(hn::MulAdd(distance, loadSome(gain + place, count), loadSome(shift + place, count)), x + place, count);
  });
}

void AddBiasResidualNorm(const ProductRow& product, const float* bias, const float* gain, const float* shift, float epsilon,
                         std::size_t size, float* x) {
  forEachPart(size, [&](std::size_t place, std::size_t count) {
    const auto added = hn::Add(productAt(product, place, count), loadSome(bias + place, count));
    storeSome(hn::Add(added, loadSome(x + place, count)), x + place, count);
  });
  Normalise(gain, shift, epsilon, size, x);
}

/// e^x over their sum, of `size` numbers in a row of `stride`; what lies beyond becomes 0.
void softmax(float* row, std::size_t size, std::size_t stride) {
  const Floats d;
  auto most = hn::Set(d, row[0]);
  forEachPart(size, [&](std::size_t place, std::size_t count) {
    const auto part = loadSome(row + place, count);
    most = hn::Max(most, count == hn::Lanes(d) ? part : hn::IfThenElse(hn::FirstN(d, count), part, most));
  });
  most = hn::MaxOfLanes(d, most);
  auto sum = hn::Zero(d);
  forEachPart(size, [&](std::size_t place, std::size_t count) {
    auto part = hn::Exp(d, hn::Sub(hn::LoadU(d, row + place), most));
    if (count < hn::Lanes(d)) part = hn::IfThenElseZero(hn::FirstN(d, count), part);
    hn::StoreU(part, d, row + place);
    sum = hn::Add(sum, part);
  });
  const auto inverse = hn::Div(hn::Set(d, 1.0F), hn::SumOfLanes(d, sum));
  for (std::size_t place = 0; place < stride; place += hn::Lanes(d))
    hn::StoreU(hn::Mul(hn::LoadU(d, row + place), inverse), d, row + place);
}

std::size_t strideOf(std::size_t rows) {
  const std::size_t lanes = hn::Lanes(Floats());
  return (rows + lanes - 1) / lanes * lanes;
}

std::size_t AttentionRoom(std::size_t rows, std::size_t hidden, std::size_t heads) { return strideOf(rows) * (hidden / heads + 1); }

void Attend(const float* input, std::size_t rows, std::size_t hidden, std::size_t heads, float* room, float* out) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t width = hidden / heads;
  const std::size_t stride = strideOf(rows);
  const std::size_t step = 3 * hidden;
  float* keys = room;                     // width x stride: keys turned, so that one query meets all of them in vectors
  float* scores = room + stride * width;  // one row
  const float scale = 1.0F / std::sqrt(static_cast<float>(width));
  for (std::size_t head = 0; head < heads; ++head) {
    const float* query = input + head * width;
    const float* key = query + hidden;
    const float* value = key + hidden;
    for (std::size_t part = 0; part < width; ++part) {
      for (std::size_t row = 0; row < rows; ++row) keys[part * stride + row] = key[row * step + part] * scale;
      for (std::size_t row = rows; row < stride; ++row) keys[part * stride + row] = 0;
    }
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t place = 0; place < stride; place += lanes) {
        auto sum = hn::Zero(d);
        for (std::size_t part = 0; part < width; ++part) {
          sum = hn::MulAdd(hn::Set(d, query[row * step + part]), hn::LoadU(d, keys + part * stride + place), sum);
        }
        hn::StoreU(sum, d, scores + place);
      }
      softmax(scores, rows, stride);
      float* target = out + row * hidden + head * width;
      forEachPart(width, [&](std::size_t place, std::size_t count) {
        auto sum = hn::Zero(d);
        for (std::size_t other = 0; other < rows; ++other) {
          sum = hn::MulAdd(hn::Set(d, scores[other]), loadSome(value + other * step + place, count), sum);
        }
        storeSome(sum, target + place, count);
      });
    }
  }
}

void AddTo(float* x, const float* y, std::size_t size) {
  forEachPart(size, [&](std::size_t place, std::size_t count) {
    storeSome(hn::Add(loadSome(x + place, count), loadSome(y + place, count)), x + place, count);
  });
}

void ToUnitLength(float* x, std::size_t size) {
  const Floats d;
  auto squares = hn::Zero(d);
  forEachPart(size, [&](std::size_t place, std::size_t count) {
    const auto part = loadSome(x + place, count);
    squares = hn::MulAdd(part, part, squares);
  });
  const float length = std::sqrt(hn::GetLane(hn::SumOfLanes(d, squares)));
  if (!(length > 0)) return;
  const auto inverse = hn::Set(d, 1.0F / length);
  forEachPart(size,
              [&](std::size_t place, std::size_t count) { storeSome(hn::Mul(loadSome(x + place, count), inverse), x + place, count); });
}

}  // namespace learnd::sentence_model::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace learnd::sentence_model {

HWY_EXPORT(QuantiseRow);
HWY_EXPORT(AddBias);
HWY_EXPORT(AddBiasGelu);
HWY_EXPORT(AddBiasResidualNorm);
HWY_EXPORT(Normalise);
HWY_EXPORT(Attend);
HWY_EXPORT(AttentionRoom);
HWY_EXPORT(AddTo);
HWY_EXPORT(ToUnitLength);

RowScale quantiseRow(const float* x, std::size_t size, std::uint8_t* quantised) {
  return HWY_DYNAMIC_DISPATCH(QuantiseRow)(x, size, quantised);
}

void addBias(const ProductRow& product, const float* bias, std::size_t size, float* out) {
  HWY_DYNAMIC_DISPATCH(AddBias)(product, bias, size, out);
}

void addBiasGelu(const ProductRow& product, const float* bias, std::size_t size, float* out) {
  HWY_DYNAMIC_DISPATCH(AddBiasGelu)(product, bias, size, out);
}

void addBiasResidualNorm(const ProductRow& product, const float* bias, const float* gain, const float* shift, float epsilon,
                         std::size_t size, float* x) {
  HWY_DYNAMIC_DISPATCH(AddBiasResidualNorm)(product, bias, gain, shift, epsilon, size, x);
}

void normalise(const float* gain, const float* shift, float epsilon, std::size_t size, float* x) {
  HWY_DYNAMIC_DISPATCH(Normalise)(gain, shift, epsilon, size, x);
}

void attend(const float* queriesKeysValues, std::size_t rows, std::size_t hidden, std::size_t heads, float* room, float* out) {
  HWY_DYNAMIC_DISPATCH(Attend)(queriesKeysValues, rows, hidden, heads, room, out);
}

std::size_t attentionRoom(std::size_t rows, std::size_t hidden, std::size_t heads) {
  return HWY_DYNAMIC_DISPATCH(AttentionRoom)(rows, hidden, heads);
}

void addTo(float* x, const float* y, std::size_t size) { HWY_DYNAMIC_DISPATCH(AddTo)(x, y, size); }
void toUnitLength(float* x, std::size_t size) { HWY_DYNAMIC_DISPATCH(ToUnitLength)(x, size); }

}  // namespace learnd::sentence_model
#endif
