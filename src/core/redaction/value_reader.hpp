#pragma once

#include "core/code_points.hpp"
#include "core/redaction/secret_finder.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace learnd::core {

/// A value's place, without its quotes.
struct ValueSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool quoted = false;
};

/// A sign of a variable's, a field's or an option's name.
inline bool isNameSign(char sign) { return isAsciiLetter(sign) || isAsciiDigit(sign) || sign == '_' || sign == '-' || sign == '.'; }
inline bool isQuote(char sign) { return sign == '"' || sign == '\'' || sign == '`'; }

std::size_t skipBlanks(std::string_view text, std::size_t at);

/// The quoted text that begins at `at`, with its quote escaped ("\"x\"" in JSON that holds JSON) or with a letter before it (b"x", @"x").
/// None where no quote begins or none ends on the line.
std::optional<ValueSpan> readQuoted(std::string_view text, std::size_t at);

/// A bare word: until white space or one of `ends`; longer ones than 4 KiB are cut, so that what is judged again and again stays short.
ValueSpan readBare(SecretFinder& finder, std::size_t at, std::string_view ends);

/// The word of a sentence at `at`: bare, without the punctuation at its end.
ValueSpan readSentenceWord(SecretFinder& finder, std::size_t at);

}  // namespace learnd::core
