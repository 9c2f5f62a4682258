#include "core/redaction/password_hashes.hpp"

#include "core/code_points.hpp"
#include "core/redaction/secret_value.hpp"
#include "core/redaction/value_reader.hpp"

#include <algorithm>
#include <array>

namespace learnd::core {

namespace {

bool isAlnum(char sign) { return isAsciiLetter(sign) || isAsciiDigit(sign); }
bool isHex(char sign) { return isAsciiDigit(sign) || (lowerAscii(sign) >= 'a' && lowerAscii(sign) <= 'f'); }

constexpr std::size_t kLongestHex = 72;

/// What crypt's and its followers' strings are made of.
bool isCryptSign(char sign) { return isAlnum(sign) || std::string_view("./$=,+-_*").find(sign) != std::string_view::npos; }

/// The end of a run of signs from `at`, which may also hold `more`; no hash is longer than 512.
std::size_t cryptEnd(const SecretFinder& finder, std::size_t at, char more = '$') {
  constexpr std::size_t kLongest = 512;
  std::size_t end = at;
  while (end - at < kLongest && (isCryptSign(finder.at(end)) || finder.at(end) == more)) ++end;
  return end;
}

/// $6$salt$hash, $2b$12$…, $argon2id$v=19$…, $y$…: told from a shell's $1 by its length.
void findCrypt(SecretFinder& finder, std::size_t at) {
  constexpr std::size_t kShortest = 24;
  if (isAlnum(finder.before(at)) || finder.before(at) == '$') return;
  std::size_t end = cryptEnd(finder, at);
  while (end > at && std::string_view(".,=-").find(finder.before(end)) != std::string_view::npos) --end;
  const std::string_view hash = finder.between(at, end);
  if (hash.size() < kShortest || std::count(hash.begin(), hash.end(), '$') < 2 || isPlaceholder(hash)) return;
  finder.add(at, end, secret_kind::kPasswordHash);
}

/// pbkdf2_sha256$…, SCRAM-SHA-256$…:…: named by its algorithm.
void findNamedHash(SecretFinder& finder, std::size_t at) {
  constexpr std::size_t kShortest = 40;
  if (isAlnum(finder.before(at))) return;
  const std::size_t end = cryptEnd(finder, at, ':');
  const std::string_view hash = finder.between(at, end);
  if (hash.size() < kShortest || hash.find('$') == std::string_view::npos) return;
  finder.add(at, end, secret_kind::kPasswordHash);
}

/// {SSHA}base64, {CRYPT}$6$…
void findLdap(SecretFinder& finder, std::size_t at) {
  constexpr std::size_t kLongestScheme = 20;
  constexpr std::size_t kShortest = 16;
  const std::size_t closing = finder.text().substr(at, kLongestScheme).find('}');
  if (closing == std::string_view::npos) return;
  const std::size_t begin = at + closing + 1;
  const std::size_t end = cryptEnd(finder, begin);
  if (end - begin < kShortest || isPlaceholder(finder.between(begin, end))) return;
  finder.add(at, end, secret_kind::kPasswordHash);
}

/// Windows' LM:NT pair, whose first half is that of an empty password.
void findNt(SecretFinder& finder, std::size_t at) {
  constexpr std::size_t kHash = 32;
  std::size_t end = at;
  while (end - at < kLongestHex && isHex(finder.at(end))) ++end;
  if (end - at != kHash || finder.at(end) != ':') return;
  const std::size_t second = end + 1;
  end = second;
  while (end - at < kLongestHex && isHex(finder.at(end))) ++end;
  if (end - second == kHash && !isHex(finder.before(at))) finder.add(at, end, secret_kind::kPasswordHash);
}

/// MySQL's: '*' and 40 capital hex digits, in quotes.
void findMysql(SecretFinder& finder, std::size_t at) {
  constexpr std::size_t kDigits = 40;
  const std::size_t begin = at + 2;
  std::size_t end = begin;
  while (end - at < kLongestHex && isHex(finder.at(end)) && !(finder.at(end) >= 'a' && finder.at(end) <= 'f')) ++end;
  if (end - begin == kDigits && finder.at(end) == finder.at(at)) finder.add(at + 1, end, secret_kind::kPasswordHash);
}

/// PostgreSQL's: 'md5' and 32 hex digits, in quotes.
void findPostgres(SecretFinder& finder, std::size_t at) {
  constexpr std::size_t kDigits = 32;
  const std::size_t begin = at + 4;
  std::size_t end = begin;
  while (end - at < kLongestHex && isHex(finder.at(end))) ++end;
  if (end - begin == kDigits && finder.at(end) == finder.at(at)) finder.add(at + 1, end, secret_kind::kPasswordHash);
}

constexpr std::array kRules{SecretRule{"$1$", findCrypt},
                            SecretRule{"$2a$", findCrypt},
                            SecretRule{"$2b$", findCrypt},
                            SecretRule{"$2y$", findCrypt},
                            SecretRule{"$2x$", findCrypt},
                            SecretRule{"$5$", findCrypt},
                            SecretRule{"$6$", findCrypt},
                            SecretRule{"$7$", findCrypt},
                            SecretRule{"$8$", findCrypt},
                            SecretRule{"$9$", findCrypt},
                            SecretRule{"$y$", findCrypt},
                            SecretRule{"$gy$", findCrypt},
                            SecretRule{"$apr1$", findCrypt},
                            SecretRule{"$argon2", findCrypt},
                            SecretRule{"$scrypt", findCrypt},
                            SecretRule{"$sha1$", findCrypt},
                            SecretRule{"$md5", findCrypt},
                            SecretRule{"$pbkdf2", findCrypt},
                            SecretRule{"$P$", findCrypt},
                            SecretRule{"$H$", findCrypt},
                            SecretRule{"$S$", findCrypt},
                            SecretRule{"$bcrypt", findCrypt},
                            SecretRule{"pbkdf2_sha", findNamedHash},
                            SecretRule{"pbkdf2:sha", findNamedHash},
                            SecretRule{"scrypt:", findNamedHash},
                            SecretRule{"bcrypt_sha256$", findNamedHash},
                            SecretRule{"argon2$argon2", findNamedHash},
                            SecretRule{"scram-sha-", findNamedHash},
                            SecretRule{"{SSHA", findLdap},
                            SecretRule{"{SHA", findLdap},
                            SecretRule{"{SMD5}", findLdap},
                            SecretRule{"{MD5}", findLdap},
                            SecretRule{"{CRYPT}", findLdap},
                            SecretRule{"{PBKDF2", findLdap},
                            SecretRule{"{ARGON2", findLdap},
                            SecretRule{"{BLF-CRYPT}", findLdap},
                            SecretRule{"{X-", findLdap},
                            SecretRule{"aad3b435b51404ee", findNt},
                            SecretRule{"'*", findMysql},
                            SecretRule{"\"*", findMysql},
                            SecretRule{"'md5", findPostgres},
                            SecretRule{"\"md5", findPostgres}};

}  // namespace

std::span<const SecretRule> passwordHashRules() { return kRules; }

}  // namespace learnd::core
