#include "adapters/sentence_model/kernels.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

// Compiled once for each instruction set; the order of these matters.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "adapters/sentence_model/attention.cpp"
#include <hwy/foreach_target.h>
#include "adapters/sentence_model/vectors-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace learnd::sentence_model::HWY_NAMESPACE {

/// Rows that are computed together: so many sums are under way at once that none waits for the one before it.
constexpr std::size_t kRows = kAttentionRows;

/// One head's part of a text, where the kernels read it. The rows of queries are filled up to whole groups, the keys' to whole vectors.
struct Head {
  float* queries;     // rows x stride
  float* turnedKeys;  // stride x keyStride: a query's number meets those of all keys in vectors
  float* values;      // rows x stride
  float* scores;      // kRows x keyStride
  float* keyRow;      // one row
  std::size_t rows;
  std::size_t width;
  std::size_t stride;
  std::size_t keyStride;
};

Head headIn(float* room, std::size_t rows, const AttentionShape& shape) {
  Head head{};
  head.rows = rows;
  head.width = shape.width;
  head.stride = shape.stride;
  head.keyStride = roundedUp(rows, kVectorFloats);
  head.queries = room;
  head.turnedKeys = head.queries + roundedUp(rows, kRows) * head.stride;
  head.values = head.turnedKeys + head.keyStride * head.stride;
  head.scores = head.values + rows * head.stride;
  head.keyRow = head.scores + kRows * head.keyStride;
  // What fills up the groups and vectors is computed with, and must be numbers.
  std::memset(room, 0, attentionRoom(rows, shape) * sizeof(float));
  return head;
}

template <bool kOfBytes>
void readHead(const Product& product, const AttentionShape& shape, std::size_t number, const Head& head) {
  const Floats d;
  const std::size_t all = shape.heads * shape.stride;
  const std::size_t first = number * shape.stride;
  for (std::size_t row = 0; row < head.rows; ++row) {
    const ProductRow<kOfBytes> numbers(product, row);
    for (std::size_t column = 0; column < head.stride; column += hn::Lanes(d)) {
      hn::Store(numbers.at(first + column), d, head.queries + row * head.stride + column);
      hn::Store(numbers.at(all + first + column), d, head.keyRow + column);
      hn::Store(numbers.at(2 * all + first + column), d, head.values + row * head.stride + column);
    }
    for (std::size_t column = 0; column < head.width; ++column) head.turnedKeys[column * head.keyStride + row] = head.keyRow[column];
  }
}

/// Products of kRows queries with the keys of `kVectors` vectors from `key` on.
template <std::size_t kVectors>
HWY_INLINE void scoreVectors(const Head& head, const float* queries, std::size_t key) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t stride = head.stride;
  V a0 = hn::Zero(d), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  const float* keys = head.turnedKeys + key;
  for (std::size_t column = 0; column < head.width; ++column, keys += head.keyStride) {
    const auto q0 = hn::Set(d, queries[column]);
    const auto q1 = hn::Set(d, queries[stride + column]);
    const auto q2 = hn::Set(d, queries[2 * stride + column]);
    const auto q3 = hn::Set(d, queries[3 * stride + column]);
    const auto left = hn::Load(d, keys);
    a0 = hn::MulAdd(q0, left, a0);
    a1 = hn::MulAdd(q1, left, a1);
    a2 = hn::MulAdd(q2, left, a2);
    a3 = hn::MulAdd(q3, left, a3);
    if constexpr (kVectors == 2) {
      const auto right = hn::Load(d, keys + lanes);
      b0 = hn::MulAdd(q0, right, b0);
      b1 = hn::MulAdd(q1, right, b1);
      b2 = hn::MulAdd(q2, right, b2);
      b3 = hn::MulAdd(q3, right, b3);
    }
  }
  float* scores = head.scores + key;
  hn::Store(a0, d, scores);
  hn::Store(a1, d, scores + head.keyStride);
  hn::Store(a2, d, scores + 2 * head.keyStride);
  hn::Store(a3, d, scores + 3 * head.keyStride);
  if constexpr (kVectors == 2) {
    scores += lanes;
    hn::Store(b0, d, scores);
    hn::Store(b1, d, scores + head.keyStride);
    hn::Store(b2, d, scores + 2 * head.keyStride);
    hn::Store(b3, d, scores + 3 * head.keyStride);
  }
}

void scoreRows(const Head& head, std::size_t row) {
  const std::size_t lanes = hn::Lanes(Floats());
  const float* queries = head.queries + row * head.stride;
  std::size_t key = 0;
  for (; key + lanes < head.keyStride; key += 2 * lanes) scoreVectors<2>(head, queries, key);
  if (key < head.keyStride) scoreVectors<1>(head, queries, key);
}

/// e^x for x of at most 0, relative error below 1e-6 down to e^-80; 0 is never reached. 2^x is taken apart into its whole part, which is
/// the exponent's, and a polynomial on [-1/2, 1/2].
HWY_INLINE V exponential(V x) {
  const Floats d;
  const Ints di;
  const auto power = hn::Mul(hn::Max(x, hn::Set(d, -87.0F)), hn::Set(d, 1.44269504F));
  const auto whole = hn::NearestInt(power);
  const auto part = hn::Sub(power, hn::ConvertTo(d, whole));
  const auto factor = polynomial(part, 0.0013276472F, 0.00967554174F, 0.0555071328F, 0.240221197F, 0.693146967F, 1.00000007F);
  return hn::BitCast(d, hn::Add(hn::BitCast(di, factor), hn::ShiftLeft<23>(whole)));
}

/// Scores to weights, less the division by their sum, whose inverse is the result.
float weigh(const Head& head, float* scores) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t whole = head.rows / lanes * lanes;
  const auto last = hn::FirstN(d, head.rows - whole);
  auto most = hn::Set(d, scores[0]);
  for (std::size_t key = 0; key < whole; key += lanes) most = hn::Max(most, hn::Load(d, scores + key));
  if (whole < head.rows) most = hn::Max(most, hn::IfThenElse(last, hn::Load(d, scores + whole), most));
  most = hn::MaxOfLanes(d, most);
  auto sum = hn::Zero(d);
  for (std::size_t key = 0; key < whole; key += lanes) {
    const auto weight = exponential(hn::Sub(hn::Load(d, scores + key), most));
    hn::Store(weight, d, scores + key);
    sum = hn::Add(sum, weight);
  }
  if (whole < head.rows) {
    const auto weight = exponential(hn::Sub(hn::Load(d, scores + whole), most));
    hn::Store(weight, d, scores + whole);
    sum = hn::Add(sum, hn::IfThenElseZero(last, weight));
  }
  return 1.0F / hn::GetLane(hn::SumOfLanes(d, sum));
}

/// The values' sums by the weights of kRows rows, in `kVectors` vectors from `column` on, into the first `count` rows of `out`.
template <std::size_t kVectors>
HWY_INLINE void mixVectors(const Head& head, const float* inverses, std::size_t column, std::size_t count, float* out,
                           std::size_t outStride) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d);
  V a0 = hn::Zero(d), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  const float* values = head.values + column;
  const float* weights = head.scores;
  for (std::size_t key = 0; key < head.rows; ++key, values += head.stride) {
    const auto w0 = hn::Set(d, weights[key]);
    const auto w1 = hn::Set(d, weights[head.keyStride + key]);
    const auto w2 = hn::Set(d, weights[2 * head.keyStride + key]);
    const auto w3 = hn::Set(d, weights[3 * head.keyStride + key]);
    const auto left = hn::Load(d, values);
    a0 = hn::MulAdd(w0, left, a0);
    a1 = hn::MulAdd(w1, left, a1);
    a2 = hn::MulAdd(w2, left, a2);
    a3 = hn::MulAdd(w3, left, a3);
    if constexpr (kVectors == 2) {
      const auto right = hn::Load(d, values + lanes);
      b0 = hn::MulAdd(w0, right, b0);
      b1 = hn::MulAdd(w1, right, b1);
      b2 = hn::MulAdd(w2, right, b2);
      b3 = hn::MulAdd(w3, right, b3);
    }
  }
  const auto store = [&](std::size_t row, V left, [[maybe_unused]] V right) {
    if (row >= count) return;
    const auto inverse = hn::Set(d, inverses[row]);
    hn::Store(hn::Mul(left, inverse), d, out + row * outStride + column);
    if constexpr (kVectors == 2) hn::Store(hn::Mul(right, inverse), d, out + row * outStride + column + lanes);
  };
  store(0, a0, b0);
  store(1, a1, b1);
  store(2, a2, b2);
  store(3, a3, b3);
}

void mixRows(const Head& head, const float* inverses, std::size_t count, float* out, std::size_t outStride) {
  const std::size_t lanes = hn::Lanes(Floats());
  std::size_t column = 0;
  for (; column + lanes < head.stride; column += 2 * lanes) mixVectors<2>(head, inverses, column, count, out, outStride);
  if (column < head.stride) mixVectors<1>(head, inverses, column, count, out, outStride);
}

void Attend(const Product& product, std::size_t rows, const AttentionShape& shape, float* room, float* out) {
  const Head head = headIn(room, rows, shape);
  const std::size_t outStride = shape.heads * shape.stride;
  for (std::size_t number = 0; number < shape.heads; ++number) {
    if (product.rows != nullptr) {
      readHead<true>(product, shape, number, head);
    } else {
      readHead<false>(product, shape, number, head);
    }
    for (std::size_t row = 0; row < rows; row += kRows) {
      scoreRows(head, row);
      float inverses[kRows];
      for (std::size_t i = 0; i < kRows; ++i) inverses[i] = weigh(head, head.scores + i * head.keyStride);
      mixRows(head, inverses, std::min(kRows, rows - row), out + row * outStride + number * shape.stride, outStride);
    }
  }
}

}  // namespace learnd::sentence_model::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace learnd::sentence_model {

HWY_EXPORT(Attend);

void attend(const Product& product, std::size_t rows, const AttentionShape& shape, float* room, float* out) {
  HWY_DYNAMIC_DISPATCH(Attend)(product, rows, shape, room, out);
}

std::size_t attentionRoom(std::size_t rows, const AttentionShape& shape) {
  const std::size_t keyStride = roundedUp(rows, kVectorFloats);
  return (roundedUp(rows, kAttentionRows) + rows + keyStride + 1) * shape.stride + kAttentionRows * keyStride;
}

}  // namespace learnd::sentence_model
#endif
