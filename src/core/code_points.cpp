#include "core/code_points.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstring>

namespace learnd::core {

namespace {

constexpr std::int32_t kCapitalSigma = 0x3A3;
constexpr std::int32_t kFinalSigma = 0x3C2;
constexpr std::int32_t kCapitalDottedI = 0x130;
constexpr std::int32_t kDotAbove = 0x307;

bool isCased(std::int32_t codePoint) {
  switch (utf8proc_category(codePoint)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
      return true;
    default:
      return false;
  }
}

/// What Unicode's rule for the final sigma looks through: marks, and signs that come within words.
bool isCaseIgnorable(std::int32_t codePoint) {
  switch (codePoint) {
    case '\'':
    case '.':
    case ':':
    case 0xB7:
    case 0x387:
    case 0x5F4:
    case 0x2018:
    case 0x2019:
    case 0x2024:
    case 0x2027:
      return true;
    default:
      break;
  }
  switch (utf8proc_category(codePoint)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return false;
  }
}

bool casedLetterFollows(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const CodePoint next = codePointAt(text, at);
    if (!isCaseIgnorable(next.value)) return isCased(next.value);
    at += next.length;
  }
  return false;
}

void appendLower(std::string& lower, CodePoint sign, std::string_view text, std::size_t at, bool afterCased) {
  switch (sign.value) {
    case kCapitalSigma: {
      const bool ends = afterCased && !casedLetterFollows(text, at + sign.length);
      appendUtf8(lower, ends ? kFinalSigma : utf8proc_tolower(kCapitalSigma));
      return;
    }
    case kCapitalDottedI:
      lower += 'i';
      appendUtf8(lower, kDotAbove);
      return;
    case kBrokenByte:
      lower.append(text.substr(at, sign.length));
      return;
    default:
      appendUtf8(lower, utf8proc_tolower(sign.value));
  }
}

}  // namespace

CodePoint codePointAt(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return {first, 1};
  // A character has at most four bytes.
  const auto left = static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size() - at, 4));
  std::int32_t value = 0;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at), left, &value);
  if (length <= 0) return {kBrokenByte, 1};
  return {value, static_cast<std::size_t>(length)};
}

void appendUtf8(std::string& text, std::int32_t codePoint) {
  utf8proc_uint8_t bytes[4];
  const auto length = utf8proc_encode_char(codePoint, bytes);
  text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
}

bool isAscii(std::string_view text) {
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if ((eight & 0x8080808080808080U) != 0) return false;
  }
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(),
                     [](char sign) { return static_cast<unsigned char>(sign) < 0x80; });
}

std::size_t countCharacters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) { return !isContinuationByte(byte); }));
}

std::string_view clipped(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && isContinuationByte(text[limit])) --limit;
  return text.substr(0, limit);
}

bool isBlankText(std::string_view text) { return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos; }

bool isWordSign(std::int32_t codePoint) {
  if (codePoint < 0x80) {
    const auto sign = static_cast<char>(codePoint);
    return isAsciiLetter(sign) || isAsciiDigit(sign) || sign == '_';
  }
  switch (utf8proc_category(codePoint)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return true;
    default:
      return false;
  }
}

bool isSpace(std::int32_t codePoint) {
  if (codePoint < 0x80) return codePoint == ' ' || (codePoint >= 0x09 && codePoint <= 0x0D) || (codePoint >= 0x1C && codePoint <= 0x1F);
  switch (codePoint) {
    case 0x85:
    case 0xA0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202F:
    case 0x205F:
    case 0x3000:
      return true;
    default:
      return codePoint >= 0x2000 && codePoint <= 0x200A;
  }
}

std::string toLower(std::string_view text) {
  std::string lower;
  if (isAscii(text)) {
    lower.resize(text.size());
    std::transform(text.begin(), text.end(), lower.begin(), lowerAscii);
    return lower;
  }
  lower.reserve(text.size() + 8);
  bool afterCased = false;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint sign = codePointAt(text, at);
    if (sign.value < 0x80) {
      lower += lowerAscii(text[at]);
    } else {
      appendLower(lower, sign, text, at, afterCased);
    }
    if (!isCaseIgnorable(sign.value)) afterCased = isCased(sign.value);
    at += sign.length;
  }
  return lower;
}

}  // namespace learnd::core
