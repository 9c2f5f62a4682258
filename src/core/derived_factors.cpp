#include "core/code_points.hpp"
#include "core/learning.hpp"
#include "core/value_score.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace learnd::core {

namespace {

std::string_view trimmed(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
}

template <class Take>
void forEachLine(std::string_view text, Take take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    take(trimmed(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

bool isFence(std::string_view line) { return line.starts_with("```") || line.starts_with("~~~"); }

/// Signs that prose has seldom and commands, configuration and code have often.
constexpr std::array<std::string_view, 11> kCodeMarks{" = ", " --", " -", "();", "){", "&&", " | ", " > ", "$(", "=>", "::"};

bool startsLikeCommand(std::string_view line) {
  return line.starts_with("$ ") || line.starts_with("# ") || line.starts_with("sudo ") || line.starts_with("./") || line.starts_with("/") ||
         line.starts_with(">>> ");
}

bool isNameSign(char sign) { return isAsciiLetter(sign) || isAsciiDigit(sign) || sign == '_'; }

/// f(x): a parenthesis behind a name, and not one that a sentence ends in. "service(s)" is a word.
bool endsInCall(std::string_view line) {
  if (!line.ends_with(')') || line.ends_with("(s)")) return false;
  const std::size_t opening = line.rfind('(');
  return opening != std::string_view::npos && opening > 0 && isNameSign(line[opening - 1]);
}

bool endsLikeCode(std::string_view line) {
  return line.ends_with(';') || line.ends_with('{') || line.ends_with('}') || line.ends_with('\\') || endsInCall(line);
}

/// /etc/hosts, ./run, ~/x; "tcp/udp" and "and/or" are words.
bool namesRootedPath(std::string_view line) {
  for (std::size_t at = line.find('/'); at != std::string_view::npos; at = line.find('/', at + 1)) {
    const std::size_t begin = at > 0 && (line[at - 1] == '.' || line[at - 1] == '~') ? at - 1 : at;
    const bool beginsWord = begin == 0 || std::string_view(" \t=\"'(:").find(line[begin - 1]) != std::string_view::npos;
    if (beginsWord && at + 1 < line.size() && isNameSign(line[at + 1])) return true;
  }
  return false;
}

bool endsLikeProse(std::string_view line) {
  return line.ends_with('.') || line.ends_with('?') || line.ends_with('!') || line.ends_with(':');
}

/// A command or a line of code by its look: not a sentence, and with a mark of code or a path.
bool looksLikeCode(std::string_view line) {
  if (line.empty()) return false;
  if (startsLikeCommand(line) || endsLikeCode(line)) return true;
  if (endsLikeProse(line)) return false;
  const bool marked = namesRootedPath(line) || std::any_of(kCodeMarks.begin(), kCodeMarks.end(), [line](std::string_view mark) {
                        return line.find(mark) != std::string_view::npos;
                      });
  const bool capital = line.front() >= 'A' && line.front() <= 'Z';
  return marked && !capital;
}

}  // namespace

double countCodeLines(std::string_view answer) {
  double fenced = 0;
  double looking = 0;
  bool anyFence = false;
  bool inside = false;
  forEachLine(answer, [&](std::string_view line) {
    if (isFence(line)) {
      inside = !inside;
      anyFence = true;
    } else if (inside && !line.empty()) {
      ++fenced;
    } else if (looksLikeCode(line)) {
      ++looking;
    }
  });
  return anyFence ? fenced : looking;
}

DerivedFactors deriveFactors(const Learning& learning, std::optional<std::string> metadataSeverity) {
  constexpr std::uint64_t kUsesThatShowItIsGeneric = 2;
  DerivedFactors derived;
  if (const double lines = countCodeLines(learning.solution); lines > 0) derived.linesOfCode = lines;
  derived.severity = std::move(metadataSeverity);
  if (learning.latestFeedback == Outcome::Success) {
    derived.userConfirmed = true;
    derived.confirmation = "explicit_success";
  } else if (learning.latestFeedback == Outcome::Partial) {
    derived.confirmation = "partial_success";
  } else if (learning.latestFeedback == Outcome::Failure) {
    derived.userConfirmed = false;
    derived.confirmation = "explicit_failure";
  }
  if (learning.uses >= kUsesThatShowItIsGeneric && learning.successes >= kUsesThatShowItIsGeneric) derived.isGeneric = true;
  return derived;
}

}  // namespace learnd::core
