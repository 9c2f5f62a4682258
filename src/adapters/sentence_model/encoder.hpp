#pragma once

#include "adapters/sentence_model/kernels.hpp"
#include "adapters/sentence_model/matrix_product.hpp"
#include "adapters/sentence_model/model_folder.hpp"
#include "adapters/sentence_model/safetensors.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace learnd::sentence_model {

/// One thread's room for encoding; grows to what the largest batch needed.
class EncoderRoom {
 public:
  struct Buffers {
    std::vector<float> x;        // tokens x hidden
    std::vector<float> wide;     // tokens x max(3 hidden, intermediate)
    std::vector<float> context;  // tokens x hidden
    std::vector<float> attention;
    std::vector<float> products;      // as floats
    std::vector<std::int32_t> sums;   // as s32
    std::vector<std::uint8_t> bytes;  // quantised inputs
    std::vector<RowScale> scales;     // of their rows
    Scratch scratch;
  };
  Buffers buffers;
};

/// A linear layer: its product, and what turns sums of bytes into floats.
class Linear {
 public:
  Linear(std::span<const float> weights, std::vector<float> bias, std::size_t inputs, std::size_t outputs, Precision precision);

  /// Computes the product of `rows` rows; row(i) gives each afterwards.
  void multiply(const float* x, std::size_t rows, EncoderRoom::Buffers& room) const;
  [[nodiscard]] ProductRow row(std::size_t number, const EncoderRoom::Buffers& room) const;
  [[nodiscard]] const float* bias() const { return bias_.data(); }
  [[nodiscard]] std::size_t outputs() const { return outputs_; }
  void prepare(std::size_t rows) const { product_.prepare(rows); }

 private:
  struct Quantised {
    std::vector<std::int8_t> weights;
    std::vector<float> scales;
    std::vector<std::int32_t> sums;
  };
  static Quantised quantise(std::span<const float> weights, std::size_t inputs, std::size_t outputs);
  Linear(Quantised quantised, std::span<const float> weights, std::vector<float> bias, std::size_t inputs, std::size_t outputs,
         Precision precision);

  std::size_t inputs_;
  std::size_t outputs_;
  Precision precision_;
  std::vector<float> bias_;
  std::vector<float> scales_;
  std::vector<std::int32_t> weightSums_;
  MatrixProduct product_;
};

/// The BERT encoder (Devlin et al. 2019: post-norm, erf GELU), pooled and of unit length. Immutable once loaded; any thread, each with its
/// own EncoderRoom. Texts of a batch run through the products together, whatever their lengths: nothing is padded but the rows' rounding.
class Encoder {
 public:
  /// Loads and prepares the weights; InvalidInput (a wrong file), or Unavailable where no machine code can be made here.
  static core::Result<Encoder> load(const std::filesystem::path& folder, const EncoderShape& shape, Precision precision);

  [[nodiscard]] const EncoderShape& shape() const { return shape_; }
  [[nodiscard]] Precision precision() const { return precision_; }

  /// Vectors of `texts`, each at most shape().window ids below shape().vocabulary: texts x hidden, into `out`.
  void encode(std::span<const std::vector<std::int32_t>> texts, EncoderRoom& room, float* out) const;

 private:
  struct Norm {
    std::vector<float> gain;
    std::vector<float> shift;
  };
  struct Layer {
    Linear queriesKeysValues;
    Linear attentionOutput;
    Norm attentionNorm;
    Linear intermediate;
    Linear output;
    Norm outputNorm;
  };
  class Loader;

  Encoder(EncoderShape shape, Precision precision, Safetensors file);
  void embed(std::span<const std::vector<std::int32_t>> texts, EncoderRoom::Buffers& room) const;
  void runLayer(const Layer& layer, std::span<const std::vector<std::int32_t>> texts, std::size_t tokens, EncoderRoom::Buffers& room) const;
  void pool(std::span<const std::vector<std::int32_t>> texts, const EncoderRoom::Buffers& room, float* out) const;
  void prepare() const;

  EncoderShape shape_;
  Precision precision_;
  Safetensors file_;  // the word embeddings stay in it: a text takes a few rows
  Tensor words_;
  std::vector<float> positions_;  // with the first type's vector added
  Norm embeddingNorm_;
  std::vector<Layer> layers_;
};

}  // namespace learnd::sentence_model
