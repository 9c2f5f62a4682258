#include "adapters/ollama/text_window.hpp"

#include "adapters/sentence_model/word_piece.hpp"
#include "tests/unit/adapters/sentence_model/golden.hpp"

#include <gtest/gtest.h>

#include <random>

namespace learnd::ollama {
namespace {

constexpr std::size_t kWide = 100000;

TEST(TextWindow, LeavesAShortTextAsItIs) {
  const auto windowed = windowOf("list open ports", 100);
  EXPECT_EQ(windowed.text, "list open ports");
  EXPECT_FALSE(windowed.clipped);
  EXPECT_EQ(windowed.tokens, 6U);
}

TEST(TextWindow, EstimatesByTheSortOfSigns) {
  EXPECT_EQ(windowOf("", kWide).tokens, 0U);
  EXPECT_EQ(windowOf("   \t", kWide).tokens, 0U);
  EXPECT_EQ(windowOf("abcdefg", kWide).tokens, 3U);
  EXPECT_EQ(windowOf("12345", kWide).tokens, 3U);
  EXPECT_EQ(windowOf("a1b2", kWide).tokens, 4U);
  EXPECT_EQ(windowOf("--x\n", kWide).tokens, 4U);
  EXPECT_EQ(windowOf("é", kWide).tokens, 1U);
  EXPECT_EQ(windowOf("漢字", kWide).tokens, 4U);
  EXPECT_EQ(windowOf("😀", kWide).tokens, 3U);
}

TEST(TextWindow, CutsAtTheEndOfACharacter) {
  const auto windowed = windowOf("漢字漢字", 5);
  EXPECT_EQ(windowed.text, "漢字");
  EXPECT_TRUE(windowed.clipped);
  EXPECT_EQ(windowed.tokens, 4U);
  EXPECT_FALSE(windowOf("漢字", 4).clipped);
}

TEST(TextWindow, DoesNotReadSpacesForEver) {
  const auto windowed = windowOf(std::string(1000000, ' '), 100);
  EXPECT_TRUE(windowed.clipped);
  EXPECT_LT(windowed.text.size(), 2000U);
}

TEST(TextWindow, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(windowOf("a\xff\xc3 b", kWide).text, "a\xEF\xBF\xBD\xEF\xBF\xBD b");
  EXPECT_EQ(windowOf("\xEF\xBF\xBD", kWide).text, "\xEF\xBF\xBD");
}

TEST(TextWindow, HalvesAtTheEndOfACharacter) {
  EXPECT_EQ(halfOf("abcdef"), "abc");
  EXPECT_EQ(halfOf("a漢字"), "a");
  EXPECT_EQ(halfOf("漢字"), "漢");
  EXPECT_EQ(halfOf("漢"), "漢");
  EXPECT_EQ(halfOf("ab"), "a");
  EXPECT_EQ(halfOf(""), "");
}

/// Words of random letters, paths, numbers, code: much more pieces than prose has.
std::string hardText(std::mt19937& random) {
  static const std::string signs = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_-.:={}()<>$#\"' \n";
  std::string text;
  for (int word = 0; word < 4000; ++word) {
    const std::size_t length = std::uniform_int_distribution<std::size_t>(1, 9)(random);
    for (std::size_t i = 0; i < length; ++i) text += signs[std::uniform_int_distribution<std::size_t>(0, signs.size() - 1)(random)];
    text += ' ';
  }
  return text;
}

TEST(TextWindow, FitsTheWindowOfARealModelWithRoomToSpare) {
  const auto tokenizer = sentence_model::WordPiece::open(sentence_model::installedModel() / "tokenizer.json");
  ASSERT_TRUE(tokenizer) << tokenizer.error().message();
  std::mt19937 random(7);
  constexpr std::size_t kContext = 2048;
  for (int i = 0; i < 20; ++i) {
    const auto windowed = windowOf(hardText(random), kContext * 3 / 4);
    EXPECT_TRUE(windowed.clipped);
    EXPECT_FALSE(tokenizer->tokenize(windowed.text, kContext).clipped);
  }
  for (const auto& golden : sentence_model::readGolden(sentence_model::goldenFile())) {
    EXPECT_GE(windowOf(golden.text, kWide).tokens * 4 / 3 + 2, tokenizer->tokenize(golden.text, kWide).ids.size())
        << golden.text.substr(0, 60);
  }
}

}  // namespace
}  // namespace learnd::ollama
