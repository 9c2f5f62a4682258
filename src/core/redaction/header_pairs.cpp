#include "core/redaction/header_pairs.hpp"

#include "core/redaction/secret_name.hpp"
#include "core/redaction/secret_value.hpp"
#include "core/redaction/value_reader.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace learnd::core {

namespace {

// What an attacker would use as it is has at least so many signs; preferences ("theme=dark") are shorter, or words.
constexpr std::size_t kShortestSession = 8;
constexpr std::size_t kShortestRandom = 16;
constexpr std::size_t kMostPairs = 64;

bool isSessionName(std::string_view name) {
  std::string lower;
  for (const char sign : name) lower += lowerAscii(sign);
  constexpr auto kParts = std::to_array<std::string_view>({"sess", "auth", "token", "sid", "jwt", "login", "csrf", "xsrf", "remember"});
  return std::any_of(kParts.begin(), kParts.end(), [&lower](std::string_view part) { return lower.find(part) != std::string::npos; }) ||
         classifyName(name) != NameClass::Harmless;
}

/// "Cookie: a=x; b=y", also of an answer (Set-Cookie), whose attributes are no secrets.
void findCookies(SecretFinder& finder, std::size_t at) {
  if (at < finder.pairsUntil) return;
  constexpr std::string_view kEnds = ";\"'`";
  std::size_t place = at + std::string_view("cookie:").size();
  for (std::size_t pair = 0; pair < kMostPairs; ++pair) {
    place = skipBlanks(finder.text(), place);
    const std::size_t begin = place;
    while (isNameSign(finder.at(place))) ++place;
    if (place == begin || finder.at(place) != '=') return;
    const std::string_view name = finder.between(begin, place);
    const ValueSpan value = readBare(finder, place + 1, kEnds);
    const std::string_view what = finder.between(value.begin, value.end);
    const bool isSecret = isSessionName(name) ? what.size() >= kShortestSession : looksRandom(what, kShortestRandom);
    if (isSecret && !isPlaceholder(what) && !isReference(what)) finder.add(value.begin, value.end, secret_kind::kToken);
    place = value.end;
    finder.pairsUntil = place;
    if (finder.at(place) != ';') return;
    ++place;
  }
}

/// nix.conf: access-tokens = github.com=X gitlab.com=PAT:Y
void findAccessTokens(SecretFinder& finder, std::size_t at) {
  if (at < finder.pairsUntil) return;
  std::size_t place = at + std::string_view("access-tokens").size();
  if (isQuote(finder.at(place))) ++place;
  place = skipBlanks(finder.text(), place);
  if (finder.at(place) != '=') return;
  place = skipBlanks(finder.text(), place + 1);
  if (isQuote(finder.at(place))) ++place;
  for (std::size_t pair = 0; pair < kMostPairs; ++pair) {
    const std::size_t begin = place;
    while (isNameSign(finder.at(place)) || finder.at(place) == '/') ++place;
    if (place == begin || finder.at(place) != '=') return;
    ValueSpan value = readBare(finder, place + 1, ";\"'`");
    for (const std::string_view kind : {"pat:", "oauth2:"}) {
      if (finder.hasAt(value.begin, kind)) value.begin += kind.size();
    }
    const std::string_view what = finder.between(value.begin, value.end);
    if (what.size() >= kShortestSession && !isPlaceholder(what) && !isReference(what)) {
      finder.add(value.begin, value.end, secret_kind::kToken);
    }
    finder.pairsUntil = value.end;
    place = skipBlanks(finder.text(), value.end);
  }
}

constexpr std::array kRules{SecretRule{"cookie:", findCookies}, SecretRule{"access-tokens", findAccessTokens}};

}  // namespace

std::span<const SecretRule> headerPairRules() { return kRules; }

}  // namespace learnd::core
