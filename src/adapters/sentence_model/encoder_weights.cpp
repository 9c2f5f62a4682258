#include "adapters/sentence_model/encoder_weights.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

namespace learnd::sentence_model {

namespace {

using Sizes = std::vector<std::uint64_t>;

/// Where a model's numbers go in a row of ours: `blocks` of `width` numbers, each at a multiple of `stride`.
struct Axis {
  std::size_t blocks;
  std::size_t width;
  std::size_t stride;

  [[nodiscard]] std::size_t from() const { return blocks * width; }
  [[nodiscard]] std::size_t to() const { return blocks * stride; }

  void spread(const float* numbers, float* out) const {
    for (std::size_t block = 0; block < blocks; ++block) std::copy_n(numbers + block * width, width, out + block * stride);
  }
};

AlignedBuffer<float> spreadVector(std::span<const float> numbers, const Axis& axis) {
  AlignedBuffer<float> out(axis.to());
  axis.spread(numbers.data(), out.data());
  return out;
}

AlignedBuffer<float> spreadMatrix(std::span<const float> numbers, const Axis& rows, const Axis& columns) {
  AlignedBuffer<float> out(rows.to() * columns.to());
  for (std::size_t row = 0; row < rows.from(); ++row) {
    const std::size_t place = row / rows.width * rows.stride + row % rows.width;
    columns.spread(numbers.data() + row * columns.from(), out.data() + place * columns.to());
  }
  return out;
}

/// One scale for each output, which its greatest weight gives.
LinearWeights quantise(const MatrixProduct& product, const AlignedBuffer<float>& weights, AlignedBuffer<float> bias) {
  const std::size_t outputs = bias.size();
  const std::size_t inputs = weights.size() / outputs;
  AlignedBuffer<std::int8_t> bytes(weights.size());
  AlignedBuffer<float> scales(outputs);
  AlignedBuffer<float> sums(outputs);
  for (std::size_t output = 0; output < outputs; ++output) {
    const float* row = weights.data() + output * inputs;
    float greatest = 0;
    for (std::size_t i = 0; i < inputs; ++i) greatest = std::max(greatest, std::fabs(row[i]));
    const float scale = greatest > 0 ? greatest / 127.0F : 1.0F;
    const float inverse = 1.0F / scale;
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < inputs; ++i) {
      const float number = std::clamp(std::nearbyint(row[i] * inverse), -127.0F, 127.0F);
      bytes[output * inputs + i] = static_cast<std::int8_t>(number);
      sum += static_cast<std::int32_t>(number);
    }
    scales[output] = scale;
    sums[output] = scale * static_cast<float>(sum);
  }
  return {product.pack(bytes.data()), std::move(bias), std::move(scales), std::move(sums)};
}

/// Reads tensors by name; a missing or wrong one is thrown as an Error and caught in loadWeights().
class Loader {
 public:
  Loader(const Safetensors& file, const EncoderShape& shape, Precision precision)
      : file_(file), precision_(precision), prefix_(file.contains("bert.embeddings.word_embeddings.weight") ? "bert." : "") {
    const EncoderWidths widths(shape);
    hidden_ = {1, shape.hidden, widths.hidden};
    intermediate_ = {1, shape.intermediate, widths.intermediate};
    heads_ = {shape.heads, shape.hidden / shape.heads, widths.head};
  }

  [[nodiscard]] Tensor tensor(const std::string& name, const Sizes& sizes) const {
    auto found = file_.find(prefix_ + name, sizes);
    if (!found) throw found.error();
    return std::move(*found);
  }

  /// The embeddings of places and the first type, which all tokens are of.
  [[nodiscard]] AlignedBuffer<float> positions(const EncoderShape& shape) const {
    const auto places = numbers("embeddings.position_embeddings.weight", {shape.positions, shape.hidden});
    const auto types = numbers("embeddings.token_type_embeddings.weight", {shape.types, shape.hidden});
    const Axis rows{1, shape.window, shape.window};
    AlignedBuffer<float> positions = spreadMatrix(places, rows, hidden_);
    const AlignedBuffer<float> type = spreadVector(types, hidden_);
    for (std::size_t row = 0; row < shape.window; ++row) addTo(positions.data() + row * hidden_.to(), type.data(), hidden_.to());
    return positions;
  }

  [[nodiscard]] NormWeights norm(const std::string& name) const {
    return {spreadVector(numbers(name + ".weight", {hidden_.from()}), hidden_),
            spreadVector(numbers(name + ".bias", {hidden_.from()}), hidden_)};
  }

  [[nodiscard]] LayerWeights layer(std::size_t number, const EncoderProducts& products) const {
    const std::string place = "encoder.layer." + std::to_string(number) + ".";
    return {queriesKeysValues(place + "attention.self.", products.queriesKeysValues),
            linear(place + "attention.output.dense", products.attentionOutput, hidden_, heads_),
            norm(place + "attention.output.LayerNorm"),
            linear(place + "intermediate.dense", products.intermediate, intermediate_, hidden_),
            linear(place + "output.dense", products.output, hidden_, intermediate_),
            norm(place + "output.LayerNorm")};
  }

 private:
  [[nodiscard]] std::vector<float> numbers(const std::string& name, const Sizes& sizes) const {
    auto read = file_.readAll(tensor(name, sizes));
    if (!read) throw read.error();
    return std::move(*read);
  }

  [[nodiscard]] LinearWeights pack(const MatrixProduct& product, const AlignedBuffer<float>& weights, AlignedBuffer<float> bias) const {
    if (precision_ == Precision::Int8) return quantise(product, weights, std::move(bias));
    return {product.pack(weights.data()), std::move(bias), {}, {}};
  }

  [[nodiscard]] LinearWeights linear(const std::string& name, const MatrixProduct& product, const Axis& outputs, const Axis& inputs) const {
    const auto weights = numbers(name + ".weight", {outputs.from(), inputs.from()});
    const auto bias = numbers(name + ".bias", {outputs.from()});
    return pack(product, spreadMatrix(weights, outputs, inputs), spreadVector(bias, outputs));
  }

  /// Three layers as one. What attention divides by, the root of a head's width, is taken out of the queries' weights here.
  [[nodiscard]] LinearWeights queriesKeysValues(const std::string& name, const MatrixProduct& product) const {
    std::vector<float> weights;
    std::vector<float> bias;
    float factor = 1.0F / std::sqrt(static_cast<float>(heads_.width));
    for (const char* part : {"query", "key", "value"}) {
      for (const float one : numbers(name + part + ".weight", {heads_.from(), hidden_.from()})) weights.push_back(one * factor);
      for (const float one : numbers(name + part + ".bias", {heads_.from()})) bias.push_back(one * factor);
      factor = 1;
    }
    const Axis outputs{3 * heads_.blocks, heads_.width, heads_.stride};
    return pack(product, spreadMatrix(weights, outputs, hidden_), spreadVector(bias, outputs));
  }

  const Safetensors& file_;
  Precision precision_;
  std::string prefix_;
  Axis hidden_{};
  Axis intermediate_{};
  Axis heads_{};
};

std::uint64_t nextNumber() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

EncoderWeights::EncoderWeights(const EncoderShape& shape, Precision precision, Safetensors file)
    : number(nextNumber()), widths(shape), products(widths, precision), file(std::move(file)) {}

core::Result<std::unique_ptr<EncoderWeights>> loadWeights(const std::filesystem::path& folder, const EncoderShape& shape,
                                                          Precision precision) {
  useOneThreadACall();
  auto file = Safetensors::open(folder / "model.safetensors");
  if (!file) return file.error();
  try {
    auto weights = std::make_unique<EncoderWeights>(shape, precision, std::move(*file));
    const Loader loader(weights->file, shape, precision);
    weights->words = loader.tensor("embeddings.word_embeddings.weight", {shape.vocabulary, shape.hidden});
    weights->positions = loader.positions(shape);
    weights->embeddingNorm = loader.norm("embeddings.LayerNorm");
    weights->layers.reserve(shape.layers);
    for (std::size_t i = 0; i < shape.layers; ++i) weights->layers.push_back(loader.layer(i, weights->products));
    return weights;
  } catch (const core::Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return core::Error(core::ErrorKind::Unavailable, "there is not enough memory for the sentence model");
  } catch (const std::runtime_error& error) {
    return core::Error(core::ErrorKind::Unavailable,
                       std::string("no machine code can be made for the model (") + error.what() +
                           "): a service manager's MemoryDenyWriteExecute forbids it; turn that setting off for learnd");
  }
}

}  // namespace learnd::sentence_model
