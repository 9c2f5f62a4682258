#include "adapters/sentence_model/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace learnd::sentence_model {

namespace {

// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/): a prefix's hash is a step of the whole's.
constexpr std::uint64_t kHashBegin = 0xCBF29CE484222325U;
constexpr std::uint64_t kHashFactor = 0x100000001B3U;

/// Longer pieces are not looked for: no vocabulary has any, and the hashes of a word's beginnings fit on the stack.
constexpr std::size_t kLongestPiece = 256;

std::uint64_t hashFurther(std::uint64_t hash, char sign) { return (hash ^ static_cast<unsigned char>(sign)) * kHashFactor; }

std::uint64_t hashFurther(std::uint64_t hash, std::string_view text) {
  for (const char sign : text) hash = hashFurther(hash, sign);
  return hash;
}

/// FNV's low bits alone would do for a table, its high ones are weak: mixed once more.
std::uint64_t mixed(std::uint64_t hash) { return (hash ^ (hash >> 32U)) * 0x9E3779B97F4A7C15U; }

}  // namespace

Vocabulary::Vocabulary(const std::vector<std::pair<std::string_view, std::int32_t>>& pieces, std::string continuation)
    : continuation_(std::move(continuation)), continuationHash_(hashFurther(kHashBegin, continuation_)) {
  ends_.reserve(pieces.size() + 1);
  ids_.reserve(pieces.size());
  ends_.push_back(0);
  slots_.resize(std::bit_ceil(std::max<std::size_t>(pieces.size() * 2, 16)));
  for (const auto& [piece, id] : pieces) {
    if (piece.size() > kLongestPiece) continue;
    letters_ += piece;
    ends_.push_back(static_cast<std::uint32_t>(letters_.size()));
    ids_.push_back(id);
    longest_ = std::max(longest_, piece.size());
    insert(hashFurther(kHashBegin, piece), static_cast<std::uint32_t>(ids_.size()));
  }
}

void Vocabulary::insert(std::uint64_t hash, std::uint32_t piece) {
  const std::uint64_t spread = mixed(hash);
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>(spread) & mask;
  while (slots_[at].piece != 0) at = (at + 1) & mask;
  slots_[at] = {static_cast<std::uint32_t>(spread >> 32U), piece};
}

std::optional<std::uint32_t> Vocabulary::lookUp(std::uint64_t hash, std::string_view front, std::string_view rest) const {
  const std::uint64_t spread = mixed(hash);
  const auto tag = static_cast<std::uint32_t>(spread >> 32U);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = static_cast<std::size_t>(spread) & mask; slots_[at].piece != 0; at = (at + 1) & mask) {
    if (slots_[at].tag != tag) continue;
    const std::uint32_t number = slots_[at].piece - 1;
    const std::string_view piece = pieceAt(number);
    if (piece.size() == front.size() + rest.size() && piece.starts_with(front) && piece.ends_with(rest)) return number;
  }
  return std::nullopt;
}

Vocabulary::Match Vocabulary::longestPrefix(std::string_view text, Place place) const {
  const bool within = place == Place::WithinWord;
  const std::string_view front = within ? std::string_view(continuation_) : std::string_view();
  if (longest_ < front.size()) return {};
  const std::size_t most = std::min(text.size(), longest_ - front.size());
  std::array<std::uint64_t, kLongestPiece + 1> hashes;
  hashes[0] = within ? continuationHash_ : kHashBegin;
  for (std::size_t i = 0; i < most; ++i) hashes[i + 1] = hashFurther(hashes[i], text[i]);
  for (std::size_t length = most; length > 0; --length) {
    if (const auto found = lookUp(hashes[length], front, text.substr(0, length))) return {length, ids_[*found]};
  }
  return {};
}

std::optional<std::int32_t> Vocabulary::find(std::string_view piece) const {
  const auto found = lookUp(hashFurther(kHashBegin, piece), {}, piece);
  return found ? std::optional(ids_[*found]) : std::nullopt;
}

}  // namespace learnd::sentence_model
