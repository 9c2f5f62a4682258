#pragma once

#include "adapters/sentence_model/aligned_buffer.hpp"
#include "adapters/sentence_model/kernels.hpp"
#include "adapters/sentence_model/matrix_product.hpp"
#include "adapters/sentence_model/model_folder.hpp"
#include "adapters/sentence_model/safetensors.hpp"
#include "core/result.hpp"

#include <filesystem>
#include <vector>

namespace learnd::sentence_model {

/// The widths of rows as they are computed with: whole vectors, each attention head's part too.
struct EncoderWidths {
  explicit EncoderWidths(const EncoderShape& shape)
      : hidden(roundedUp(shape.hidden, kVectorFloats)),
        intermediate(roundedUp(shape.intermediate, kVectorFloats)),
        head(roundedUp(shape.hidden / shape.heads, kVectorFloats)),
        heads(head * shape.heads) {}

  std::size_t hidden;
  std::size_t intermediate;
  std::size_t head;
  std::size_t heads;
};

/// A linear layer.
struct LinearWeights {
  PackedWeights packed;
  AlignedBuffer<float> bias;
  AlignedBuffer<float> scales;  // Int8: of each output's weights
  AlignedBuffer<float> sums;    // Int8: of each output's weights, as floats

  [[nodiscard]] Columns columns() const { return {bias.data(), scales.data(), sums.data()}; }
};

struct NormWeights {
  AlignedBuffer<float> gain;
  AlignedBuffer<float> shift;
};

struct LayerWeights {
  LinearWeights queriesKeysValues;
  LinearWeights attentionOutput;
  NormWeights attentionNorm;
  LinearWeights intermediate;
  LinearWeights output;
  NormWeights outputNorm;
};

/// The four products of a layer; all layers' are alike.
struct EncoderProducts {
  EncoderProducts(const EncoderWidths& widths, Precision precision)
      : queriesKeysValues(precision, widths.hidden, 3 * widths.heads),
        attentionOutput(precision, widths.heads, widths.hidden),
        intermediate(precision, widths.hidden, widths.intermediate),
        output(precision, widths.intermediate, widths.hidden) {}

  MatrixProduct queriesKeysValues;
  MatrixProduct attentionOutput;
  MatrixProduct intermediate;
  MatrixProduct output;
};

/// All that an encoder computes with, in the form it computes with. The word embeddings, half of most models, stay in their file.
struct EncoderWeights {
  EncoderWeights(const EncoderShape& shape, Precision precision, Safetensors file);

  std::uint64_t number;  // no two of a process have the same
  EncoderWidths widths;
  EncoderProducts products;
  Safetensors file;
  Tensor words;
  AlignedBuffer<float> positions;  // of the window, with the first type's vector added
  NormWeights embeddingNorm;
  std::vector<LayerWeights> layers;
};

/// Reads, quantises and packs. InvalidInput (a wrong file), or Unavailable where no machine code can be made here.
[[nodiscard]] core::Result<std::unique_ptr<EncoderWeights>> loadWeights(const std::filesystem::path& folder, const EncoderShape& shape,
                                                                        Precision precision);

}  // namespace learnd::sentence_model
