#include "core/redaction/shell_words.hpp"

#include "core/redaction/value_reader.hpp"

#include <algorithm>

namespace learnd::core {

namespace {

constexpr std::size_t kLongestCommand = 4096;
constexpr std::size_t kLongestQuoted = 2048;
constexpr std::size_t kMostWords = 200;

bool endsCommand(char sign) { return sign == '\n' || sign == ';' || sign == '|' || sign == '&' || sign == ')' || sign == '`'; }

/// Behind the quote that closes the one at `at`; behind that one itself where none does (an apostrophe).
std::size_t quoteEnd(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (std::size_t end = at + 1; end < text.size() && end - at < kLongestQuoted; ++end) {
    if (text[end] == '\\' && quote == '"') {
      ++end;
    } else if (text[end] == quote) {
      return end + 1;
    }
  }
  return at + 1;
}

bool isLineContinued(std::string_view text, std::size_t at) {
  return text[at] == '\\' && (at + 1 >= text.size() || text[at + 1] == '\n' || text[at + 1] == '\r');
}

std::size_t wordEnd(std::string_view text, std::size_t at) {
  // $(…) and ${…} are part of a word; a parenthesis that nobody opened ends the command.
  std::size_t depth = 0;
  while (at < text.size()) {
    const char sign = text[at];
    if (isSpaceSign(sign) || isLineContinued(text, at)) break;
    if (endsCommand(sign) && !(sign == ')' && depth > 0)) break;
    if (sign == '(') ++depth;
    if (sign == ')') --depth;
    if (sign == '\'' || sign == '"') {
      at = quoteEnd(text, at);
    } else {
      at += sign == '\\' ? 2 : 1;
    }
  }
  return std::min(at, text.size());
}

}  // namespace

ShellCommand readCommand(std::string_view text, std::size_t at) {
  text = text.substr(0, at + kLongestCommand);
  ShellCommand command;
  while (at < text.size() && command.words.size() < kMostWords) {
    if (isBlank(text[at]) || text[at] == '\r') {
      ++at;
    } else if (isLineContinued(text, at)) {
      while (at < text.size() && text[at] != '\n') ++at;
      ++at;
    } else if (endsCommand(text[at])) {
      command.endedBy = text[at];
      break;
    } else {
      const std::size_t end = wordEnd(text, at);
      command.words.push_back({at, end});
      at = end;
    }
  }
  command.end = std::min(at, text.size());
  return command;
}

ShellWord withoutQuotes(std::string_view text, ShellWord word) {
  if (word.end - word.begin < 2) return word;
  const char first = text[word.begin];
  if ((first == '\'' || first == '"') && text[word.end - 1] == first) return {word.begin + 1, word.end - 1};
  return word;
}

}  // namespace learnd::core
