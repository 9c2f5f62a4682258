#include "adapters/sentence_model/model_folder.hpp"

#include "adapters/sentence_model/model_file.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace learnd::sentence_model {

namespace {

constexpr std::uint64_t kMostConfigurationBytes = 1U << 20U;
constexpr std::int64_t kMostHidden = 4096;
constexpr std::int64_t kMostIntermediate = 16384;
constexpr std::int64_t kMostLayers = 96;
constexpr std::int64_t kMostVocabulary = 1'000'000;
constexpr std::int64_t kMostPositions = 8192;
/// [CLS], [SEP] and a token of the text.
constexpr std::int64_t kLeastWindow = 3;
constexpr std::string_view kPoolingFolder = "1_Pooling";

/// One of the folder's JSON files. The first error sticks.
class Settings {
 public:
  Settings(std::string name, json::Value value) : name_(std::move(name)), value_(std::move(value)) {
    if (value_.asObject() == nullptr) fail("is no JSON object");
  }

  std::size_t size(std::string_view key, std::int64_t least, std::int64_t most) {
    const json::Value* member = value_.find(key);
    const std::int64_t* number = member == nullptr ? nullptr : member->asInteger();
    if (number == nullptr || *number < least || *number > most) {
      fail(inQuotes(key) + " is no whole number from " + std::to_string(least) + " to " + std::to_string(most));
      return 0;
    }
    return static_cast<std::size_t>(*number);
  }

  /// The text must be `wanted`; where `mayBeAbsent`, no text is that too.
  void expect(std::string_view key, std::string_view wanted, bool mayBeAbsent) {
    const json::Value* member = value_.find(key);
    if (mayBeAbsent && (member == nullptr || member->isNull())) return;
    const std::string* text = member == nullptr ? nullptr : member->asText();
    if (text == nullptr) return fail(inQuotes(key) + " is no text; it would have to be " + inQuotes(wanted));
    if (*text != wanted) fail(inQuotes(key) + " is " + inQuotes(*text) + "; only " + inQuotes(wanted) + " can be computed");
  }

  bool isTrue(std::string_view key) const {
    const json::Value* member = value_.find(key);
    return member != nullptr && member->asBool() != nullptr && *member->asBool();
  }

  [[nodiscard]] const json::Value& value() const { return value_; }

  void fail(std::string text) {
    if (!failed_) error_ = fileError(name_, text);
    failed_ = true;
  }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] const core::Error& error() const { return error_; }

  static std::string inQuotes(std::string_view text) { return "\"" + std::string(text.substr(0, 100)) + "\""; }

 private:
  std::string name_;
  json::Value value_;
  bool failed_ = false;
  core::Error error_;
};

core::Result<Settings> readSettings(const std::filesystem::path& path) {
  auto value = readJsonFile(path, kMostConfigurationBytes);
  if (!value) return value.error();
  return Settings(path.string(), std::move(*value));
}

core::Result<void> readEncoder(const std::filesystem::path& folder, EncoderShape& shape) {
  auto settings = readSettings(folder / "config.json");
  if (!settings) return settings.error();
  settings->expect("model_type", "bert", false);
  settings->expect("hidden_act", "gelu", false);
  settings->expect("position_embedding_type", "absolute", true);
  if (settings->isTrue("is_decoder")) settings->fail("\"is_decoder\" is true; only encoders can be computed");
  shape.hidden = settings->size("hidden_size", 1, kMostHidden);
  shape.intermediate = settings->size("intermediate_size", 1, kMostIntermediate);
  shape.heads = settings->size("num_attention_heads", 1, kMostHidden);
  shape.layers = settings->size("num_hidden_layers", 1, kMostLayers);
  shape.vocabulary = settings->size("vocab_size", 1, kMostVocabulary);
  shape.positions = settings->size("max_position_embeddings", kLeastWindow, kMostPositions);
  shape.types = settings->size("type_vocab_size", 1, kMostHidden);
  const json::Value* epsilon = settings->value().find("layer_norm_eps");
  const double number = epsilon != nullptr && epsilon->isNumber() ? epsilon->number() : -1;
  if (!(number >= 0 && number < 1)) settings->fail("\"layer_norm_eps\" is no number from 0 to 1");
  shape.epsilon = static_cast<float>(number);
  if (!settings->failed() && shape.hidden % shape.heads != 0) {
    settings->fail("\"hidden_size\" " + std::to_string(shape.hidden) + " can't be divided among " + std::to_string(shape.heads) + " heads");
  }
  if (settings->failed()) return settings->error();
  return {};
}

struct Module {
  std::string_view kind;
  std::string_view path;
};

/// The Transformer in the folder itself, then the Pooling, then at most a Normalize (a vector is of unit length here either way).
core::Result<void> checkModules(const std::filesystem::path& file) {
  constexpr std::array<Module, 2> kNeeded{{{"Transformer", ""}, {"Pooling", kPoolingFolder}}};
  const std::string name = file.string();
  auto value = readJsonFile(file, kMostConfigurationBytes);
  if (!value) return value.error();
  const json::Value::Array* modules = value->asArray();
  if (modules == nullptr || modules->size() < kNeeded.size()) return fileError(name, "is no list of Transformer, Pooling and Normalize");
  for (std::size_t i = 0; i < modules->size(); ++i) {
    const json::Value* type = (*modules)[i].find("type");
    const json::Value* path = (*modules)[i].find("path");
    if (type == nullptr || type->asText() == nullptr || path == nullptr || path->asText() == nullptr) {
      return fileError(name, "a module has no \"type\" or no \"path\"");
    }
    const std::string_view kind = std::string_view(*type->asText()).substr(type->asText()->rfind('.') + 1);
    const std::string_view wanted = i < kNeeded.size() ? kNeeded[i].kind : "Normalize";
    if (kind != wanted || i > kNeeded.size()) {
      return fileError(name,
                       "a module " + Settings::inQuotes(kind) + "; only Transformer, Pooling and Normalize can be computed, in this order");
    }
    if (i < kNeeded.size() && *path->asText() != kNeeded[i].path) {
      return fileError(name, "the " + std::string(kind) + " is in " + Settings::inQuotes(*path->asText()) + "; it would have to be in " +
                                 Settings::inQuotes(kNeeded[i].path));
    }
  }
  return {};
}

core::Result<void> readPooling(const std::filesystem::path& file, EncoderShape& shape) {
  auto settings = readSettings(file);
  if (!settings) return settings.error();
  const json::Value* dimensions = settings->value().find("word_embedding_dimension");
  if (dimensions != nullptr && settings->size("word_embedding_dimension", 1, kMostHidden) != shape.hidden) {
    settings->fail("\"word_embedding_dimension\" is not config.json's \"hidden_size\"");
  }
  const bool mean = settings->isTrue("pooling_mode_mean_tokens");
  const bool first = settings->isTrue("pooling_mode_cls_token");
  if (settings->failed()) return settings->error();
  for (const auto& [key, mode] : *settings->value().asObject()) {
    if (!key.starts_with("pooling_mode_") || !settings->isTrue(key)) continue;
    if (key != "pooling_mode_mean_tokens" && key != "pooling_mode_cls_token") {
      settings->fail(Settings::inQuotes(key) + " is true; only pooling by mean or [CLS] can be computed");
    }
  }
  if (mean == first) settings->fail("one of \"pooling_mode_mean_tokens\" and \"pooling_mode_cls_token\" would have to be true");
  if (settings->failed()) return settings->error();
  shape.pooling = mean ? Pooling::Mean : Pooling::First;
  return {};
}

core::Result<void> readWindow(const std::filesystem::path& folder, EncoderShape& shape) {
  auto settings = readSettings(folder / "sentence_bert_config.json");
  if (!settings) return settings.error();
  const json::Value* length = settings->value().find("max_seq_length");
  const auto positions = static_cast<std::int64_t>(shape.positions);
  shape.window = length == nullptr || length->isNull() ? shape.positions : settings->size("max_seq_length", kLeastWindow, positions);
  shape.lowercase = settings->isTrue("do_lower_case");
  if (settings->failed()) return settings->error();
  return {};
}

}  // namespace

core::Result<EncoderShape> readModelFolder(const std::filesystem::path& folder) {
  EncoderShape shape;
  if (auto read = readEncoder(folder, shape); !read) return read.error();
  if (auto checked = checkModules(folder / "modules.json"); !checked) return checked.error();
  if (auto read = readPooling(folder / kPoolingFolder / "config.json", shape); !read) return read.error();
  if (auto read = readWindow(folder, shape); !read) return read.error();
  return shape;
}

}  // namespace learnd::sentence_model
