#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace learnd::sentence_model {

/// How BERT's "basic" step reads a text before words are cut into pieces (Devlin et al. 2019, as tokenizer.json's BertNormalizer and
/// BertPreTokenizer say).
struct SplittingRules {
  bool lowercase = true;
  bool stripAccents = true;  // canonical decomposition, then marks without a width of their own go
  bool splitChinese = true;  // each CJK ideograph is a word
};

/// Gives a text's words one by one: control characters out, white space between, punctuation apart. Reads no further than it is asked.
/// Not for several threads at once.
class WordSplitter {
 public:
  /// `text` (UTF-8; bytes that are none are left out) must outlive it.
  WordSplitter(std::string_view text, const SplittingRules& rules) : text_(text), rules_(rules) {}

  /// The next word; empty at the end. Valid until the next call.
  std::string_view next();

 private:
  bool readChunk();
  void readAsciiChunk(std::string_view chunk);
  void readOtherChunk(std::string_view chunk);
  std::size_t wordLength() const;

  std::string_view text_;
  SplittingRules rules_;
  std::size_t textAt_ = 0;
  std::string chunk_;  // what lies between two blanks, cleaned; blanks in it are between words
  std::size_t chunkAt_ = 0;
};

}  // namespace learnd::sentence_model
