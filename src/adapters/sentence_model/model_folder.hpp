#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace learnd::sentence_model {

enum class Pooling : unsigned char {
  Mean,  // of all tokens' vectors
  First  // the vector of [CLS]
};

/// The sizes and rules of a BERT encoder, as a sentence-transformers folder gives them.
struct EncoderShape {
  std::size_t hidden = 0;        // numbers a token
  std::size_t intermediate = 0;  // between the two products of a layer's feed-forward part
  std::size_t heads = 0;
  std::size_t layers = 0;
  std::size_t vocabulary = 0;  // rows of the word embeddings
  std::size_t positions = 0;   // rows of the position embeddings
  std::size_t types = 0;       // rows of the token type embeddings, of which the first is used
  float epsilon = 0;           // of the layer norms
  Pooling pooling = Pooling::Mean;
  std::size_t window = 0;  // tokens a text may have, [CLS] and [SEP] among them
  bool lowercase = false;  // whatever tokenizer.json says of case
};

/// Reads and checks config.json, modules.json, the pooling's config.json and sentence_bert_config.json. What is unlike a BERT encoder with
/// mean or [CLS] pooling is an InvalidInput that names the file, the key and what it would have to be.
[[nodiscard]] core::Result<EncoderShape> readModelFolder(const std::filesystem::path& folder);

/// SHA-256 (hexadecimal) of all that decides what vector a text gets: the weights, the tokenizer, the configuration. Reads the whole model.
[[nodiscard]] core::Result<std::string> digestOfModel(const std::filesystem::path& folder);

}  // namespace learnd::sentence_model
