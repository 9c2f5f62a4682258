#pragma once

#include "core/code_points.hpp"

#include <cstddef>
#include <string_view>

namespace learnd::core {

/// Whether a sign can be part of a name or number. Bytes of other scripts can, and so can the ellipsis that stands for noise: a rule meets
/// the same boundaries before and after noise has been taken out.
inline bool isNameByte(char sign) {
  return isAsciiLetter(sign) || isAsciiDigit(sign) || sign == '_' || static_cast<unsigned char>(sign) >= 0x80;
}

inline bool isHexDigit(char sign) { return isAsciiDigit(sign) || (lowerAscii(sign) >= 'a' && lowerAscii(sign) <= 'f'); }

/// What would make a number the first part of a longer one, also where noise has been taken out behind it.
inline bool isDigitOrMark(char sign) { return isAsciiDigit(sign) || static_cast<unsigned char>(sign) >= 0x80; }

/// Reads a line forwards, a piece at a time: each function takes what it names and says whether it was there; where it wasn't, nothing is
/// taken. Letters match in both cases.
class LineCursor {
 public:
  LineCursor(std::string_view line, std::size_t at) : line_(line), at_(at) {}

  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] bool atEnd() const { return at_ >= line_.size(); }
  /// The next sign, NUL at the end.
  [[nodiscard]] char peek(std::size_t ahead = 0) const { return at_ + ahead < line_.size() ? line_[at_ + ahead] : '\0'; }
  /// Whether a name or number can't go on here.
  [[nodiscard]] bool atBoundary() const { return atEnd() || !isNameByte(line_[at_]); }
  void skip(std::size_t count = 1) { at_ += count; }

  bool sign(char wanted) {
    if (atEnd() || line_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  bool oneOf(std::string_view signs) {
    if (atEnd() || signs.find(line_[at_]) == std::string_view::npos) return false;
    ++at_;
    return true;
  }

  /// `word` in lower case.
  bool word(std::string_view word) {
    if (line_.size() - at_ < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
      if (lowerAscii(line_[at_ + i]) != word[i]) return false;
    }
    at_ += word.size();
    return true;
  }

  /// Digits in a row, `least` to `most` of them and no more.
  bool digits(std::size_t least, std::size_t most) { return run(least, most, isAsciiDigit); }
  bool hexDigits(std::size_t least, std::size_t most) { return run(least, most, isHexDigit); }

  /// A number of `least` to `most` digits, from `low` to `high`.
  bool number(std::size_t least, std::size_t most, int low, int high) {
    const std::size_t start = at_;
    if (!digits(least, most)) return false;
    int value = 0;
    for (std::size_t i = start; i < at_; ++i) value = value * 10 + (line_[i] - '0');
    if (value >= low && value <= high) return true;
    at_ = start;
    return false;
  }

 private:
  template <class Accepts>
  bool run(std::size_t least, std::size_t most, Accepts accepts) {
    std::size_t count = 0;
    while (at_ + count < line_.size() && count <= most && accepts(line_[at_ + count])) ++count;
    if (count < least || count > most) return false;
    at_ += count;
    return true;
  }

  std::string_view line_;
  std::size_t at_;
};

}  // namespace learnd::core
