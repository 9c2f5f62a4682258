#include "adapters/ollama/text_window.hpp"

#include "core/code_points.hpp"

namespace learnd::ollama {

namespace {

constexpr std::size_t kLettersInToken = 3;
constexpr std::size_t kDigitsInToken = 2;

enum class Sort : unsigned char { Space, Letter, Digit, Sign, Other };

Sort sortOf(std::int32_t sign) {
  if (sign >= 0x80) return Sort::Other;
  const char ascii = static_cast<char>(sign);
  if (core::isAsciiLetter(ascii)) return Sort::Letter;
  if (core::isAsciiDigit(ascii)) return Sort::Digit;
  return ascii == ' ' || ascii == '\t' || ascii == '\r' ? Sort::Space : Sort::Sign;
}

/// Counts tokens character by character.
class TokenCount {
 public:
  /// How many there are once this character has come.
  std::size_t after(const core::CodePoint& sign) {
    const Sort sort = sortOf(sign.value);
    run_ = sort == sort_ ? run_ + 1 : 1;
    sort_ = sort;
    switch (sort) {
      case Sort::Letter:
        return tokens_ += run_ % kLettersInToken == 1 ? 1 : 0;
      case Sort::Digit:
        return tokens_ += run_ % kDigitsInToken == 1 ? 1 : 0;
      case Sort::Sign:
        return ++tokens_;
      case Sort::Other:
        return tokens_ += sign.length > 1 ? sign.length - 1 : 3;
      case Sort::Space:
        break;
    }
    return tokens_;
  }

 private:
  Sort sort_ = Sort::Space;
  std::size_t run_ = 0;
  std::size_t tokens_ = 0;
};

}  // namespace

WindowedText windowOf(std::string_view text, std::size_t tokens) {
  WindowedText windowed;
  TokenCount count;
  for (std::size_t at = 0; at < text.size();) {
    const core::CodePoint sign = core::codePointAt(text, at);
    const std::size_t needed = count.after(sign);
    // Spaces cost nothing, but a text of spaces alone may not go on for ever.
    if (needed > tokens || windowed.text.size() > tokens * 16) {
      windowed.clipped = true;
      break;
    }
    windowed.tokens = needed;
    if (sign.length == 1 && sign.value == core::kBrokenByte) {
      core::appendUtf8(windowed.text, core::kBrokenByte);
    } else {
      windowed.text.append(text, at, sign.length);
    }
    at += sign.length;
  }
  return windowed;
}

std::string halfOf(const std::string& text) {
  const std::string_view half = core::clipped(text, text.size() / 2);
  if (!half.empty() || text.empty()) return std::string(half);
  return text.substr(0, core::codePointAt(text, 0).length);
}

}  // namespace learnd::ollama
