#include "adapters/sentence_model/basic_words.hpp"

#include <utf8proc.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>

namespace learnd::sentence_model {

namespace {

using CodePoint = utf8proc_int32_t;

struct Range {
  CodePoint first;
  CodePoint last;
};

// The blocks of CJK ideographs that BERT sets apart.
constexpr std::array<Range, 8> kChinese{{{0x4E00, 0x9FFF},
                                         {0x3400, 0x4DBF},
                                         {0x20000, 0x2A6DF},
                                         {0x2A700, 0x2B73F},
                                         {0x2B740, 0x2B81F},
                                         {0x2B820, 0x2CEAF},
                                         {0xF900, 0xFAFF},
                                         {0x2F800, 0x2FA1F}}};

bool isChinese(CodePoint point) {
  for (const Range& range : kChinese) {
    if (point >= range.first && point <= range.last) return true;
  }
  return false;
}

bool isPunctuation(CodePoint point) {
  if ((point >= 33 && point <= 47) || (point >= 58 && point <= 64) || (point >= 91 && point <= 96) || (point >= 123 && point <= 126)) return true;
  const utf8proc_category_t category = utf8proc_category(point);
  return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

bool isDropped(CodePoint point) {
  if (point == 0 || point == 0xFFFD) return true;
  const utf8proc_category_t category = utf8proc_category(point);
  return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_CO || category == UTF8PROC_CATEGORY_CS ||
         category == UTF8PROC_CATEGORY_CN;
}

bool isSpace(CodePoint point) {
  const utf8proc_category_t category = utf8proc_category(point);
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

bool isAscii(std::string_view text) {
  for (const char byte : text) {
    if (static_cast<unsigned char>(byte) >= 0x80) return false;
  }
  return true;
}

void append(std::string& out, CodePoint point) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto size = utf8proc_encode_char(point, bytes.data());
  out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
}

/// Calls `take` with each code point of valid UTF-8; bytes that are none are passed over.
template <class Take>
void forEachCodePoint(std::string_view text, Take take) {
  const auto* place = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    CodePoint point = 0;
    const auto size = utf8proc_iterate(place, left, &point);
    if (size > 0) take(point);
    const auto step = size > 0 ? size : 1;
    place += step;
    left -= step;
  }
}

std::string cleaned(std::string_view text, const WordPieceRules& rules) {
  std::string out;
  out.reserve(text.size() + 16);
  forEachCodePoint(text, [&](CodePoint point) {
    if (point == '\t' || point == '\n' || point == '\r') {
      out += ' ';
    } else if (isDropped(point)) {
      return;
    } else if (isSpace(point)) {
      out += ' ';
    } else if (rules.spaceChinese && isChinese(point)) {
      out += ' ';
      append(out, point);
      out += ' ';
    } else {
      append(out, point);
    }
  });
  return out;
}

/// Canonical decomposition (NFD) less the non-spacing marks.
std::string withoutAccents(const std::string& text) {
  utf8proc_uint8_t* decomposed = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()), &decomposed,
                                 static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(decomposed, &std::free);
  if (size < 0) return text;
  std::string out;
  forEachCodePoint({reinterpret_cast<const char*>(decomposed), static_cast<std::size_t>(size)}, [&](CodePoint point) {
    if (utf8proc_category(point) != UTF8PROC_CATEGORY_MN) append(out, point);
  });
  return out;
}

/// Splits at blanks and sets punctuation apart.
bool split(std::string_view text, bool lower, const std::function<bool(std::string_view)>& take) {
  std::string word;
  bool goesOn = true;
  const auto end = [&] {
    if (!word.empty() && goesOn) goesOn = take(word);
    word.clear();
  };
  forEachCodePoint(text, [&](CodePoint given) {
    if (!goesOn) return;
    const CodePoint point = lower ? utf8proc_tolower(given) : given;
    if (point == ' ') {
      end();
    } else if (isPunctuation(point)) {
      end();
      append(word, point);
      end();
    } else {
      append(word, point);
    }
  });
  end();
  return goesOn;
}

bool isAsciiPunctuation(unsigned char byte) {
  return (byte >= 33 && byte <= 47) || (byte >= 58 && byte <= 64) || (byte >= 91 && byte <= 96) || (byte >= 123 && byte <= 126);
}

/// What most texts are: no accents to take off, nothing to look up.
void splitAscii(std::string_view text, bool lower, const std::function<bool(std::string_view)>& take) {
  std::string word;
  for (const char sign : text) {
    const auto byte = static_cast<unsigned char>(sign);
    const bool blank = byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
    if (!blank && (byte < 32 || byte == 127)) continue;
    if (blank || isAsciiPunctuation(byte)) {
      if (!word.empty() && !take(word)) return;
      word.clear();
      if (!blank && !take(std::string_view(&sign, 1))) return;
      continue;
    }
    word += lower && byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : sign;
  }
  if (!word.empty()) take(word);
}

}  // namespace

void forEachBasicWord(std::string_view text, const WordPieceRules& rules, const std::function<bool(std::string_view)>& take) {
  if (isAscii(text)) {
    splitAscii(text, rules.lowercase, take);
    return;
  }
  std::string clean = cleaned(text, rules);
  if (rules.stripAccents) clean = withoutAccents(clean);
  split(clean, rules.lowercase, take);
}

}  // namespace learnd::sentence_model
