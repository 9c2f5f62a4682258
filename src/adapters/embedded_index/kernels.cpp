// Included once for each instruction set by foreach_target.h, so the includes below it are inside of no guard of their own.
#define HWY_WANT_AVX3_DL  // counts bits by an instruction of its own
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "adapters/embedded_index/kernels.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "adapters/embedded_index/kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace learnd::embedded_index::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// At most 512 bits each, so that a block or a row unit holds a whole number of vectors on any processor.
using Singles = hn::CappedTag<float, kRowUnit / 4>;
using Halves = hn::Rebind<hwy::float16_t, Singles>;
using Units = hn::CappedTag<CodeUnit, 32>;
using Shorts = hn::CappedTag<Distance, 32>;

float dot(const float* single, const Half* half, std::size_t count) {
  const Singles singles;
  const Halves halves;
  const auto* from = reinterpret_cast<const hwy::float16_t*>(half);
  const std::size_t lanes = hn::Lanes(singles);
  const auto product = [&](std::size_t i, hn::Vec<Singles> sum) HWY_ATTR {
    return hn::MulAdd(hn::LoadU(singles, single + i), hn::PromoteTo(singles, hn::LoadU(halves, from + i)), sum);
  };
  auto a = hn::Zero(singles);
  auto b = a;
  auto c = a;
  auto d = a;
  for (std::size_t i = 0; i < count; i += 4 * lanes) {
    a = product(i, a);
    b = product(i + lanes, b);
    c = product(i + 2 * lanes, c);
    d = product(i + 3 * lanes, d);
  }
  return hn::GetLane(hn::SumOfLanes(singles, hn::Add(hn::Add(a, b), hn::Add(c, d))));
}

void hamming(const CodeUnit* codes, const CodeUnit* query, std::size_t units, Distance* distances) {
  const Units lanesOfUnits;
  const Shorts shorts;
  const std::size_t lanes = hn::Lanes(lanesOfUnits);
  const auto differing = [&](const CodeUnit* some, hn::Vec<Units> asked)
                             HWY_ATTR { return hn::PopulationCount(hn::Xor(hn::LoadU(lanesOfUnits, some), asked)); };
  for (std::size_t i = 0; i < kBlock; i += 2 * lanes) {
    auto first = hn::Zero(lanesOfUnits);
    auto second = first;
    for (std::size_t unit = 0; unit < units; ++unit) {
      const auto asked = hn::Set(lanesOfUnits, query[unit]);
      first = hn::Add(first, differing(codes + unit * kBlock + i, asked));
      second = hn::Add(second, differing(codes + unit * kBlock + i + lanes, asked));
    }
    hn::StoreU(hn::BitCast(shorts, first), shorts, distances + i);
    hn::StoreU(hn::BitCast(shorts, second), shorts, distances + i + lanes);
  }
}

std::uint64_t below(const Distance* values, Distance limit) {
  const Shorts shorts;
  const std::size_t lanes = hn::Lanes(shorts);
  std::uint64_t found = 0;
  for (std::size_t i = 0; i < kBlock; i += lanes) {
    HWY_ALIGN std::uint8_t bits[8] = {};
    hn::StoreMaskBits(shorts, hn::Lt(hn::LoadU(shorts, values + i), hn::Set(shorts, limit)), bits);
    std::uint64_t some = 0;
    std::memcpy(&some, bits, sizeof some);
    found |= some << i;
  }
  return found;
}

std::uint64_t above(const float* values, float limit) {
  const Singles singles;
  const std::size_t lanes = hn::Lanes(singles);
  std::uint64_t found = 0;
  for (std::size_t i = 0; i < kBlock; i += lanes) {
    HWY_ALIGN std::uint8_t bits[8] = {};
    hn::StoreMaskBits(singles, hn::Gt(hn::LoadU(singles, values + i), hn::Set(singles, limit)), bits);
    std::uint64_t some = 0;
    std::memcpy(&some, bits, sizeof some);
    found |= some << i;
  }
  return found;
}

std::size_t countBelow(const Distance* values, std::size_t count, Distance limit) {
  const Shorts shorts;
  const auto bound = hn::Set(shorts, limit);
  std::size_t sum = 0;
  for (std::size_t i = 0; i < count; i += hn::Lanes(shorts)) sum += hn::CountTrue(shorts, hn::Lt(hn::LoadU(shorts, values + i), bound));
  return sum;
}

void addScaled(const std::uint16_t* values, std::size_t count, float factor, float* sums) {
  const Singles singles;
  const hn::Rebind<std::int32_t, Singles> integers;
  const hn::Rebind<std::uint16_t, Singles> halves;
  const auto by = hn::Set(singles, factor);
  for (std::size_t i = 0; i < count; i += hn::Lanes(singles)) {
    const auto wide = hn::ConvertTo(singles, hn::PromoteTo(integers, hn::LoadU(halves, values + i)));
    hn::StoreU(hn::MulAdd(wide, by, hn::LoadU(singles, sums + i)), singles, sums + i);
  }
}

const char* instructionSet() { return hwy::TargetName(HWY_TARGET); }

}  // namespace learnd::embedded_index::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace learnd::embedded_index::kernels {

namespace {

/// To the nearest, even on ties. At most 1 in size, so nothing overflows.
Half roundedToHalf(float number) {
  constexpr std::uint32_t kSmallestNormal = 0x38800000;  // 2^-14, as bits
  constexpr std::uint32_t kDroppedBits = 13;             // of the fraction
  constexpr std::uint32_t kBiasDifference = 112U << 23U;
  const auto bits = std::bit_cast<std::uint32_t>(number);
  const std::uint32_t sign = (bits >> 16U) & 0x8000U;
  const std::uint32_t size = bits & 0x7FFFFFFFU;
  if (size < kSmallestNormal) {
    // The last bit of 0.5 weighs as much as that of a subnormal half: adding it rounds.
    constexpr float kRounder = 0.5F;
    return static_cast<Half>(
        sign | (std::bit_cast<std::uint32_t>(std::bit_cast<float>(size) + kRounder) - std::bit_cast<std::uint32_t>(kRounder)));
  }
  const std::uint32_t rounded = size + 0xFFFU + ((size >> kDroppedBits) & 1U);
  return static_cast<Half>(sign | ((rounded - kBiasDifference) >> kDroppedBits));
}

}  // namespace

HWY_EXPORT(dot);
HWY_EXPORT(hamming);
HWY_EXPORT(below);
HWY_EXPORT(above);
HWY_EXPORT(countBelow);
HWY_EXPORT(addScaled);
HWY_EXPORT(instructionSet);

void toHalf(const float* in, std::size_t count, Half* out) {
  // Not by Highway: on sets without an instruction for it, its conversion cuts instead of rounding.
  std::transform(in, in + count, out, roundedToHalf);
}

float dot(const float* single, const Half* half, std::size_t count) { return HWY_DYNAMIC_DISPATCH(dot)(single, half, count); }

void hamming(const CodeUnit* codes, const CodeUnit* query, std::size_t units, Distance* distances) {
  HWY_DYNAMIC_DISPATCH(hamming)(codes, query, units, distances);
}

std::uint64_t below(const Distance* values, Distance limit) { return HWY_DYNAMIC_DISPATCH(below)(values, limit); }

std::uint64_t above(const float* values, float limit) { return HWY_DYNAMIC_DISPATCH(above)(values, limit); }

std::size_t countBelow(const Distance* values, std::size_t count, Distance limit) {
  return HWY_DYNAMIC_DISPATCH(countBelow)(values, count, limit);
}

void addScaled(const std::uint16_t* values, std::size_t count, float factor, float* sums) {
  HWY_DYNAMIC_DISPATCH(addScaled)(values, count, factor, sums);
}

std::string instructionSet() { return HWY_DYNAMIC_DISPATCH(instructionSet)(); }

}  // namespace learnd::embedded_index::kernels

#endif
