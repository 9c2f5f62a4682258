#include "adapters/sentence_model/encoder.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace learnd::sentence_model {

namespace {

/// What is computed together stays in a core's second-level cache.
constexpr std::size_t kMostRowsTogether = 128;

}  // namespace

Encoder::Encoder(const EncoderShape& shape, Precision precision, std::unique_ptr<const EncoderWeights> weights)
    : shape_(shape), precision_(precision), weights_(std::move(weights)) {}

core::Result<Encoder> Encoder::load(const std::filesystem::path& folder, const EncoderShape& shape, Precision precision) {
  auto weights = loadWeights(folder, shape, precision);
  if (!weights) return weights.error();
  return Encoder(shape, precision, std::move(*weights));
}

void Encoder::encode(std::span<const Ids> texts, EncoderRoom& room, float* out) const {
  while (!texts.empty()) {
    std::size_t count = 0;
    std::size_t rows = 0;
    while (count < texts.size() && (count == 0 || rows + texts[count].size() <= kMostRowsTogether)) rows += texts[count++].size();
    encodeTogether(texts.first(count), rows, room, out);
    texts = texts.subspan(count);
    out += count * shape_.hidden;
  }
}

void Encoder::encodeTogether(std::span<const Ids> texts, std::size_t rows, EncoderRoom& room, float* out) const {
  std::size_t longest = 0;
  for (const Ids& text : texts) {
    if (text.empty() || text.size() > shape_.window) throw std::logic_error("a text of no tokens, or of more than the window");
    longest = std::max(longest, text.size());
  }
  const std::size_t padded = MatrixProduct::paddedRows(rows);
  room.fit(*weights_, shape_, precision_, padded, longest);
  const EncoderRoom::Calls& calls = room.calls(padded);
  embed(texts, room);
  for (const LayerWeights& layer : weights_->layers) runLayer(layer, texts, rows, calls, room);
  pool(texts, room, out);
}

NormRule Encoder::ruleOf(const NormWeights& norm) const {
  return {norm.gain.data(), norm.shift.data(), shape_.epsilon, shape_.hidden, weights_->widths.hidden};
}

void Encoder::embed(std::span<const Ids> texts, EncoderRoom& room) const {
  const std::size_t width = weights_->widths.hidden;
  float* x = room.x.data();
  std::size_t rows = 0;
  for (const Ids& text : texts) {
    for (std::size_t place = 0; place < text.size(); ++place, x += width) {
      auto read = weights_->file.read(weights_->words, static_cast<std::size_t>(text[place]) * shape_.hidden, std::span(x, shape_.hidden));
      if (!read) throw std::runtime_error(read.error().message());
      addTo(x, weights_->positions.data() + place * width, width);
    }
    rows += text.size();
  }
  normaliseRows(ruleOf(weights_->embeddingNorm), rows, room.x.data(), room.bytes(width));
}

void Encoder::runLayer(const LayerWeights& layer, std::span<const Ids> texts, std::size_t rows, const EncoderRoom::Calls& calls,
                       EncoderRoom& room) const {
  const EncoderWidths& widths = weights_->widths;
  const RowScale* scales = room.bytes(0).numbers != nullptr ? room.bytes(0).rows : nullptr;
  calls.queriesKeysValues.run(layer.queriesKeysValues.packed);
  attendTexts(layer, texts, room);
  if (scales != nullptr) quantiseRows(room.context.data(), rows, widths.heads, room.bytes(widths.heads));
  calls.attentionOutput.run(layer.attentionOutput.packed);
  const Product attended{room.narrow.data(), scales, widths.hidden, layer.attentionOutput.columns()};
  addAndNormaliseRows(attended, ruleOf(layer.attentionNorm), rows, room.x.data(), room.bytes(widths.hidden));
  calls.intermediate.run(layer.intermediate.packed);
  const Product intermediate{room.wide.data(), scales, widths.intermediate, layer.intermediate.columns()};
  geluRows(intermediate, rows, widths.intermediate, scales != nullptr ? room.row.data() : room.wide.data(),
           room.bytes(widths.intermediate));
  calls.output.run(layer.output.packed);
  const Product output{room.narrow.data(), scales, widths.hidden, layer.output.columns()};
  addAndNormaliseRows(output, ruleOf(layer.outputNorm), rows, room.x.data(), room.bytes(widths.hidden));
}

void Encoder::attendTexts(const LayerWeights& layer, std::span<const Ids> texts, EncoderRoom& room) const {
  const EncoderWidths& widths = weights_->widths;
  const AttentionShape heads{shape_.heads, shape_.hidden / shape_.heads, widths.head};
  const ByteRows bytes = room.bytes(0);
  Product product{room.wide.data(), bytes.numbers != nullptr ? bytes.rows : nullptr, 3 * widths.heads, layer.queriesKeysValues.columns()};
  float* context = room.context.data();
  std::size_t first = 0;
  for (const Ids& text : texts) {
    product.numbers = room.wide.data() + first * product.stride;
    if (bytes.numbers != nullptr) product.rows = bytes.rows + first;
    attend(product, text.size(), heads, room.attention.data(), context);
    context += text.size() * widths.heads;
    first += text.size();
  }
}

void Encoder::pool(std::span<const Ids> texts, EncoderRoom& room, float* out) const {
  const std::size_t width = weights_->widths.hidden;
  float* x = room.x.data();
  for (const Ids& text : texts) {
    if (shape_.pooling == Pooling::Mean) {
      // The sum serves as well as the mean: the length is made 1 in the end.
      for (std::size_t place = 1; place < text.size(); ++place) addTo(x, x + place * width, width);
    }
    toUnitLength(x, width);
    std::copy_n(x, shape_.hidden, out);
    x += text.size() * width;
    out += shape_.hidden;
  }
}

}  // namespace learnd::sentence_model
