#pragma once

#include "adapters/sentence_model/vocabulary.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace learnd::sentence_model {

/// What a tokenizer.json says of BERT's tokenizer.
struct WordPieceRules {
  bool lowercase = true;
  bool stripAccents = true;
  bool spaceChinese = true;
  std::string prefix = "##";  // of a piece that goes on
  std::size_t longestWord = 100;  // characters; a longer one is unknown
};

struct Tokens {
  std::vector<std::int32_t> ids;
  bool clipped = false;  // the text was longer than the window
};

/// BERT's tokenizer (Devlin et al. 2019; WordPiece by the longest match first). Marks such as "[SEP]" in a text are plain text. Immutable,
/// any thread.
class WordPiece {
 public:
  /// Reads a tokenizer.json; InvalidInput with a message that names what is unlike BERT's.
  static core::Result<WordPiece> open(const std::filesystem::path& file);

  /// [CLS] pieces [SEP], at most `window` (at least 2) in all. Valid UTF-8; what is not is passed over.
  [[nodiscard]] Tokens tokenize(std::string_view text, std::size_t window) const;

  /// One above the highest number.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  WordPiece(WordPieceRules rules, Vocabulary beginnings, Vocabulary continuations);
  void appendWord(std::string_view word, std::vector<std::int32_t>& ids) const;

  WordPieceRules rules_;
  Vocabulary beginnings_;     // pieces that begin a word
  Vocabulary continuations_;  // pieces that go on, without their prefix
  std::int32_t unknown_ = 0;
  std::int32_t begin_ = 0;
  std::int32_t end_ = 0;
  std::size_t size_ = 0;
};

}  // namespace learnd::sentence_model
