#include "core/redaction/placeholder_word.hpp"

#include "core/code_points.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace learnd::core {

namespace {

constexpr auto kSigns = std::to_array<std::string_view>({"...", "\u2026", "***", "xxxxxx", "\u2022\u2022"});

constexpr auto kWords = std::to_array<std::string_view>({"your", "changeme", "change_me", "change-me", "changeit", "placeholder",
                                                         "redacted", "replace", "fixme", "dummy", "example", "goes_here", "goes-here",
                                                         "notreal", "not-real", "sample", "fake", "xxxx"});

/// Two bytes by what tells small letters apart; others are taken for one of them.
constexpr std::size_t pairOf(char first, char second) {
  return (static_cast<std::size_t>(first) & 31U) << 5U | (static_cast<std::size_t>(second) & 31U);
}

constexpr std::array<bool, 1024> kBeginnings = [] {
  std::array<bool, 1024> known{};
  for (const std::string_view word : kWords) known[pairOf(word[0], word[1])] = true;
  return known;
}();

/// What such a word is written together with. Longer ones come before those that they begin with.
constexpr auto kCompanions = std::to_array<std::string_view>(
    {"passphrase", "password", "passwd", "pass", "pwd",    "secret", "token", "apikey", "key",  "api",  "username", "user", "name",
     "value",      "string",   "here",   "goes", "strong", "real",   "own",   "please", "this", "with", "my",       "me",   "it"});

bool isUpper(char sign) { return sign >= 'A' && sign <= 'Z'; }
bool isLower(char sign) { return sign >= 'a' && sign <= 'z'; }
bool isAlnum(char sign) { return isAsciiLetter(sign) || isAsciiDigit(sign); }

/// The length of the one of `words` that `lower` begins with; 0 where it begins with none.
template <class Words>
std::size_t lengthOfOne(std::string_view lower, const Words& words) {
  const auto* found = std::find_if(words.begin(), words.end(), [lower](std::string_view word) { return lower.starts_with(word); });
  return found == words.end() ? 0 : found->size();
}

bool isMadeOfCompanions(std::string_view lower) {
  while (!lower.empty()) {
    const std::size_t length = lengthOfOne(lower, kCompanions);
    if (length == 0) return false;
    lower.remove_prefix(length);
  }
  return true;
}

/// Whether a word begins at `at`: behind a sign, with a capital behind a small letter, or behind companions.
bool beginsWord(std::string_view value, std::string_view lower, std::size_t at) {
  if (at == 0 || !isAlnum(value[at - 1]) || (isUpper(value[at]) && isLower(value[at - 1]))) return true;
  std::size_t from = at;
  while (from > 0 && isAsciiLetter(value[from - 1])) --from;
  const bool isBehindNumber = from > 0 && isAsciiDigit(value[from - 1]);
  return from < at && !isBehindNumber && isMadeOfCompanions(lower.substr(from, at - from));
}

/// Whether a word ends at `at`: before a sign, a capital behind a small letter, companions, or a number that tells several apart.
bool endsWord(std::string_view value, std::string_view lower, std::size_t at) {
  constexpr std::size_t kLongestNumber = 4;
  if (at < value.size() && isUpper(value[at]) && isLower(value[at - 1])) return true;
  std::size_t to = at;
  while (to < value.size() && isAsciiLetter(value[to])) ++to;
  if (!isMadeOfCompanions(lower.substr(at, to - at))) return false;
  std::size_t end = to;
  while (end < value.size() && isAsciiDigit(value[end])) ++end;
  return end - to <= kLongestNumber && (end == value.size() || !isAsciiLetter(value[end]));
}

/// In one go over the value, for it is asked of every word behind a telling name.
bool hasWordAlone(std::string_view value, std::string_view lower) {
  for (std::size_t at = 0; at + 1 < lower.size(); ++at) {
    if (!kBeginnings[pairOf(lower[at], lower[at + 1])]) continue;
    for (const std::string_view word : kWords) {
      if (word[0] != lower[at] || word[1] != lower[at + 1] || !lower.substr(at).starts_with(word)) continue;
      if (beginsWord(value, lower, at) && endsWord(value, lower, at + word.size())) return true;
    }
  }
  return false;
}

/// What remains without such words and their companions.
std::string restOf(std::string_view value, std::string_view lower) {
  std::string rest;
  for (std::size_t at = 0; at < value.size();) {
    const std::string_view from = lower.substr(at);
    const std::size_t skipped = std::max(lengthOfOne(from, kWords), lengthOfOne(from, kCompanions));
    if (skipped == 0) rest += value[at];
    at += std::max<std::size_t>(skipped, 1);
  }
  return rest;
}

}  // namespace

bool hasPlaceholderSigns(std::string_view value, std::string_view lower) {
  if (value.ends_with("EXAMPLE") || value.ends_with("EXAMPLEKEY")) return true;
  return std::any_of(kSigns.begin(), kSigns.end(), [lower](std::string_view signs) { return lower.find(signs) != std::string_view::npos; });
}

bool hasPlaceholderWord(std::string_view value, std::string_view lower, bool (*isSecret)(std::string_view)) {
  return hasWordAlone(value, lower) && !isSecret(restOf(value, lower));
}

}  // namespace learnd::core
