#pragma once

#include "adapters/embedded_index/slot_bitmap.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace learnd::embedded_index::kernels {

/// The inner loops, compiled for each instruction set that Highway knows and chosen by what the processor has.

/// 64 slots at a time: what one word of a SlotBitmap covers.
inline constexpr std::size_t kBlock = kBitsPerWord;

/// Rows of floats are padded with zeros to a multiple of this.
inline constexpr std::size_t kRowUnit = 64;

/// 16 bits of a code. Its size is that of a distance, so that bits are counted where they are.
using CodeUnit = std::uint16_t;
inline constexpr std::size_t kBitsPerUnit = 16;

/// In bits. Signed, because that is what all instruction sets compare.
using Distance = std::int16_t;
/// What a code may have at most, so that distances fit.
inline constexpr std::size_t kMostUnits = 2047;
inline constexpr Distance kFarthest = kMostUnits * kBitsPerUnit;

/// IEEE 754 half precision, as bits.
using Half = std::uint16_t;

/// Rounds to the nearest, numbers of at most 1 in size.
void toHalf(const float* in, std::size_t count, Half* out);

/// The scalar product of a row in single and one in half precision, summed in single precision. `count` is a multiple of kRowUnit.
float dot(const float* single, const Half* half, std::size_t count);

/// Counts, for each slot of a block, the bits that differ between its code and `query`. `codes` holds `units` units a slot, the nth units
/// of all 64 slots side by side.
void hamming(const CodeUnit* codes, const CodeUnit* query, std::size_t units, Distance* distances);

/// The places of a block whose value is below / above `limit`.
std::uint64_t below(const Distance* values, Distance limit);
std::uint64_t above(const float* values, float limit);

/// How many values are below `limit`. `count` is a multiple of kBlock.
std::size_t countBelow(const Distance* values, std::size_t count, Distance limit);

/// sums[i] += factor x values[i]. `count` is a multiple of kBlock.
void addScaled(const std::uint16_t* values, std::size_t count, float factor, float* sums);

/// The chosen instruction set ("AVX3_DL").
std::string instructionSet();

}  // namespace learnd::embedded_index::kernels
