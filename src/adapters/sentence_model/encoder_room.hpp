#pragma once

#include "adapters/sentence_model/encoder_weights.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace learnd::sentence_model {

/// One thread's room for encoding: buffers for some rows, and the products bound to them. Grows to what the largest batch needed.
class EncoderRoom {
 public:
  struct Calls {
    BoundProduct queriesKeysValues;
    BoundProduct attentionOutput;
    BoundProduct intermediate;
    BoundProduct output;
  };

  /// Makes room for so many rows, of which `longest` are of one text, in the widths of these weights.
  void fit(const EncoderWeights& weights, const EncoderShape& shape, Precision precision, std::size_t rows, std::size_t longest);

  /// The products of so many rows, which there is room for.
  const Calls& calls(std::size_t rows);

  /// For a product's input as bytes; without numbers where it is computed in floats.
  ByteRows bytes(std::size_t stride) { return {bytes_.size() > 0 ? bytes_.data() : nullptr, rows_.data(), stride}; }

  AlignedBuffer<float> x;        // rows x hidden
  AlignedBuffer<float> context;  // rows x heads
  AlignedBuffer<float> wide;     // rows x the widest product: floats, or s32 in the same place
  AlignedBuffer<float> narrow;   // rows x hidden: a product, as `wide`
  AlignedBuffer<float> row;      // the widest row
  AlignedBuffer<float> attention;

 private:
  Calls bind(std::size_t rows);

  const EncoderWeights* weights_ = nullptr;
  std::uint64_t number_ = 0;  // of the weights: another one's may lie in the same place
  std::size_t capacity_ = 0;
  AlignedBuffer<std::uint8_t> bytes_;
  AlignedBuffer<RowScale> rows_;
  Scratch scratch_;
  std::map<std::size_t, Calls> calls_;
};

}  // namespace learnd::sentence_model
