#include "adapters/sentence_model/word_piece.hpp"

#include "adapters/sentence_model/basic_words.hpp"
#include "adapters/sentence_model/model_file.hpp"
#include "json/value.hpp"

#include <algorithm>
#include <utility>

namespace learnd::sentence_model {

namespace {

constexpr std::int64_t kMostTokens = 10'000'000;

bool isContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

std::size_t charactersIn(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) { return !isContinuation(byte); }));
}

std::string textAt(const json::Value* value) {
  const std::string* text = value != nullptr ? value->asText() : nullptr;
  return text != nullptr ? *text : std::string();
}

bool flagAt(const json::Value& object, std::string_view name, bool absent) {
  const json::Value* value = object.find(name);
  return value != nullptr && value->asBool() != nullptr ? *value->asBool() : absent;
}

core::Result<WordPieceRules> readRules(const std::string& file, const json::Value& root) {
  const json::Value* normalizer = root.find("normalizer");
  const json::Value* splitter = root.find("pre_tokenizer");
  const json::Value* model = root.find("model");
  if (normalizer == nullptr || textAt(normalizer->find("type")) != "BertNormalizer") return unlike(file, "normalizer", "a BertNormalizer");
  if (splitter == nullptr || textAt(splitter->find("type")) != "BertPreTokenizer") return unlike(file, "pre_tokenizer", "a BertPreTokenizer");
  if (model == nullptr || textAt(model->find("type")) != "WordPiece") return unlike(file, "model", "WordPiece");
  if (!flagAt(*normalizer, "clean_text", true)) return unlike(file, "normalizer.clean_text", "true");
  WordPieceRules rules;
  rules.lowercase = flagAt(*normalizer, "lowercase", true);
  rules.stripAccents = flagAt(*normalizer, "strip_accents", rules.lowercase);
  rules.spaceChinese = flagAt(*normalizer, "handle_chinese_chars", true);
  if (const json::Value* prefix = model->find("continuing_subword_prefix")) rules.prefix = textAt(prefix);
  if (const json::Value* most = model->find("max_input_chars_per_word")) {
    if (most->asInteger() == nullptr || *most->asInteger() < 1) return unlike(file, "model.max_input_chars_per_word", "a number above 0");
    rules.longestWord = static_cast<std::size_t>(*most->asInteger());
  }
  if (rules.prefix.empty()) return unlike(file, "model.continuing_subword_prefix", "\"##\" or another mark");
  return rules;
}

}  // namespace

WordPiece::WordPiece(WordPieceRules rules, Vocabulary beginnings, Vocabulary continuations)
    : rules_(std::move(rules)), beginnings_(std::move(beginnings)), continuations_(std::move(continuations)) {}

core::Result<WordPiece> WordPiece::open(const std::filesystem::path& file) {
  auto root = readJson(file);
  if (!root) return root.error();
  auto rules = readRules(file.string(), *root);
  if (!rules) return rules.error();
  const json::Value* model = root->find("model");
  const json::Value* vocabulary = model->find("vocab");
  if (vocabulary == nullptr || vocabulary->asObject() == nullptr) return unlike(file.string(), "model.vocab", "an object of numbers");
  const auto& entries = *vocabulary->asObject();
  WordPiece pieces(std::move(*rules), Vocabulary(entries.size()), Vocabulary(entries.size()));
  for (const auto& [text, number] : entries) {
    if (number.asInteger() == nullptr || *number.asInteger() < 0 || *number.asInteger() > kMostTokens) {
      return unlike(file.string(), "model.vocab", "an object of numbers from 0 on");
    }
    const auto id = static_cast<std::int32_t>(*number.asInteger());
    pieces.beginnings_.add(text, id);
    if (text.starts_with(pieces.rules_.prefix)) pieces.continuations_.add(std::string_view(text).substr(pieces.rules_.prefix.size()), id);
    pieces.size_ = std::max(pieces.size_, static_cast<std::size_t>(id) + 1);
  }
  const json::Value* unknownName = model->find("unk_token");
  const auto unknown = pieces.beginnings_.find(unknownName != nullptr ? textAt(unknownName) : "[UNK]");
  const auto begin = pieces.beginnings_.find("[CLS]");
  const auto end = pieces.beginnings_.find("[SEP]");
  if (!unknown || !begin || !end) return unlike(file.string(), "model.vocab", "one that has [CLS], [SEP] and the unknown token");
  pieces.unknown_ = *unknown;
  pieces.begin_ = *begin;
  pieces.end_ = *end;
  return pieces;
}

Tokens WordPiece::tokenize(std::string_view text, std::size_t window) const {
  Tokens tokens;
  tokens.ids.push_back(begin_);
  forEachBasicWord(text, rules_, [&](std::string_view word) {
    appendWord(word, tokens.ids);
    tokens.clipped = tokens.ids.size() + 1 > window;
    return !tokens.clipped;
  });
  if (tokens.clipped) tokens.ids.resize(window - 1);
  tokens.ids.push_back(end_);
  return tokens;
}

void WordPiece::appendWord(std::string_view word, std::vector<std::int32_t>& ids) const {
  const std::size_t before = ids.size();
  if (word.size() > rules_.longestWord && charactersIn(word) > rules_.longestWord) {
    ids.push_back(unknown_);
    return;
  }
  std::string_view rest = word;
  while (!rest.empty()) {
    const Vocabulary& pieces = rest.size() == word.size() ? beginnings_ : continuations_;
    std::size_t size = std::min(rest.size(), pieces.longest());
    std::optional<std::int32_t> id;
    for (; size > 0; --size) {
      // Only where a character ends.
      if (size < rest.size() && isContinuation(rest[size])) continue;
      id = pieces.find(rest.substr(0, size));
      if (id) break;
    }
    if (!id) {
      ids.resize(before);
      ids.push_back(unknown_);
      return;
    }
    ids.push_back(*id);
    rest.remove_prefix(size);
  }
}

}  // namespace learnd::sentence_model
