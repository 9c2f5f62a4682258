#pragma once

#include "json/value.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace learnd::cli {

/// A flag's value is wrong: exit status 2, with this text.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The text itself, or standard input (less one last line break) where it is "-".
std::string textOrInput(const std::string& text);

/// KEY=VALUE, split at the first '='.
std::pair<std::string, std::string> splitPair(const std::string& text, std::string_view flag);

/// The values of a flag that takes KEY=TEXT and KEY:=JSON, as an object.
json::Value objectOf(const std::vector<std::string>& pairs, std::string_view flag);

/// Texts as a list.
json::Value textsOf(const std::vector<std::string>& texts);

}  // namespace learnd::cli
