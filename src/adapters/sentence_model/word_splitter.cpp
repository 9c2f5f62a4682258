#include "adapters/sentence_model/word_splitter.hpp"

#include "core/code_points.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace learnd::sentence_model {

namespace {

constexpr bool isAsciiBlank(char sign) { return sign == ' ' || sign == '\t' || sign == '\n' || sign == '\r'; }
constexpr bool isAsciiControl(char sign) { return static_cast<unsigned char>(sign) < 0x20 || sign == 0x7F; }

/// All signs of ASCII that are no letter, digit or blank, symbols among them.
constexpr bool isAsciiPunctuation(char sign) {
  return (sign >= '!' && sign <= '/') || (sign >= ':' && sign <= '@') || (sign >= '[' && sign <= '`') || (sign >= '{' && sign <= '~');
}

/// The blocks that BERT treats as Chinese: the unified ideographs, their extensions A to E, and the compatibility ideographs.
bool isChinese(std::int32_t codePoint) {
  constexpr std::array<std::pair<std::int32_t, std::int32_t>, 8> kBlocks{{{0x4E00, 0x9FFF},
                                                                          {0x3400, 0x4DBF},
                                                                          {0x20000, 0x2A6DF},
                                                                          {0x2A700, 0x2B73F},
                                                                          {0x2B740, 0x2B81F},
                                                                          {0x2B820, 0x2CEAF},
                                                                          {0xF900, 0xFAFF},
                                                                          {0x2F800, 0x2FA1F}}};
  return std::any_of(kBlocks.begin(), kBlocks.end(),
                     [&](const auto& block) { return codePoint >= block.first && codePoint <= block.second; });
}

enum class SignKind : unsigned char { Dropped, Blank, Kept };

SignKind kindOf(std::int32_t codePoint) {
  if (codePoint == 0 || codePoint == core::kBrokenByte) return SignKind::Dropped;
  if (codePoint < 0x80) {
    const char sign = static_cast<char>(codePoint);
    return isAsciiBlank(sign) ? SignKind::Blank : isAsciiControl(sign) ? SignKind::Dropped : SignKind::Kept;
  }
  switch (utf8proc_category(codePoint)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CN:
      return SignKind::Dropped;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return SignKind::Blank;
    default:
      return SignKind::Kept;
  }
}

bool isPunctuation(std::int32_t codePoint) {
  if (codePoint < 0x80) return isAsciiPunctuation(static_cast<char>(codePoint));
  switch (utf8proc_category(codePoint)) {
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
      return true;
    default:
      return false;
  }
}

/// Canonical decomposition of one character; none has more than four parts.
std::size_t decompose(std::int32_t codePoint, std::array<utf8proc_int32_t, 8>& parts) {
  int boundary = UTF8PROC_BOUNDCLASS_START;
  const auto count = utf8proc_decompose_char(codePoint, parts.data(), static_cast<utf8proc_ssize_t>(parts.size()),
                                             static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE), &boundary);
  if (count > 0 && static_cast<std::size_t>(count) <= parts.size()) return static_cast<std::size_t>(count);
  parts[0] = codePoint;
  return 1;
}

/// Normalization Form D without marks that have no width.
std::string withoutAccents(const std::vector<std::int32_t>& signs) {
  struct Part {
    std::int32_t codePoint;
    std::int32_t order;
  };
  std::vector<Part> parts;
  parts.reserve(signs.size());
  auto starter = parts.size();
  const auto sortMarks = [&] {
    std::stable_sort(parts.begin() + static_cast<std::ptrdiff_t>(starter), parts.end(),
                     [](const Part& a, const Part& b) { return a.order < b.order; });
  };
  std::array<utf8proc_int32_t, 8> decomposed;
  for (const std::int32_t sign : signs) {
    const std::size_t count = decompose(sign, decomposed);
    for (std::size_t i = 0; i < count; ++i) {
      const auto order = static_cast<std::int32_t>(utf8proc_get_property(decomposed[i])->combining_class);
      if (order == 0) {
        sortMarks();
        starter = parts.size() + 1;
      }
      parts.push_back({decomposed[i], order});
    }
  }
  sortMarks();
  std::string text;
  text.reserve(parts.size());
  for (const Part& part : parts) {
    if (part.codePoint < 0x80 || utf8proc_category(part.codePoint) != UTF8PROC_CATEGORY_MN) core::appendUtf8(text, part.codePoint);
  }
  return text;
}

}  // namespace

std::string_view WordSplitter::next() {
  while (true) {
    while (chunkAt_ < chunk_.size() && chunk_[chunkAt_] == ' ') ++chunkAt_;
    if (chunkAt_ < chunk_.size()) {
      const std::string_view word = std::string_view(chunk_).substr(chunkAt_, wordLength());
      chunkAt_ += word.size();
      return word;
    }
    if (!readChunk()) return {};
  }
}

/// From `chunkAt_` to the next blank or punctuation; a punctuation alone.
std::size_t WordSplitter::wordLength() const {
  const std::string_view chunk = chunk_;
  std::size_t at = chunkAt_;
  while (at < chunk.size()) {
    const char sign = chunk[at];
    std::size_t length = 1;
    bool apart = false;
    if (static_cast<unsigned char>(sign) < 0x80) {
      if (sign == ' ') break;
      apart = isAsciiPunctuation(sign);
    } else {
      const core::CodePoint next = core::codePointAt(chunk, at);
      length = next.length;
      apart = isPunctuation(next.value);
    }
    if (apart) return at == chunkAt_ ? length : at - chunkAt_;
    at += length;
  }
  return at - chunkAt_;
}

bool WordSplitter::readChunk() {
  while (textAt_ < text_.size() && isAsciiBlank(text_[textAt_])) ++textAt_;
  if (textAt_ == text_.size()) return false;
  std::size_t end = textAt_;
  bool ascii = true;
  for (; end < text_.size() && !isAsciiBlank(text_[end]); ++end) ascii = ascii && static_cast<unsigned char>(text_[end]) < 0x80;
  const std::string_view chunk = text_.substr(textAt_, end - textAt_);
  textAt_ = end;
  chunk_.clear();
  chunkAt_ = 0;
  if (ascii) {
    readAsciiChunk(chunk);
  } else {
    readOtherChunk(chunk);
  }
  return true;
}

void WordSplitter::readAsciiChunk(std::string_view chunk) {
  for (const char sign : chunk) {
    if (!isAsciiControl(sign)) chunk_ += rules_.lowercase ? core::lowerAscii(sign) : sign;
  }
}

void WordSplitter::readOtherChunk(std::string_view chunk) {
  std::vector<std::int32_t> signs;
  signs.reserve(chunk.size());
  for (std::size_t at = 0; at < chunk.size();) {
    const core::CodePoint sign = core::codePointAt(chunk, at);
    at += sign.length;
    const SignKind kind = kindOf(sign.value);
    const bool alone = kind == SignKind::Kept && rules_.splitChinese && isChinese(sign.value);
    if (kind == SignKind::Blank || alone) signs.push_back(' ');
    if (kind == SignKind::Kept) signs.push_back(sign.value);
    if (alone) signs.push_back(' ');
  }
  if (rules_.stripAccents) {
    chunk_ = withoutAccents(signs);
  } else {
    for (const std::int32_t sign : signs) core::appendUtf8(chunk_, sign);
  }
  if (rules_.lowercase) chunk_ = core::toLower(chunk_);
}

}  // namespace learnd::sentence_model
