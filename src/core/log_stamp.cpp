#include "core/log_stamp.hpp"

#include "core/line_cursor.hpp"

#include <algorithm>
#include <array>

namespace learnd::core {

namespace {

constexpr auto kMonths =
    std::to_array<std::string_view>({"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"});
constexpr auto kWeekdays = std::to_array<std::string_view>({"mon", "tue", "wed", "thu", "fri", "sat", "sun"});
constexpr auto kZones = std::to_array<std::string_view>({"utc", "gmt", "cet", "cest", "est", "edt", "cst",  "cdt",  "mst",  "mdt", "pst",
                                                         "pdt", "bst", "ist", "jst",  "msk", "eet", "eest", "west", "aest", "aedt"});
constexpr auto kLevels = std::to_array<std::string_view>({"emerg", "alert", "crit", "critical", "err", "error", "fatal", "severe", "warn",
                                                          "warning", "notice", "info", "debug", "trace", "log", "panic", "verbose"});
constexpr std::size_t kLongestHost = 64;
constexpr std::size_t kLongestProcess = 64;

template <class Names>
bool nameOf(LineCursor& cursor, const Names& names) {
  for (const std::string_view name : names) {
    LineCursor tried = cursor;
    if (tried.word(name) && tried.atBoundary()) {
      cursor = tried;
      return true;
    }
  }
  return false;
}

/// 10:11, 10:11:12, 10:11:12.345 or 10:11:12,345678
bool timeOfDay(LineCursor& cursor, bool needsSeconds) {
  LineCursor tried = cursor;
  if (!(tried.number(1, 2, 0, 24) && tried.sign(':') && tried.number(2, 2, 0, 59))) return false;
  LineCursor seconds = tried;
  if (seconds.sign(':') && seconds.number(2, 2, 0, 60)) {
    tried = seconds;
    LineCursor fraction = tried;
    if (fraction.oneOf(".,") && isDigitOrMark(fraction.peek())) {
      if (!fraction.digits(1, 9)) return false;
      tried = fraction;
    }
  } else if (needsSeconds) {
    return false;
  }
  // A hardware or IPv6 address; noise that was taken out behind the colon counts as a digit, so that the second time sees the same.
  const char next = tried.peek(1);
  if (tried.peek() == ':' && (isHexDigit(next) || isDigitOrMark(next))) return false;
  cursor = tried;
  return true;
}

bool endsStamp(const LineCursor& cursor) {
  return cursor.atEnd() || std::string_view(" ])},:;\"'").find(cursor.peek()) != std::string_view::npos;
}

/// Z, +0100, +01:00, +01, UTC, AM; what comes with a blank before it is taken with the blank.
void zone(LineCursor& cursor) {
  LineCursor halfDay = cursor;
  if (halfDay.sign(' ') && (halfDay.word("am") || halfDay.word("pm")) && halfDay.atBoundary()) cursor = halfDay;
  LineCursor tried = cursor;
  tried.sign(' ');
  const bool offset = tried.oneOf("+-") && tried.digits(2, 4);
  if (offset) {
    if (LineCursor minutes = tried; minutes.sign(':') && minutes.digits(2, 2)) tried = minutes;
    if (endsStamp(tried)) cursor = tried;
    return;
  }
  tried = cursor;
  if (tried.word("z") && tried.atBoundary()) {
    cursor = tried;
    return;
  }
  if (tried.sign(' ') && nameOf(tried, kZones)) cursor = tried;
}

bool weekday(LineCursor& cursor) {
  LineCursor tried = cursor;
  if (!nameOf(tried, kWeekdays)) return false;
  tried.sign(',');
  if (!tried.sign(' ')) return false;
  cursor = tried;
  return true;
}

/// 2026-11-22T10:11:12, 2026/11/22 10:11:12, 20261122T101112
bool isoStamp(LineCursor& cursor) {
  LineCursor tried = cursor;
  if (tried.digits(8, 8) && tried.word("t") && tried.digits(6, 6)) {
    cursor = tried;
    return true;
  }
  tried = cursor;
  if (!tried.digits(4, 4)) return false;
  const char separator = tried.peek();
  if (!tried.oneOf("-/.") || !tried.number(2, 2, 1, 12) || !tried.sign(separator) || !tried.number(2, 2, 1, 31)) return false;
  if (!tried.sign(' ') && !tried.word("t") && !tried.sign('_')) return false;
  if (!timeOfDay(tried, false)) return false;
  cursor = tried;
  return true;
}

/// 11/22/2026 10:11:12, 22.11.2026 10:11:12, 22/Nov/2026:10:11:12
bool slashStamp(LineCursor& cursor) {
  LineCursor tried = cursor;
  if (!tried.number(1, 2, 1, 31)) return false;
  const char separator = tried.peek();
  if (!tried.oneOf("/.-")) return false;
  if (!tried.number(1, 2, 1, 31) && !nameOf(tried, kMonths)) return false;
  if (!tried.sign(separator) || !tried.digits(4, 4)) return false;
  if (tried.sign(',') && tried.peek() != ' ') return false;
  if (!tried.oneOf(" :") || !timeOfDay(tried, true)) return false;
  cursor = tried;
  return true;
}

/// Nov 22 10:11:12, Nov 22 10:11:12 2026, Nov 22, 2026 10:11:12
bool monthFirstStamp(LineCursor& cursor) {
  LineCursor tried = cursor;
  if (!nameOf(tried, kMonths) || !tried.sign(' ') || !tried.number(1, 2, 1, 31)) return false;
  tried.sign(',');
  if (!tried.sign(' ')) return false;
  if (LineCursor year = tried; year.digits(4, 4) && (year.sign(' ') || (year.sign(',') && year.sign(' ')))) tried = year;
  if (!timeOfDay(tried, true)) return false;
  zone(tried);
  if (LineCursor year = tried; year.sign(' ') && year.number(4, 4, 1970, 2199) && endsStamp(year)) tried = year;
  cursor = tried;
  return true;
}

/// 22 Nov 2026 10:11:12
bool dayFirstStamp(LineCursor& cursor) {
  LineCursor tried = cursor;
  if (!tried.number(1, 2, 1, 31) || !tried.sign(' ') || !nameOf(tried, kMonths) || !tried.sign(' ') || !tried.digits(4, 4)) return false;
  tried.sign(',');
  if (!tried.sign(' ') || !timeOfDay(tried, true)) return false;
  cursor = tried;
  return true;
}

bool dateTime(LineCursor& cursor) {
  LineCursor tried = cursor;
  weekday(tried);
  if (!isoStamp(tried) && !slashStamp(tried) && !monthFirstStamp(tried) && !dayFirstStamp(tried)) return false;
  zone(tried);
  if (!tried.atBoundary()) return false;
  cursor = tried;
  return true;
}

bool bareTime(LineCursor& cursor) {
  LineCursor tried = cursor;
  if (!timeOfDay(tried, true)) return false;
  zone(tried);
  if (!tried.atBoundary()) return false;
  cursor = tried;
  return true;
}

/// 1732270272.123456, as strace and tcpdump print it
bool epochTime(LineCursor& cursor) {
  LineCursor tried = cursor;
  if (!tried.digits(10, 10) || !tried.sign('.') || !tried.digits(3, 9) || !tried.atBoundary()) return false;
  cursor = tried;
  return true;
}

/// [12.345678], the kernel's seconds since it started
bool kernelTime(LineCursor& cursor) {
  LineCursor tried = cursor;
  if (!tried.sign('[')) return false;
  tried.sign(' ');
  if (!tried.digits(1, 9) || !tried.sign('.') || !tried.digits(6, 6) || !tried.sign(']')) return false;
  cursor = tried;
  return true;
}

/// I1122 10:11:12.123456 77, as Kubernetes logs
bool klogTime(LineCursor& cursor) {
  LineCursor tried = cursor;
  if (std::string_view("iwef").find(lowerAscii(tried.peek())) == std::string_view::npos || tried.atEnd()) return false;
  tried.skip();
  if (!tried.digits(4, 4) || !tried.sign(' ') || !timeOfDay(tried, true) || !tried.sign(' ') || !tried.digits(1, 7)) return false;
  if (!tried.atBoundary()) return false;
  cursor = tried;
  return true;
}

bool stampInBrackets(LineCursor& cursor) {
  LineCursor tried = cursor;
  const char closing = tried.peek() == '[' ? ']' : ')';
  if (!tried.oneOf("[(") || !(dateTime(tried) || bareTime(tried) || epochTime(tried)) || !tried.sign(closing)) return false;
  cursor = tried;
  return true;
}

/// What stands between a stamp and the message: a blank, or one of ": ", ", ", " - ".
bool separator(LineCursor& cursor) {
  LineCursor tried = cursor;
  tried.oneOf(":,");
  if (tried.atEnd()) {
    cursor = tried;
    return true;
  }
  if (!tried.sign(' ')) return false;
  if (tried.peek() == '-' && (tried.peek(1) == ' ' || tried.peek(1) == '\0')) {
    tried.skip();
    tried.sign(' ');
  }
  cursor = tried;
  return true;
}

bool isHostByte(char sign) { return isAsciiLetter(sign) || isAsciiDigit(sign) || sign == '-' || sign == '.' || sign == '_'; }

/// "kernel: ", "sshd[411]: ", "(systemd)[1]: "
bool processFollows(LineCursor cursor) {
  const std::size_t start = cursor.at();
  while (!cursor.atEnd() && cursor.at() - start <= kLongestProcess &&
         std::string_view(" :[\"'").find(cursor.peek()) == std::string_view::npos) {
    cursor.skip();
  }
  if (cursor.at() == start) return false;
  if (cursor.peek() == '[' && !(cursor.sign('[') && cursor.digits(1, 9) && cursor.sign(']'))) return false;
  return cursor.sign(':') && (cursor.atEnd() || cursor.peek() == ' ');
}

bool host(LineCursor& cursor, std::string_view line) {
  LineCursor tried = cursor;
  while (!tried.atEnd() && isHostByte(tried.peek()) && tried.at() - cursor.at() <= kLongestHost) tried.skip();
  const std::string_view name = line.substr(cursor.at(), tried.at() - cursor.at());
  if (name.empty() || name.size() > kLongestHost) return false;
  const auto isName = [&](std::string_view level) {
    LineCursor same(line, cursor.at());
    return level.size() == name.size() && same.word(level);
  };
  if (std::any_of(kLevels.begin(), kLevels.end(), isName)) return false;
  if (!tried.sign(' ') || !processFollows(tried)) return false;
  cursor = tried;
  return true;
}

bool processIdInBrackets(LineCursor& cursor) {
  LineCursor tried = cursor;
  if (!tried.sign('[') || !tried.digits(1, 9) || !tried.sign(']') || !separator(tried)) return false;
  cursor = tried;
  return true;
}

}  // namespace

std::size_t dateTimeLength(std::string_view line, std::size_t at) {
  LineCursor cursor(line, at);
  return dateTime(cursor) ? cursor.at() - at : 0;
}

std::size_t timeOfDayLength(std::string_view line, std::size_t at) {
  LineCursor cursor(line, at);
  return bareTime(cursor) ? cursor.at() - at : 0;
}

std::size_t logPrefixLength(std::string_view line) {
  LineCursor cursor(line, 0);
  while (!cursor.atEnd()) {
    LineCursor tried = cursor;
    const bool stamp = dateTime(tried) || bareTime(tried) || epochTime(tried) || stampInBrackets(tried) || klogTime(tried);
    if (!stamp && !kernelTime(tried)) break;
    if (!separator(tried)) break;
    cursor = tried;
    if (stamp) host(cursor, line);
    processIdInBrackets(cursor);
  }
  return cursor.at();
}

}  // namespace learnd::core
