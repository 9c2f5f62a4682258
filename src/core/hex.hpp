#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace learnd::core {

/// The digits by their value, in lower case.
inline constexpr std::string_view kHexDigits = "0123456789abcdef";

/// Two digits a byte.
std::string hexText(std::span<const std::uint8_t> bytes);

}  // namespace learnd::core
