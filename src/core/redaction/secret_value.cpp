#include "core/redaction/secret_value.hpp"

#include "core/code_points.hpp"
#include "core/redaction/mark.hpp"
#include "core/redaction/placeholder_word.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace learnd::core {

namespace {

/// Longer values are judged by their beginning.
constexpr std::size_t kJudged = 128;

constexpr auto kPlainWords = std::to_array<std::string_view>(
    {"",           "-",         "password",  "passwd",  "passphrase", "pass",      "pwd",     "secret",   "token",    "key",
     "apikey",     "string",    "str",       "text",    "bytes",      "char",      "varchar", "none",     "null",     "nil",
     "undefined",  "true",      "false",     "yes",     "no",         "on",        "off",     "required", "optional", "enabled",
     "disabled",   "default",   "empty",     "blank",   "hidden",     "prompt",    "ask",     "stdin",    "env",      "file",
     "any",        "object",    "bool",      "boolean", "int",        "number",    "value",   "values",   "basic",    "bearer",
     "digest",     "plain",     "cleartext", "hash",    "expired",    "invalid",   "missing", "unset",    "tbd",      "todo",
     "sufficient", "requisite", "include",   "system",  "unexpected", "generated", "unknown", "n/a",      "xxx"});

constexpr auto kSentenceWords = std::to_array<std::string_view>(
    {" is ", " the ", " must ", " your ", " for ", " field", " should ", " does ", " not ", " a ", "password", "enter "});

constexpr auto kReferenceBeginnings = std::to_array<std::string_view>(
    {"arn:",  "base64:$",   "env:",        "env.",    "enc[",    "file:",    "keyring:",  "local.",    "lookup(",
     "op://", "os.environ", "process.env", "path/to", "ref+",    "secrets.", "secretref", "self.",     "ssm:",
     "this.", "vault:",     "vault(",      "var.",    "config.", "args.",    "options.",  "settings.", "request."});

constexpr auto kPathRoots =
    std::to_array<std::string_view>({"/run/", "/etc/", "/var/", "/home/", "/root/", "/srv/", "/opt/", "/usr/", "/tmp/", "/mnt/", "/nix/",
                                     "/dev/", "/proc/", "/secrets/", "/path/", "/data/", "/app/"});

bool isLower(char sign) { return sign >= 'a' && sign <= 'z'; }
bool isUpper(char sign) { return sign >= 'A' && sign <= 'Z'; }
bool isJoint(char sign) { return sign == '.' || sign == '-' || sign == '_' || sign == '/' || sign == ':'; }

/// A word as "your" or "example", that is not just a part of what somebody chose or a machine made.
bool saysPlaceholder(std::string_view value, std::string_view lower) {
  constexpr std::size_t kShortestRandom = 16;
  const auto isRestSecret = [](std::string_view rest) { return looksChosen(rest) || looksRandom(rest, kShortestRandom); };
  value = value.substr(0, lower.size());
  return hasPlaceholderSigns(value, lower) || hasPlaceholderWord(value, lower, isRestSecret);
}

std::string lowered(std::string_view value) {
  std::string lower(value.substr(0, kJudged));
  std::transform(lower.begin(), lower.end(), lower.begin(), lowerAscii);
  return lower;
}

template <class Names>
bool isOneOf(std::string_view value, const Names& names) {
  return std::find(names.begin(), names.end(), value) != names.end();
}

template <class Names>
bool beginsWithOne(std::string_view value, const Names& names) {
  return std::any_of(names.begin(), names.end(), [value](std::string_view name) { return value.starts_with(name); });
}

template <class Names>
bool containsOne(std::string_view value, const Names& names) {
  return std::any_of(names.begin(), names.end(), [value](std::string_view name) { return value.find(name) != std::string_view::npos; });
}

/// What a value is made of.
struct Makeup {
  std::size_t lower = 0;
  std::size_t upper = 0;
  std::size_t digits = 0;
  std::size_t joints = 0;  // . - _ / :
  std::size_t signs = 0;   // all others, and other scripts
  std::size_t spaces = 0;

  explicit Makeup(std::string_view value) {
    for (const char sign : value.substr(0, kJudged)) {
      if (isLower(sign)) {
        ++lower;
      } else if (isUpper(sign)) {
        ++upper;
      } else if (isAsciiDigit(sign)) {
        ++digits;
      } else if (sign == ' ' || sign == '\t') {
        ++spaces;
      } else if (isJoint(sign)) {
        ++joints;
      } else {
        ++signs;
      }
    }
  }

  [[nodiscard]] std::size_t letters() const { return lower + upper; }
};

bool isInBrackets(std::string_view value) {
  if (value.size() < 2) return false;
  constexpr std::string_view kOpening = "<{[(%@^";
  constexpr std::string_view kClosing = ">}])%@^";
  const std::size_t kind = kOpening.find(value.front());
  return kind != std::string_view::npos && value.back() == kClosing[kind];
}

/// Without the number that tells placeholders apart: password_1, FILE2.
std::string_view withoutNumber(std::string_view value) {
  constexpr std::size_t kLongestNumber = 2;
  std::size_t digits = 0;
  while (digits < kLongestNumber && digits < value.size() && isAsciiDigit(value[value.size() - 1 - digits])) ++digits;
  return value.substr(0, value.size() - digits);
}

/// PASSWORD, YOUR_TOKEN_HERE: a word to fill in.
bool isShouted(std::string_view value) {
  const Makeup makeup(value);
  if (makeup.upper == 0 || makeup.lower + makeup.digits + makeup.signs + makeup.spaces > 0) return false;
  constexpr std::size_t kLongestShout = 12;
  return makeup.joints > 0 || value.size() <= kLongestShout;
}

/// my-secret, db_password: words joined, one of which says what should stand here.
bool namesItself(std::string_view lower) {
  constexpr std::size_t kLongest = 64;
  if (lower.size() > kLongest) return false;
  const Makeup makeup(lower);
  if (makeup.joints == 0 || makeup.digits + makeup.signs + makeup.spaces > 0) return false;
  constexpr auto kNames = std::to_array<std::string_view>({"password", "passwd", "secret", "token", "key"});
  return containsOne(lower, kNames);
}

bool isUuid(std::string_view value) {
  constexpr std::array<std::size_t, 4> kDashes{8, 13, 18, 23};
  constexpr std::size_t kLength = 36;
  return value.size() == kLength && std::all_of(kDashes.begin(), kDashes.end(), [value](std::size_t dash) { return value[dash] == '-'; });
}

/// tls-cert, registry-credentials-1, v1.2: parts that are words or short numbers.
bool isMadeOfWords(std::string_view value) {
  constexpr std::size_t kLongestPart = 16;
  constexpr std::size_t kLongestNumber = 4;
  value = value.substr(0, kJudged);
  for (std::size_t from = 0; from <= value.size();) {
    std::size_t to = from;
    while (to < value.size() && !isJoint(value[to])) ++to;
    const std::string_view part = value.substr(from, to - from);
    const Makeup makeup(part);
    if (makeup.signs + makeup.spaces > 0 || part.size() > kLongestPart) return false;
    const bool isNumber = makeup.digits == part.size() && part.size() <= kLongestNumber;
    const bool isVersion = part.size() <= 3 && makeup.digits > 0;
    const bool isWord = makeup.digits == 0 && (makeup.upper == 0 || makeup.lower == 0 || (makeup.upper == 1 && isUpper(part.front())));
    if (!isNumber && !isVersion && !isWord) return false;
    from = to + 1;
  }
  return true;
}

bool isPath(std::string_view value, std::string_view lower) {
  if (lower.starts_with("~/") || lower.starts_with("./") || lower.starts_with("../") || lower.starts_with("c:\\")) return true;
  if (value.starts_with('/')) return beginsWithOne(lower, kPathRoots) || isMadeOfWords(value.substr(1));
  return lower.find('/') != std::string_view::npos && isMadeOfWords(value);
}

/// getToken(user), os.environ["X"], std::env::var: what a program says to get it.
bool isCode(std::string_view value) {
  if (value.empty() || isAsciiDigit(value.front())) return false;
  std::size_t at = value.front() == '&' || value.front() == '*' || value.front() == '!' ? 1 : 0;
  const std::size_t begin = at;
  while (at < value.size() && (isAsciiLetter(value[at]) || isAsciiDigit(value[at]) || value[at] == '_' || value[at] == '.')) ++at;
  if (at == begin) return false;
  if (at == value.size()) return begin == 1;
  if (value[at] == '(' || value[at] == '[' || value[at] == '{') return true;
  if (value.substr(at).starts_with("::") || value.substr(at).starts_with("->")) return true;
  return false;
}

/// user.password, a_b: identifiers, by themselves or with dots between.
bool isIdentifiers(std::string_view value) {
  const Makeup makeup(value);
  return makeup.letters() > 0 && makeup.digits + makeup.signs + makeup.spaces == 0 && value.find_first_of("-/:") == std::string_view::npos;
}

bool isSentence(std::string_view value, std::string_view lower) {
  if (value.find(' ') == std::string_view::npos) return value.ends_with(':') && isOneOf(lower.substr(0, lower.size() - 1), kPlainWords);
  return containsOne(lower, kSentenceWords) || value.ends_with(": ") || value.ends_with(':');
}

bool isPasswordValue(std::string_view value, std::string_view lower, ValuePlace place, bool wordsCount) {
  constexpr std::size_t kShortest = 3;
  if (value.size() < kShortest || isSentence(value, lower)) return false;
  if (place == ValuePlace::Quoted) return true;
  if (isCode(value)) return false;
  return wordsCount || !isIdentifiers(value);
}

bool isTokenValue(std::string_view value, ValueClass valueClass, ValuePlace place) {
  constexpr std::size_t kShortest = 8;
  if (value.size() < kShortest || (place == ValuePlace::Bare && isCode(value))) return false;
  const Makeup makeup(value);
  if (makeup.letters() + makeup.signs == 0 || isMadeOfWords(value)) {
    // A secret may be a word where the name says whose it is (client_secret); a token never is.
    return valueClass == ValueClass::NamedSecret && makeup.letters() == value.size() && place == ValuePlace::Quoted;
  }
  if (makeup.spaces > 0) return valueClass == ValueClass::NamedSecret && place == ValuePlace::Quoted && makeup.spaces > 1;
  constexpr std::size_t kLongWithoutDigits = 20;
  return makeup.digits > 0 || makeup.signs > 0 || (value.size() >= kLongWithoutDigits && makeup.upper > 2 && makeup.lower > 2);
}

}  // namespace

bool isPlaceholder(std::string_view value) {
  if (value.empty() || findMark(value.substr(0, kJudged)) != std::string_view::npos) return true;
  if (value.find_first_not_of("xX*._-#?0 ") == std::string_view::npos) return true;
  if (value.find_first_not_of(value.front()) == std::string_view::npos) return true;
  if (isInBrackets(value) || isShouted(withoutNumber(value))) return true;
  const std::string lower = lowered(value);
  const std::string_view word = withoutNumber(lower);
  return saysPlaceholder(value, lower) || isOneOf(lower, kPlainWords) || isOneOf(word, kPlainWords) || namesItself(word);
}

bool isReference(std::string_view value) {
  if (value.empty()) return false;
  const char second = value.size() > 1 ? value[1] : '\0';
  if (value.front() == '$' && (isAsciiLetter(second) || second == '_' || second == '{' || second == '(')) return true;
  if (value.front() == '%' && (second == '(' || second == '{')) return true;
  if (value.front() == '!' && isLower(second) && value.find_first_not_of("abcdefghijklmnopqrstuvwxyz", 1) == std::string_view::npos)
    return true;
  if (value.front() == '@' && isPath(value.substr(1), lowered(value.substr(1)))) return true;
  constexpr auto kTemplates = std::to_array<std::string_view>({"${", "$(", "{{", "#{", "<%", "://"});
  if (containsOne(value.substr(0, kJudged), kTemplates)) return true;
  const std::string lower = lowered(value);
  return beginsWithOne(lower, kReferenceBeginnings) || isPath(value, lower);
}

bool looksRandom(std::string_view value, std::size_t least) {
  if (value.size() < least || isUuid(value)) return false;
  const std::string_view judged = value.substr(0, kJudged);
  if (!std::all_of(judged.begin(), judged.end(),
                   [](char sign) { return isBase64Byte(sign) || sign == '.' || sign == '~' || sign == '%'; })) {
    return false;
  }
  const Makeup makeup(value);
  constexpr std::size_t kLongWithoutDigits = 32;
  const bool digits = makeup.digits >= 2 || (value.size() >= kLongWithoutDigits && makeup.upper > 2 && makeup.lower > 2);
  return digits && makeup.letters() >= 2 && !isMadeOfWords(value);
}

bool looksChosen(std::string_view value) {
  constexpr std::size_t kShortest = 6;
  constexpr std::size_t kLongest = 128;
  if (value.size() < kShortest || value.size() > kLongest || isUuid(value)) return false;
  const Makeup makeup(value);
  if (makeup.letters() < 2 || makeup.spaces > 0 || isMadeOfWords(value) || isCode(value)) return false;
  const std::size_t hyphens = static_cast<std::size_t>(std::count(value.begin(), value.end(), '-'));
  const std::size_t telling = makeup.signs + hyphens;
  if (makeup.digits == 0) return makeup.signs > 0 && makeup.upper > 0 && makeup.lower > 0 && makeup.joints == 0;
  constexpr std::size_t kManyDigits = 4;
  return telling > 0 || (makeup.upper > 0 && makeup.lower > 1) || (makeup.digits >= kManyDigits && makeup.letters() >= 3);
}

bool looksAnnounced(std::string_view value) {
  constexpr std::size_t kShortest = 8;
  const Makeup makeup(value);
  return looksChosen(value) ||
         (value.size() >= kShortest && makeup.upper > 0 && makeup.lower > 2 && makeup.digits > 0 && makeup.spaces == 0);
}

bool isEncodedPair(std::string_view value) {
  constexpr std::size_t kShortest = 8;
  constexpr std::size_t kLongest = 1024;
  if (value.size() < kShortest || value.size() > kLongest) return false;
  bool hasColon = false;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char sign : value) {
    if (sign == '=') break;
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t digit = kAlphabet.find(sign);
    if (digit == std::string_view::npos) return false;
    bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    const auto byte = static_cast<unsigned char>((bits >> static_cast<unsigned>(count)) & 0xFFU);
    if (byte < ' ' || byte == 0x7F) return false;
    if (byte == ':') hasColon = true;
  }
  return hasColon;
}

bool isSecretValue(std::string_view value, ValueClass valueClass, ValuePlace place, bool wordsCount) {
  if (value.empty() || isPlaceholder(value) || isReference(value)) return false;
  if (place == ValuePlace::Sentence) {
    constexpr std::size_t kShortestToken = 16;
    if (looksRandom(value, kShortestToken)) return true;
    return valueClass == ValueClass::Password && (wordsCount ? looksAnnounced(value) : looksChosen(value));
  }
  if (valueClass == ValueClass::Password) return isPasswordValue(value, lowered(value), place, wordsCount);
  return isTokenValue(value, valueClass, place);
}

}  // namespace learnd::core
