#include "tests/fakes/qdrant/point_id.hpp"

#include "tests/fakes/qdrant/refusal.hpp"

namespace learnd::fakes::qdrant {

std::optional<std::string> normalUuid(std::string_view text) {
  if (text.starts_with("urn:uuid:")) text.remove_prefix(9);
  if (text.size() == 38 && text.front() == '{' && text.back() == '}') text = text.substr(1, 36);
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char sign = text[i];
    if (sign == '-') {
      if (text.size() != 36 || (i != 8 && i != 13 && i != 18 && i != 23)) return std::nullopt;
    } else if (sign >= '0' && sign <= '9') {
      digits += sign;
    } else if (const char lower = static_cast<char>(sign | 0x20); lower >= 'a' && lower <= 'f') {
      digits += lower;
    } else {
      return std::nullopt;
    }
  }
  if (digits.size() != 32) return std::nullopt;
  for (const std::size_t place : {8U, 13U, 18U, 23U}) digits.insert(place, 1, '-');
  return digits;
}

PointId readId(const json::Value& value) {
  if (const auto* number = value.asInteger(); number && *number >= 0) return static_cast<std::uint64_t>(*number);
  if (const auto* number = value.asLargeInteger()) return *number;
  if (const auto* text = value.asText()) {
    if (auto uuid = normalUuid(*text)) return *uuid;
    throw badJson("value " + *text + " is not a valid point ID, valid values are either an unsigned integer or a UUID");
  }
  throw badJson("value " + json::write(value) + " is not a valid point ID, valid values are either an unsigned integer or a UUID");
}

json::Value writeId(const PointId& id) {
  if (const auto* number = std::get_if<std::uint64_t>(&id)) return json::Value(*number);
  return json::Value(std::get<std::string>(id));
}

}  // namespace learnd::fakes::qdrant
