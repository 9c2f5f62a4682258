#pragma once

#include "core/error.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace learnd::json {

/// What is wrong with a text of the field `path`, if anything: more than `limit` bytes, or a NUL character.
std::optional<core::Error> checkText(std::string_view text, const std::string& path, std::size_t limit);

/// A text's length as limits count it, in bytes: a `[redacted:KIND]` mark is one, since what it stands for was within the limit before.
std::size_t lengthForLimit(std::string_view text);

/// "PATH is longer than 8192 bytes (8 KiB)".
core::Error tooLong(const std::string& path, std::size_t limit);
core::Error hasNulCharacter(const std::string& path);
core::Error notAnId(const std::string& path);

}  // namespace learnd::json
