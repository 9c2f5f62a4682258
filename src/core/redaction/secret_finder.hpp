#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace learnd::core {

/// A secret's place in a text and what it is: the KIND of "[redacted:KIND]".
struct SecretSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view kind;
};

namespace secret_kind {
inline constexpr std::string_view kPrivateKey = "private-key";
inline constexpr std::string_view kToken = "token";
inline constexpr std::string_view kPassword = "password";
inline constexpr std::string_view kPasswordHash = "password-hash";
inline constexpr std::string_view kSignedUrl = "signed-url";
inline constexpr std::string_view kWebhook = "webhook";
}  // namespace secret_kind

inline bool isBlank(char sign) { return sign == ' ' || sign == '\t'; }
inline bool isSpaceSign(char sign) { return isBlank(sign) || sign == '\n' || sign == '\r'; }

/// A run of signs that was read: from any place in it the end is the same.
struct SignRun {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t trimmed = 0;  // without the full stops and dashes at its end
};

/// A text that is searched once, from its beginning to its end, and what was found so far. Rules are called where their literal stands;
/// they look around and add spans. To stay linear a rule that reads far ahead remembers how far it got.
class SecretFinder {
 public:
  explicit SecretFinder(std::string_view text) : text_(text) {}

  [[nodiscard]] std::string_view text() const { return text_; }
  /// The byte at a place; NUL outside the text.
  [[nodiscard]] char at(std::size_t place) const { return place < text_.size() ? text_[place] : '\0'; }
  [[nodiscard]] char before(std::size_t place) const { return place == 0 ? '\0' : text_[place - 1]; }
  [[nodiscard]] std::string_view between(std::size_t begin, std::size_t end) const { return text_.substr(begin, end - begin); }
  /// Whether `literal` (in lower case) stands at a place, in either case.
  [[nodiscard]] bool hasAt(std::size_t place, std::string_view literal) const;
  /// The line around a place, without its newline.
  [[nodiscard]] std::size_t lineBegin(std::size_t place);
  [[nodiscard]] std::size_t lineEnd(std::size_t place);

  /// Where the run of signs ends that holds `place` and neither white space nor one of `ends`. A run is read once for each set of `ends`.
  [[nodiscard]] std::size_t bareEnd(std::size_t place, std::string_view ends);

  /// Whether the text has lines of a netctl profile, where "Key" is a network's.
  [[nodiscard]] bool isNetworkProfile();

  /// Spans may come in any order; one that meets an earlier one or a mark, or is empty, is dropped.
  void add(std::size_t begin, std::size_t end, std::string_view kind);
  /// Whether a span is known that holds the place.
  [[nodiscard]] bool isCovered(std::size_t place) const;
  /// The last place of the span that holds `place`; `place` itself where none does.
  [[nodiscard]] std::size_t skipCovered(std::size_t place) const;
  /// By their beginning.
  [[nodiscard]] const std::map<std::size_t, SecretSpan>& spans() const { return spans_; }

  std::size_t namesUntil = 0;        // names before this place were judged
  std::size_t commandsUntil = 0;     // command lines before this place were read
  std::size_t pipesUntil = 0;        // and those that write into a pipe
  std::size_t keysUntil = 0;         // web keys before this place were read
  std::size_t manifestsUntil = 0;    // Kubernetes' secrets before this place were read
  std::size_t hereStringsUntil = 0;  // and what is fed to them by <<<
  std::size_t pairsUntil = 0;        // lists of pairs before this place were read
  std::size_t linesUntil = 0;        // lines before this place were read as a password file's
  std::array<SignRun, 8> runs{};     // the run read last of each kind of token's signs
  SignRun withoutEnd;                // where no armour ends

 private:
  void readLine(std::size_t place);
  [[nodiscard]] bool meetsMark(std::size_t begin, std::size_t end) const;

  std::string_view text_;
  std::map<std::size_t, SecretSpan> spans_;
  // The line read last: rules ask for the same one again and again.
  std::size_t lineBegin_ = 1;
  std::size_t lineEnd_ = 0;

  struct BareRun {
    std::string_view ends;
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  std::optional<bool> isNetworkProfile_;
  std::vector<BareRun> bareRuns_;  // the one read last for each set of ends
};

/// What to look for: `literal` (two bytes at least, found in either case) is where `find` is worth calling.
struct SecretRule {
  std::string_view literal;
  void (*find)(SecretFinder& finder, std::size_t at);
};

}  // namespace learnd::core
