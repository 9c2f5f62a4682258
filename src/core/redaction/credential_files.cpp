#include "core/redaction/credential_files.hpp"

#include "core/code_points.hpp"
#include "core/redaction/secret_value.hpp"
#include "core/redaction/value_reader.hpp"

#include <algorithm>
#include <array>

namespace learnd::core {

namespace {

bool isNameByte(char sign) { return isAsciiLetter(sign) || isAsciiDigit(sign) || sign == '_' || sign == '-'; }

std::size_t skipSpaces(const SecretFinder& finder, std::size_t at) {
  while (isSpaceSign(finder.at(at))) ++at;
  return at;
}

void addUnlessPlaceholder(SecretFinder& finder, ValueSpan value) {
  const std::string_view what = finder.between(value.begin, value.end);
  if (!what.empty() && !isPlaceholder(what) && !isReference(what)) finder.add(value.begin, value.end, secret_kind::kPassword);
}

/// netrc: login NAME password X, on one line or several. Who logs in anonymously has no password.
void findNetrc(SecretFinder& finder, std::size_t at) {
  if (isNameByte(finder.before(at))) return;
  constexpr std::string_view kLogin = "login";
  constexpr std::string_view kPassword = "password";
  std::size_t place = at + kLogin.size();
  if (!isSpaceSign(finder.at(place))) return;
  const ValueSpan user = readBare(finder, skipSpaces(finder, place), "");
  place = skipSpaces(finder, user.end);
  if (!finder.hasAt(place, kPassword) || !isSpaceSign(finder.at(place + kPassword.size()))) return;
  if (finder.hasAt(user.begin, "anonymous")) return;
  const ValueSpan password = readBare(finder, skipSpaces(finder, place + kPassword.size()), "");
  const std::string_view what = finder.between(user.begin, user.end);
  // "login with password …" is a sentence.
  constexpr auto kWords = std::to_array<std::string_view>({"with", "and", "or", "failed", "by", "using"});
  if (std::find(kWords.begin(), kWords.end(), what) != kWords.end()) return;
  addUnlessPlaceholder(finder, password);
}

bool isPlausibleHost(std::string_view host) {
  if (host == "*") return true;
  const bool fits =
      !host.empty() && std::all_of(host.begin(), host.end(), [](char sign) { return isNameByte(sign) || sign == '.' || sign == '/'; });
  // A group of an IPv6 address is hex digits alone.
  return fits && !std::all_of(host.begin(), host.end(), [](char sign) { return isAsciiDigit(sign) || (sign >= 'a' && sign <= 'f'); });
}

/// pgpass: a line host:port:database:user:password. `at` is the colon before the port.
void findPgpass(SecretFinder& finder, std::size_t at) {
  const std::size_t begin = finder.lineBegin(at);
  std::size_t end = finder.lineEnd(at);
  if (begin < finder.linesUntil) return;
  finder.linesUntil = end + 1;
  while (end > begin && isSpaceSign(finder.before(end))) --end;
  constexpr std::size_t kLongest = 512;
  if (end - begin > kLongest) return;
  std::array<std::size_t, 4> colons{};
  std::size_t count = 0;
  for (std::size_t place = begin; place < end; ++place) {
    const char sign = finder.at(place);
    if (isBlank(sign)) return;
    if (sign == '\\') {
      ++place;
    } else if (sign == ':') {
      if (count == colons.size()) return;
      colons[count++] = place;
    }
  }
  if (count != colons.size() || !isPlausibleHost(finder.between(begin, colons[0]))) return;
  const std::string_view port = finder.between(colons[0] + 1, colons[1]);
  const bool isPort = port.size() >= 4 && port.size() <= 5 && std::all_of(port.begin(), port.end(), isAsciiDigit);
  if (!isPort && port != "*") return;
  constexpr std::size_t kShortest = 3;
  if (end - colons[3] > kShortest && colons[2] > colons[1] + 1 && colons[3] > colons[2] + 1)
    addUnlessPlaceholder(finder, {colons[3] + 1, end, false});
}

/// SQL: IDENTIFIED BY 'x', IDENTIFIED WITH plugin BY 'x', also AS 'hash'.
void findIdentified(SecretFinder& finder, std::size_t at) {
  std::size_t place = at + std::string_view("identified ").size();
  constexpr int kMostWords = 4;
  for (int word = 0; word < kMostWords; ++word) {
    place = skipBlanks(finder.text(), place);
    if (const auto quoted = readQuoted(finder.text(), place)) {
      addUnlessPlaceholder(finder, *quoted);
      return;
    }
    const std::size_t begin = place;
    while (isNameByte(finder.at(place))) ++place;
    if (place == begin || place - begin > 40) return;
  }
}

/// The values below data: and stringData: of a Kubernetes secret, whatever their names.
void findKubernetes(SecretFinder& finder, std::size_t at) {
  constexpr std::string_view kKind = "kind: secret";
  constexpr std::size_t kLongest = 16 * 1024;
  const std::size_t kindEnd = at + kKind.size();
  if (isNameByte(finder.at(kindEnd)) || finder.lineBegin(at) != at || at < finder.manifestsUntil) return;
  std::size_t line = at;
  const std::size_t limit = std::min(finder.text().size(), at + kLongest);
  std::size_t sectionIndent = std::string_view::npos;
  while (line < limit) {
    const std::size_t end = std::min(finder.text().find('\n', line), finder.text().size());
    const std::size_t first = skipBlanks(finder.text(), line);
    const std::size_t indent = first - line;
    finder.manifestsUntil = line;
    if (finder.hasAt(line, "---")) return;  // the next document is one of its own
    if (finder.hasAt(first, "data:") || finder.hasAt(first, "stringdata:")) {
      sectionIndent = indent;
    } else if (first < end && indent <= sectionIndent) {
      sectionIndent = std::string_view::npos;
    } else if (sectionIndent != std::string_view::npos && !finder.hasAt(first, "user") && !finder.hasAt(first, "host")) {
      std::size_t name = first;
      while (isNameByte(finder.at(name)) || finder.at(name) == '.') ++name;
      if (finder.at(name) == ':' && name > first) {
        const std::size_t value = skipBlanks(finder.text(), name + 1);
        const auto quoted = readQuoted(finder.text(), value);
        addUnlessPlaceholder(finder, quoted ? *quoted : readBare(finder, value, ""));
      }
    }
    line = end + 1;
  }
}

/// SMTP and IMAP: AUTH PLAIN base64 of "\0user\0password".
void findAuthPlain(SecretFinder& finder, std::size_t at) {
  constexpr std::size_t kShortest = 12;
  const ValueSpan proof = readBare(finder, skipBlanks(finder.text(), at + std::string_view("auth plain ").size()), "\"'");
  const std::string_view what = finder.between(proof.begin, proof.end);
  if (what.size() >= kShortest && std::all_of(what.begin(), what.end(), isBase64Byte))
    finder.add(proof.begin, proof.end, secret_kind::kPassword);
}

/// FTP's and POP's command as logs show it: "> PASS x".
void findPassCommand(SecretFinder& finder, std::size_t at) {
  constexpr std::string_view kCommand = "> PASS ";
  if (!finder.text().substr(at).starts_with(kCommand)) return;
  const ValueSpan password = readBare(finder, at + kCommand.size(), "");
  if (skipBlanks(finder.text(), password.end) >= finder.lineEnd(at)) addUnlessPlaceholder(finder, password);
}

constexpr std::array kRules{SecretRule{"login", findNetrc},
                            SecretRule{":*:", findPgpass},
                            SecretRule{":1", findPgpass},
                            SecretRule{":2", findPgpass},
                            SecretRule{":3", findPgpass},
                            SecretRule{":4", findPgpass},
                            SecretRule{":5", findPgpass},
                            SecretRule{":6", findPgpass},
                            SecretRule{":7", findPgpass},
                            SecretRule{":8", findPgpass},
                            SecretRule{":9", findPgpass},
                            SecretRule{"identified ", findIdentified},
                            SecretRule{"kind: Secret", findKubernetes},
                            SecretRule{"auth plain ", findAuthPlain},
                            SecretRule{"> PASS ", findPassCommand}};

}  // namespace

std::span<const SecretRule> credentialFileRules() { return kRules; }

}  // namespace learnd::core
