#pragma once

#include <cstddef>
#include <cstdint>

namespace learnd::sentence_model {

/// What an encoder does besides its matrix products, vectorised for whatever the processor has (chosen at run time). All widths and strides
/// are multiples of kVectorFloats, what lies beyond the model's own sizes is 0 and stays so; buffers don't overlap unless said.
inline constexpr std::size_t kVectorFloats = 16;
/// Queries that attention takes at once.
inline constexpr std::size_t kAttentionRows = 4;

constexpr std::size_t roundedUp(std::size_t size, std::size_t step) { return (size + step - 1) / step * step; }

/// How a row became bytes: number = scale (byte - zero).
struct RowScale {
  float scale = 1;
  float zero = 0;
};

/// Rows as bytes, each from its least to its greatest number: what comes out of GELU has hardly anything below 0, and none of the range is
/// wasted. Without `numbers` no bytes are wanted.
struct ByteRows {
  std::uint8_t* numbers = nullptr;
  RowScale* rows = nullptr;
  std::size_t stride = 0;
};

/// A linear layer's numbers by output: result = product + bias. Where the product is of bytes also what turns it into floats.
struct Columns {
  const float* bias = nullptr;
  const float* scales = nullptr;  // of the weights
  const float* sums = nullptr;    // of the weights, as floats
};

/// Rows of a matrix product as they come: floats, or (where `rows` is given) s32 of byte rows by s8 weights.
struct Product {
  const void* numbers = nullptr;
  const RowScale* rows = nullptr;
  std::size_t stride = 0;
  Columns columns;
};

/// A layer norm over `width` numbers; gain and shift are 0 from there to `stride`.
struct NormRule {
  const float* gain = nullptr;
  const float* shift = nullptr;
  float epsilon = 0;
  std::size_t width = 0;
  std::size_t stride = 0;
};

struct AttentionShape {
  std::size_t heads = 0;
  std::size_t width = 0;   // of a head
  std::size_t stride = 0;  // from a head to the next
};

/// x = norm(x)
void normaliseRows(const NormRule& rule, std::size_t rows, float* x, const ByteRows& bytes);
/// x = norm(x + product)
void addAndNormaliseRows(const Product& product, const NormRule& rule, std::size_t rows, float* x, const ByteRows& bytes);
/// gelu(product), by the error function (Hendrycks and Gimpel 2016): into `out`, or into `bytes` where they are wanted, with room for a row
/// in `out`. `out` may be where the product is, if that is of floats.
void geluRows(const Product& product, std::size_t rows, std::size_t width, float* out, const ByteRows& bytes);
void quantiseRows(const float* x, std::size_t rows, std::size_t width, const ByteRows& bytes);

/// Self-attention of one text (Vaswani et al. 2017; the division by the root of the width is in the queries' weights). A row of the product
/// is all heads' queries, keys and values; a row of `out` all heads' answers. `room`: attentionRoom(rows, shape) floats.
void attend(const Product& product, std::size_t rows, const AttentionShape& shape, float* room, float* out);
std::size_t attentionRoom(std::size_t rows, const AttentionShape& shape);

/// x += y
void addTo(float* x, const float* y, std::size_t width);
/// x / |x|; a zero vector stays one
void toUnitLength(float* x, std::size_t width);

}  // namespace learnd::sentence_model
