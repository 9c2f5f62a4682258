#pragma once

#include "json/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace learnd::fakes::qdrant {

/// A number or a UUID in lower case with dashes; numbers come first.
using PointId = std::variant<std::uint64_t, std::string>;

/// Throws a Refusal where the value is neither.
PointId readId(const json::Value& value);
json::Value writeId(const PointId& id);
std::optional<std::string> normalUuid(std::string_view text);

}  // namespace learnd::fakes::qdrant
