// What kernels.cpp and attention.cpp share; included once for each instruction set, so the guard is not of the usual kind.
#if defined(LEARND_SENTENCE_MODEL_VECTORS) == defined(HWY_TARGET_TOGGLE)
#ifdef LEARND_SENTENCE_MODEL_VECTORS
#undef LEARND_SENTENCE_MODEL_VECTORS
#else
#define LEARND_SENTENCE_MODEL_VECTORS
#endif

#include "adapters/sentence_model/kernels.hpp"

#include <hwy/highway.h>

#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace learnd::sentence_model::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::CappedTag<float, kVectorFloats>;
using Ints = hn::RebindToSigned<Floats>;
using Bytes = hn::Rebind<std::uint8_t, Floats>;
using V = hn::Vec<Floats>;

/// One row of a product, bias added, as floats.
template <bool kOfBytes>
class ProductRow {
 public:
  HWY_INLINE ProductRow(const Product& product, std::size_t row)
      : numbers_(static_cast<const Number*>(product.numbers) + row * product.stride), columns_(product.columns), scale_(1), shift_(0) {
    if constexpr (kOfBytes) {
      scale_ = product.rows[row].scale;
      shift_ = product.rows[row].scale * product.rows[row].zero;
    }
  }

  /// The numbers from `column` on.
  HWY_INLINE V at(std::size_t column) const {
    const Floats d;
    const auto bias = hn::Load(d, columns_.bias + column);
    if constexpr (kOfBytes) {
      // sum (scale (byte - zero)) (weight scale x weight): the zeros' part is known from the weights' sums.
      const auto sums = hn::ConvertTo(d, hn::LoadU(Ints(), numbers_ + column));
      const auto scaled = hn::MulAdd(sums, hn::Mul(hn::Load(d, columns_.scales + column), hn::Set(d, scale_)), bias);
      return hn::NegMulAdd(hn::Load(d, columns_.sums + column), hn::Set(d, shift_), scaled);
    } else {
      return hn::Add(hn::LoadU(d, numbers_ + column), bias);
    }
  }

 private:
  using Number = std::conditional_t<kOfBytes, std::int32_t, float>;

  const Number* numbers_;
  Columns columns_;
  float scale_;
  float shift_;
};

/// a x^n + ... by Horner's rule, the highest coefficient first.
template <class... More>
HWY_INLINE V polynomial(V x, float first, More... more) {
  const Floats d;
  V sum = hn::Set(d, first);
  ((sum = hn::MulAdd(sum, x, hn::Set(d, more))), ...);
  return sum;
}

}  // namespace learnd::sentence_model::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
