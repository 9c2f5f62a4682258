#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace learnd::core {

/// One character of a UTF-8 text.
struct CodePoint {
  std::int32_t value = 0;  // kBrokenByte where the bytes are no UTF-8
  std::size_t length = 1;  // in bytes; at least 1
};
inline constexpr std::int32_t kBrokenByte = 0xFFFD;

/// The character that begins at `at`, which must be within the text.
CodePoint codePointAt(std::string_view text, std::size_t at);

void appendUtf8(std::string& text, std::int32_t codePoint);

bool isAscii(std::string_view text);

/// Whether the byte goes on with a character that an earlier one began.
inline bool isContinuationByte(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }
/// Characters of a valid UTF-8 text.
std::size_t countCharacters(std::string_view text);
/// The beginning of a text: at most `limit` bytes, no character cut in two.
std::string_view clipped(std::string_view text, std::size_t limit);
/// Nothing in it but ASCII white space.
bool isBlankText(std::string_view text);

inline char lowerAscii(char sign) { return sign >= 'A' && sign <= 'Z' ? static_cast<char>(sign + ('a' - 'A')) : sign; }
inline bool isAsciiDigit(char sign) { return sign >= '0' && sign <= '9'; }
inline bool isAsciiLetter(char sign) { return lowerAscii(sign) >= 'a' && lowerAscii(sign) <= 'z'; }

/// A letter, a digit or number of any script, or '_'.
bool isWordSign(std::int32_t codePoint);
/// White space as Unicode has it, and the four separators U+001C to U+001F.
bool isSpace(std::int32_t codePoint);

/// The text in lower case by Unicode's full rules that hold for every language: a capital sigma at a word's end becomes a final one, and
/// the capital I with a dot becomes two characters. Linear.
std::string toLower(std::string_view text);

}  // namespace learnd::core
