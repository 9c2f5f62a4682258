#include "adapters/sentence_model/encoder.hpp"

#include "adapters/sentence_model/kernels.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace learnd::sentence_model {

namespace {

using Shape = std::vector<std::uint64_t>;

template <class T>
T* atLeast(std::vector<T>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer.resize(size);
  return buffer.data();
}

}  // namespace

/// Reads tensors by name; a missing or wrong one is thrown as an Error and caught in load().
class Encoder::Loader {
 public:
  Loader(const Safetensors& file, const EncoderShape& shape, Precision precision)
      : file_(file),
        shape_(shape),
        precision_(precision),
        prefix_(file.contains("bert.embeddings.word_embeddings.weight") ? "bert." : "") {}

  [[nodiscard]] Tensor tensor(const std::string& name, const Shape& shape) const {
    auto found = file_.find(prefix_ + name, shape);
    if (!found) throw found.error();
    return *found;
  }

  [[nodiscard]] std::vector<float> numbers(const std::string& name, const Shape& shape) const {
    auto read = file_.readAll(tensor(name, shape));
    if (!read) throw read.error();
    return std::move(*read);
  }

  [[nodiscard]] Norm norm(const std::string& name) const {
    return {numbers(name + ".weight", {shape_.hidden}), numbers(name + ".bias", {shape_.hidden})};
  }

  [[nodiscard]] Linear linear(const std::vector<std::string>& names, std::size_t inputs, std::size_t outputs) const {
    std::vector<float> weights;
    std::vector<float> bias;
    for (const std::string& name : names) {
      const auto part = numbers(name + ".weight", {outputs, inputs});
      weights.insert(weights.end(), part.begin(), part.end());
      const auto more = numbers(name + ".bias", {outputs});
      bias.insert(bias.end(), more.begin(), more.end());
    }
    return {weights, std::move(bias), inputs, outputs * names.size(), precision_};
  }

  [[nodiscard]] Layer layer(std::size_t number) const {
    const std::string place = "encoder.layer." + std::to_string(number) + ".";
    const std::string self = place + "attention.self.";
    return {linear({self + "query", self + "key", self + "value"}, shape_.hidden, shape_.hidden),
            linear({place + "attention.output.dense"}, shape_.hidden, shape_.hidden),
            norm(place + "attention.output.LayerNorm"),
            linear({place + "intermediate.dense"}, shape_.hidden, shape_.intermediate),
            linear({place + "output.dense"}, shape_.intermediate, shape_.hidden),
            norm(place + "output.LayerNorm")};
  }

 private:
  const Safetensors& file_;
  const EncoderShape& shape_;
  Precision precision_;
  std::string prefix_;
};

Encoder::Encoder(EncoderShape shape, Precision precision, Safetensors file)
    : shape_(shape), precision_(precision), file_(std::move(file)) {}

core::Result<Encoder> Encoder::load(const std::filesystem::path& folder, const EncoderShape& shape, Precision precision) {
  auto file = Safetensors::open(folder / "model.safetensors");
  if (!file) return file.error();
  Encoder encoder(shape, precision, std::move(*file));
  try {
    const Loader loader(encoder.file_, shape, precision);
    encoder.words_ = loader.tensor("embeddings.word_embeddings.weight", {shape.vocabulary, shape.hidden});
    encoder.positions_ = loader.numbers("embeddings.position_embeddings.weight", {shape.positions, shape.hidden});
    const auto types = loader.numbers("embeddings.token_type_embeddings.weight", {shape.types, shape.hidden});
    for (std::size_t i = 0; i < shape.positions; ++i) addTo(encoder.positions_.data() + i * shape.hidden, types.data(), shape.hidden);
    encoder.embeddingNorm_ = loader.norm("embeddings.LayerNorm");
    encoder.layers_.reserve(shape.layers);
    for (std::size_t i = 0; i < shape.layers; ++i) encoder.layers_.push_back(loader.layer(i));
    encoder.prepare();
  } catch (const core::Error& error) {
    return error;
  } catch (const std::exception& error) {
    return core::Error(core::ErrorKind::Unavailable,
                       std::string("no machine code can be made for the model (") + error.what() +
                           "): a service manager's MemoryDenyWriteExecute forbids it; turn that setting off for learnd");
  }
  return encoder;
}

void Encoder::prepare() const {
  // What searches ask is a sentence: its machine code is made before the first one waits for it.
  constexpr std::array<std::size_t, 4> kUsualTokens{8, 16, 24, 32};
  if (layers_.empty()) return;
  for (const std::size_t rows : kUsualTokens) {
    for (const Linear* linear :
         {&layers_[0].queriesKeysValues, &layers_[0].attentionOutput, &layers_[0].intermediate, &layers_[0].output}) {
      linear->prepare(rows);
    }
  }
}

void Encoder::encode(std::span<const std::vector<std::int32_t>> texts, EncoderRoom& room, float* out) const {
  std::size_t tokens = 0;
  for (const auto& text : texts) tokens += text.size();
  if (tokens == 0) return;
  EncoderRoom::Buffers& buffers = room.buffers;
  const std::size_t padded = MatrixProduct::paddedRows(tokens);
  atLeast(buffers.x, padded * shape_.hidden);
  atLeast(buffers.context, padded * shape_.hidden);
  atLeast(buffers.wide, padded * std::max(3 * shape_.hidden, shape_.intermediate));
  embed(texts, buffers);
  for (const Layer& layer : layers_) runLayer(layer, texts, tokens, buffers);
  pool(texts, buffers, out);
}

void Encoder::embed(std::span<const std::vector<std::int32_t>> texts, EncoderRoom::Buffers& room) const {
  float* x = room.x.data();
  for (const auto& text : texts) {
    for (std::size_t place = 0; place < text.size(); ++place) {
      auto read = file_.read(words_, static_cast<std::size_t>(text[place]) * shape_.hidden, std::span<float>(x, shape_.hidden));
      if (!read) throw std::runtime_error(read.error().message());
      addTo(x, positions_.data() + place * shape_.hidden, shape_.hidden);
      normalise(embeddingNorm_.gain.data(), embeddingNorm_.shift.data(), shape_.epsilon, shape_.hidden, x);
      x += shape_.hidden;
    }
  }
}

void Encoder::runLayer(const Layer& layer, std::span<const std::vector<std::int32_t>> texts, std::size_t tokens,
                       EncoderRoom::Buffers& room) const {
  const std::size_t hidden = shape_.hidden;
  const float epsilon = shape_.epsilon;
  const auto normInto = [&](const Linear& linear, const Norm& norm) {
    for (std::size_t i = 0; i < tokens; ++i) {
      addBiasResidualNorm(linear.row(i, room), linear.bias(), norm.gain.data(), norm.shift.data(), epsilon, hidden,
                          room.x.data() + i * hidden);
    }
  };
  layer.queriesKeysValues.multiply(room.x.data(), tokens, room);
  for (std::size_t i = 0; i < tokens; ++i) {
    addBias(layer.queriesKeysValues.row(i, room), layer.queriesKeysValues.bias(), 3 * hidden, room.wide.data() + i * 3 * hidden);
  }
  std::size_t first = 0;
  for (const auto& text : texts) {
    float* attention = atLeast(room.attention, attentionRoom(text.size(), hidden, shape_.heads));
    attend(room.wide.data() + first * 3 * hidden, text.size(), hidden, shape_.heads, attention, room.context.data() + first * hidden);
    first += text.size();
  }
  layer.attentionOutput.multiply(room.context.data(), tokens, room);
  normInto(layer.attentionOutput, layer.attentionNorm);
  layer.intermediate.multiply(room.x.data(), tokens, room);
  for (std::size_t i = 0; i < tokens; ++i) {
    addBiasGelu(layer.intermediate.row(i, room), layer.intermediate.bias(), shape_.intermediate,
                room.wide.data() + i * shape_.intermediate);
  }
  layer.output.multiply(room.wide.data(), tokens, room);
  normInto(layer.output, layer.outputNorm);
}

void Encoder::pool(std::span<const std::vector<std::int32_t>> texts, const EncoderRoom::Buffers& room, float* out) const {
  const float* x = room.x.data();
  for (const auto& text : texts) {
    std::copy_n(x, shape_.hidden, out);
    if (shape_.pooling == Pooling::Mean) {
      // The sum serves as well as the mean: the length is made 1 in the end.
      for (std::size_t place = 1; place < text.size(); ++place) addTo(out, x + place * shape_.hidden, shape_.hidden);
    }
    toUnitLength(out, shape_.hidden);
    x += text.size() * shape_.hidden;
    out += shape_.hidden;
  }
}

}  // namespace learnd::sentence_model
