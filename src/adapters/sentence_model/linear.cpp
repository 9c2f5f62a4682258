#include "adapters/sentence_model/encoder.hpp"
#include "adapters/sentence_model/kernels.hpp"

#include <algorithm>
#include <cmath>

namespace learnd::sentence_model {

namespace {

template <class T>
T* atLeast(std::vector<T>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer.resize(size);
  return buffer.data();
}

}  // namespace

Linear::Quantised Linear::quantise(std::span<const float> weights, std::size_t inputs, std::size_t outputs) {
  Quantised quantised{std::vector<std::int8_t>(weights.size()), std::vector<float>(outputs), std::vector<std::int32_t>(outputs)};
  for (std::size_t output = 0; output < outputs; ++output) {
    const float* row = weights.data() + output * inputs;
    float greatest = 0;
    for (std::size_t i = 0; i < inputs; ++i) greatest = std::max(greatest, std::fabs(row[i]));
    const float scale = greatest > 0 ? greatest / 127.0F : 1.0F;
    const float inverse = 1.0F / scale;
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < inputs; ++i) {
      const auto value = static_cast<std::int8_t>(std::lrintf(row[i] * inverse));
      quantised.weights[output * inputs + i] = value;
      sum += value;
    }
    quantised.scales[output] = scale;
    quantised.sums[output] = sum;
  }
  return quantised;
}

Linear::Linear(std::span<const float> weights, std::vector<float> bias, std::size_t inputs, std::size_t outputs, Precision precision)
    : Linear(precision == Precision::Int8 ? quantise(weights, inputs, outputs) : Quantised(), weights, std::move(bias), inputs, outputs,
             precision) {}

Linear::Linear(Quantised quantised, std::span<const float> weights, std::vector<float> bias, std::size_t inputs, std::size_t outputs,
               Precision precision)
    : inputs_(inputs),
      outputs_(outputs),
      precision_(precision),
      bias_(std::move(bias)),
      scales_(std::move(quantised.scales)),
      weightSums_(std::move(quantised.sums)),
      product_(precision == Precision::Int8 ? MatrixProduct(std::span<const std::int8_t>(quantised.weights), inputs, outputs)
                                            : MatrixProduct(weights, inputs, outputs)) {}

void Linear::multiply(const float* x, std::size_t rows, EncoderRoom::Buffers& room) const {
  const std::size_t padded = MatrixProduct::paddedRows(rows);
  if (precision_ == Precision::Float) {
    product_.multiply(x, rows, atLeast(room.products, padded * outputs_), room.scratch);
    return;
  }
  std::uint8_t* bytes = atLeast(room.bytes, padded * inputs_);
  RowScale* scales = atLeast(room.scales, padded);
  for (std::size_t row = 0; row < rows; ++row) scales[row] = quantiseRow(x + row * inputs_, inputs_, bytes + row * inputs_);
  product_.multiply(bytes, rows, atLeast(room.sums, padded * outputs_), room.scratch);
}

ProductRow Linear::row(std::size_t number, const EncoderRoom::Buffers& room) const {
  ProductRow row;
  if (precision_ == Precision::Float) {
    row.floats = room.products.data() + number * outputs_;
  } else {
    row.sums = room.sums.data() + number * outputs_;
    row.weightSums = weightSums_.data();
    row.weightScales = scales_.data();
    row.rowScale = room.scales[number].scale;
    row.rowZero = room.scales[number].zero;
  }
  return row;
}

}  // namespace learnd::sentence_model
