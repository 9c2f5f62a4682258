#include "adapters/sentence_model/model_file.hpp"
#include "adapters/sentence_model/word_piece.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace learnd::sentence_model {

namespace {

constexpr std::uint64_t kMostBytes = 64U << 20U;
constexpr std::int64_t kMostTokens = 1'000'000;
constexpr std::int64_t kLongestWord = 100;
constexpr std::int64_t kMostWordCharacters = 1'000'000;
constexpr std::string_view kBegin = "[CLS]";
constexpr std::string_view kEnd = "[SEP]";

core::Error wrong(const std::string& text) { return core::Error(core::ErrorKind::InvalidInput, text); }

std::string inQuotes(std::string_view text) { return "\"" + std::string(text.substr(0, 100)) + "\""; }

/// A member's text; empty where it is none.
std::string_view textOf(const json::Value& value, std::string_view name) {
  const json::Value* member = value.find(name);
  const std::string* text = member == nullptr ? nullptr : member->asText();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

/// A member that is true or false; nothing where it is absent or null.
core::Result<std::optional<bool>> flagOf(const json::Value& value, std::string_view name) {
  const json::Value* member = value.find(name);
  if (member == nullptr || member->isNull()) return std::optional<bool>();
  if (member->asBool() == nullptr) return wrong(inQuotes(name) + " is neither true nor false");
  return std::optional<bool>(*member->asBool());
}

core::Result<void> expectType(const json::Value& value, std::string_view part, std::string_view type) {
  const json::Value* member = value.find(part);
  const std::string_view found = member == nullptr ? std::string_view() : textOf(*member, "type");
  if (found == type) return {};
  return wrong(inQuotes(part) + " is of type " + inQuotes(found) + "; only " + inQuotes(type) + " can be computed");
}

core::Result<SplittingRules> readNormalizer(const json::Value& value) {
  if (auto expected = expectType(value, "normalizer", "BertNormalizer"); !expected) return expected.error();
  const json::Value& normalizer = *value.find("normalizer");
  SplittingRules rules;
  auto clean = flagOf(normalizer, "clean_text");
  if (!clean) return clean.error();
  if (!clean->value_or(true)) return wrong("\"clean_text\" is false; texts are always cleaned of control characters here");
  auto lowercase = flagOf(normalizer, "lowercase");
  if (!lowercase) return lowercase.error();
  rules.lowercase = lowercase->value_or(true);
  auto strip = flagOf(normalizer, "strip_accents");
  if (!strip) return strip.error();
  rules.stripAccents = strip->value_or(rules.lowercase);
  auto chinese = flagOf(normalizer, "handle_chinese_chars");
  if (!chinese) return chinese.error();
  rules.splitChinese = chinese->value_or(true);
  return rules;
}

/// [CLS] before and [SEP] behind a text, which is what both kinds of post-processor for BERT say in their own way.
core::Result<void> checkFrame(const json::Value& value) {
  const json::Value* frame = value.find("post_processor");
  if (frame == nullptr || frame->isNull()) return {};
  const std::string_view type = textOf(*frame, "type");
  if (type == "BertProcessing") return {};
  const core::Error unlike = wrong("\"post_processor\" is not [CLS], the text, [SEP]; nothing else can be computed");
  const json::Value* single = frame->find("single");
  const json::Value::Array* parts = single == nullptr ? nullptr : single->asArray();
  if (type != "TemplateProcessing" || parts == nullptr || parts->size() != 3) return unlike;
  const auto special = [&](std::size_t at) {
    const json::Value* token = (*parts)[at].find("SpecialToken");
    return token == nullptr ? std::string_view() : textOf(*token, "id");
  };
  if (special(0) != kBegin || (*parts)[1].find("Sequence") == nullptr || special(2) != kEnd) return unlike;
  return {};
}

struct Pieces {
  Vocabulary vocabulary;
  std::size_t size;  // one above the highest id
};

core::Result<Pieces> readVocabulary(const json::Value& piece) {
  const json::Value* continuation = piece.find("continuing_subword_prefix");
  const std::string* prefix = continuation == nullptr ? nullptr : continuation->asText();
  if (continuation != nullptr && prefix == nullptr) return wrong("\"continuing_subword_prefix\" is no text");
  const json::Value* pieces = piece.find("vocab");
  const json::Value::Object* members = pieces == nullptr ? nullptr : pieces->asObject();
  if (members == nullptr) return wrong("\"model.vocab\" is no object");
  std::vector<std::pair<std::string_view, std::int32_t>> list;
  list.reserve(members->size());
  std::int64_t highest = -1;
  for (const auto& [text, number] : *members) {
    const std::int64_t* id = number.asInteger();
    if (id == nullptr || *id < 0 || *id >= kMostTokens) return wrong("\"model.vocab\": " + inQuotes(text) + " has no id from 0 to 999999");
    highest = std::max(highest, *id);
    list.emplace_back(text, static_cast<std::int32_t>(*id));
  }
  return Pieces{Vocabulary(list, prefix == nullptr ? "##" : *prefix), static_cast<std::size_t>(highest + 1)};
}

core::Result<std::int32_t> idOf(const Vocabulary& vocabulary, std::string_view token) {
  const auto id = vocabulary.find(token);
  if (!id) return wrong("\"model.vocab\" has no " + inQuotes(token));
  return *id;
}

core::Result<void> readSpecialTokens(const Vocabulary& vocabulary, std::string_view unknown, WordPieceRules& rules) {
  const std::pair<std::string_view, std::int32_t*> wanted[] = {{unknown, &rules.unknown}, {kBegin, &rules.begin}, {kEnd, &rules.end}};
  for (const auto& [token, place] : wanted) {
    auto id = idOf(vocabulary, token);
    if (!id) return id.error();
    *place = *id;
  }
  return {};
}

core::Result<std::size_t> readLongestWord(const json::Value& piece) {
  const json::Value* longest = piece.find("max_input_chars_per_word");
  if (longest == nullptr || longest->isNull()) return static_cast<std::size_t>(kLongestWord);
  const std::int64_t* number = longest->asInteger();
  if (number == nullptr || *number < 1 || *number > kMostWordCharacters) {
    return wrong("\"max_input_chars_per_word\" is no whole number from 1 to 1000000");
  }
  return static_cast<std::size_t>(*number);
}

}  // namespace

core::Result<WordPiece> WordPiece::decode(const json::Value& value) {
  if (value.asObject() == nullptr) return wrong("is no JSON object");
  WordPieceRules rules;
  auto splitting = readNormalizer(value);
  if (!splitting) return splitting.error();
  rules.splitting = *splitting;
  if (auto expected = expectType(value, "pre_tokenizer", "BertPreTokenizer"); !expected) return expected.error();
  if (auto expected = expectType(value, "model", "WordPiece"); !expected) return expected.error();
  if (auto framed = checkFrame(value); !framed) return framed.error();
  const json::Value& piece = *value.find("model");
  auto longest = readLongestWord(piece);
  if (!longest) return longest.error();
  rules.longestWord = *longest;
  auto pieces = readVocabulary(piece);
  if (!pieces) return pieces.error();
  const std::string_view unknown = textOf(piece, "unk_token");
  auto special = readSpecialTokens(pieces->vocabulary, unknown.empty() ? std::string_view("[UNK]") : unknown, rules);
  if (!special) return special.error();
  return WordPiece(std::move(pieces->vocabulary), rules, pieces->size);
}

core::Result<WordPiece> WordPiece::open(const std::filesystem::path& file) {
  auto value = readJsonFile(file, kMostBytes);
  if (!value) return value.error();
  auto tokenizer = decode(*value);
  if (!tokenizer) return fileError(file.string(), tokenizer.error().message());
  return tokenizer;
}

}  // namespace learnd::sentence_model
