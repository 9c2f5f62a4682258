#pragma once

#include "adapters/sentence_model/word_piece.hpp"

#include <functional>
#include <string_view>

namespace learnd::sentence_model {

/// BERT's basic tokenizer: control characters out, Chinese characters and punctuation apart, accents off, lower case, by the rules. Calls
/// `take` with each word; ends early where it returns false.
void forEachBasicWord(std::string_view text, const WordPieceRules& rules, const std::function<bool(std::string_view)>& take);

}  // namespace learnd::sentence_model
