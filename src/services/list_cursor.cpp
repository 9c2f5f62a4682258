#include "services/list_cursor.hpp"

#include "core/hex.hpp"
#include "core/normalised_key.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstring>
#include <optional>

namespace learnd::services {

namespace {

// filter digest (8), time in microseconds (8), value's bits (8), id (16), all big-endian; hexadecimal.
constexpr std::size_t kBytes = 40;

void appendPart(std::string& all, std::string_view part) { all.append(std::to_string(part.size())).append(":").append(part); }

std::string describe(const ports::LearningFilter& filter, ports::ListOrder order) {
  std::string all = order == ports::ListOrder::Time ? "time" : "value";
  const auto group = [&all](char name) { all += name; };
  group('k');
  for (const auto kind : filter.kinds) appendPart(all, core::nameOf(kind));
  group('c');
  for (const auto& category : filter.categories) appendPart(all, category);
  group('s');
  for (const auto status : filter.statuses) appendPart(all, core::nameOf(status));
  group('o');
  if (filter.outcome) appendPart(all, core::nameOf(*filter.outcome));
  group('l');
  if (filter.modelUsed) appendPart(all, core::nameOf(*filter.modelUsed));
  group('f');
  if (filter.source) appendPart(all, *filter.source);
  group('i');
  if (filter.important) appendPart(all, *filter.important ? "1" : "0");
  group('t');
  if (filter.since) appendPart(all, core::formatTimestamp(*filter.since));
  group('u');
  if (filter.until) appendPart(all, core::formatTimestamp(*filter.until));
  group('v');
  if (filter.minValue) appendPart(all, std::to_string(std::bit_cast<std::uint64_t>(*filter.minValue)));
  group('m');
  for (const auto& [key, value] : filter.metadata) {
    appendPart(all, key);
    appendPart(all, value);
  }
  return all;
}

void appendNumber(std::string& bytes, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>((number >> static_cast<unsigned>(shift)) & 0xFFU);
}

std::uint64_t takeNumber(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = (number << 8U) | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
  bytes.remove_prefix(8);
  return number;
}

std::string filterDigest(const ports::LearningFilter& filter, ports::ListOrder order) {
  const auto digest = core::sha256(describe(filter, order));
  return {digest.begin(), digest.begin() + 8};
}

std::optional<std::string> fromHex(const std::string& text) {
  if (text.size() != kBytes * 2) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = core::kHexDigits.find(text[i]);
    const auto low = core::kHexDigits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

core::Error noCursor() { return core::Error::invalidField("cursor", "this is no cursor: give next_cursor of an answer, as it was"); }

}  // namespace

std::string writeCursor(const ports::PagePlace& place, const ports::LearningFilter& filter, ports::ListOrder order) {
  std::string bytes = filterDigest(filter, order);
  appendNumber(bytes, static_cast<std::uint64_t>(place.time.time_since_epoch().count()));
  appendNumber(bytes, std::bit_cast<std::uint64_t>(place.value));
  bytes.append(place.id.bytes().begin(), place.id.bytes().end());
  return core::hexText({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

core::Result<ports::PagePlace> readCursor(const std::string& cursor, const ports::LearningFilter& filter, ports::ListOrder order) {
  const auto bytes = fromHex(cursor);
  if (!bytes) return noCursor();
  if (bytes->compare(0, 8, filterDigest(filter, order)) != 0) {
    return core::Error::invalidField("cursor", "this cursor belongs to another filter or order: begin again without it");
  }
  std::string_view rest(*bytes);
  rest.remove_prefix(8);
  ports::PagePlace place;
  place.time = core::Timestamp(std::chrono::microseconds(static_cast<std::int64_t>(takeNumber(rest))));
  place.value = std::bit_cast<double>(takeNumber(rest));
  // No place of ours: the stores would each make something else of it.
  if (!core::canBeWritten(place.time) || !std::isfinite(place.value)) return noCursor();
  core::LearningId::Bytes id{};
  std::memcpy(id.data(), rest.data(), id.size());
  place.id = core::LearningId(id);
  return place;
}

}  // namespace learnd::services
