#pragma once

#include <cstddef>
#include <string_view>

namespace learnd::core {

inline constexpr std::string_view kMarkBegin = "[redacted:";
inline constexpr std::size_t kLongestMarkKind = 32;
inline constexpr std::size_t kLongestMark = kMarkBegin.size() + kLongestMarkKind + 1;

/// The length of the mark that `text` begins with: "[redacted:", 1 to 32 small letters and dashes, "]". 0 where it begins with none, also
/// where one is cut off: what follows that is as any other text.
std::size_t markLength(std::string_view text);

/// Where the first whole mark at or behind `from` begins; npos where none does.
std::size_t findMark(std::string_view text, std::size_t from = 0);

}  // namespace learnd::core
