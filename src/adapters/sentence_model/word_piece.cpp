#include "adapters/sentence_model/word_piece.hpp"

#include "core/code_points.hpp"

namespace learnd::sentence_model {

Tokens WordPiece::tokenize(std::string_view text, std::size_t window) const {
  Tokens tokens;
  tokens.ids.push_back(rules_.begin);
  const std::size_t most = window - 1;
  WordSplitter words(text, rules_.splitting);
  while (tokens.ids.size() <= most) {
    const std::string_view word = words.next();
    if (word.empty()) break;
    appendPieces(word, tokens.ids);
  }
  tokens.clipped = tokens.ids.size() > most;
  if (tokens.clipped) tokens.ids.resize(most);
  tokens.ids.push_back(rules_.end);
  return tokens;
}

void WordPiece::appendPieces(std::string_view word, std::vector<std::int32_t>& ids) const {
  const std::size_t before = ids.size();
  // A character has a byte at least: most words need no counting.
  if (word.size() <= rules_.longestWord || core::countCharacters(word) <= rules_.longestWord) {
    auto place = Vocabulary::Place::WordBegin;
    while (!word.empty()) {
      const auto match = vocabulary_.longestPrefix(word, place);
      if (match.length == 0) break;
      ids.push_back(match.id);
      word.remove_prefix(match.length);
      place = Vocabulary::Place::WithinWord;
    }
    if (word.empty()) return;
  }
  ids.resize(before);
  ids.push_back(rules_.unknown);
}

}  // namespace learnd::sentence_model
