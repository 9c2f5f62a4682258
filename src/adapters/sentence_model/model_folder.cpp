#include "adapters/sentence_model/model_folder.hpp"

#include "adapters/sentence_model/model_file.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <vector>

namespace learnd::sentence_model {

namespace {

constexpr std::int64_t kMostSize = 1 << 24;

/// Reads one file's members; the first wrong one is the error.
class FieldReader {
 public:
  FieldReader(std::string file, const json::Value& value) : file_(std::move(file)), value_(value) {}

  std::size_t size(std::string_view name, std::int64_t most = kMostSize) {
    const json::Value* value = value_.find(name);
    const std::int64_t* number = value != nullptr ? value->asInteger() : nullptr;
    if (number == nullptr || *number < 1 || *number > most) {
      fail(unlike(file_, std::string(name), "a number from 1 to " + std::to_string(most)));
      return 1;
    }
    return static_cast<std::size_t>(*number);
  }

  void text(std::string_view name, std::string_view wanted, bool mayBeAbsent) {
    const json::Value* value = value_.find(name);
    if (value == nullptr && mayBeAbsent) return;
    if (value == nullptr || value->asText() == nullptr || *value->asText() != wanted) fail(unlike(file_, std::string(name), "\"" + std::string(wanted) + "\""));
  }

  bool flag(std::string_view name) {
    const json::Value* value = value_.find(name);
    return value != nullptr && value->asBool() != nullptr && *value->asBool();
  }

  double number(std::string_view name, double absent) {
    const json::Value* value = value_.find(name);
    return value != nullptr && value->isNumber() ? value->number() : absent;
  }

  void fail(core::Error error) {
    if (!failed_) error_ = std::move(error);
    failed_ = true;
  }

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] const core::Error& error() const { return error_; }
  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  std::string file_;
  const json::Value& value_;
  core::Error error_;
  bool failed_ = false;
};

core::Result<void> readConfig(const std::filesystem::path& folder, EncoderShape& shape) {
  auto config = readJson(folder / "config.json");
  if (!config) return config.error();
  FieldReader reader((folder / "config.json").string(), *config);
  reader.text("model_type", "bert", false);
  reader.text("hidden_act", "gelu", false);
  reader.text("position_embedding_type", "absolute", true);
  shape.hidden = reader.size("hidden_size", 1 << 14);
  shape.layers = reader.size("num_hidden_layers", 1024);
  shape.heads = reader.size("num_attention_heads", 1024);
  shape.intermediate = reader.size("intermediate_size", 1 << 16);
  shape.vocabulary = reader.size("vocab_size");
  shape.positions = reader.size("max_position_embeddings", 1 << 16);
  shape.types = reader.size("type_vocab_size", 1024);
  shape.normEpsilon = reader.number("layer_norm_eps", 1e-12);
  if (shape.hidden % shape.heads != 0) reader.fail(unlike(reader.file(), "num_attention_heads", "a divisor of hidden_size"));
  if (!(shape.normEpsilon > 0) || shape.normEpsilon > 1) reader.fail(unlike(reader.file(), "layer_norm_eps", "a small number above 0"));
  if (reader.failed()) return reader.error();
  return {};
}

core::Result<void> readPooling(const std::filesystem::path& folder, EncoderShape& shape) {
  auto config = readJson(folder / "1_Pooling" / "config.json");
  if (!config) return config.error();
  FieldReader reader((folder / "1_Pooling" / "config.json").string(), *config);
  const bool mean = reader.flag("pooling_mode_mean_tokens");
  const bool first = reader.flag("pooling_mode_cls_token");
  for (const char* other : {"pooling_mode_max_tokens", "pooling_mode_mean_sqrt_len_tokens", "pooling_mode_weightedmean_tokens", "pooling_mode_lasttoken"}) {
    if (reader.flag(other)) reader.fail(unlike(reader.file(), other, "false"));
  }
  if (mean == first) reader.fail(unlike(reader.file(), "the pooling", "either pooling_mode_mean_tokens or pooling_mode_cls_token"));
  if (reader.failed()) return reader.error();
  shape.meanPooling = mean;
  return {};
}

core::Result<void> checkModules(const std::filesystem::path& folder) {
  constexpr std::array<std::string_view, 3> kKnown{"Transformer", "Pooling", "Normalize"};
  auto modules = readJson(folder / "modules.json");
  if (!modules) return modules.error();
  const std::string file = (folder / "modules.json").string();
  if (modules->asArray() == nullptr || modules->asArray()->empty()) return unlike(file, "it", "a list of modules");
  for (const json::Value& module : *modules->asArray()) {
    const json::Value* type = module.find("type");
    const std::string name = type != nullptr && type->asText() != nullptr ? *type->asText() : std::string();
    const std::string last = name.substr(name.rfind('.') == std::string::npos ? 0 : name.rfind('.') + 1);
    if (std::find(kKnown.begin(), kKnown.end(), last) == kKnown.end()) return unlike(file, "the module \"" + name + "\"", "Transformer, Pooling or Normalize");
  }
  return {};
}

core::Result<void> readWindow(const std::filesystem::path& folder, EncoderShape& shape) {
  auto config = readJson(folder / "sentence_bert_config.json");
  if (!config) return config.error();
  FieldReader reader((folder / "sentence_bert_config.json").string(), *config);
  shape.window = std::min(reader.size("max_seq_length"), shape.positions);
  if (shape.window < 3) reader.fail(unlike(reader.file(), "max_seq_length", "3 or more"));
  if (reader.failed()) return reader.error();
  return {};
}

}  // namespace

core::Result<EncoderShape> readModelFolder(const std::filesystem::path& folder) {
  EncoderShape shape;
  if (auto read = readConfig(folder, shape); !read) return read.error();
  if (auto read = checkModules(folder); !read) return read.error();
  if (auto read = readPooling(folder, shape); !read) return read.error();
  if (auto read = readWindow(folder, shape); !read) return read.error();
  return shape;
}

core::Result<std::string> digestOfModel(const std::filesystem::path& folder) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  std::vector<char> piece(1024 * 1024);
  for (const char* name : {"model.safetensors", "tokenizer.json", "config.json", "1_Pooling/config.json", "sentence_bert_config.json"}) {
    std::ifstream input(folder / name, std::ios::binary);
    if (!input) return core::Error(core::ErrorKind::InvalidInput, (folder / name).string() + ": can't be read");
    EVP_DigestUpdate(context.get(), name, std::char_traits<char>::length(name) + 1);
    while (input.read(piece.data(), static_cast<std::streamsize>(piece.size())) || input.gcount() > 0) {
      EVP_DigestUpdate(context.get(), piece.data(), static_cast<std::size_t>(input.gcount()));
    }
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &size);
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += kHexDigits[digest[i] >> 4U];
    text += kHexDigits[digest[i] & 15U];
  }
  return text;
}

}  // namespace learnd::sentence_model
