#include "adapters/sentence_model/encoder_room.hpp"

#include <algorithm>

namespace learnd::sentence_model {

void EncoderRoom::fit(const EncoderWeights& weights, const EncoderShape& shape, Precision precision, std::size_t rows,
                      std::size_t longest) {
  const EncoderWidths& widths = weights.widths;
  const std::size_t attentionFloats = attentionRoom(longest, {shape.heads, shape.hidden / shape.heads, widths.head});
  const bool fits = weights_ == &weights && number_ == weights.number && rows <= capacity_;
  if (fits && attentionFloats <= attention.size()) return;
  if (!fits) {
    const std::size_t widest = std::max({3 * widths.heads, widths.intermediate, widths.hidden});
    calls_.clear();
    weights_ = &weights;
    number_ = weights.number;
    capacity_ = rows;
    x = AlignedBuffer<float>(rows * widths.hidden);
    context = AlignedBuffer<float>(rows * widths.heads);
    wide = AlignedBuffer<float>(rows * widest);
    narrow = AlignedBuffer<float>(rows * widths.hidden);
    row = AlignedBuffer<float>(widest);
    bytes_ =
        AlignedBuffer<std::uint8_t>(precision == Precision::Int8 ? rows * std::max({widths.hidden, widths.heads, widths.intermediate}) : 0);
    rows_ = AlignedBuffer<RowScale>(rows);
  }
  if (attentionFloats > attention.size()) attention = AlignedBuffer<float>(attentionFloats);
}

const EncoderRoom::Calls& EncoderRoom::calls(std::size_t rows) {
  const auto place = calls_.find(rows);
  if (place != calls_.end()) return place->second;
  return calls_.emplace(rows, bind(rows)).first->second;
}

EncoderRoom::Calls EncoderRoom::bind(std::size_t rows) {
  const EncoderProducts& products = weights_->products;
  std::size_t scratch = 0;
  for (const MatrixProduct* product : {&products.queriesKeysValues, &products.attentionOutput, &products.intermediate, &products.output}) {
    scratch = std::max(scratch, product->scratchBytes(rows));
  }
  if (scratch > scratch_.size()) {
    calls_.clear();
    scratch_ = Scratch(scratch);
  }
  const bool bytes = bytes_.size() > 0;
  const auto input = [&](AlignedBuffer<float>& floats) { return bytes ? static_cast<const void*>(bytes_.data()) : floats.data(); };
  return {products.queriesKeysValues.bind(rows, input(x), wide.data(), scratch_),
          products.attentionOutput.bind(rows, input(context), narrow.data(), scratch_),
          products.intermediate.bind(rows, input(x), wide.data(), scratch_),
          products.output.bind(rows, input(wide), narrow.data(), scratch_)};
}

}  // namespace learnd::sentence_model
