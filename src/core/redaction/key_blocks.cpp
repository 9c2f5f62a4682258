#include "core/redaction/key_blocks.hpp"

#include "core/code_points.hpp"
#include "core/redaction/secret_value.hpp"
#include "core/redaction/value_reader.hpp"

#include <algorithm>
#include <array>

namespace learnd::core {

namespace {

constexpr std::size_t kLongestLabel = 64;

constexpr std::size_t kShortestLine = 16;  // a line of base64 that is no word

std::size_t skipLineEnds(const SecretFinder& finder, std::size_t at) {
  while (true) {
    if (isSpaceSign(finder.at(at))) {
      ++at;
    } else if (finder.at(at) == '\\' && (finder.at(at + 1) == 'n' || finder.at(at + 1) == 'r')) {
      at += 2;
    } else {
      return at;
    }
  }
}

std::size_t base64End(const SecretFinder& finder, std::size_t at) {
  while (isBase64Byte(finder.at(at))) ++at;
  return at;
}

/// The end of the lines of base64 behind a block's beginning that has no end, since the text was cut; `at` itself where there are none.
std::size_t cutBlockEnd(const SecretFinder& finder, std::size_t at) {
  std::size_t last = at;
  while (true) {
    const std::size_t begin = skipLineEnds(finder, at);
    const std::size_t end = base64End(finder, begin);
    const bool isLast = end == finder.text().size() && last != at;
    if (end - begin < kShortestLine && !(isLast && end > begin)) return last;
    last = at = end;
    if (isLast) return last;
  }
}

bool hasBase64(const SecretFinder& finder, std::size_t begin, std::size_t end) {
  for (std::size_t at = begin; at < end; ++at) {
    const std::size_t run = base64End(finder, at);
    if (std::min(run, end) - at >= kShortestLine) return true;
    at = run;
  }
  return false;
}

/// Where the line that ends the block with this label begins; npos where none does.
std::size_t blockEnd(SecretFinder& finder, std::size_t inside, std::string_view label) {
  constexpr std::size_t kLongestBlock = 16 * 1024;
  constexpr std::string_view kEnd = "END ";
  const std::string_view text = finder.text().substr(0, inside + kLongestBlock);
  SignRun& without = finder.withoutEnd;
  if (inside < without.begin || inside >= without.end) without = {inside, inside, inside};
  std::size_t found = text.find(kEnd, without.end);
  without.end = found == std::string_view::npos ? std::max(without.end, text.size() - std::min(text.size(), kEnd.size() - 1)) : found;
  // A key has no other block's end in it; a few may stand behind one that is cut off.
  constexpr int kMostEnds = 16;
  for (int ends = 0; found != std::string_view::npos && ends < kMostEnds; found = text.find(kEnd, found + 1), ++ends) {
    if (text.substr(found + kEnd.size()).starts_with(label)) return found;
  }
  return std::string_view::npos;
}

/// -----BEGIN RSA PRIVATE KEY-----, ---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----
void findArmour(SecretFinder& finder, std::size_t at) {
  constexpr std::string_view kBegin = "begin ";
  if (finder.before(at) != '-' && !(finder.before(at) == ' ' && finder.before(at - 1) == '-')) return;
  const std::size_t labelBegin = at + kBegin.size();
  const std::string_view rest = finder.text().substr(labelBegin, kLongestLabel);
  const std::size_t labelLength = rest.find("--");
  if (labelLength == std::string_view::npos) return;
  const auto labelHas = [&](std::string_view word) {
    for (std::size_t i = 0; i + word.size() <= labelLength; ++i) {
      if (finder.hasAt(labelBegin + i, word)) return true;
    }
    return false;
  };
  if (!labelHas("private key") && !labelHas("static key") && !labelHas("secret key")) return;
  std::size_t begin = at;
  while (finder.before(begin) == '-' || (finder.before(begin) == ' ' && begin == at)) --begin;
  std::size_t inside = labelBegin + labelLength;
  while (finder.at(inside) == '-') ++inside;
  std::size_t end = blockEnd(finder, inside, rest.substr(0, labelLength));
  if (end == std::string_view::npos) {
    end = cutBlockEnd(finder, inside);
    if (end > inside) finder.add(begin, end, secret_kind::kPrivateKey);
    return;
  }
  if (!hasBase64(finder, inside, end)) return;
  end += std::string_view("END ").size() + labelLength;
  while (finder.at(end) == '-') ++end;
  finder.add(begin, end, secret_kind::kPrivateKey);
}

/// Base64 of "-----BEGIN": of a private key, if what follows says so.
void findEncodedArmour(SecretFinder& finder, std::size_t at) {
  // Of "-----BEGIN ", then of the labels' beginnings.
  constexpr auto kLabels =
      std::to_array<std::string_view>({"BSU0EgUFJJ", "BQUklWQVRF", "BFQyBQUklW", "BPUEVOU1NI", "BFTkNSWVBU", "BEU0EgUFJJ"});
  constexpr std::string_view kBegin = "LS0tLS1CRUdJTi";
  const std::string_view label = finder.text().substr(at).substr(0, kBegin.size() + 16);
  if (!label.starts_with(kBegin)) return;
  const bool isPrivate =
      std::any_of(kLabels.begin(), kLabels.end(), [&](std::string_view known) { return label.substr(kBegin.size()).starts_with(known); });
  if (!isPrivate) return;
  std::size_t end = at;
  while (isBase64Byte(finder.at(end))) ++end;
  finder.add(at, end, secret_kind::kPrivateKey);
}

/// PuTTY's files: so many lines of base64 behind "Private-Lines: 8".
void findPutty(SecretFinder& finder, std::size_t at) {
  at = skipBlanks(finder.text(), at + std::string_view("private-lines:").size());
  std::size_t lines = 0;
  while (isAsciiDigit(finder.at(at)) && lines < 1000) lines = lines * 10 + static_cast<std::size_t>(finder.at(at++) - '0');
  if (finder.at(at) == '\r') ++at;
  if (lines == 0 || finder.at(at) != '\n') return;
  const std::size_t begin = at + 1;
  std::size_t end = begin;
  for (std::size_t line = 0; line < lines && end < finder.text().size(); ++line) {
    std::size_t next = end;
    while (isBase64Byte(finder.at(next))) ++next;
    if (next == end) break;
    end = next;
    if (line + 1 == lines) break;
    if (finder.at(next) == '\r') ++next;
    if (finder.at(next) != '\n') break;
    end = next + 1;
  }
  while (end > begin && isSpaceSign(finder.before(end))) --end;
  finder.add(begin, end, secret_kind::kPrivateKey);
}

/// "d": "…" of a JSON web key, and the other members that only the private half has.
void findWebKey(SecretFinder& finder, std::size_t at) {
  constexpr auto kMembers = std::to_array<std::string_view>({"\"d\"", "\"p\"", "\"q\"", "\"dp\"", "\"dq\"", "\"qi\"", "\"k\""});
  constexpr std::size_t kLongestKey = 8 * 1024;
  if (at < finder.keysUntil) return;
  std::size_t from = at;
  while (from > finder.keysUntil && at - from < kLongestKey && finder.at(from) != '{') --from;
  std::size_t to = at;
  while (to < finder.text().size() && to - at < kLongestKey && finder.at(to) != '}') ++to;
  finder.keysUntil = to;
  for (std::size_t place = from; place < to; ++place) {
    if (finder.at(place) != '"') continue;
    for (const std::string_view member : kMembers) {
      if (!finder.text().substr(place).starts_with(member)) continue;
      std::size_t value = skipBlanks(finder.text(), place + member.size());
      if (finder.at(value) != ':') continue;
      value = skipBlanks(finder.text(), value + 1);
      constexpr std::size_t kShortest = 20;
      const auto quoted = readQuoted(finder.text(), value);
      if (quoted && quoted->end - quoted->begin >= kShortest) finder.add(quoted->begin, quoted->end, secret_kind::kPrivateKey);
    }
  }
}

constexpr std::array kRules{SecretRule{"begin ", findArmour}, SecretRule{"LS0tLS1CRUdJTi", findEncodedArmour},
                            SecretRule{"private-lines:", findPutty}, SecretRule{"\"kty\"", findWebKey}};

}  // namespace

std::span<const SecretRule> keyBlockRules() { return kRules; }

}  // namespace learnd::core
