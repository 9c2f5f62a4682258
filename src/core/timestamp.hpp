#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace learnd::core {

/// A moment in UTC with microseconds.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// RFC 3339 with six decimals and `Z`: "2026-01-02T03:04:05.678901Z". Years 0000 to 9999.
std::string formatTimestamp(Timestamp time);
/// Whether it is in these years.
bool canBeWritten(Timestamp time);

/// Reads RFC 3339: any number of decimals (past six cut off), `Z` or an offset, `T` or a blank between; without a zone it is UTC.
/// Nothing where the text is no moment (a 13th month, a 30th of February, a 61st second), or one that can't be written.
std::optional<Timestamp> parseTimestamp(std::string_view text);

}  // namespace learnd::core
