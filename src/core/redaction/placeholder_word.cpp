#include "core/redaction/placeholder_word.hpp"

#include "core/code_points.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace learnd::core {

namespace {

constexpr auto kSigns = std::to_array<std::string_view>({"...", "\u2026", "***", "xxxxxx", "\u2022\u2022"});

constexpr auto kWords = std::to_array<std::string_view>({"your", "changeme", "change_me", "change-me", "changeit", "placeholder",
                                                         "redacted", "replace", "fixme", "dummy", "example", "goes_here", "goes-here",
                                                         "notreal", "not-real", "sample", "fake", "xxxx"});

/// What such a word is written together with. Longer ones come before those that they begin with.
constexpr auto kCompanions = std::to_array<std::string_view>(
    {"passphrase", "password", "passw0rd", "p4ssw0rd", "p@ssw0rd", "p@ssword", "p@55w0rd", "passwd", "pass",       "pwd",
     "secret",     "token",    "apikey",   "key",      "api",      "username", "user",     "name",   "value",      "string",
     "here",       "goes",     "strong",   "real",     "own",      "please",   "this",     "with",   "my",         "me",
     "it",         "insert",   "enter",    "put",      "add",      "access",   "github",   "openai", "fortesting", "fortests",
     "sk-",        "sk_",      "pk_",      "ghp_",     "glpat-",   "xoxb-",    "akia"});

/// What a secret is called.
constexpr auto kNouns = std::to_array<std::string_view>(
    {"password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "privatekey", "credential"});

/// monkey, turkey, donkey, whiskey, hockey
constexpr auto kBeforeOtherKeys = std::to_array<std::string_view>({"mon", "tur", "don", "whis", "hoc"});

/// What tells somebody what to do with the value.
constexpr auto kInstructions = std::to_array<std::string_view>(
    {"changeme", "changethis", "replaceme", "replacethis", "replacewith", "replaceby", "replacein", "replaceit"});

/// Two bytes by what tells small letters apart; others are taken for one of them.
constexpr std::size_t pairOf(char first, char second) {
  return (static_cast<std::size_t>(first) & 31U) << 5U | (static_cast<std::size_t>(second) & 31U);
}

/// How some words begin, for most places of a value begin none of them.
class Beginnings {
 public:
  template <class... Words>
  explicit constexpr Beginnings(const Words&... words) {
    (add(words), ...);
  }
  [[nodiscard]] constexpr bool hasOneAt(std::string_view lower, std::size_t at) const {
    return at + 1 < lower.size() && known_[pairOf(lower[at], lower[at + 1])];
  }

 private:
  template <class Words>
  constexpr void add(const Words& words) {
    for (const std::string_view word : words) known_[pairOf(word[0], word[1])] = true;
  }

  std::array<bool, 1024> known_{};
};

constexpr Beginnings kWordBeginnings(kWords);
constexpr Beginnings kBeginnings(kWords, kCompanions);
constexpr Beginnings kNounBeginnings(kNouns);

bool isUpper(char sign) { return sign >= 'A' && sign <= 'Z'; }
bool isLower(char sign) { return sign >= 'a' && sign <= 'z'; }
bool isAlnum(char sign) { return isAsciiLetter(sign) || isAsciiDigit(sign); }

/// The length of the one of `words` that `lower` begins with; 0 where it begins with none.
template <class Words>
std::size_t lengthOfOne(std::string_view lower, const Words& words) {
  const auto* found = std::find_if(words.begin(), words.end(), [lower](std::string_view word) { return lower.starts_with(word); });
  return found == words.end() ? 0 : found->size();
}

template <class Words>
bool endsWithOne(std::string_view lower, const Words& words) {
  return std::any_of(words.begin(), words.end(), [lower](std::string_view word) { return lower.ends_with(word); });
}

/// Whether `next` follows `sign` where somebody counts up: 1234567890, 0123456789abcdef.
bool countsUp(char sign, char next) {
  switch (sign) {
    case '9':
      return next == '0' || next == 'a';
    case '0':
      return next == '1' || next == 'a';
    case 'f':
      return next == '0' || next == '1';
    default:
      return next == sign + 1 && (isAsciiDigit(next) || next <= 'f');
  }
}

/// The length of a number at `at` that counts up from 0 or 1, with the letters of hexadecimal digits or without; 0 where there is none.
std::size_t countedLength(std::string_view lower, std::size_t at) {
  if (lower[at] != '0' && lower[at] != '1') return 0;
  std::size_t end = at + 1;
  while (end < lower.size() && countsUp(lower[end - 1], lower[end])) ++end;
  return end == lower.size() || !isAlnum(lower[end]) || (!isAsciiDigit(lower[end]) && isAsciiDigit(lower[end - 1])) ? end - at : 0;
}

/// A value taken apart into such words, their companions and numbers. In one go each way, for it is done with every value behind a telling
/// name.
class Parts {
 public:
  Parts(std::string_view value, std::string_view lower)
      : value_(value), lower_(lower), words_(lower.size()), pieces_(lower.size()), begins_(lower.size() + 1), ends_(lower.size() + 1) {
    for (std::size_t at = 0; at < lower_.size(); ++at) readPiece(at);
    for (std::size_t at = 0; at < lower_.size(); ++at) {
      if (beginsLetters(at)) begins_[at] = true;
      if (begins_[at] && pieces_[at] > 0 && isAsciiLetter(value_[at])) begins_[at + pieces_[at]] = true;
    }
    for (std::size_t at = lower_.size() + 1; at-- > 0;) {
      ends_[at] = at == lower_.size() || !isAlnum(value_[at]) || (pieces_[at] > 0 && ends_[at + pieces_[at]]) || isHump(at);
    }
  }

  /// Whether one of the words stands by itself, or with nothing but companions and a number that tells several apart.
  [[nodiscard]] bool hasWordAlone() const {
    for (std::size_t at = 0; at < lower_.size(); ++at) {
      const std::size_t length = words_[at];
      if (length > 0 && (begins_[at] || isHump(at) || isRepeated(at)) && ends_[at + length]) return true;
    }
    return false;
  }

  /// Whether all letters of the value, but for a number that counts up, say what should stand there: "yourdbpassword".
  [[nodiscard]] bool isInstruction() const {
    std::size_t end = 0;
    while (end < lower_.size() && (isAsciiLetter(lower_[end]) || std::string_view("-_.").find(lower_[end]) != std::string_view::npos))
      ++end;
    const bool hasNumber = end < lower_.size();
    if (hasNumber && countedLength(lower_, end) != lower_.size() - end) return false;
    const std::string_view letters = lower_.substr(0, end);
    if (!hasNumber && lengthOfOne(letters, kInstructions) > 0) return true;
    return hasNoun(letters, hasNumber) && hasWord(letters);
  }

  /// What remains without the words, their companions and what counts up.
  [[nodiscard]] std::string rest() const {
    std::string rest;
    std::size_t behind = 0;  // the last one that was left out
    for (std::size_t at = 0; at < lower_.size();) {
      const bool isPart = at == behind || !isAsciiLetter(value_[at - 1]) || isHump(at);
      std::size_t skipped = words_[at];
      if (isPart && isAsciiLetter(lower_[at])) skipped = std::max(skipped, pieces_[at]);
      constexpr std::size_t kShortestCount = 6;
      if (isAsciiDigit(lower_[at]) && (at == 0 || !isAsciiDigit(lower_[at - 1]))) {
        const std::size_t counted = countedLength(lower_, at);
        if (counted >= kShortestCount) skipped = counted;
      }
      if (skipped == 0) rest += value_[at];
      at += std::max<std::size_t>(skipped, 1);
      if (skipped > 0) behind = at;
    }
    return rest;
  }

 private:
  void readPiece(std::size_t at) {
    if (kBeginnings.hasOneAt(lower_, at)) {
      const std::string_view from = lower_.substr(at);
      words_[at] = lengthOfOne(from, kWords);
      pieces_[at] = std::max(words_[at], lengthOfOne(from, kCompanions));
    }
    if (!isAsciiDigit(lower_[at]) || (at > 0 && isAsciiDigit(lower_[at - 1]))) return;
    constexpr std::size_t kLongestNumber = 4;
    std::size_t end = at;
    while (end < lower_.size() && isAsciiDigit(lower_[end])) ++end;
    if (const std::size_t counted = countedLength(lower_, at); counted > end - at) end = at + counted;
    const bool isShort = end - at <= kLongestNumber || countedLength(lower_, at) == end - at;
    if (isShort && (end == lower_.size() || !isAsciiLetter(lower_[end]))) pieces_[at] = end - at;
  }

  /// A capital behind a small letter.
  [[nodiscard]] bool isHump(std::size_t at) const { return at > 0 && at < value_.size() && isUpper(value_[at]) && isLower(value_[at - 1]); }

  [[nodiscard]] bool beginsLetters(std::size_t at) const { return at == 0 || !isAlnum(value_[at - 1]); }

  /// FAKEFAKE: the word is there a second time.
  [[nodiscard]] bool isRepeated(std::size_t at) const {
    const std::size_t length = words_[at];
    return at + length < lower_.size() && lower_.substr(at + length).starts_with(lower_.substr(at, length));
  }

  /// Whether the secret has its name in `letters`. "key" is a part of too many other words to be one before a number.
  [[nodiscard]] static bool hasNoun(std::string_view letters, bool hasNumber) {
    const std::size_t key = hasNumber ? std::string_view::npos : letters.find("key");
    if (key != std::string_view::npos && !endsWithOne(letters.substr(0, key), kBeforeOtherKeys)) return true;
    for (std::size_t at = 0; at < letters.size(); ++at) {
      if (kNounBeginnings.hasOneAt(letters, at) && lengthOfOne(letters.substr(at), kNouns) > 0) return true;
    }
    return false;
  }

  [[nodiscard]] bool hasWord(std::string_view letters) const {
    for (std::size_t at = 0; at < letters.size(); ++at) {
      if (words_[at] > 0 && !letters.substr(at).starts_with("yourself")) return true;
    }
    return false;
  }

  std::string_view value_;
  std::string_view lower_;
  std::vector<std::size_t> words_;   // the length of the word that begins at each place
  std::vector<std::size_t> pieces_;  // of the word, companion or number there
  std::vector<bool> begins_;
  std::vector<bool> ends_;
};

/// Most values hold none of the words: they are not taken apart.
bool holdsAWord(std::string_view lower) {
  for (std::size_t at = 0; at < lower.size(); ++at) {
    if (kWordBeginnings.hasOneAt(lower, at) && lengthOfOne(lower.substr(at), kWords) > 0) return true;
  }
  return lengthOfOne(lower, kInstructions) > 0;
}

/// s3cr3t-xxxx-xxxx: four times x between signs.
bool hasBlankedPart(std::string_view lower) {
  constexpr std::size_t kShortest = 4;
  for (std::size_t at = 0; at < lower.size();) {
    std::size_t end = at;
    bool isBlanked = true;
    while (end < lower.size() && isAlnum(lower[end])) isBlanked = lower[end++] == 'x' && isBlanked;
    if (isBlanked && end - at >= kShortest) return true;
    at = end + 1;
  }
  return false;
}

}  // namespace

bool hasPlaceholderSigns(std::string_view value, std::string_view lower) {
  if (value.ends_with("EXAMPLE") || value.ends_with("EXAMPLEKEY")) return true;
  return hasBlankedPart(lower) ||
         std::any_of(kSigns.begin(), kSigns.end(), [lower](std::string_view signs) { return lower.find(signs) != std::string_view::npos; });
}

bool hasPlaceholderWord(std::string_view value, std::string_view lower, bool (*isSecret)(std::string_view)) {
  if (!holdsAWord(lower)) return false;
  const Parts parts(value, lower);
  return parts.isInstruction() || (parts.hasWordAlone() && !isSecret(parts.rest()));
}

}  // namespace learnd::core
