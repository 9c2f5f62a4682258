#include "core/redaction/value_reader.hpp"

#include "core/code_points.hpp"

#include <algorithm>

namespace learnd::core {

namespace {

constexpr std::size_t kLongestValue = 4096;

char signAt(std::string_view text, std::size_t at) { return at < text.size() ? text[at] : '\0'; }

/// `"x"` within a string: from an escaped quote to the next one.
std::optional<ValueSpan> readEscapedQuoted(std::string_view text, std::size_t at) {
  const char quote = text[at + 1];
  const std::size_t begin = at + 2;
  for (std::size_t end = begin; end < text.size() && end - begin < kLongestValue && text[end] != '\n'; ++end) {
    if (text[end] == '\\' && signAt(text, end + 1) == quote) return ValueSpan{begin, end, true};
    if (text[end] == quote) return ValueSpan{begin, end, true};
  }
  return std::nullopt;
}

}  // namespace

std::size_t skipBlanks(std::string_view text, std::size_t at) {
  while (at < text.size() && isBlank(text[at])) ++at;
  return at;
}

std::optional<ValueSpan> readQuoted(std::string_view text, std::size_t at) {
  if (signAt(text, at) == '\\' && isQuote(signAt(text, at + 1))) return readEscapedQuoted(text, at);
  if (std::string_view("bBrRfFuUL@").find(signAt(text, at)) != std::string_view::npos && at < text.size() && isQuote(signAt(text, at + 1)))
    ++at;
  const char quote = signAt(text, at);
  if (!isQuote(quote)) return std::nullopt;
  const std::size_t begin = at + 1;
  for (std::size_t end = begin; end < text.size() && end - begin < kLongestValue && text[end] != '\n'; ++end) {
    if (text[end] == '\\') {
      ++end;
      continue;
    }
    if (text[end] == quote) return ValueSpan{begin, end, true};
  }
  return std::nullopt;
}

ValueSpan readBare(SecretFinder& finder, std::size_t at, std::string_view ends) {
  std::size_t end = std::min(finder.bareEnd(at, ends), at + kLongestValue);
  // A character is not cut in two.
  while (end > at && isContinuationByte(finder.at(end))) --end;
  return {at, end, false};
}

ValueSpan readSentenceWord(SecretFinder& finder, std::size_t at) {
  ValueSpan word = readBare(finder, at, "\"`<>|");
  while (word.end > word.begin && std::string_view(".,;:)]}'?").find(finder.before(word.end)) != std::string_view::npos) --word.end;
  return word;
}

}  // namespace learnd::core
