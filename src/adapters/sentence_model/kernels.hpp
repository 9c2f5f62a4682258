#pragma once

#include <cstddef>
#include <cstdint>

namespace learnd::sentence_model {

/// What an encoder does besides its matrix products, vectorised for whatever the processor has (chosen at run time). No alignment is asked
/// for; no buffer may overlap another unless said.

/// The sums of a product as they come: floats, or s32 with what turns them into floats.
struct ProductRow {
  const float* floats = nullptr;             // else:
  const std::int32_t* sums = nullptr;        // of u8 inputs by s8 weights
  const std::int32_t* weightSums = nullptr;  // the sum of each output's weights
  const float* weightScales = nullptr;       // of each output
  float rowScale = 1;                        // of the input row: x = scale (quantised - zero)
  std::int32_t rowZero = 0;
};

struct RowScale {
  float scale = 1;
  std::int32_t zero = 0;
};

/// A row as u8, from its least to its greatest number: what comes out of GELU has hardly anything below 0, and none of the range is wasted.
RowScale quantiseRow(const float* x, std::size_t size, std::uint8_t* quantised);

/// out = product + bias
void addBias(const ProductRow& product, const float* bias, std::size_t size, float* out);
/// out = gelu(product + bias), by the error function
void addBiasGelu(const ProductRow& product, const float* bias, std::size_t size, float* out);
/// x = norm(x + product + bias) with gain and shift
void addBiasResidualNorm(const ProductRow& product, const float* bias, const float* gain, const float* shift, float epsilon,
                         std::size_t size, float* x);
/// x = norm(x)
void normalise(const float* gain, const float* shift, float epsilon, std::size_t size, float* x);

/// Self-attention of one text: `rows` x 3 `hidden` (queries, keys, values side by side) to `rows` x `hidden`. `room`: attentionRoom floats.
void attend(const float* queriesKeysValues, std::size_t rows, std::size_t hidden, std::size_t heads, float* room, float* out);
std::size_t attentionRoom(std::size_t rows, std::size_t hidden, std::size_t heads);

/// x += y
void addTo(float* x, const float* y, std::size_t size);
/// x / |x|; a zero vector stays one
void toUnitLength(float* x, std::size_t size);

}  // namespace learnd::sentence_model
