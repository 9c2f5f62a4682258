#include "core/identifier.hpp"

#include "core/hex.hpp"

#include <cstring>

namespace learnd::core {

namespace {

int hexValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

bool isDashPlace(std::size_t place) { return place == 8 || place == 13 || place == 18 || place == 23; }

}  // namespace

std::optional<LearningId> LearningId::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Bytes bytes{};
  std::size_t filled = 0;
  for (std::size_t place = 0; place < text.size();) {
    if (isDashPlace(place)) {
      if (text[place] != '-') return std::nullopt;
      ++place;
      continue;
    }
    const int high = hexValue(text[place]);
    const int low = hexValue(text[place + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[filled++] = static_cast<std::uint8_t>(high * 16 + low);
    place += 2;
  }
  return LearningId(bytes);
}

std::string LearningId::text() const {
  std::string text;
  text.reserve(36);
  for (const std::uint8_t byte : bytes_) {
    if (isDashPlace(text.size())) text += '-';
    text += kHexDigits[byte >> 4U];
    text += kHexDigits[byte & 15U];
  }
  return text;
}

std::size_t LearningIdHash::operator()(const LearningId& id) const noexcept {
  // The last eight bytes of a UUIDv7 are random; mixing in the first keeps other versions apart too.
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, id.bytes().data(), 8);
  std::memcpy(&low, id.bytes().data() + 8, 8);
  return static_cast<std::size_t>(low ^ (high * 0x9E3779B97F4A7C15ULL));
}

}  // namespace learnd::core
