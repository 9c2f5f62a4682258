#pragma once

#include "adapters/sentence_model/vocabulary.hpp"
#include "adapters/sentence_model/word_splitter.hpp"
#include "core/result.hpp"
#include "json/value.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

namespace learnd::sentence_model {

struct WordPieceRules {
  SplittingRules splitting;
  std::size_t longestWord = 100;  // in characters; a longer one is unknown
  std::int32_t unknown = 0;       // ids of the tokens that are no part of a text
  std::int32_t begin = 0;
  std::int32_t end = 0;
};

struct Tokens {
  std::vector<std::int32_t> ids;
  bool clipped = false;  // the text went on behind the last of them
};

/// Texts to token ids by WordPiece (Wu et al. 2016, section 4.1; greedy, the longest piece first, as BERT has it). "[CLS]" and the like in
/// a text are plain text. Any thread.
class WordPiece {
 public:
  /// The tokenizer that a tokenizer.json (https://github.com/huggingface/tokenizers) describes. Its truncation and padding are not ours.
  /// What is no WordPiece as BERT has it is an InvalidInput that names the file and the key.
  [[nodiscard]] static core::Result<WordPiece> open(const std::filesystem::path& file);
  /// The same from what the file holds; the message names the key alone.
  [[nodiscard]] static core::Result<WordPiece> decode(const json::Value& value);

  /// [CLS], the text's pieces and [SEP], at most `window` (3 and more) of them. Stops reading where the window is full.
  [[nodiscard]] Tokens tokenize(std::string_view text, std::size_t window) const;

  /// One above the highest id.
  [[nodiscard]] std::size_t size() const { return size_; }

  /// From now on all texts are put into lower case, whatever the file says.
  void useLowercase() { rules_.splitting.lowercase = true; }

 private:
  WordPiece(Vocabulary vocabulary, const WordPieceRules& rules, std::size_t size)
      : vocabulary_(std::move(vocabulary)), rules_(rules), size_(size) {}
  void appendPieces(std::string_view word, std::vector<std::int32_t>& ids) const;

  Vocabulary vocabulary_;
  WordPieceRules rules_;
  std::size_t size_;
};

}  // namespace learnd::sentence_model
