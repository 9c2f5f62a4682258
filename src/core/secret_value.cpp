#include "core/secret_value.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace learnd::core {

namespace {

bool isDigit(char sign) { return sign >= '0' && sign <= '9'; }
bool isLower(char sign) { return sign >= 'a' && sign <= 'z'; }
bool isUpper(char sign) { return sign >= 'A' && sign <= 'Z'; }
bool isLetter(char sign) { return isLower(sign) || isUpper(sign); }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char sign) { return isUpper(sign) ? static_cast<char>(sign + 32) : sign; });
  return out;
}

constexpr std::array<std::string_view, 46> kNoSecrets{
    "password", "passwd", "pass",   "passphrase", "secret", "token",    "user",     "username", "none",  "null",      "nil",   "nullptr",
    "true",     "false",  "yes",    "no",         "str",    "string",   "bytes",    "int",      "bool",  "char",      "any",   "undefined",
    "hidden",   "required", "optional", "empty",  "prompt", "ask",      "stdin",    "env",      "await", "new",       "await", "key",
    "value",    "text",   "self",   "this",       "api_key", "apikey",  "disabled", "enabled",  "default", "unset"};

constexpr std::array<std::string_view, 13> kPlaceholders{"your_", "your-", "yourpass", "yourtok", "changeme", "change_me", "change-me",
                                                         "placeholder", "redacted", "xxxx", "....", "…", "****"};

bool isPlaceholder(std::string_view value) {
  constexpr std::string_view kStarts = "<{(`[";
  if (kStarts.find(value.front()) != std::string_view::npos) return true;
  // A variable; a password hash begins with '$' too, but has its own rule.
  if (value.front() == '$' && (value.size() < 3 || value[2] != '$')) return true;
  if (value.front() == '@' && value.back() == '@') return true;
  if (value.starts_with("%(") || value.starts_with("%s") || value.starts_with("..")) return true;
  if (value.find("${") != std::string_view::npos || value.find("{{") != std::string_view::npos) return true;
  if (std::all_of(value.begin(), value.end(), [&](char sign) { return sign == value.front(); })) return true;
  const std::string lower = lowered(value);
  if (std::find(kNoSecrets.begin(), kNoSecrets.end(), lower) != kNoSecrets.end()) return true;
  return std::any_of(kPlaceholders.begin(), kPlaceholders.end(), [&](std::string_view mark) { return lower.find(mark) != std::string::npos; });
}

bool isPath(std::string_view value) { return value.starts_with("/") || value.starts_with("./") || value.starts_with("~/") || value.starts_with("../"); }

/// A call, an index, a member: what stands behind '=' in a program.
bool isCode(std::string_view value) {
  if (value.find('(') != std::string_view::npos || value.find("::") != std::string_view::npos || value.find("->") != std::string_view::npos) return true;
  if (value.find('[') != std::string_view::npos && value.find(']') != std::string_view::npos) return true;
  const bool dotted = value.find('.') != std::string_view::npos && isLetter(value.front());
  return dotted && std::all_of(value.begin(), value.end(), [](char sign) { return isLetter(sign) || sign == '_' || sign == '.' || sign == ';'; });
}

bool isPlainWord(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char sign) {
    return isLetter(sign) || sign == '-' || sign == '\'' || sign == '.' || sign == '?' || sign == '!' || sign == ':' || sign == ';' || sign == '/';
  });
}

}  // namespace

bool looksRandom(std::string_view value) {
  const bool digit = std::any_of(value.begin(), value.end(), isDigit);
  const bool letter = std::any_of(value.begin(), value.end(), isLetter);
  if (digit && letter) return true;
  bool mixed = false;
  for (std::size_t i = 1; i < value.size(); ++i) mixed = mixed || (isLower(value[i - 1]) && isUpper(value[i]));
  return mixed && value.size() >= 12;
}

bool isSecretValue(std::string_view value, ValuePlace place) {
  constexpr std::size_t kShortest = 3;
  if (value.size() < kShortest || isPlaceholder(value)) return false;
  if (place == ValuePlace::Quoted) return !isPath(value) || looksRandom(value.substr(value.rfind('/') + 1));
  if (isPath(value) || isCode(value)) return false;
  if (place == ValuePlace::Prose) return !isPlainWord(value) && std::any_of(value.begin(), value.end(), isDigit);
  return true;
}

}  // namespace learnd::core
