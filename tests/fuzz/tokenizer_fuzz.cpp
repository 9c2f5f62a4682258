// Any bytes as a text, under all rules of splitting: the token ids are framed, known and within the window, and a smaller window's are the
// beginning of a larger one's.
// Run: scripts/build fuzz && build/fuzz/bin/tokenizer_fuzz -max_total_time=600
#include "adapters/sentence_model/word_piece.hpp"
#include "tests/unit/adapters/sentence_model/random_model.hpp"

#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace learnd;
using namespace learnd::sentence_model;

constexpr std::size_t kLeastWindow = 3;
constexpr std::size_t kMostWindow = 64;
/// More than any input has tokens.
constexpr std::size_t kWholeWindow = 1U << 20U;
constexpr std::size_t kFrame = 2;

void require(bool holds, const char* what) {
  if (holds) return;
  std::cerr << what << '\n';
  std::abort();
}

/// The fixtures' tokenizer with letters of other scripts, accents and ideographs in its vocabulary, and the rules that `bits` choose.
WordPiece tokenizerOf(unsigned bits) {
  json::Value file = *json::parse(smallTokenizer());
  json::Value normalizer = *file.find("normalizer");
  normalizer.set("lowercase", (bits & 1U) != 0);
  normalizer.set("strip_accents", (bits & 2U) != 0);
  normalizer.set("handle_chinese_chars", (bits & 4U) != 0);
  file.set("normalizer", std::move(normalizer));
  json::Value model = *file.find("model");
  json::Value vocabulary = *model.find("vocab");
  auto id = static_cast<std::int64_t>(vocabulary.asObject()->size());
  for (const char* piece :
       {"\u00e9", "##\u00e9", "\u4e2d", "\u6587", "##\u6587", "\u03c3", "##\u03c2", "\u0131", "##\u0307", "\U00020000", "A", "##A"}) {
    vocabulary.set(piece, id++);
  }
  model.set("vocab", std::move(vocabulary));
  file.set("model", std::move(model));
  auto tokenizer = WordPiece::decode(file);
  require(tokenizer.has_value(), "the tokenizer is refused");
  return std::move(*tokenizer);
}

const WordPiece& tokenizerWith(unsigned bits) {
  static const std::vector<WordPiece> tokenizers = [] {
    std::vector<WordPiece> all;
    for (unsigned each = 0; each < 8; ++each) all.push_back(tokenizerOf(each));
    return all;
  }();
  return tokenizers[bits];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  const WordPiece& tokenizer = tokenizerWith(input.ConsumeIntegralInRange<unsigned>(0, 7));
  const auto window = input.ConsumeIntegralInRange<std::size_t>(kLeastWindow, kMostWindow);
  const std::string text = input.ConsumeRemainingBytesAsString();
  const Tokens whole = tokenizer.tokenize(text, kWholeWindow);
  const Tokens none = tokenizer.tokenize("", kLeastWindow);
  require(none.ids.size() == kFrame && !none.clipped, "an empty text has tokens");
  require(!whole.clipped && whole.ids.size() >= kFrame, "a whole text is clipped");
  require(whole.ids.front() == none.ids.front() && whole.ids.back() == none.ids.back(), "a text is not framed");
  for (const std::int32_t id : whole.ids) {
    require(id >= 0 && static_cast<std::size_t>(id) < tokenizer.size(), "an id that is none");
  }
  const Tokens part = tokenizer.tokenize(text, window);
  require(part.ids.size() == std::min(window, whole.ids.size()), "the window is not filled, or more than filled");
  require(part.clipped == (whole.ids.size() > window), "clipped and does not say so, or the other way round");
  require(std::equal(part.ids.begin(), part.ids.end() - 1, whole.ids.begin()), "a smaller window's tokens are others");
  require(part.ids.back() == none.ids.back(), "a clipped text is not framed");
  return 0;
}
