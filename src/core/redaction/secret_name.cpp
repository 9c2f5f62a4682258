#include "core/redaction/secret_name.hpp"

#include "core/code_points.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace learnd::core {

namespace {

constexpr std::size_t kMostWords = 12;

constexpr auto kPasswordWords = std::to_array<std::string_view>({"password", "passwd", "passphrase", "passcode", "pass", "pwd", "pw",
                                                                 "passwort", "kennwort", "psk", "cpassword", "masterauth", "preshared"});
constexpr auto kPasswordEndings =
    std::to_array<std::string_view>({"password", "passwd", "passphrase", "passwort", "pass", "pwd", "rootpw", "bindpw"});
constexpr auto kNoPasswords =
    std::to_array<std::string_view>({"bypass", "compass", "encompass", "surpass", "trespass", "lastpass", "keepass", "gopass", "overpass"});

constexpr auto kTokenEndings = std::to_array<std::string_view>(
    {"token", "apikey", "secretkey", "privatekey", "accesskey", "authkey", "accountkey", "masterkey", "presharedkey"});
constexpr auto kHarmlessTokens =
    std::to_array<std::string_view>({"next", "page", "continuation", "cancellation", "eos", "bos", "pad", "unk", "sync"});

constexpr auto kKeyOwners = std::to_array<std::string_view>(
    {"access",    "account",      "admin",    "aes",     "api",        "app",      "application", "auth",    "client", "consumer",
     "cookie",    "crypt",        "deploy",   "encrypt", "encryption", "hmac",     "in",          "jwt",     "master", "nonce",
     "preshared", "private",      "recovery", "root",    "secret",     "security", "service",     "session", "shared", "signing",
     "storage",   "subscription", "tls",      "unseal",  "webhook",    "wep",      "write"});

/// What is said behind the name proper: which of several, or in what form.
constexpr auto kTrailers = std::to_array<std::string_view>({"value", "plain", "raw", "data", "base", "prod", "production", "staging", "dev",
                                                            "live", "main", "old", "new", "primary", "secondary", "backup", "text"});

template <class Names>
bool isOneOf(std::string_view word, const Names& names) {
  return std::find(names.begin(), names.end(), word) != names.end();
}

template <class Names>
bool endsWithOne(std::string_view word, const Names& names) {
  return std::any_of(names.begin(), names.end(), [word](std::string_view name) { return word.ends_with(name); });
}

/// The words of a name in lower case; numbers at their ends are dropped.
std::vector<std::string> wordsOf(std::string_view name) {
  std::vector<std::string> words;
  std::string word;
  const auto finish = [&] {
    while (!word.empty() && isAsciiDigit(word.back())) word.pop_back();
    if (!word.empty()) words.push_back(word);
    word.clear();
  };
  // A name of more words is harmless, whatever follows.
  for (std::size_t i = 0; i < name.size() && words.size() <= kMostWords; ++i) {
    const char sign = name[i];
    const bool isUpper = sign >= 'A' && sign <= 'Z';
    const bool afterLower = i > 0 && name[i - 1] >= 'a' && name[i - 1] <= 'z';
    // In "APIKey" the K begins a word, since a small letter follows.
    const bool beforeLower =
        i > 0 && i + 1 < name.size() && name[i - 1] >= 'A' && name[i - 1] <= 'Z' && name[i + 1] >= 'a' && name[i + 1] <= 'z';
    if (isUpper && (afterLower || beforeLower)) finish();
    if (isAsciiLetter(sign) || isAsciiDigit(sign)) {
      word += lowerAscii(sign);
    } else {
      finish();
    }
  }
  finish();
  return words;
}

NameClass classOfKey(const std::vector<std::string>& words) {
  if (words.size() < 2 || !isOneOf(words[words.size() - 2], kKeyOwners)) return NameClass::Harmless;
  return NameClass::Token;
}

}  // namespace

NameClass classifyName(std::string_view name) {
  std::vector<std::string> words = wordsOf(name);
  if (words.empty() || words.size() > kMostWords || isOneOf("public", words)) return NameClass::Harmless;
  while (words.size() > 1 && isOneOf(words.back(), kTrailers)) words.pop_back();
  const std::string& last = words.back();
  const std::string_view previous = words.size() > 1 ? std::string_view(words[words.size() - 2]) : std::string_view();
  // "-no-pass" is an option of its own.
  if (previous == "no" || previous == "without") return NameClass::Harmless;
  if (isOneOf(last, kPasswordWords)) return NameClass::Password;
  if (endsWithOne(last, kPasswordEndings)) return isOneOf(last, kNoPasswords) ? NameClass::Harmless : NameClass::Password;
  if (endsWithOne(last, kTokenEndings)) return isOneOf(previous, kHarmlessTokens) ? NameClass::Harmless : NameClass::Token;
  if (last == "secret") return previous.empty() ? NameClass::Token : NameClass::NamedSecret;
  if (last.ends_with("secret")) return NameClass::NamedSecret;
  if (last == "key") return classOfKey(words);
  if (last == "authorization") return NameClass::Authorization;
  if (last == "auth" && words.size() == 1) return NameClass::EncodedPair;
  if (last == "credential" || last == "credentials") return NameClass::Token;
  if (last == "salt") return NameClass::Salt;
  return NameClass::Harmless;
}

}  // namespace learnd::core
