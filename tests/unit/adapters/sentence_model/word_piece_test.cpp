#include "adapters/sentence_model/word_piece.hpp"

#include "tests/unit/adapters/sentence_model/golden.hpp"
#include "tests/unit/adapters/sentence_model/random_model.hpp"
#include "tests/unit/adapters/sentence_model/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace learnd::sentence_model {
namespace {

using Ids = std::vector<std::int32_t>;

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("nothing to replace: " + std::string(from));
  return text.replace(at, from.size(), to);
}

WordPiece decoded(const std::string& text) {
  auto tokenizer = WordPiece::decode(*json::parse(text));
  if (!tokenizer) throw std::runtime_error(tokenizer.error().message());
  return std::move(*tokenizer);
}

/// A vocabulary of whole words only, so that a token is a word; what it has not is 0.
std::vector<std::string> wordsOf(std::string_view text, const SplittingRules& rules) {
  std::vector<std::string> words;
  WordSplitter splitter(text, rules);
  for (auto word = splitter.next(); !word.empty(); word = splitter.next()) words.emplace_back(word);
  return words;
}

void expectGoldenIds(const std::filesystem::path& file) {
  const auto tokenizer = WordPiece::open(installedModel() / "tokenizer.json");
  ASSERT_TRUE(tokenizer) << tokenizer.error().message();
  for (const GoldenText& golden : readGolden(file)) EXPECT_EQ(tokenizer->tokenize(golden.text, 256).ids, golden.tokens) << golden.text;
}

TEST(WordPiece, GivesTheIdsOfTheReference) { expectGoldenIds(goldenFile()); }

TEST(LargerReference, IsGivenByWordPiece) { expectGoldenIds(largerGoldenFile()); }

TEST(WordPiece, TakesTheLongestPieceFirst) {
  const auto tokenizer = decoded(smallTokenizer());
  // [CLS] disk ##full . the f ##u ##l [SEP]
  EXPECT_EQ(tokenizer.tokenize("diskFULL.the ful", 45).ids, (Ids{2, 57, 59, 61, 60, 10, 31 + 20, 31 + 11, 3}));
}

TEST(WordPiece, GivesOneUnknownTokenForAWordWithAnUnknownPart) {
  const auto tokenizer = decoded(smallTokenizer());
  EXPECT_EQ(tokenizer.tokenize("disk9 a", 45).ids, (Ids{2, 1, 5, 3}));
}

TEST(WordPiece, KnowsNoWordBeyondTheMostCharacters) {
  const auto tokenizer = decoded(smallTokenizer());
  EXPECT_EQ(tokenizer.tokenize(std::string(20, 'a'), 45).ids.size(), 22U);
  EXPECT_EQ(tokenizer.tokenize(std::string(21, 'a'), 45).ids, (Ids{2, 1, 3}));
}

TEST(WordPiece, CountsCharactersAndNotBytesOfALongWord) {
  // Accents that stay are two bytes each: 20 characters are not too many.
  const auto tokenizer =
      decoded(replaced(replaced(smallTokenizer(), "\"strip_accents\":null", "\"strip_accents\":false"), "\"##a\"", "\"##\u00e9\""));
  std::string word = "a";
  for (int i = 0; i < 19; ++i) word += "\u00e9";
  EXPECT_EQ(tokenizer.tokenize(word, 45).ids.size(), 22U);
  EXPECT_EQ(tokenizer.tokenize(word + "\u00e9", 45).ids, (Ids{2, 1, 3}));
}

TEST(WordPiece, SaysWhetherTheTextWasLongerThanTheWindow) {
  const auto tokenizer = decoded(smallTokenizer());
  const auto whole = tokenizer.tokenize("a b c", 5);
  EXPECT_FALSE(whole.clipped);
  EXPECT_EQ(whole.ids.size(), 5U);
  const auto clipped = tokenizer.tokenize("a b cd", 5);
  EXPECT_TRUE(clipped.clipped);
  EXPECT_EQ(clipped.ids, (Ids{2, 5, 6, 7, 3}));
}

TEST(WordPiece, TakesSpecialTokensInATextAsText) {
  const auto tokenizer = decoded(smallTokenizer());
  // "[" and "]" are unknown here, the name falls into letters.
  EXPECT_EQ(tokenizer.tokenize("[CLS]", 45).ids, (Ids{2, 1, 7, 42, 49, 1, 3}));
}

TEST(WordPiece, GivesTwoTokensForATextWithoutWords) {
  const auto tokenizer = decoded(smallTokenizer());
  for (const std::string text : {"", " \t\n", "\x01\x02", "\u200b"}) EXPECT_EQ(tokenizer.tokenize(text, 45).ids, (Ids{2, 3}));
}

TEST(WordPiece, PassesOverBytesThatAreNoUtf8) {
  const auto tokenizer = decoded(smallTokenizer());
  EXPECT_EQ(tokenizer.tokenize("di\xffsk \xc3", 45).ids, (Ids{2, 57, 3}));
}

TEST(WordSplitter, FollowsTheRulesOfCaseAndAccents) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(wordsOf("\u00c9l\u00c8ve", {true, true, true}), (Words{"eleve"}));
  EXPECT_EQ(wordsOf("\u00c9l\u00c8ve", {true, false, true}), (Words{"\u00e9l\u00e8ve"}));
  EXPECT_EQ(wordsOf("\u00c9l\u00c8ve", {false, false, true}), (Words{"\u00c9l\u00c8ve"}));
  EXPECT_EQ(wordsOf("\u00c9l\u00c8ve Q", {false, true, true}), (Words{"ElEve", "Q"}));
}

TEST(WordSplitter, SetsChineseApartWhereTheRulesSaySo) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(wordsOf("a\u78c1\u76d8b", {true, true, true}), (Words{"a", "\u78c1", "\u76d8", "b"}));
  EXPECT_EQ(wordsOf("a\u78c1\u76d8b", {true, true, false}), (Words{"a\u78c1\u76d8b"}));
}

TEST(WordSplitter, SetsPunctuationOfAllScriptsApart) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(wordsOf("a-b\u3002c$d\u2014", {true, true, true}), (Words{"a", "-", "b", "\u3002", "c", "$", "d", "\u2014"}));
}

TEST(WordSplitter, EndsAWordInAFinalSigma) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(wordsOf("\u039f\u03a3 \u03a3\u039f\u03a3.", {true, true, true}), (Words{"\u03bf\u03c2", "\u03c3\u03bf\u03c2", "."}));
}

TEST(WordSplitter, ReadsALongTextNoFurtherThanAsked) {
  std::string text = "first ";
  text.append(1 << 20, 'x');
  WordSplitter splitter(text, {});
  EXPECT_EQ(splitter.next(), "first");
  EXPECT_EQ(splitter.next().size(), std::size_t{1} << 20U);
  EXPECT_EQ(splitter.next(), "");
}

struct Unlike {
  const char* from;
  const char* to;
  const char* message;
};

TEST(TokenizerFile, RefusesWhatIsUnlikeByName) {
  const std::string good = smallTokenizer();
  const std::vector<Unlike> cases{
      {"\"BertNormalizer\"", "\"NFC\"", "normalizer"},
      {"\"BertPreTokenizer\"", "\"ByteLevel\"", "pre_tokenizer"},
      {"\"WordPiece\"", "\"BPE\"", "\"BPE\""},
      {"\"BertProcessing\"", "\"RobertaProcessing\"", "post_processor"},
      {"\"clean_text\":true", "\"clean_text\":false", "clean_text"},
      {"\"clean_text\":true", "\"clean_text\":1", "clean_text"},
      {"\"max_input_chars_per_word\":20", "\"max_input_chars_per_word\":-1", "max_input_chars_per_word"},
      {"\"continuing_subword_prefix\":\"##\"", "\"continuing_subword_prefix\":7", "continuing_subword_prefix"},
      {"\"vocab\":", "\"vocab\":[],\"v\":", "vocab"},
      {"\"vocab\":", "\"v\":", "vocab"},
      {"\"[CLS]\"", "\"[cls]\"", "[CLS]"},
      {"\"[SEP]\"", "\"[sep]\"", "[SEP]"},
      {"\"unk_token\":\"[UNK]\"", "\"unk_token\":\"<unk>\"", "<unk>"},
      {"\"disk\":57", "\"disk\":-1", "\"disk\""},
      {"\"disk\":57", "\"disk\":5000000000", "\"disk\""},
      {"\"disk\":57", "\"disk\":\"57\"", "\"disk\""},
  };
  for (const Unlike& one : cases) {
    const auto tokenizer = WordPiece::decode(*json::parse(replaced(good, one.from, one.to)));
    ASSERT_FALSE(tokenizer) << one.to;
    EXPECT_EQ(tokenizer.error().kind(), core::ErrorKind::InvalidInput);
    EXPECT_NE(tokenizer.error().message().find(one.message), std::string::npos) << tokenizer.error().message();
  }
}

TEST(TokenizerFile, TakesATemplateOfClsTextSep) {
  const std::string frame = R"("post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},)"
                            R"({"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}}]})";
  const std::string good = replaced(smallTokenizer(), R"("post_processor":{"type":"BertProcessing"})", frame);
  EXPECT_TRUE(WordPiece::decode(*json::parse(good)));
  EXPECT_FALSE(WordPiece::decode(*json::parse(replaced(good, R"("id":"[SEP]")", R"("id":"</s>")"))));
}

TEST(TokenizerFile, NamesTheFileThatIsWrong) {
  const TemporaryFolder folder;
  for (const std::string text : {"", "{", "[]", "{\"a\": 1}"}) {
    writeFile(folder.path() / "tokenizer.json", text);
    const auto tokenizer = WordPiece::open(folder.path() / "tokenizer.json");
    ASSERT_FALSE(tokenizer);
    EXPECT_EQ(tokenizer.error().message().find((folder.path() / "tokenizer.json").string() + ": "), 0U) << tokenizer.error().message();
  }
}

TEST(Vocabulary, FindsEachPieceAndNoOther) {
  std::vector<std::string> texts;
  for (int i = 0; i < 5000; ++i) texts.push_back((i % 2 == 0 ? "##" : "") + std::to_string(i * 7919));
  std::vector<std::pair<std::string_view, std::int32_t>> pieces;
  for (std::size_t i = 0; i < texts.size(); ++i) pieces.emplace_back(texts[i], static_cast<std::int32_t>(i));
  const Vocabulary vocabulary(pieces, "##");
  EXPECT_EQ(vocabulary.size(), 5000U);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    ASSERT_EQ(vocabulary.find(texts[i]), static_cast<std::int32_t>(i));
    const bool within = i % 2 == 0;
    const std::string text = texts[i].substr(within ? 2 : 0) + "x";
    const auto match = vocabulary.longestPrefix(text, within ? Vocabulary::Place::WithinWord : Vocabulary::Place::WordBegin);
    ASSERT_EQ(match.length, text.size() - 1);
    ASSERT_EQ(match.id, static_cast<std::int32_t>(i));
  }
  EXPECT_EQ(vocabulary.find("x"), std::nullopt);
  EXPECT_EQ(vocabulary.longestPrefix("x", Vocabulary::Place::WithinWord).length, 0U);
  EXPECT_EQ(vocabulary.longestPrefix("", Vocabulary::Place::WordBegin).length, 0U);
}

}  // namespace
}  // namespace learnd::sentence_model
