#pragma once

#include "config/key_table.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace learnd::config {

/// Where a key's value goes.
template <class T>
using Place = T& (*)(Config& config);

/// A check of a text, and what it lets through, for people.
struct TextRule {
  bool (*accepts)(std::string_view text);
  std::string_view allowed;
};

extern const TextRule kAnyText;
extern const TextRule kAbsolutePath;     // or empty
extern const TextRule kSocketPath;       // the same, short enough for a socket's address
extern const TextRule kGroup;            // name or number, or empty
extern const TextRule kLoopbackAddress;  // or empty
extern const TextRule kHttpUrl;
extern const TextRule kIndexPrefix;  // or empty
extern const TextRule kSchemaName;
extern const TextRule kConnectionString;  // of libpq, without a password; or empty, for libpq's own defaults

Key flag(std::string_view path, Place<bool> place);
Key text(std::string_view path, const TextRule& rule, Place<std::string> place);
Key optionalText(std::string_view path, const TextRule& rule, Place<std::optional<std::string>> place);
Key choice(std::string_view path, std::initializer_list<std::string_view> names, Place<std::string> place);
Key busChoice(std::string_view path, Place<std::optional<Bus>> place);
Key fileMode(std::string_view path, Place<std::uint32_t> place);
Key whole(std::string_view path, std::int64_t least, std::int64_t most, Place<std::uint32_t> place);
Key whole(std::string_view path, std::int64_t least, std::int64_t most, Place<std::uint64_t> place);
Key whole(std::string_view path, std::int64_t least, std::int64_t most, Place<int> place);
Key optionalWhole(std::string_view path, std::int64_t least, std::int64_t most, Place<std::optional<std::uint64_t>> place);
Key number(std::string_view path, double least, double most, Place<double> place);
Key optionalNumber(std::string_view path, double least, double most, Place<std::optional<double>> place);
/// In [0, 1].
Key share(std::string_view path, double core::FactorNumbers::*number);
/// Above 0: something is divided by it.
Key divisor(std::string_view path, double core::FactorNumbers::*number);

/// A number as TOML has it, in the shortest form that reads back the same.
std::string showNumber(double value);
/// A text as a TOML basic string.
std::string showText(std::string_view text);

}  // namespace learnd::config
