#include "core/redaction/named_values.hpp"

#include "core/code_points.hpp"
#include "core/redaction/secret_name.hpp"
#include "core/redaction/secret_value.hpp"
#include "core/redaction/value_reader.hpp"

#include <algorithm>
#include <array>

namespace learnd::core {

namespace {

constexpr std::size_t kLongestName = 96;
constexpr std::string_view kBareEnds = ",;&\"'`<>|)}]";
constexpr std::string_view kShellEnds = ";&\"'`<>|)";

bool isShouted(std::string_view name) {
  return std::none_of(name.begin(), name.end(), [](char sign) { return sign >= 'a' && sign <= 'z'; });
}

/// One telling name in the text and what is given to it.
class NamedValue {
 public:
  NamedValue(SecretFinder& finder, std::size_t begin, std::size_t end) : finder_(finder), text_(finder.text()), begin_(begin), end_(end) {
    while (begin_ < end_ && (text_[begin_] == '-' || text_[begin_] == '.')) {
      if (text_[begin_] == '-') isOption_ = true;
      ++begin_;
    }
    while (end_ > begin_ && (text_[end_ - 1] == '-' || text_[end_ - 1] == '.')) --end_;
    name_ = text_.substr(begin_, end_ - begin_);
  }

  void find() {
    class_ = classifyName(name_);
    if (name_ == "Key" && finder_.at(end_) == '=' && beginsLine() && finder_.isNetworkProfile()) {
      class_ = NameClass::Password;
    }
    if (class_ == NameClass::Harmless) return;
    // -pPASS: an option of one letter with its value.
    if (isOption_ && name_.size() > 1 && name_[0] >= 'a' && name_[0] <= 'z' && name_[1] >= 'A' && name_[1] <= 'Z') return;
    // The working directory has this name too.
    if (name_.size() == std::string_view("pwd").size() && finder_.hasAt(begin_, "pwd") && !isConnectionMember()) return;
    std::size_t at = end_;
    if (finder_.at(at) == '\\' && isQuote(finder_.at(at + 1))) ++at;
    if (isQuote(finder_.at(at))) {
      nameIsQuoted_ = true;
      ++at;
    }
    if (finder_.at(at) == ']') ++at;
    const std::size_t behind = at;
    at = skipBlanks(text_, at);
    blanks_ = at > behind;
    switch (finder_.at(at)) {
      case '=':
        afterEquals(at);
        return;
      case ':':
        afterColon(at);
        return;
      case ',':
        afterComma(at);
        return;
      case '>':
        afterTag(at);
        return;
      case '(':
        afterParenthesis(at);
        return;
      default:
        break;
    }
    if (pairedValue(behind)) return;
    if (blanks_ && !nameIsQuoted_) afterBlank(at);
  }

 private:
  /// Server=x;Pwd=y, or pwd= with what nobody calls a folder.
  [[nodiscard]] bool isConnectionMember() const {
    if (finder_.before(begin_) == ';' || finder_.before(begin_) == '&' || class_ != NameClass::Password) return true;
    if (finder_.at(end_) != '=') return false;
    const ValueSpan value = readBare(finder_, end_ + 1, kShellEnds);
    const std::string_view what = text_.substr(value.begin, value.end - value.begin);
    return looksChosen(what) && what.find_first_of("/~$\\") == std::string_view::npos;
  }

  [[nodiscard]] ValueClass valueClass() const {
    if (class_ == NameClass::Password) return ValueClass::Password;
    return class_ == NameClass::NamedSecret ? ValueClass::NamedSecret : ValueClass::Token;
  }
  [[nodiscard]] std::string_view kind() const {
    return class_ == NameClass::Password || class_ == NameClass::EncodedPair ? secret_kind::kPassword : secret_kind::kToken;
  }

  /// Adds the value if it is a secret in such a place.
  bool judge(ValueSpan value, ValuePlace place, bool wordsCount = false) {
    const std::string_view what = text_.substr(value.begin, value.end - value.begin);
    switch (class_) {
      case NameClass::Authorization:
        return authorization(value);
      case NameClass::EncodedPair:
        if (!isEncodedPair(what)) return false;
        break;
      case NameClass::Salt:
        if (!value.quoted || what.size() < kShortestSalt || isPlaceholder(what) || isReference(what)) return false;
        break;
      default:
        // A password's hash has a rule of its own.
        if (what.size() > 1 && what.front() == '$' && isAsciiDigit(what[1])) return false;
        if (!isSecretValue(what, valueClass(), place, wordsCount)) return false;
        // Who has the key is no secret.
        if (what.starts_with("AKIA") || what.starts_with("ASIA")) return false;
    }
    finder_.add(value.begin, value.end, kind());
    return true;
  }

  /// "Bearer X": a scheme and what proves it; or the proof alone.
  bool authorization(ValueSpan value) {
    constexpr std::size_t kShortestProof = 6;
    constexpr std::size_t kShortestAlone = 16;
    const ValueSpan scheme = readBare(finder_, value.begin, ",;\"'`");
    const std::string_view name = text_.substr(scheme.begin, scheme.end - scheme.begin);
    const bool isScheme =
        !name.empty() && std::all_of(name.begin(), name.end(), [](char sign) { return isAsciiLetter(sign) || sign == '-'; });
    if (!isScheme) {
      if (!looksRandom(name, kShortestAlone)) return false;
      finder_.add(scheme.begin, scheme.end, secret_kind::kToken);
      return true;
    }
    if (finder_.hasAt(scheme.begin, "digest") || !isBlank(finder_.at(scheme.end))) return false;
    const ValueSpan proof = readBare(finder_, skipBlanks(text_, scheme.end), ",;\"'`)");
    const std::string_view what = text_.substr(proof.begin, proof.end - proof.begin);
    if (what.size() < kShortestProof || isPlaceholder(what) || isReference(what)) return false;
    // <base64 of user:password>
    if (std::string_view("<{[(").find(what.front()) != std::string_view::npos) return false;
    // In a sentence: "Authorization: Basic is not supported".
    if (std::all_of(what.begin(), what.end(), isAsciiLetter) && what.size() < kShortestAlone) return false;
    finder_.add(proof.begin, proof.end, secret_kind::kToken);
    return true;
  }

  [[nodiscard]] bool beginsLine() {
    constexpr std::size_t kLongestPrefix = 24;
    const std::size_t line = finder_.lineBegin(begin_);
    if (begin_ - line > kLongestPrefix) return false;
    std::string_view prefix = text_.substr(line, begin_ - line);
    while (!prefix.empty() && isBlank(prefix.back())) prefix.remove_suffix(1);
    while (!prefix.empty() && isBlank(prefix.front())) prefix.remove_prefix(1);
    constexpr auto kPrefixes = std::to_array<std::string_view>({"", "-", "+", "#", "export", "set", "\"", "'", "- \""});
    return std::find(kPrefixes.begin(), kPrefixes.end(), prefix) != kPrefixes.end();
  }

  /// Whether nothing follows the value on its line but a comment or a sign that ends it.
  [[nodiscard]] bool endsLine(std::size_t at) const {
    while (isBlank(finder_.at(at)) || finder_.at(at) == ',' || finder_.at(at) == ';' || finder_.at(at) == '\r') ++at;
    return at >= text_.size() || text_[at] == '\n' || (text_[at] == '#' && isBlank(finder_.before(at)));
  }

  [[nodiscard]] bool isPhrase() const {
    return finder_.hasAt(end_ - std::min<std::size_t>(3, end_), "psk") || finder_.hasAt(end_ - std::min<std::size_t>(6, end_), "phrase");
  }

  void afterEquals(std::size_t at) {
    const char next = finder_.at(at + 1);
    if (next == '=' || next == '~') return;
    std::size_t from = at + (next == '>' ? 2 : 1);
    const bool blanksBehind = isBlank(finder_.at(from));
    from = skipBlanks(text_, from);
    if (const auto quoted = readQuoted(text_, from)) {
      judge(*quoted, ValuePlace::Quoted);
      return;
    }
    if (isQuote(finder_.at(from))) ++from;
    if (class_ == NameClass::Authorization) {
      judge({from, from, false}, ValuePlace::Bare);
      return;
    }
    const bool loose = blanks_ || blanksBehind;
    const bool inLine = beginsLine();
    // A passphrase has blanks, and a file that knows sections has no other signs around it.
    if (inLine && next != '>' && isPhrase()) {
      judge({from, lastOfLine(from), false}, ValuePlace::Bare, true);
      return;
    }
    const bool shouted = isShouted(name_);
    ValueSpan value = readBare(finder_, from, "");
    const bool wholeLine = inLine && endsLine(value.end);
    if (!wholeLine || loose) value = readBare(finder_, from, shouted || isOption_ ? kShellEnds : kBareEnds);
    while (value.end > value.begin && std::string_view(";,").find(text_[value.end - 1]) != std::string_view::npos) --value.end;
    const bool isArgument = finder_.at(value.end) == ')' || (finder_.at(value.end) == ',' && isBlank(finder_.at(value.end + 1)));
    const bool inFile = wholeLine && (!loose || hasSections());
    const std::string_view what = text_.substr(value.begin, value.end - value.begin);
    const bool isWord = std::all_of(what.begin(), what.end(), isAsciiLetter);
    judge(value, ValuePlace::Bare, inFile || shouted || (!loose && !isArgument && isWord));
  }

  /// Whether the file has "[section]" lines, as INI and TOML have.
  [[nodiscard]] bool hasSections() const {
    constexpr std::size_t kLookedAt = 4096;
    const std::string_view before = text_.substr(0, std::min(begin_, kLookedAt));
    return before.starts_with('[') || before.find("\n[") != std::string_view::npos;
  }

  [[nodiscard]] std::size_t lastOfLine(std::size_t from) {
    std::size_t end = finder_.lineEnd(from);
    while (end > from && isSpaceSign(text_[end - 1])) --end;
    return end;
  }

  void afterColon(std::size_t at) {
    std::size_t from = at + 1;
    if (finder_.at(from) == '/' && finder_.at(from + 1) == '/') return;
    if (finder_.at(from) == ':') {
      // LDIF says "::" before base64, C++ says it between names.
      if (!isBlank(finder_.at(++from))) return;
    } else if (finder_.at(from) == '=') {
      ++from;
    }
    const bool blanksBehind = isBlank(finder_.at(from));
    from = skipBlanks(text_, from);
    if (const auto quoted = readQuoted(text_, from)) {
      judge(*quoted, nameIsQuoted_ || beginsLine() || blanksBehind ? ValuePlace::Quoted : ValuePlace::Sentence);
      return;
    }
    if (isQuote(finder_.at(from))) ++from;
    if (class_ == NameClass::Authorization) {
      judge({from, from, false}, ValuePlace::Bare);
      return;
    }
    if (const std::size_t block = blockBegin(from); block != 0) {
      judge({block, lastOfLine(block), false}, ValuePlace::Quoted);
      return;
    }
    // Test programs say "PASS: name".
    if (name_ == "PASS" || name_ == "Pass") return;
    ValueSpan value = readBare(finder_, from, "");
    const bool wholeLine = (beginsLine() || nameIsQuoted_) && endsLine(value.end) && (blanksBehind || nameIsQuoted_);
    if (!wholeLine) {
      sentence(from);
      return;
    }
    const std::size_t end = value.end;
    while (value.end > value.begin && std::string_view(";,").find(text_[value.end - 1]) != std::string_view::npos) --value.end;
    const bool isProse = name_.front() >= 'A' && name_.front() <= 'Z' && !isShouted(name_);
    judge(value, ValuePlace::Bare, value.end == end && !isProse);
  }

  /// A word of prose; one in brackets is something else.
  bool sentence(std::size_t at, bool announced = false) {
    if (std::string_view("[({<=|>/\\-:").find(finder_.at(at)) != std::string_view::npos) return false;
    return judge(readSentenceWord(finder_, at), ValuePlace::Sentence, announced);
  }

  /// The line behind YAML's "|" or ">-"; 0 where there is none.
  [[nodiscard]] std::size_t blockBegin(std::size_t at) const {
    if (finder_.at(at) != '|' && finder_.at(at) != '>') return 0;
    ++at;
    if (finder_.at(at) == '-' || finder_.at(at) == '+') ++at;
    if (finder_.at(at) == '\r') ++at;
    return finder_.at(at) == '\n' ? skipBlanks(text_, at + 1) : 0;
  }

  /// define('DB_PASSWORD', 'x'), setenv("API_KEY", "x")
  void afterComma(std::size_t at) {
    if (pairedValue(at) || !nameIsQuoted_) return;
    const auto quoted = readQuoted(text_, skipBlanks(text_, at + 1));
    if (!quoted) return;
    constexpr std::string_view kDefine = "define(";
    const std::size_t lookedAt = std::min<std::size_t>(begin_, kDefine.size() + 3);
    const bool isDefinition = text_.substr(begin_ - lookedAt, lookedAt).find(kDefine) != std::string_view::npos;
    judge(*quoted, isDefinition ? ValuePlace::Quoted : ValuePlace::Sentence);
  }

  /// <password>x</password>, <property name="password">x</property>
  void afterTag(std::size_t at) {
    if (!nameIsQuoted_ && finder_.before(begin_) != '<') return;
    const ValueSpan value = readBare(finder_, at + 1, "<");
    if (finder_.at(value.end) == '<') judge(value, ValuePlace::Quoted);
  }

  /// SQL: PASSWORD('x')
  void afterParenthesis(std::size_t at) {
    if (class_ != NameClass::Password || !isShouted(name_)) return;
    if (const auto quoted = readQuoted(text_, at + 1)) judge(*quoted, ValuePlace::Quoted);
  }

  /// The name is itself a value: {"name": "DB_PASSWORD", "value": "x"}, <add key="ApiKey" value="x"/>, YAML's two lines.
  bool pairedValue(std::size_t at) {
    std::size_t before = begin_;
    while (before > 0 && (isBlank(text_[before - 1]) || isQuote(text_[before - 1]) || text_[before - 1] == '\\')) --before;
    if (finder_.before(before) != ':' && finder_.before(before) != '=') return false;
    constexpr std::size_t kFarthest = 64;
    const std::size_t limit = at + kFarthest;
    while (at < limit && (isSpaceSign(finder_.at(at)) || isQuote(finder_.at(at)) || finder_.at(at) == ',' || finder_.at(at) == '\\')) ++at;
    constexpr std::string_view kValue = "value";
    if (!finder_.hasAt(at, kValue)) return false;
    at += kValue.size();
    if (finder_.at(at) == '\\') ++at;
    if (isQuote(finder_.at(at))) ++at;
    at = skipBlanks(text_, at);
    if (finder_.at(at) != ':' && finder_.at(at) != '=') return false;
    at = skipBlanks(text_, at + 1);
    if (const auto quoted = readQuoted(text_, at)) return judge(*quoted, ValuePlace::Quoted);
    return judge(readBare(finder_, at, kBareEnds), ValuePlace::Bare, true);
  }

  [[nodiscard]] bool followsWord(std::string_view word) const {
    std::size_t before = begin_;
    while (before > 0 && isBlank(text_[before - 1])) --before;
    return before < begin_ && before >= word.size() && finder_.hasAt(before - word.size(), word);
  }

  /// What only a blank parts from its name.
  void afterBlank(std::size_t at) {
    if (isOption_) {
      optionValue(at);
      return;
    }
    if (const auto quoted = readQuoted(text_, at)) {
      const bool isSql = class_ == NameClass::Password && (isShouted(name_) || followsWord("by") || followsWord("with"));
      judge(*quoted, isSql ? ValuePlace::Quoted : ValuePlace::Sentence);
      return;
    }
    if (class_ == NameClass::Authorization) return;
    if (beginsLine() && (name_ == "wpa-psk" || name_ == "requirepass" || name_ == "masterauth")) {
      judge(readBare(finder_, at, ""), ValuePlace::Bare, true);
      return;
    }
    if (followsWord("env") || followsWord("setenv")) {
      judge(readBare(finder_, at, ""), ValuePlace::Bare, true);
      return;
    }
    constexpr auto kVerbs = std::to_array<std::string_view>({"is ", "was ", "to ", "ist ", "war ", "are "});
    // "Pass" is mostly a verb itself.
    if (name_.size() == std::string_view("pass").size() && class_ == NameClass::Password) return;
    for (const std::string_view verb : kVerbs) {
      if (!finder_.hasAt(at, verb)) continue;
      at = skipBlanks(text_, at + verb.size());
      if (const auto quoted = readQuoted(text_, at)) {
        judge(*quoted, ValuePlace::Quoted);
      } else {
        sentence(at, true);
      }
      return;
    }
    sentence(at);
  }

  /// --token X
  void optionValue(std::size_t at) {
    if (std::string_view("-<>|&").find(finder_.at(at)) != std::string_view::npos) return;
    if (const auto quoted = readQuoted(text_, at)) {
      judge(*quoted, ValuePlace::Quoted);
      return;
    }
    const ValueSpan value = readBare(finder_, at, kShellEnds);
    if (text_.substr(value.begin, value.end - value.begin).find('=') != std::string_view::npos && class_ != NameClass::Password) {
      // docker build --secret id=name,src=file
      if (finder_.hasAt(value.begin, "id=") || finder_.hasAt(value.begin, "src=")) return;
    }
    judge(value, ValuePlace::Bare);
  }

  static constexpr std::size_t kShortestSalt = 32;

  SecretFinder& finder_;
  std::string_view text_;
  std::size_t begin_;
  std::size_t end_;
  std::string_view name_;
  NameClass class_ = NameClass::Harmless;
  bool isOption_ = false;
  bool nameIsQuoted_ = false;
  bool blanks_ = false;
};

void findNamed(SecretFinder& finder, std::size_t at) {
  if (at < finder.namesUntil) return;
  std::size_t begin = at;
  while (begin > 0 && at - begin < kLongestName && isNameSign(finder.text()[begin - 1])) --begin;
  std::size_t end = at;
  while (end - at < kLongestName && isNameSign(finder.at(end))) ++end;
  finder.namesUntil = end;
  NamedValue(finder, begin, end).find();
}

constexpr std::array<SecretRule, 12> kRules{{{"pass", findNamed},
                                             {"pwd", findNamed},
                                             {"pw", findNamed},
                                             {"secret", findNamed},
                                             {"token", findNamed},
                                             {"key", findNamed},
                                             {"auth", findNamed},
                                             {"psk", findNamed},
                                             {"preshared", findNamed},
                                             {"credential", findNamed},
                                             {"salt", findNamed},
                                             {"kennwort", findNamed}}};

}  // namespace

std::span<const SecretRule> namedValueRules() { return kRules; }

}  // namespace learnd::core
