#include "config/key_rules.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <utility>

namespace learnd::config {

namespace {

std::optional<double> numberOf(const Scalar& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::nullopt;
}

std::optional<std::int64_t> wholeWithin(const Scalar& value, std::int64_t least, std::int64_t most) {
  const auto* given = std::get_if<std::int64_t>(&value);
  if (given == nullptr || *given < least || *given > most) return std::nullopt;
  return *given;
}

std::optional<double> numberWithin(const Scalar& value, double least, double most) {
  const auto given = numberOf(value);
  // Written so that a NaN is refused too.
  if (!given || !(*given >= least && *given <= most)) return std::nullopt;
  return given;
}

/// The text, where the value is one that `accepts` lets through.
const std::string* textWithin(const Scalar& value, bool (*accepts)(std::string_view)) {
  const auto* given = std::get_if<std::string>(&value);
  return given != nullptr && accepts(*given) ? given : nullptr;
}

std::string range(std::string_view what, const std::string& least, const std::string& most) {
  return std::string(what) + " from " + least + " to " + most;
}

template <class T>
Key wholeInto(std::string_view path, std::int64_t least, std::int64_t most, Place<T> place) {
  return {path, range("a whole number", std::to_string(least), std::to_string(most)),
          [=](const Scalar& value, Config& config) {
            const auto given = wholeWithin(value, least, most);
            if (given) place(config) = static_cast<T>(*given);
            return given.has_value();
          },
          [=](Config config) { return std::to_string(place(config)); }};
}

}  // namespace

Key flag(std::string_view path, Place<bool> place) {
  return {path, "true or false",
          [=](const Scalar& value, Config& config) {
            const auto* given = std::get_if<bool>(&value);
            if (given != nullptr) place(config) = *given;
            return given != nullptr;
          },
          [=](Config config) { return std::string(place(config) ? "true" : "false"); }};
}

Key text(std::string_view path, const TextRule& rule, Place<std::string> place) {
  return {path, std::string(rule.allowed),
          [=, accepts = rule.accepts](const Scalar& value, Config& config) {
            const auto* given = textWithin(value, accepts);
            if (given != nullptr) place(config) = *given;
            return given != nullptr;
          },
          [=](Config config) { return showText(place(config)); }};
}

Key optionalText(std::string_view path, const TextRule& rule, Place<std::optional<std::string>> place) {
  return {path, std::string(rule.allowed),
          [=, accepts = rule.accepts](const Scalar& value, Config& config) {
            const auto* given = textWithin(value, accepts);
            if (given != nullptr) place(config) = *given;
            return given != nullptr;
          },
          [=](Config config) { return place(config) ? showText(*place(config)) : std::string(); }};
}

Key choice(std::string_view path, std::initializer_list<std::string_view> names, Place<std::string> place) {
  const std::vector<std::string_view> allowed(names);
  std::string sentence;
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    if (i > 0) sentence += i + 1 == allowed.size() ? " or " : ", ";
    sentence += showText(allowed[i]);
  }
  return {path, std::move(sentence),
          [=](const Scalar& value, Config& config) {
            const auto* given = std::get_if<std::string>(&value);
            if (given == nullptr) return false;
            for (const auto name : allowed) {
              if (*given != name) continue;
              place(config) = *given;
              return true;
            }
            return false;
          },
          [=](Config config) { return showText(place(config)); }};
}

Key busChoice(std::string_view path, Place<std::optional<Bus>> place) {
  static constexpr std::array<std::pair<std::string_view, Bus>, 3> kNames{
      {{"system", Bus::System}, {"session", Bus::Session}, {"none", Bus::None}}};
  return {path, "\"system\", \"session\" or \"none\"",
          [=](const Scalar& value, Config& config) {
            const auto* given = std::get_if<std::string>(&value);
            if (given == nullptr) return false;
            for (const auto& [name, bus] : kNames) {
              if (*given != name) continue;
              place(config) = bus;
              return true;
            }
            return false;
          },
          [=](Config config) {
            for (const auto& [name, bus] : kNames) {
              if (place(config) == bus) return showText(name);
            }
            return std::string();
          }};
}

Key fileMode(std::string_view path, Place<std::uint32_t> place) {
  return {path, "the mode as an octal text from \"0000\" to \"0777\"",
          [=](const Scalar& value, Config& config) {
            const auto* given = std::get_if<std::string>(&value);
            if (given == nullptr || given->size() < 3 || given->size() > 4) return false;
            std::uint32_t mode = 0;
            const auto* end = given->data() + given->size();
            const auto read = std::from_chars(given->data(), end, mode, 8);
            if (read.ec != std::errc() || read.ptr != end || mode > 0777) return false;
            place(config) = mode;
            return true;
          },
          [=](Config config) {
            std::array<char, 8> octal{};
            std::snprintf(octal.data(), octal.size(), "%04o", place(config));
            return showText(octal.data());
          }};
}

Key whole(std::string_view path, std::int64_t least, std::int64_t most, Place<std::uint32_t> place) {
  return wholeInto(path, least, most, place);
}

Key whole(std::string_view path, std::int64_t least, std::int64_t most, Place<std::uint64_t> place) {
  return wholeInto(path, least, most, place);
}

Key whole(std::string_view path, std::int64_t least, std::int64_t most, Place<int> place) { return wholeInto(path, least, most, place); }

Key optionalWhole(std::string_view path, std::int64_t least, std::int64_t most, Place<std::optional<std::uint64_t>> place) {
  return {path, range("a whole number", std::to_string(least), std::to_string(most)),
          [=](const Scalar& value, Config& config) {
            const auto given = wholeWithin(value, least, most);
            if (given) place(config) = static_cast<std::uint64_t>(*given);
            return given.has_value();
          },
          [=](Config config) { return place(config) ? std::to_string(*place(config)) : std::string(); }};
}

Key number(std::string_view path, double least, double most, Place<double> place) {
  return {path, range("a number", showNumber(least), showNumber(most)),
          [=](const Scalar& value, Config& config) {
            const auto given = numberWithin(value, least, most);
            if (given) place(config) = *given;
            return given.has_value();
          },
          [=](Config config) { return showNumber(place(config)); }};
}

Key optionalNumber(std::string_view path, double least, double most, Place<std::optional<double>> place) {
  return {path, range("a number", showNumber(least), showNumber(most)),
          [=](const Scalar& value, Config& config) {
            const auto given = numberWithin(value, least, most);
            if (given) place(config) = *given;
            return given.has_value();
          },
          [=](Config config) { return place(config) ? showNumber(*place(config)) : std::string(); }};
}

Key share(std::string_view path, double core::FactorNumbers::*number) {
  return {path, range("a number", "0", "1"),
          [=](const Scalar& value, Config& config) {
            const auto given = numberWithin(value, 0, 1);
            if (given) config.scoring.numbers.*number = *given;
            return given.has_value();
          },
          [=](Config config) { return showNumber(config.scoring.numbers.*number); }};
}

Key divisor(std::string_view path, double core::FactorNumbers::*number) {
  constexpr double kMost = 1e9;
  return {path, "a number above 0, up to 1000000000",
          [=](const Scalar& value, Config& config) {
            const auto given = numberOf(value);
            if (!given || !(*given > 0 && *given <= kMost)) return false;
            config.scoring.numbers.*number = *given;
            return true;
          },
          [=](Config config) { return showNumber(config.scoring.numbers.*number); }};
}

std::string showNumber(double value) {
  std::array<char, 32> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return std::string(digits.data(), written.ptr);
}

std::string showText(std::string_view text) {
  std::string shown = "\"";
  for (const char sign : text) {
    if (sign == '"' || sign == '\\') shown += '\\';
    shown += (static_cast<unsigned char>(sign) < 0x20 || sign == 0x7f) ? '?' : sign;
  }
  return shown + '"';
}

}  // namespace learnd::config
