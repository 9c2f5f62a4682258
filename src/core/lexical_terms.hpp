#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace learnd::core {

/// One term of a text: a stemmed word, or three characters in a row within a word.
struct TermCount {
  std::uint32_t term = 0;  // a hash of kind and text: words and trigrams share one space
  float count = 0;         // how often it comes
  bool trigram = false;
};

struct LexicalTerms {
  std::vector<TermCount> terms;  // each term once, sorted by `term`
  std::uint32_t words = 0;       // length in words
  std::uint32_t trigrams = 0;    // length in trigrams
};

/// The version of these rules (tokens, stemmer, hash): an index made by another one is made anew.
inline constexpr int kLexicalVersion = 1;
/// What a trigram counts beside a word.
inline constexpr double kTrigramWeight = 0.3;

/// Words: runs of letters, digits and '_' in lower case, Snowball English stems, no stop list. Trigrams: of words and of runs of other
/// signs, with a blank at both ends. Thread-safe. Valid UTF-8 in.
LexicalTerms lexicalTerms(std::string_view text);

/// The term of a stem: FNV-1a (64 bits) over its bytes, mixed by MurmurHash3's finaliser, the upper 31 bits. The highest bit is clear.
std::uint32_t termOfWord(std::string_view stem);
/// The term of three characters: their code points, 21 bits each, mixed and cut likewise. The highest bit is set, so that no trigram is
/// ever taken for a word. Fewer than three are std::invalid_argument.
std::uint32_t termOfTrigram(std::string_view threeCharacters);

/// The BM25 part that depends on the document alone: tf (k1 + 1) / (tf + k1 (1 - b + b length / usual)), k1 1.2, b .75, usual length 60
/// words or 300 trigrams always, so a stored value never goes stale; a trigram's is multiplied by 0.3.
float termWeight(const TermCount& term, const LexicalTerms& document);

/// ln(1 + (n - df + .5) / (df + .5))
double inverseDocumentFrequency(double documents, double documentsWithTerm);

}  // namespace learnd::core
