#include "config/key_rules.hpp"

#include <algorithm>
#include <cctype>

namespace learnd::config {

namespace {

bool isWordSign(char sign) { return std::isalnum(static_cast<unsigned char>(sign)) != 0 || sign == '_'; }

/// "user:password@" of a URI.
bool hasPassword(std::string_view authority) {
  const auto at = authority.rfind('@');
  return at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos;
}

/// Whether "password" is set, as a parameter of a URI or as one of the words.
bool setsPassword(std::string_view text) {
  constexpr std::string_view kWord = "password";
  for (auto at = text.find(kWord); at != std::string_view::npos; at = text.find(kWord, at + 1)) {
    if (at > 0 && isWordSign(text[at - 1])) continue;
    auto behind = at + kWord.size();
    while (behind < text.size() && text[behind] == ' ') ++behind;
    if (behind < text.size() && text[behind] == '=') return true;
  }
  return false;
}

/// "name = …", the first of the words.
bool beginsWithAWord(std::string_view text) {
  const auto isSpace = [](char sign) { return sign == ' '; };
  auto sign = std::find_if_not(text.begin(), text.end(), isSpace);
  const auto name = sign;
  sign = std::find_if_not(sign, text.end(), isWordSign);
  if (sign == name) return false;
  sign = std::find_if_not(sign, text.end(), isSpace);
  return sign != text.end() && *sign == '=';
}

bool isConnectionString(std::string_view text) {
  if (text.empty()) return true;
  if (!kAnyText.accepts(text) || setsPassword(text)) return false;
  if (!text.starts_with("postgresql://") && !text.starts_with("postgres://")) return beginsWithAWord(text);
  const auto begin = text.find("://") + 3;
  // As libpq reads it: before "@" a "?" is a sign of the password.
  return !hasPassword(text.substr(begin, text.find('/', begin) - begin));
}

}  // namespace

const TextRule kConnectionString{
    isConnectionString,
    "a URI (\"postgresql:///learnd\") or words (\"dbname=learnd host=/run/postgresql\"); a password does not belong in "
    "it, but in the file of store.password_file"};

}  // namespace learnd::config
