// How well redaction does on labelled texts: redaction_report FILE... [--kinds] [--misses]. Each line of a file is {"text", "secrets":
// [...], "kind"} and maybe "whole": [...]: every secret must vanish, a text without any must stay as it is, and of a text with some nothing
// else may go, but for quotes and spaces around a secret and for what "whole" names: a credential that the secret is a part of, as a key's
// block is. Prints recall and precision of each file, of each kind of text with --kinds, what went wrong with --misses, and ends with 1
// where a file is below .95 in either.
#include "core/redaction.hpp"
#include "core/redaction/mark.hpp"
#include "json/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace learnd;

struct Tally {
  std::size_t secrets = 0;
  std::size_t vanished = 0;
  std::size_t texts = 0;
  std::size_t wrong = 0;  // pieces taken out that are no secrets

  void add(const Tally& other) {
    secrets += other.secrets;
    vanished += other.vanished;
    texts += other.texts;
    wrong += other.wrong;
  }
  [[nodiscard]] double recall() const { return secrets == 0 ? 1 : static_cast<double>(vanished) / static_cast<double>(secrets); }
  [[nodiscard]] double precision() const {
    return vanished + wrong == 0 ? 1 : static_cast<double>(vanished) / static_cast<double>(vanished + wrong);
  }
};

/// What the marks in `redacted` stand for in `text`: what lies between the pieces that both have.
std::vector<std::string_view> takenOut(std::string_view text, std::string_view redacted) {
  std::vector<std::string_view> pieces;
  std::size_t from = 0;  // in text
  while (true) {
    const std::size_t mark = core::findMark(redacted);
    if (mark == std::string_view::npos) return pieces;
    from += mark;
    const std::size_t behind = mark + core::markLength(redacted.substr(mark));
    const std::size_t next = core::findMark(redacted, behind);
    const std::string_view kept = redacted.substr(behind, next == std::string_view::npos ? next : next - behind);
    const std::size_t to = next == std::string_view::npos ? text.size() - kept.size() : text.find(kept, from);
    if (to == std::string_view::npos || to < from) return pieces;
    const std::string_view piece = text.substr(from, to - from);
    // A mark can have been there before.
    if (piece != redacted.substr(mark, behind - mark)) pieces.push_back(piece);
    from = to;
    redacted.remove_prefix(behind);
  }
}

/// Sets by others may have none.
std::string kindOf(const json::Value& line) {
  const json::Value* kind = line.find("kind");
  return kind != nullptr && kind->asText() != nullptr ? *kind->asText() : "text";
}

bool isListOfTexts(const json::Value* value) {
  return value != nullptr && value->asArray() != nullptr &&
         std::all_of(value->asArray()->begin(), value->asArray()->end(), [](const json::Value& one) { return one.asText() != nullptr; });
}

bool isLabelled(const json::Value& line) {
  if (line.asObject() == nullptr) return false;
  const json::Value* text = line.find("text");
  return text != nullptr && text->asText() != nullptr && isListOfTexts(line.find("secrets")) &&
         (line.find("whole") == nullptr || isListOfTexts(line.find("whole")));
}

/// Whether the piece is no more than one of these texts or a part of one.
bool isOneOf(std::string_view piece, const json::Value::Array& texts) {
  constexpr std::string_view kAround = " \t\n\"'";
  const auto first = piece.find_first_not_of(kAround);
  if (first == std::string_view::npos) return false;
  const auto bare = piece.substr(first, piece.find_last_not_of(kAround) + 1 - first);
  return std::any_of(texts.begin(), texts.end(), [piece, bare](const json::Value& one) {
    return one.asText()->find(piece) != std::string::npos || one.asText()->find(bare) != std::string::npos;
  });
}

Tally judge(const json::Value& line, bool misses) {
  const std::string& text = *line.find("text")->asText();
  const std::string kind = kindOf(line);
  const auto& secrets = *line.find("secrets")->asArray();
  const json::Value* whole = line.find("whole");
  const std::string redacted = core::redact(text);
  Tally tally{secrets.size(), 0, 1, 0};
  for (const auto& secret : secrets) {
    const bool gone = redacted.find(*secret.asText()) == std::string::npos;
    tally.vanished += gone ? 1 : 0;
    if (!gone && misses) fmt::print("missed ({}): {}\n", kind, redacted);
  }
  for (const std::string_view piece : takenOut(text, redacted)) {
    const bool right = isOneOf(piece, secrets) || (whole != nullptr && isOneOf(piece, *whole->asArray()));
    tally.wrong += right ? 0 : 1;
    if (!right && misses) fmt::print("taken for a secret ({}): {} in {}\n", kind, piece, text);
  }
  return tally;
}

void print(std::string_view name, const Tally& tally) {
  fmt::print("{}: {} texts, recall {:.3f} ({} of {} secrets), precision {:.3f} ({} pieces taken out that are none)\n", name, tally.texts,
             tally.recall(), tally.vanished, tally.secrets, tally.precision(), tally.wrong);
}

bool report(const std::string& file, bool kinds, bool misses) {
  std::ifstream input(file);
  Tally all;
  std::map<std::string, Tally> ofKinds;
  for (std::string line; std::getline(input, line);) {
    auto parsed = json::parse(line);
    if (!parsed) {
      fmt::print(stderr, "{}: a line is no JSON: {}\n", file, parsed.error().message());
      return false;
    }
    if (!isLabelled(*parsed)) {
      fmt::print(stderr, "{}: a line has no text, or no list of secrets: {}\n", file, line);
      return false;
    }
    const Tally tally = judge(*parsed, misses);
    all.add(tally);
    ofKinds[kindOf(*parsed)].add(tally);
  }
  if (all.secrets == 0) {
    fmt::print(stderr, "{}: no labelled texts\n", file);
    return false;
  }
  for (const auto& [kind, tally] : ofKinds) {
    if (kinds || tally.vanished < tally.secrets || tally.wrong > 0) print("  " + kind, tally);
  }
  print(file, all);
  constexpr double kLeast = 0.95;
  return all.recall() >= kLeast && all.precision() >= kLeast;
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  const auto has = [&words](std::string_view flag) { return std::find(words.begin(), words.end(), flag) != words.end(); };
  bool good = true;
  std::size_t files = 0;
  for (const std::string& word : words) {
    if (word.starts_with("--")) continue;
    ++files;
    good = report(word, has("--kinds"), has("--misses")) && good;
  }
  return good && files > 0 ? 0 : 1;
}
