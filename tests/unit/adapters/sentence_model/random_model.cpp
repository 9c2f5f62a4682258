#include "tests/unit/adapters/sentence_model/random_model.hpp"

#include "json/value.hpp"
#include "tests/unit/adapters/sentence_model/temporary_folder.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <random>

namespace learnd::sentence_model {

namespace {

std::uint16_t toHalf(float number) {
  const auto bits = std::bit_cast<std::uint32_t>(number);
  if (number == 0) return 0;
  const std::uint32_t exponent = ((bits >> 23U) & 0xFFU) - 112U;
  return static_cast<std::uint16_t>(((bits >> 16U) & 0x8000U) | (exponent << 10U) | ((bits >> 13U) & 0x3FFU));
}

void appendNumber(std::string& bytes, float number, NumberFormat format) {
  if (format == NumberFormat::Float32) {
    bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
    return;
  }
  const std::uint16_t half =
      format == NumberFormat::Float16 ? toHalf(number) : static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(number) >> 16U);
  bytes.append(reinterpret_cast<const char*>(&half), sizeof half);
}

json::Value sizesOf(const std::vector<std::uint64_t>& sizes) {
  json::Value::Array list;
  for (const std::uint64_t size : sizes) list.emplace_back(static_cast<std::int64_t>(size));
  return list;
}

std::string configOf(const EncoderShape& shape) {
  json::Value config;
  config.set("model_type", "bert");
  config.set("hidden_act", "gelu");
  config.set("hidden_size", static_cast<std::int64_t>(shape.hidden));
  config.set("intermediate_size", static_cast<std::int64_t>(shape.intermediate));
  config.set("num_attention_heads", static_cast<std::int64_t>(shape.heads));
  config.set("num_hidden_layers", static_cast<std::int64_t>(shape.layers));
  config.set("vocab_size", static_cast<std::int64_t>(shape.vocabulary));
  config.set("max_position_embeddings", static_cast<std::int64_t>(shape.positions));
  config.set("type_vocab_size", static_cast<std::int64_t>(shape.types));
  config.set("layer_norm_eps", static_cast<double>(shape.epsilon));
  return json::write(config);
}

constexpr const char* kModules =
    R"([{"type": "sentence_transformers.models.Transformer", "path": ""}, {"type": "sentence_transformers.models.Pooling", "path": "1_Pooling"}])";

std::string poolingOf(const EncoderShape& shape) {
  json::Value pooling;
  pooling.set("word_embedding_dimension", static_cast<std::int64_t>(shape.hidden));
  pooling.set("pooling_mode_mean_tokens", shape.pooling == Pooling::Mean);
  pooling.set("pooling_mode_cls_token", shape.pooling == Pooling::First);
  return json::write(pooling);
}

}  // namespace

RandomModel::RandomModel(const EncoderShape& shape, unsigned seed) : shape_(shape), seed_(seed) {
  const auto hidden = static_cast<std::uint64_t>(shape.hidden);
  const auto intermediate = static_cast<std::uint64_t>(shape.intermediate);
  add("embeddings.word_embeddings.weight", {shape.vocabulary, hidden});
  add("embeddings.position_embeddings.weight", {shape.positions, hidden});
  add("embeddings.token_type_embeddings.weight", {shape.types, hidden});
  const auto addNorm = [&](const std::string& name) {
    add(name + ".weight", {hidden});
    add(name + ".bias", {hidden});
    // Gains around 1, as trained ones are.
    for (float& gain : tensors_.at(name + ".weight").numbers) gain += 1;
  };
  const auto addLinear = [&](const std::string& name, std::uint64_t inputs, std::uint64_t outputs) {
    add(name + ".weight", {outputs, inputs});
    add(name + ".bias", {outputs});
  };
  addNorm("embeddings.LayerNorm");
  for (std::size_t i = 0; i < shape.layers; ++i) {
    const std::string layer = "encoder.layer." + std::to_string(i) + ".";
    for (const char* part : {"query", "key", "value"}) addLinear(layer + "attention.self." + part, hidden, hidden);
    addLinear(layer + "attention.output.dense", hidden, hidden);
    addNorm(layer + "attention.output.LayerNorm");
    addLinear(layer + "intermediate.dense", hidden, intermediate);
    addLinear(layer + "output.dense", intermediate, hidden);
    addNorm(layer + "output.LayerNorm");
  }
}

EncoderShape RandomModel::oddShape() {
  EncoderShape shape;
  shape.hidden = 60;
  shape.intermediate = 100;
  shape.heads = 5;
  shape.layers = 3;
  shape.vocabulary = 70;
  shape.positions = 50;
  shape.types = 2;
  shape.epsilon = 1e-5F;
  shape.pooling = Pooling::First;
  shape.window = 45;
  return shape;
}

void RandomModel::add(const std::string& name, std::vector<std::uint64_t> shape) {
  std::mt19937 random(seed_++);
  std::uniform_int_distribution<int> number(-63, 63);
  std::size_t count = 1;
  for (const std::uint64_t size : shape) count *= size;
  Tensor tensor{std::move(shape), std::vector<float>(count)};
  for (float& one : tensor.numbers) one = static_cast<float>(number(random)) / 128;
  tensors_.emplace(name, std::move(tensor));
}

void RandomModel::write(const std::filesystem::path& folder, NumberFormat format, const std::string& prefix) const {
  writeFile(folder / "config.json", configOf(shape_));
  writeFile(folder / "modules.json", kModules);
  writeFile(folder / "1_Pooling" / "config.json", poolingOf(shape_));
  writeFile(folder / "sentence_bert_config.json", "{\"max_seq_length\": " + std::to_string(shape_.window) + ", \"do_lower_case\": false}");
  writeFile(folder / "tokenizer.json", smallTokenizer());
  writeFile(folder / "model.safetensors", safetensorsOf(tensors_, format, prefix));
}

RandomModel::Rows RandomModel::linear(const Rows& rows, const std::string& name) const {
  const auto& weights = numbers(name + ".weight");
  const auto& bias = numbers(name + ".bias");
  Rows out;
  for (const auto& row : rows) {
    auto& sums = out.emplace_back(bias.begin(), bias.end());
    for (std::size_t i = 0; i < bias.size(); ++i) {
      for (std::size_t j = 0; j < row.size(); ++j) sums[i] += row[j] * static_cast<double>(weights[i * row.size() + j]);
    }
  }
  return out;
}

RandomModel::Rows RandomModel::norm(const Rows& rows, const std::string& name) const {
  const auto& gain = numbers(name + ".weight");
  const auto& shift = numbers(name + ".bias");
  Rows out = rows;
  for (auto& row : out) {
    double mean = 0;
    for (const double one : row) mean += one / static_cast<double>(row.size());
    double variance = 0;
    for (const double one : row) variance += (one - mean) * (one - mean) / static_cast<double>(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = (row[i] - mean) / std::sqrt(variance + static_cast<double>(shape_.epsilon)) * static_cast<double>(gain[i]) +
               static_cast<double>(shift[i]);
    }
  }
  return out;
}

RandomModel::Rows RandomModel::attention(const Rows& rows, const std::string& name) const {
  const Rows queries = linear(rows, name + "query");
  const Rows keys = linear(rows, name + "key");
  const Rows values = linear(rows, name + "value");
  const std::size_t width = shape_.hidden / shape_.heads;
  Rows out(rows.size(), std::vector<double>(shape_.hidden));
  for (std::size_t column = 0; column < shape_.hidden; ++column) {
    const std::size_t head = column / width * width;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      std::vector<double> weights;
      double sum = 0;
      for (const auto& key : keys) {
        double product = 0;
        for (std::size_t i = head; i < head + width; ++i) product += queries[row][i] * key[i];
        weights.push_back(std::exp(product / std::sqrt(static_cast<double>(width))));
        sum += weights.back();
      }
      for (std::size_t other = 0; other < rows.size(); ++other) out[row][column] += weights[other] / sum * values[other][column];
    }
  }
  return out;
}

RandomModel::Rows RandomModel::embeddings(std::span<const std::int32_t> ids) const {
  const auto& words = numbers("embeddings.word_embeddings.weight");
  const auto& positions = numbers("embeddings.position_embeddings.weight");
  const auto& types = numbers("embeddings.token_type_embeddings.weight");
  Rows rows;
  for (std::size_t place = 0; place < ids.size(); ++place) {
    auto& row = rows.emplace_back(shape_.hidden);
    for (std::size_t i = 0; i < shape_.hidden; ++i) {
      row[i] = static_cast<double>(words[static_cast<std::size_t>(ids[place]) * shape_.hidden + i]) +
               static_cast<double>(positions[place * shape_.hidden + i]) + static_cast<double>(types[i]);
    }
  }
  return norm(rows, "embeddings.LayerNorm");
}

std::vector<double> RandomModel::encode(std::span<const std::int32_t> ids) const {
  const auto plus = [](Rows a, const Rows& b) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t j = 0; j < a[i].size(); ++j) a[i][j] += b[i][j];
    }
    return a;
  };
  Rows rows = embeddings(ids);
  for (std::size_t i = 0; i < shape_.layers; ++i) {
    const std::string layer = "encoder.layer." + std::to_string(i) + ".";
    const Rows attended = attention(rows, layer + "attention.self.");
    rows = norm(plus(linear(attended, layer + "attention.output.dense"), rows), layer + "attention.output.LayerNorm");
    Rows wide = linear(rows, layer + "intermediate.dense");
    for (auto& row : wide) {
      for (double& x : row) x = x * 0.5 * (1 + std::erf(x / std::sqrt(2.0)));
    }
    rows = norm(plus(linear(wide, layer + "output.dense"), rows), layer + "output.LayerNorm");
  }
  std::vector<double> sum = rows.front();
  for (std::size_t row = 1; shape_.pooling == Pooling::Mean && row < rows.size(); ++row) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += rows[row][i];
  }
  double squares = 0;
  for (const double one : sum) squares += one * one;
  for (double& one : sum) one /= std::sqrt(squares);
  return sum;
}

std::string safetensorsOf(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
  return bytes + header + data;
}

std::string safetensorsOf(const std::map<std::string, RandomModel::Tensor>& tensors, NumberFormat format, const std::string& prefix) {
  json::Value header;
  json::Value metadata;
  metadata.set("format", "pt");
  header.set("__metadata__", std::move(metadata));
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    const std::uint64_t begin = data.size();
    for (const float number : tensor.numbers) appendNumber(data, number, format);
    json::Value description;
    description.set("dtype", format == NumberFormat::Float32 ? "F32" : format == NumberFormat::Float16 ? "F16" : "BF16");
    description.set("shape", sizesOf(tensor.shape));
    description.set("data_offsets", sizesOf({begin, data.size()}));
    header.set(prefix + name, std::move(description));
  }
  return safetensorsOf(json::write(header), data);
}

std::string smallTokenizer() {
  json::Value vocabulary;
  std::int64_t id = 0;
  for (const char* special : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}) vocabulary.set(special, id++);
  for (char letter = 'a'; letter <= 'z'; ++letter) vocabulary.set(std::string(1, letter), id++);
  for (char letter = 'a'; letter <= 'z'; ++letter) vocabulary.set("##" + std::string(1, letter), id++);
  for (const char* word : {"disk", "full", "##full", "the", "."}) vocabulary.set(word, id++);
  const std::string text =
      R"({"normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
    "lowercase": true}, "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": {"type": "BertProcessing"},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 20}})";
  json::Value tokenizer = *json::parse(text);
  json::Value model = *tokenizer.find("model");
  model.set("vocab", std::move(vocabulary));
  tokenizer.set("model", std::move(model));
  return json::write(tokenizer);
}

double cosine(std::span<const float> a, std::span<const double> b) {
  double product = 0;
  double squaresOfA = 0;
  double squaresOfB = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += static_cast<double>(a[i]) * b[i];
    squaresOfA += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    squaresOfB += b[i] * b[i];
  }
  return product / std::sqrt(squaresOfA * squaresOfB);
}

}  // namespace learnd::sentence_model
