#include "adapters/embedded_index/ordinal_list.hpp"

#include <algorithm>
#include <utility>

namespace learnd::embedded_index {

namespace {

constexpr std::uint32_t kMore = 0x80;

void append(std::vector<std::uint8_t>& bytes, std::uint32_t number) {
  for (; number >= kMore; number >>= 7U) bytes.push_back(static_cast<std::uint8_t>(number | kMore));
  bytes.push_back(static_cast<std::uint8_t>(number));
}

std::uint32_t read(const std::uint8_t*& place) {
  std::uint32_t number = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint32_t byte = *place++;
    number |= (byte & (kMore - 1)) << shift;
    if (byte < kMore) return number;
  }
}

}  // namespace

OrdinalList::OrdinalList(const std::vector<std::uint32_t>& ordinals) {
  if (ordinals.empty()) return;
  std::vector<std::uint8_t> bytes;
  bytes.reserve(5 + 3 * ordinals.size());
  append(bytes, static_cast<std::uint32_t>(ordinals.size()));
  std::uint32_t before = 0;
  for (const std::uint32_t ordinal : ordinals) append(bytes, ordinal - std::exchange(before, ordinal));
  bytes_ = std::make_unique<std::uint8_t[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), bytes_.get());
}

std::vector<std::uint32_t> OrdinalList::ordinals() const {
  std::vector<std::uint32_t> all;
  if (!bytes_) return all;
  const std::uint8_t* place = bytes_.get();
  all.resize(read(place));
  std::uint32_t last = 0;
  for (auto& ordinal : all) ordinal = last += read(place);
  return all;
}

}  // namespace learnd::embedded_index
