#include "core/redaction/scheme_proofs.hpp"

#include "core/redaction/secret_value.hpp"
#include "core/redaction/value_reader.hpp"

#include <array>

namespace learnd::core {

namespace {

void findBearer(SecretFinder& finder, std::size_t at) {
  constexpr std::string_view kScheme = "bearer ";
  constexpr std::size_t kShortest = 16;
  if (isNameSign(finder.before(at))) return;
  const ValueSpan token = readSentenceWord(finder, skipBlanks(finder.text(), at + kScheme.size()));
  const std::string_view what = finder.between(token.begin, token.end);
  if (looksRandom(what, kShortest) && !isPlaceholder(what)) finder.add(token.begin, token.end, secret_kind::kToken);
}

void findBasic(SecretFinder& finder, std::size_t at) {
  const std::size_t from = skipBlanks(finder.text(), at + std::string_view("basic ").size());
  const ValueSpan pair = readSentenceWord(finder, from);
  if (!isNameSign(finder.before(at)) && isEncodedPair(finder.between(pair.begin, pair.end))) {
    finder.add(pair.begin, pair.end, secret_kind::kPassword);
  }
}

constexpr std::array kRules{SecretRule{"bearer ", findBearer}, SecretRule{"basic ", findBasic}};

}  // namespace

std::span<const SecretRule> schemeProofRules() { return kRules; }

}  // namespace learnd::core
