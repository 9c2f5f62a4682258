#include "core/lexical_terms.hpp"

#include "core/code_points.hpp"

#include <libstemmer.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

namespace learnd::core {

namespace {

constexpr std::uint32_t kTrigramBit = 0x8000'0000U;
constexpr int kBitsOfCharacter = 21;  // Unicode ends at 0x10FFFF

struct DeleteStemmer {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

/// Snowball's English stemmer. One a thread, because it keeps its result inside itself.
class Stemmer {
 public:
  Stemmer() : stemmer_(sb_stemmer_new("english", "UTF_8")) {
    if (!stemmer_) throw std::runtime_error("libstemmer has no English stemmer");
  }

  /// Valid until the next call.
  std::string_view operator()(std::string_view word) {
    const auto* stem = sb_stemmer_stem(stemmer_.get(), reinterpret_cast<const sb_symbol*>(word.data()), static_cast<int>(word.size()));
    if (stem == nullptr) throw std::bad_alloc();
    return {reinterpret_cast<const char*>(stem), static_cast<std::size_t>(sb_stemmer_length(stemmer_.get()))};
  }

 private:
  std::unique_ptr<sb_stemmer, DeleteStemmer> stemmer_;
};

/// The last step of MurmurHash3 (64 bits): every bit of the input moves every bit of the output.
std::uint64_t mixed(std::uint64_t bits) {
  bits ^= bits >> 33U;
  bits *= 0xFF51'AFD7'ED55'8CCDU;
  bits ^= bits >> 33U;
  bits *= 0xC4CE'B9FE'1A85'EC53U;
  bits ^= bits >> 33U;
  return bits;
}

std::uint32_t upper31(std::uint64_t bits) { return static_cast<std::uint32_t>(bits >> 33U); }

std::uint32_t trigramOf(std::int32_t first, std::int32_t second, std::int32_t third) {
  const auto packed = (static_cast<std::uint64_t>(first) << (2 * kBitsOfCharacter)) |
                      (static_cast<std::uint64_t>(second) << kBitsOfCharacter) | static_cast<std::uint64_t>(third);
  return kTrigramBit | upper31(mixed(packed));
}

/// Cuts a text in lower case into its terms, in order, repeated as they come.
class TermReader {
 public:
  explicit TermReader(std::string_view text) : text_(text) {}

  void readAll() {
    while (at_ < text_.size()) {
      const std::size_t start = at_;
      const CodePoint first = next();
      if (isSpace(first.value)) continue;
      const bool isWord = isWordSign(first.value);
      readRun(first.value, isWord);
      if (isWord) words.push_back(termOfWord(stem(text_.substr(start, at_ - start))));
    }
  }

  std::vector<std::uint32_t> words;
  std::vector<std::uint32_t> trigrams;

 private:
  CodePoint next() {
    const CodePoint sign = codePointAt(text_, at_);
    at_ += sign.length;
    return sign;
  }

  /// Goes to the end of the run that `second` began, and takes its trigrams with a blank at both ends.
  void readRun(std::int32_t second, bool isWord) {
    std::int32_t first = ' ';
    while (at_ < text_.size()) {
      const CodePoint third = codePointAt(text_, at_);
      if (isWordSign(third.value) != isWord || (!isWord && isSpace(third.value))) break;
      trigrams.push_back(trigramOf(first, second, third.value));
      first = second;
      second = third.value;
      at_ += third.length;
    }
    trigrams.push_back(trigramOf(first, second, ' '));
  }

  static std::string_view stem(std::string_view word) {
    thread_local Stemmer stemmer;
    return stemmer(word);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

void countInto(std::vector<TermCount>& counts, std::vector<std::uint32_t>& terms, bool trigram) {
  std::sort(terms.begin(), terms.end());
  for (std::size_t from = 0; from < terms.size();) {
    std::size_t to = from + 1;
    while (to < terms.size() && terms[to] == terms[from]) ++to;
    counts.push_back({terms[from], static_cast<float>(to - from), trigram});
    from = to;
  }
}

}  // namespace

std::uint32_t termOfWord(std::string_view stem) {
  std::uint64_t bits = 0xCBF2'9CE4'8422'2325U;
  for (const char sign : stem) bits = (bits ^ static_cast<unsigned char>(sign)) * 0x0000'0100'0000'01B3U;
  return upper31(mixed(bits));
}

std::uint32_t termOfTrigram(std::string_view threeCharacters) {
  std::array<std::int32_t, 3> signs{};
  std::size_t at = 0;
  for (auto& sign : signs) {
    if (at >= threeCharacters.size()) throw std::invalid_argument("a trigram has three characters");
    const CodePoint next = codePointAt(threeCharacters, at);
    sign = next.value;
    at += next.length;
  }
  return trigramOf(signs[0], signs[1], signs[2]);
}

LexicalTerms lexicalTerms(std::string_view text) {
  const std::string lower = toLower(text);
  TermReader reader(lower);
  reader.trigrams.reserve(lower.size());
  reader.readAll();
  LexicalTerms result;
  result.words = static_cast<std::uint32_t>(reader.words.size());
  result.trigrams = static_cast<std::uint32_t>(reader.trigrams.size());
  result.terms.reserve(reader.words.size() + reader.trigrams.size());
  // Words have the highest bit clear, so the whole is sorted.
  countInto(result.terms, reader.words, false);
  countInto(result.terms, reader.trigrams, true);
  return result;
}

float termWeight(const TermCount& term, const LexicalTerms& document) {
  constexpr double kSaturation = 1.2;
  constexpr double kLengthPart = 0.75;
  constexpr double kUsualWords = 60;
  constexpr double kUsualTrigrams = 300;
  const double length = term.trigram ? document.trigrams / kUsualTrigrams : document.words / kUsualWords;
  const double count = static_cast<double>(term.count);
  const double weight = count * (kSaturation + 1) / (count + kSaturation * (1 - kLengthPart + kLengthPart * length));
  return static_cast<float>(term.trigram ? kTrigramWeight * weight : weight);
}

double inverseDocumentFrequency(double documents, double documentsWithTerm) {
  return std::log1p((documents - documentsWithTerm + 0.5) / (documentsWithTerm + 0.5));
}

}  // namespace learnd::core
