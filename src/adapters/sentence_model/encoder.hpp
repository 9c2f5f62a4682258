#pragma once

#include "adapters/sentence_model/encoder_room.hpp"
#include "adapters/sentence_model/encoder_weights.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace learnd::sentence_model {

/// The BERT encoder (Devlin et al. 2019: post-norm, erf GELU), pooled and of unit length. Immutable once loaded; any thread, each with its
/// own EncoderRoom. Texts of a batch run through the products together, whatever their lengths: nothing is padded but the rows' rounding.
class Encoder {
 public:
  using Ids = std::vector<std::int32_t>;

  /// Loads and prepares the weights; InvalidInput (a wrong file), or Unavailable where no machine code can be made here.
  [[nodiscard]] static core::Result<Encoder> load(const std::filesystem::path& folder, const EncoderShape& shape, Precision precision);

  [[nodiscard]] const EncoderShape& shape() const { return shape_; }
  [[nodiscard]] Precision precision() const { return precision_; }

  /// Vectors of `texts`, each of 1 to shape().window ids below shape().vocabulary: texts x hidden, into `out`. Throws std::runtime_error
  /// where the model's file or oneDNN fails.
  void encode(std::span<const Ids> texts, EncoderRoom& room, float* out) const;

 private:
  Encoder(const EncoderShape& shape, Precision precision, std::unique_ptr<const EncoderWeights> weights);

  void encodeTogether(std::span<const Ids> texts, std::size_t rows, EncoderRoom& room, float* out) const;
  void embed(std::span<const Ids> texts, EncoderRoom& room) const;
  void runLayer(const LayerWeights& layer, std::span<const Ids> texts, std::size_t rows, const EncoderRoom::Calls& calls,
                EncoderRoom& room) const;
  void attendTexts(const LayerWeights& layer, std::span<const Ids> texts, EncoderRoom& room) const;
  void pool(std::span<const Ids> texts, EncoderRoom& room, float* out) const;
  [[nodiscard]] NormRule ruleOf(const NormWeights& norm) const;

  EncoderShape shape_;
  Precision precision_;
  std::unique_ptr<const EncoderWeights> weights_;
};

}  // namespace learnd::sentence_model
