#include "adapters/embedded_index/flat_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace learnd::embedded_index {

namespace {

/// Slots whose rows and codes are allocated together: growing copies nothing.
constexpr std::size_t kChunk = 4096;
constexpr std::size_t kCacheLine = 64;

/// How many the codes hand on for each one that is asked for, and at least. Of real questions (MiniLM, 384 numbers, 100,000 entries) 2,000
/// hold 99.99 % of the ten nearest and 98.9 % of the 200 nearest; 1,000 hold 99.99 % and 96.3 %.
constexpr std::size_t kShortlistRatio = 10;
constexpr std::size_t kSmallestShortlist = 2000;

/// So many rows are read in less time than the codes take.
constexpr std::size_t kScanWithoutCodes = 2 * kSmallestShortlist;

/// The distance of what is not asked for.
constexpr kernels::Distance kNever = std::numeric_limits<kernels::Distance>::max();

std::size_t roundedUp(std::size_t value, std::size_t unit) { return (value + unit - 1) / unit * unit; }

std::size_t countWithin(const std::vector<kernels::Distance>& distances, kernels::Distance radius) {
  return kernels::countBelow(distances.data(), distances.size(), static_cast<kernels::Distance>(radius + 1));
}

/// The smallest distance that at least `count` slots keep to: the nearest by code need not come in order.
kernels::Distance radiusOf(const std::vector<kernels::Distance>& distances, std::size_t count) {
  kernels::Distance low = 0;
  kernels::Distance high = kernels::kFarthest;
  while (low < high) {
    const auto middle = static_cast<kernels::Distance>((low + high) / 2);
    if (countWithin(distances, middle) >= count) {
      high = middle;
    } else {
      low = static_cast<kernels::Distance>(middle + 1);
    }
  }
  return low;
}

/// The slots up to the radius, of those right on it so many that the whole is at most `most`: copies of one text may be any number.
std::vector<Slot> slotsWithin(const std::vector<kernels::Distance>& distances, kernels::Distance radius, std::size_t most) {
  std::size_t roomOnRadius = most - (radius > 0 ? countWithin(distances, static_cast<kernels::Distance>(radius - 1)) : 0);
  std::vector<Slot> slots;
  slots.reserve(most);
  for (std::size_t first = 0; first < distances.size(); first += kernels::kBlock) {
    const std::uint64_t within = kernels::below(distances.data() + first, static_cast<kernels::Distance>(radius + 1));
    forEachBit(within, static_cast<Slot>(first), [&](Slot slot) {
      if (distances[slot] == radius && roomOnRadius == 0) return;
      if (distances[slot] == radius) --roomOnRadius;
      slots.push_back(slot);
    });
  }
  return slots;
}

}  // namespace

FlatVectors::FlatVectors(std::size_t dimensions)
    : dimensions_(dimensions),
      rowLength_(roundedUp(dimensions, kernels::kRowUnit)),
      codeUnits_(std::min(roundedUp(dimensions, kernels::kBitsPerUnit) / kernels::kBitsPerUnit, kernels::kMostUnits)) {}

bool FlatVectors::hasDirection(std::span<const float> vector) {
  double sum = 0;
  for (const float number : vector) sum += static_cast<double>(number) * static_cast<double>(number);
  return std::isfinite(sum) && sum > 0;
}

void FlatVectors::set(Slot slot, std::span<const float> vector) {
  const std::vector<float> row = directionOf(vector);
  const std::vector<kernels::CodeUnit> code = codeOf(row);
  Chunk& chunk = chunkOf(slot);
  const std::size_t place = slot % kChunk;
  kernels::toHalf(row.data(), rowLength_, chunk.rows.get() + place * rowLength_);
  kernels::CodeUnit* block = chunk.codes.get() + place / kernels::kBlock * kernels::kBlock * codeUnits_;
  for (std::size_t unit = 0; unit < codeUnits_; ++unit) block[unit * kernels::kBlock + place % kernels::kBlock] = code[unit];
  if (!present_.contains(slot)) ++size_;
  present_.add(slot);
}

void FlatVectors::clear(Slot slot) {
  if (!present_.contains(slot)) return;
  present_.remove(slot);
  --size_;
}

FlatVectors::Probe FlatVectors::probe(std::span<const float> vector) const {
  Probe made;
  made.row = directionOf(vector);
  made.code = codeOf(made.row);
  return made;
}

float FlatVectors::cosine(const Probe& probe, Slot slot) const { return kernels::dot(probe.row.data(), rowOf(slot), rowLength_); }

std::vector<ScoredSlot> FlatVectors::nearest(const Probe& probe, std::size_t count, const SlotBitmap* allowed) const {
  SlotBitmap asked = present_;
  if (allowed) asked.intersect(*allowed);
  auto found = scored(probe, shortlist(probe, count, asked));
  keepBest(found, count);
  return found;
}

FlatVectors::Chunk& FlatVectors::chunkOf(Slot slot) {
  const std::size_t number = slot / kChunk;
  if (number >= chunks_.size()) chunks_.resize(number + 1);
  Chunk& chunk = chunks_[number];
  if (!chunk.rows) {
    chunk.rows = hwy::AllocateAligned<kernels::Half>(kChunk * rowLength_);
    chunk.codes = hwy::AllocateAligned<kernels::CodeUnit>(kChunk * codeUnits_);
    if (!chunk.rows || !chunk.codes) throw std::bad_alloc();
    std::fill_n(chunk.codes.get(), kChunk * codeUnits_, 0);
  }
  return chunk;
}

const kernels::Half* FlatVectors::rowOf(Slot slot) const { return chunks_[slot / kChunk].rows.get() + slot % kChunk * rowLength_; }

std::vector<float> FlatVectors::directionOf(std::span<const float> vector) const {
  double sum = 0;
  for (const float number : vector) sum += static_cast<double>(number) * static_cast<double>(number);
  const double scale = 1 / std::sqrt(sum);
  std::vector<float> row(rowLength_);
  for (std::size_t i = 0; i < vector.size(); ++i) row[i] = static_cast<float>(vector[i] * scale);
  return row;
}

std::vector<kernels::CodeUnit> FlatVectors::codeOf(const std::vector<float>& row) const {
  std::vector<kernels::CodeUnit> code(codeUnits_);
  for (std::size_t i = 0; i < std::min(dimensions_, codeUnits_ * kernels::kBitsPerUnit); ++i) {
    const unsigned bit = row[i] > 0 ? 1U : 0U;
    code[i / kernels::kBitsPerUnit] |= static_cast<kernels::CodeUnit>(bit << (i % kernels::kBitsPerUnit));
  }
  return code;
}

std::vector<Slot> FlatVectors::shortlist(const Probe& probe, std::size_t count, const SlotBitmap& asked) const {
  const std::size_t wanted = std::max(kSmallestShortlist, kShortlistRatio * count);
  const std::size_t there = asked.count();
  if (there <= std::max(wanted, kScanWithoutCodes)) {
    std::vector<Slot> all;
    all.reserve(there);
    forEachSlot(asked, [&all](Slot slot) { all.push_back(slot); });
    return all;
  }
  const auto distances = distancesOf(probe, asked);
  return slotsWithin(distances, radiusOf(distances, wanted), 2 * wanted);
}

std::vector<kernels::Distance> FlatVectors::distancesOf(const Probe& probe, const SlotBitmap& asked) const {
  std::vector<kernels::Distance> distances(asked.wordCount() * kernels::kBlock, kNever);
  for (std::size_t block = 0; block < asked.wordCount(); ++block) {
    const std::uint64_t here = asked.word(block);
    if (here == 0) continue;
    const std::size_t first = block * kernels::kBlock;
    const kernels::CodeUnit* codes = chunks_[first / kChunk].codes.get() + first % kChunk * codeUnits_;
    kernels::hamming(codes, probe.code.data(), codeUnits_, distances.data() + first);
    forEachBit(~here, static_cast<Slot>(first), [&distances](Slot slot) { distances[slot] = kNever; });
  }
  return distances;
}

std::vector<ScoredSlot> FlatVectors::scored(const Probe& probe, const std::vector<Slot>& slots) const {
  std::vector<ScoredSlot> found;
  found.reserve(slots.size());
  // The rows of a shortlist lie anywhere: the next ones are fetched while one is read.
  constexpr std::size_t kAhead = 4;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (i + kAhead < slots.size()) {
      const auto* ahead = reinterpret_cast<const char*>(rowOf(slots[i + kAhead]));
      for (std::size_t byte = 0; byte < rowLength_ * sizeof(kernels::Half); byte += kCacheLine) __builtin_prefetch(ahead + byte);
    }
    found.push_back({slots[i], cosine(probe, slots[i])});
  }
  return found;
}

}  // namespace learnd::embedded_index
