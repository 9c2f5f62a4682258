#pragma once

#include "adapters/sentence_model/model_folder.hpp"
#include "adapters/sentence_model/safetensors.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace learnd::sentence_model {

/// A small model with random weights, its files, and a plain way to compute it that shares nothing with the encoder. All weights are
/// multiples of 1/128 below 1/2, so that they are the same in every number format.
class RandomModel {
 public:
  struct Tensor {
    std::vector<std::uint64_t> shape;
    std::vector<float> numbers;
  };

  RandomModel(const EncoderShape& shape, unsigned seed);

  /// Sizes unlike any real model's: nothing is a power of two.
  static EncoderShape oddShape();

  [[nodiscard]] const EncoderShape& shape() const { return shape_; }
  std::map<std::string, Tensor>& tensors() { return tensors_; }

  /// A sentence-transformers folder; `prefix` is put before the tensors' names.
  void write(const std::filesystem::path& folder, NumberFormat format, const std::string& prefix = "") const;

  /// Its vector of a text, by the textbook and in 64-bit floats.
  [[nodiscard]] std::vector<double> encode(std::span<const std::int32_t> ids) const;

 private:
  using Rows = std::vector<std::vector<double>>;

  void add(const std::string& name, std::vector<std::uint64_t> shape);
  [[nodiscard]] const std::vector<float>& numbers(const std::string& name) const { return tensors_.at(name).numbers; }
  [[nodiscard]] Rows linear(const Rows& rows, const std::string& name) const;
  [[nodiscard]] Rows norm(const Rows& rows, const std::string& name) const;
  [[nodiscard]] Rows attention(const Rows& rows, const std::string& name) const;
  [[nodiscard]] Rows embeddings(std::span<const std::int32_t> ids) const;

  EncoderShape shape_;
  std::map<std::string, Tensor> tensors_;
  unsigned seed_;
};

/// A safetensors file's bytes of these tensors.
std::string safetensorsOf(const std::map<std::string, RandomModel::Tensor>& tensors, NumberFormat format, const std::string& prefix = "");
/// A safetensors file's bytes of a header and data as they are.
std::string safetensorsOf(const std::string& header, const std::string& data);

/// A tokenizer.json of single letters, alone and within words, and a few words.
std::string smallTokenizer();

double cosine(std::span<const float> a, std::span<const double> b);

}  // namespace learnd::sentence_model
