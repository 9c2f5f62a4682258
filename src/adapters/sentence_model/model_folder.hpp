#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace learnd::sentence_model {

/// The sizes and rules of a BERT encoder, as a sentence-transformers folder gives them.
struct EncoderShape {
  std::size_t hidden = 0;
  std::size_t layers = 0;
  std::size_t heads = 0;
  std::size_t intermediate = 0;
  std::size_t vocabulary = 0;
  std::size_t positions = 0;
  std::size_t types = 0;
  std::size_t window = 0;  // tokens of a text, [CLS] and [SEP] too
  double normEpsilon = 1e-12;
  bool meanPooling = true;  // else the vector of [CLS]
};

/// Reads and checks config.json, modules.json, 1_Pooling/config.json and sentence_bert_config.json. InvalidInput with a message that names
/// the file and what is unlike an encoder of this kind.
core::Result<EncoderShape> readModelFolder(const std::filesystem::path& folder);

/// SHA-256 (hexadecimal) of all that decides what vector a text gets: the weights, the tokenizer, the configuration.
core::Result<std::string> digestOfModel(const std::filesystem::path& folder);

}  // namespace learnd::sentence_model
