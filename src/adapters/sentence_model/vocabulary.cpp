#include "adapters/sentence_model/vocabulary.hpp"

#include <algorithm>
#include <bit>

namespace learnd::sentence_model {

namespace {

std::uint32_t hashOf(std::string_view text) {
  // FNV-1a, 32 bits.
  std::uint32_t hash = 2166136261U;
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619U;
  return hash;
}

}  // namespace

Vocabulary::Vocabulary(std::size_t expected) : slots_(std::bit_ceil(std::max<std::size_t>(16, expected * 2))) {}

std::size_t Vocabulary::slotOf(std::string_view text, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t place = hash & mask;
  while (slots_[place].size != 0) {
    const Slot& slot = slots_[place];
    if (slot.hash == hash && std::string_view(arena_).substr(slot.begin, slot.size) == text) break;
    place = (place + 1) & mask;
  }
  return place;
}

void Vocabulary::add(std::string_view text, std::int32_t number) {
  if (text.empty()) return;
  const std::uint32_t hash = hashOf(text);
  Slot& slot = slots_[slotOf(text, hash)];
  if (slot.size != 0) return;
  slot = {static_cast<std::uint32_t>(arena_.size()), static_cast<std::uint32_t>(text.size()), number, hash};
  arena_ += text;
  longest_ = std::max(longest_, text.size());
}

std::optional<std::int32_t> Vocabulary::find(std::string_view text) const {
  if (text.empty() || text.size() > longest_) return std::nullopt;
  const Slot& slot = slots_[slotOf(text, hashOf(text))];
  if (slot.size == 0) return std::nullopt;
  return slot.number;
}

}  // namespace learnd::sentence_model
