// How well redaction does on labelled texts: redaction_report FILE... Each line of a file is {"text", "secrets": [...], "kind"}: every secret
// must vanish, and a text without any must stay as it is. Prints recall and precision, what went wrong with --misses, and ends with 1 where
// either is below .95.
#include "core/redaction.hpp"
#include "json/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>

namespace {

using namespace learnd;

struct Tally {
  std::size_t secrets = 0;
  std::size_t vanished = 0;
  std::size_t harmless = 0;
  std::size_t untouched = 0;
};

void judge(const json::Value& line, Tally& tally, bool misses) {
  const std::string& text = *line.find("text")->asText();
  const auto& secrets = *line.find("secrets")->asArray();
  const std::string redacted = core::redact(text);
  for (const auto& secret : secrets) {
    ++tally.secrets;
    const bool gone = redacted.find(*secret.asText()) == std::string::npos;
    tally.vanished += gone ? 1 : 0;
    if (!gone && misses) fmt::print("missed ({}): {}\n", *line.find("kind")->asText(), redacted);
  }
  if (!secrets.empty()) return;
  ++tally.harmless;
  tally.untouched += redacted == text ? 1 : 0;
  if (redacted != text && misses) fmt::print("taken for a secret ({}): {}\n", *line.find("kind")->asText(), redacted);
}

bool report(const std::string& file, bool misses) {
  std::ifstream input(file);
  Tally tally;
  for (std::string line; std::getline(input, line);) {
    auto parsed = json::parse(line);
    if (parsed) judge(*parsed, tally, misses);
  }
  if (tally.secrets == 0 || tally.harmless == 0) {
    fmt::print(stderr, "{}: no labelled texts\n", file);
    return false;
  }
  const auto wrong = static_cast<double>(tally.harmless - tally.untouched);
  const double recall = static_cast<double>(tally.vanished) / static_cast<double>(tally.secrets);
  const double precision = static_cast<double>(tally.vanished) / (static_cast<double>(tally.vanished) + wrong);
  fmt::print("{}: recall {:.3f} ({} of {}), precision {:.3f} ({} of {} harmless texts changed)\n", file, recall, tally.vanished, tally.secrets, precision,
             tally.harmless - tally.untouched, tally.harmless);
  return recall >= 0.95 && precision >= 0.95;
}

}  // namespace

int main(int count, char** arguments) {
  bool good = count > 1;
  const bool misses = std::any_of(arguments, arguments + count, [](const char* one) { return std::string_view(one) == "--misses"; });
  for (int i = 1; i < count; ++i) {
    if (std::string_view(arguments[i]) != "--misses") good = report(arguments[i], misses) && good;
  }
  return good ? 0 : 1;
}
