#include "adapters/sentence_model/kernels.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

// Compiled once for each instruction set; the order of these matters.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "adapters/sentence_model/kernels.cpp"
#include <hwy/foreach_target.h>
#include "adapters/sentence_model/vectors-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace learnd::sentence_model::HWY_NAMESPACE {

/// A row as bytes, of whose numbers `least` and `greatest` hold the extremes in some lane. 0 is one of them, so that it stays exact.
HWY_INLINE void storeBytes(const float* x, std::size_t width, V least, V greatest, const ByteRows& bytes, std::size_t row) {
  const Floats d;
  const float bottom = hn::GetLane(hn::MinOfLanes(d, least));
  const float top = hn::GetLane(hn::MaxOfLanes(d, greatest));
  RowScale scale;
  if (top > bottom) scale.scale = (top - bottom) / 255.0F;
  const float inverse = 1.0F / scale.scale;
  scale.zero = std::nearbyint(-bottom * inverse);
  bytes.rows[row] = scale;
  const auto inverses = hn::Set(d, inverse);
  const auto zeros = hn::Set(d, scale.zero);
  std::uint8_t* numbers = bytes.numbers + row * bytes.stride;
  for (std::size_t column = 0; column < width; column += hn::Lanes(d)) {
    // DemoteTo saturates: what rounding takes past 0 or 255 stays there.
    const auto rounded = hn::NearestInt(hn::MulAdd(hn::Load(d, x + column), inverses, zeros));
    hn::StoreU(hn::DemoteTo(Bytes(), rounded), Bytes(), numbers + column);
  }
}

void QuantiseRows(const float* x, std::size_t rows, std::size_t width, const ByteRows& bytes) {
  const Floats d;
  for (std::size_t row = 0; row < rows; ++row, x += width) {
    auto least = hn::Zero(d);
    auto greatest = least;
    for (std::size_t column = 0; column < width; column += hn::Lanes(d)) {
      const auto numbers = hn::Load(d, x + column);
      least = hn::Min(least, numbers);
      greatest = hn::Max(greatest, numbers);
    }
    storeBytes(x, width, least, greatest, bytes, row);
  }
}

/// The mean of a row whose numbers add up to `sum`, and one over the deviation.
struct Spread {
  float mean;
  float inverse;
};

Spread spreadOf(const NormRule& rule, V sum, const float* x) {
  const Floats d;
  const auto width = static_cast<float>(rule.width);
  const float mean = hn::GetLane(hn::SumOfLanes(d, sum)) / width;
  const auto means = hn::Set(d, mean);
  auto squares = hn::Zero(d);
  for (std::size_t column = 0; column < rule.stride; column += hn::Lanes(d)) {
    const auto distance = hn::Sub(hn::Load(d, x + column), means);
    squares = hn::MulAdd(distance, distance, squares);
  }
  // Each 0 beyond the width was taken for a number.
  const float beyond = static_cast<float>(rule.stride - rule.width) * mean * mean;
  const float variance = std::max(0.0F, (hn::GetLane(hn::SumOfLanes(d, squares)) - beyond) / width);
  return {mean, 1.0F / std::sqrt(variance + rule.epsilon)};
}

void normaliseRow(const NormRule& rule, V sum, float* x, const ByteRows& bytes, std::size_t row) {
  const Floats d;
  const Spread spread = spreadOf(rule, sum, x);
  const auto means = hn::Set(d, spread.mean);
  const auto inverses = hn::Set(d, spread.inverse);
  auto least = hn::Zero(d);
  auto greatest = least;
  for (std::size_t column = 0; column < rule.stride; column += hn::Lanes(d)) {
    const auto distance = hn::Mul(hn::Sub(hn::Load(d, x + column), means), inverses);
    const auto normal = hn::MulAdd(distance, hn::Load(d, rule.gain + column), hn::Load(d, rule.shift + column));
    hn::Store(normal, d, x + column);
    least = hn::Min(least, normal);
    greatest = hn::Max(greatest, normal);
  }
  if (bytes.numbers != nullptr) storeBytes(x, rule.stride, least, greatest, bytes, row);
}

void NormaliseRows(const NormRule& rule, std::size_t rows, float* x, const ByteRows& bytes) {
  const Floats d;
  for (std::size_t row = 0; row < rows; ++row, x += rule.stride) {
    auto sum = hn::Zero(d);
    for (std::size_t column = 0; column < rule.stride; column += hn::Lanes(d)) sum = hn::Add(sum, hn::Load(d, x + column));
    normaliseRow(rule, sum, x, bytes, row);
  }
}

template <bool kOfBytes>
void addAndNormaliseProduct(const Product& product, const NormRule& rule, std::size_t rows, float* x, const ByteRows& bytes) {
  const Floats d;
  for (std::size_t row = 0; row < rows; ++row, x += rule.stride) {
    const ProductRow<kOfBytes> added(product, row);
    auto sum = hn::Zero(d);
    for (std::size_t column = 0; column < rule.stride; column += hn::Lanes(d)) {
      const auto number = hn::Add(hn::Load(d, x + column), added.at(column));
      hn::Store(number, d, x + column);
      sum = hn::Add(sum, number);
    }
    normaliseRow(rule, sum, x, bytes, row);
  }
}

void AddAndNormaliseRows(const Product& product, const NormRule& rule, std::size_t rows, float* x, const ByteRows& bytes) {
  if (product.rows != nullptr) {
    addAndNormaliseProduct<true>(product, rule, rows, x, bytes);
  } else {
    addAndNormaliseProduct<false>(product, rule, rows, x, bytes);
  }
}

/// x (1/2 + erf(x / sqrt 2) / 2), absolute error below 2e-6. The second part is an odd rational function, fitted here for the least
/// greatest error within +-5.4, beyond which it is +-1/2 as far as floats of this size can tell.
HWY_INLINE V gelu(V x) {
  const Floats d;
  const auto end = hn::Set(d, 5.4F);
  const auto inside = hn::Max(hn::Min(x, end), hn::Neg(end));
  const auto square = hn::Mul(inside, inside);
  const auto above = polynomial(square, 6.76203763e-06F, 0.000373065559F, 0.00590609573F, 0.0548967757F, 0.398941726F);
  const auto below = polynomial(square, 5.633384603e-07F, 1.338670700e-04F, 3.046439961e-03F, 4.053137451e-02F, 3.042634428e-01F, 1.0F);
  return hn::MulAdd(x, hn::Div(hn::Mul(inside, above), below), hn::Mul(x, hn::Set(d, 0.5F)));
}

template <bool kOfBytes>
void geluProduct(const Product& product, std::size_t rows, std::size_t width, float* out, const ByteRows& bytes) {
  const Floats d;
  const bool toBytes = bytes.numbers != nullptr;
  for (std::size_t row = 0; row < rows; ++row) {
    const ProductRow<kOfBytes> numbers(product, row);
    auto least = hn::Zero(d);
    auto greatest = least;
    for (std::size_t column = 0; column < width; column += hn::Lanes(d)) {
      const auto y = gelu(numbers.at(column));
      hn::Store(y, d, out + column);
      least = hn::Min(least, y);
      greatest = hn::Max(greatest, y);
    }
    if (toBytes) {
      storeBytes(out, width, least, greatest, bytes, row);
    } else {
      out += width;
    }
  }
}

void GeluRows(const Product& product, std::size_t rows, std::size_t width, float* out, const ByteRows& bytes) {
  if (product.rows != nullptr) {
    geluProduct<true>(product, rows, width, out, bytes);
  } else {
    geluProduct<false>(product, rows, width, out, bytes);
  }
}

void AddTo(float* x, const float* y, std::size_t width) {
  const Floats d;
  for (std::size_t column = 0; column < width; column += hn::Lanes(d)) {
    hn::Store(hn::Add(hn::Load(d, x + column), hn::Load(d, y + column)), d, x + column);
  }
}

void ToUnitLength(float* x, std::size_t width) {
  const Floats d;
  auto squares = hn::Zero(d);
  for (std::size_t column = 0; column < width; column += hn::Lanes(d)) {
    const auto part = hn::Load(d, x + column);
    squares = hn::MulAdd(part, part, squares);
  }
  const float length = std::sqrt(hn::GetLane(hn::SumOfLanes(d, squares)));
  if (!(length > 0)) return;
  const auto inverse = hn::Set(d, 1.0F / length);
  for (std::size_t column = 0; column < width; column += hn::Lanes(d)) hn::Store(hn::Mul(hn::Load(d, x + column), inverse), d, x + column);
}

}  // namespace learnd::sentence_model::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace learnd::sentence_model {

HWY_EXPORT(NormaliseRows);
HWY_EXPORT(AddAndNormaliseRows);
HWY_EXPORT(GeluRows);
HWY_EXPORT(QuantiseRows);
HWY_EXPORT(AddTo);
HWY_EXPORT(ToUnitLength);

void normaliseRows(const NormRule& rule, std::size_t rows, float* x, const ByteRows& bytes) {
  HWY_DYNAMIC_DISPATCH(NormaliseRows)(rule, rows, x, bytes);
}

void addAndNormaliseRows(const Product& product, const NormRule& rule, std::size_t rows, float* x, const ByteRows& bytes) {
  HWY_DYNAMIC_DISPATCH(AddAndNormaliseRows)(product, rule, rows, x, bytes);
}

void geluRows(const Product& product, std::size_t rows, std::size_t width, float* out, const ByteRows& bytes) {
  HWY_DYNAMIC_DISPATCH(GeluRows)(product, rows, width, out, bytes);
}

void quantiseRows(const float* x, std::size_t rows, std::size_t width, const ByteRows& bytes) {
  HWY_DYNAMIC_DISPATCH(QuantiseRows)(x, rows, width, bytes);
}

void addTo(float* x, const float* y, std::size_t width) { HWY_DYNAMIC_DISPATCH(AddTo)(x, y, width); }
void toUnitLength(float* x, std::size_t width) { HWY_DYNAMIC_DISPATCH(ToUnitLength)(x, width); }

}  // namespace learnd::sentence_model
#endif
