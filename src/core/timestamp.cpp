#include "core/timestamp.hpp"

#include <cstdint>

namespace learnd::core {

namespace {

using std::chrono::microseconds;

/// Takes exactly `digits` decimal digits from the front of `text`.
std::optional<int> takeNumber(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int number = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool takeSign(std::string_view& text, std::string_view allowed) {
  if (text.empty() || allowed.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// The decimals behind a second's point as microseconds; any number of digits, at least one.
std::optional<microseconds> takeFraction(std::string_view& text) {
  std::int64_t micros = 0;
  std::int64_t unit = 100000;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    micros += (text[digits] - '0') * unit;
    unit /= 10;
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return microseconds(micros);
}

/// The zone's distance from UTC; an absent zone is UTC.
std::optional<std::chrono::minutes> takeZone(std::string_view& text) {
  if (text.empty() || takeSign(text, "Zz")) return std::chrono::minutes(0);
  const bool west = text.front() == '-';
  if (!takeSign(text, "+-")) return std::nullopt;
  const auto hours = takeNumber(text, 2);
  takeSign(text, ":");
  const auto minutes = takeNumber(text, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::chrono::minutes offset(*hours * 60 + *minutes);
  return west ? -offset : offset;
}

void appendPadded(std::string& out, std::int64_t number, std::size_t digits) {
  const std::string text = std::to_string(number);
  if (text.size() < digits) out.append(digits - text.size(), '0');
  out += text;
}

}  // namespace

std::string formatTimestamp(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string out;
  out.reserve(27);
  appendPadded(out, static_cast<int>(date.year()), 4);
  out += '-';
  appendPadded(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  appendPadded(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  appendPadded(out, clock.hours().count(), 2);
  out += ':';
  appendPadded(out, clock.minutes().count(), 2);
  out += ':';
  appendPadded(out, clock.seconds().count(), 2);
  out += '.';
  appendPadded(out, clock.subseconds().count(), 6);
  out += 'Z';
  return out;
}

std::optional<Timestamp> parseTimestamp(std::string_view text) {
  const auto year = takeNumber(text, 4);
  if (!year || !takeSign(text, "-")) return std::nullopt;
  const auto month = takeNumber(text, 2);
  if (!month || !takeSign(text, "-")) return std::nullopt;
  const auto day = takeNumber(text, 2);
  if (!day || !takeSign(text, "Tt ")) return std::nullopt;
  const auto hour = takeNumber(text, 2);
  if (!hour || !takeSign(text, ":")) return std::nullopt;
  const auto minute = takeNumber(text, 2);
  if (!minute || !takeSign(text, ":")) return std::nullopt;
  const auto second = takeNumber(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  microseconds fraction(0);
  if (takeSign(text, ".")) {
    const auto taken = takeFraction(text);
    if (!taken) return std::nullopt;
    fraction = *taken;
  }
  const auto zone = takeZone(text);
  const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!zone || !text.empty() || !date.ok()) return std::nullopt;
  const Timestamp time = Timestamp(std::chrono::sys_days(date)) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                         std::chrono::seconds(*second) + fraction - *zone;
  // Its zone may carry it out of the years that can be written.
  constexpr Timestamp kFirst = std::chrono::sys_days(std::chrono::year(0) / 1 / 1);
  constexpr Timestamp kEnd = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1);
  if (time < kFirst || time >= kEnd) return std::nullopt;
  return time;
}

}  // namespace learnd::core
