#include "json/value.hpp"

#include "core/hex.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace learnd::json {

namespace {

constexpr double kLargestExact = 9007199254740992.0;  // 2^53
constexpr double kFirstWithExponent = 1e21;           // from here on a number has an exponent

/// ECMAScript's Number::toString (ECMA-262, 6.1.6.1.20): the shortest digits that read back the same, plain from 1e-6 up to 1e21.
void appendDouble(double value, std::string& out) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  if (value == 0) {
    out += '0';  // minus zero too
    return;
  }
  std::array<char, 32> buffer{};
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific);
  std::string_view text(buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data()));
  if (text.front() == '-') {
    out += '-';
    text.remove_prefix(1);
  }
  const auto mark = text.find('e');
  int exponent = 0;
  const std::size_t exponentAt = text[mark + 1] == '+' ? mark + 2 : mark + 1;  // from_chars takes no plus sign
  std::from_chars(text.data() + exponentAt, text.data() + text.size(), exponent);
  std::string digits(1, text.front());
  if (mark > 2) digits.append(text.substr(2, mark - 2));
  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // how many digits stand before the decimal point
  if (count <= point && point <= 21) {
    out.append(digits).append(static_cast<std::size_t>(point - count), '0');
  } else if (0 < point && point <= 21) {
    out.append(digits, 0, static_cast<std::size_t>(point)).append(1, '.').append(digits, static_cast<std::size_t>(point));
  } else if (-6 < point && point <= 0) {
    out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
  } else {
    out += digits.front();
    if (count > 1) out.append(1, '.').append(digits, 1);
    out.append(exponent < 0 ? "e-" : "e+").append(std::to_string(std::abs(exponent)));
  }
}

template <class Integer>
void appendInteger(Integer value, std::string& out) {
  std::array<char, 24> buffer{};
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  out.append(buffer.data(), written.ptr);
}

void appendNumber(const Value& value, std::string& out) {
  if (const auto* whole = value.asInteger()) {
    appendInteger(*whole, out);
  } else if (const auto* larger = value.asLargeInteger()) {
    appendInteger(*larger, out);
  } else {
    appendDouble(value.number(), out);
  }
}

void appendEscaped(char sign, std::string& out) {
  switch (sign) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\b':
      out += "\\b";
      break;
    case '\t':
      out += "\\t";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\f':
      out += "\\f";
      break;
    case '\r':
      out += "\\r";
      break;
    default:
      out += "\\u00";
      out += core::kHexDigits[static_cast<unsigned char>(sign) >> 4U];
      out += core::kHexDigits[static_cast<unsigned char>(sign) & 15U];
  }
}

void appendText(std::string_view text, std::string& out) {
  out += '"';
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char sign = text[at];
    if (static_cast<unsigned char>(sign) >= 0x20U && sign != '"' && sign != '\\') continue;
    out.append(text, from, at - from);
    appendEscaped(sign, out);
    from = at + 1;
  }
  out.append(text, from);
  out += '"';
}

/// The order of UTF-16 code units, on UTF-8: the same as of the bytes, but that a character above U+FFFF (surrogates, D800 to DFFF) comes
/// before U+E000 to U+FFFF.
bool comesBefore(std::string_view a, std::string_view b) {
  const auto [inA, inB] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (inA == a.end() || inB == b.end()) return inA == a.end() && inB != b.end();
  const auto byteOfA = static_cast<unsigned char>(*inA);
  const auto byteOfB = static_cast<unsigned char>(*inB);
  constexpr unsigned char kFirstPrivate = 0xEE;  // leads U+E000 and above
  constexpr unsigned char kFirstSupplementary = 0xF0;
  const bool aboveA = byteOfA >= kFirstSupplementary;
  const bool aboveB = byteOfB >= kFirstSupplementary;
  if (aboveA != aboveB && byteOfA >= kFirstPrivate && byteOfB >= kFirstPrivate) return aboveA;
  return byteOfA < byteOfB;
}

/// Whether its canonical text would be an integer that a double does not hold exactly, which another reader would refuse or change.
bool isInexactInteger(const Value& value) {
  const double size = std::abs(value.number());
  if (value.isInteger()) {
    if (const auto* whole = value.asInteger()) return *whole > (std::int64_t{1} << 53) || *whole < -(std::int64_t{1} << 53);
    return true;
  }
  return size > kLargestExact && size < kFirstWithExponent;
}

/// The number that can't be written, if any.
std::optional<std::string> appendCanonical(const Value& value, std::string& out) {
  if (const auto* items = value.asArray()) {
    out += '[';
    for (std::size_t i = 0; i < items->size(); ++i) {
      if (i > 0) out += ',';
      if (auto wrong = appendCanonical((*items)[i], out)) return wrong;
    }
    out += ']';
    return std::nullopt;
  }
  if (const auto* members = value.asObject()) {
    std::vector<const Value::Member*> sorted;
    sorted.reserve(members->size());
    for (const auto& member : *members) sorted.push_back(&member);
    std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return comesBefore(a->first, b->first); });
    out += '{';
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      if (i > 0) out += ',';
      appendText(sorted[i]->first, out);
      out += ':';
      if (auto wrong = appendCanonical(sorted[i]->second, out)) return wrong;
    }
    out += '}';
    return std::nullopt;
  }
  if (value.isNumber() && isInexactInteger(value)) return write(value);
  write(value, out);
  return std::nullopt;
}

}  // namespace

void write(const Value& value, std::string& out) {
  if (const auto* text = value.asText()) {
    appendText(*text, out);
  } else if (value.isNumber()) {
    appendNumber(value, out);
  } else if (const auto* truth = value.asBool()) {
    out += *truth ? "true" : "false";
  } else if (const auto* items = value.asArray()) {
    out += '[';
    for (std::size_t i = 0; i < items->size(); ++i) {
      if (i > 0) out += ',';
      write((*items)[i], out);
    }
    out += ']';
  } else if (const auto* members = value.asObject()) {
    out += '{';
    bool first = true;
    for (const auto& [name, member] : *members) {
      if (!first) out += ',';
      first = false;
      appendText(name, out);
      out += ':';
      write(member, out);
    }
    out += '}';
  } else {
    out += "null";
  }
}

std::string write(const Value& value) {
  std::string out;
  write(value, out);
  return out;
}

core::Result<std::string> writeCanonical(const Value& value, std::string_view field) {
  std::string out;
  if (const auto wrong = appendCanonical(value, out)) {
    return core::Error::invalidField(std::string(field),
                                     "the integer " + *wrong + " is beyond ±2^53, where numbers are no longer exact: give it as text");
  }
  return out;
}

}  // namespace learnd::json
