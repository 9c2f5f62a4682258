#include "core/normalised_key.hpp"

#include "core/code_points.hpp"
#include "core/noise.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <new>
#include <stdexcept>

namespace learnd::core {

namespace {

constexpr char kEscape = '\x1B';
constexpr char kBell = '\x07';
constexpr std::int32_t kControlSequence = 0x9B;  // ESC [ as one character

bool isBetween(std::string_view text, std::size_t at, char low, char high) {
  return at < text.size() && text[at] >= low && text[at] <= high;
}

/// The end of "[31m" and its like, whose parameters begin at `at`.
std::size_t endOfControlSequence(std::string_view text, std::size_t at) {
  while (isBetween(text, at, '0', '?')) ++at;
  while (isBetween(text, at, ' ', '/')) ++at;
  return isBetween(text, at, '@', '~') ? at + 1 : at;
}

/// The end of a title or link, which a bell or ESC \ ends; `at` itself where nothing does before the line's end or the next escape.
std::size_t endOfCommandString(std::string_view text, std::size_t at) {
  for (std::size_t to = at; to < text.size() && text[to] != '\n'; ++to) {
    if (text[to] == kBell) return to + 1;
    if (text[to] == kEscape) return to + 1 < text.size() && text[to + 1] == '\\' ? to + 2 : to;
  }
  return at;
}

/// The end of the escape sequence whose ESC is before `at`.
std::size_t endOfEscape(std::string_view text, std::size_t at) {
  if (at >= text.size()) return at;
  switch (text[at]) {
    case '[':
      return endOfControlSequence(text, at + 1);
    case ']':
    case 'P':
    case 'p':
    case 'X':
    case 'x':
    case '^':
    case '_':
      return endOfCommandString(text, at + 1);
    default:
      break;
  }
  std::size_t to = at;
  while (isBetween(text, to, ' ', '/')) ++to;
  return isBetween(text, to, '0', '~') ? to + 1 : at;
}

bool isLineEnd(std::int32_t codePoint) {
  return (codePoint >= '\n' && codePoint <= '\r') || codePoint == 0x85 || codePoint == 0x2028 || codePoint == 0x2029;
}

/// Without escape sequences; each run of white space is one newline, where it has one, else one blank; none at the ends.
std::string tidied(std::string_view text) {
  std::string tidy;
  tidy.reserve(text.size());
  char space = '\0';
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint sign = codePointAt(text, at);
    const std::size_t next = at + sign.length;
    if (sign.value == kEscape) {
      at = endOfEscape(text, next);
    } else if (sign.value == kControlSequence) {
      at = endOfControlSequence(text, next);
    } else {
      if (isSpace(sign.value)) {
        space = isLineEnd(sign.value) || space == '\n' ? '\n' : ' ';
      } else {
        if (space != '\0' && !tidy.empty()) tidy += space;
        space = '\0';
        tidy.append(text.substr(at, sign.length));
      }
      at = next;
    }
  }
  return tidy;
}

/// Line by line; a line of noise alone leaves none. A text of noise alone leaves the mark.
std::string filtered(std::string_view tidy, Noise noise) {
  std::string out;
  out.reserve(tidy.size());
  NoiseFilter filter(noise);
  for (std::size_t from = 0; from < tidy.size();) {
    const std::size_t to = std::min(tidy.find('\n', from), tidy.size());
    const std::size_t before = out.size();
    filter.append(out, tidy.substr(from, to - from));
    while (out.size() > before && out.back() == ' ') out.pop_back();
    if (out.size() > before) out += '\n';
    from = to + 1;
  }
  if (!out.empty()) out.pop_back();
  if (out.empty() && !tidy.empty()) out = kNoiseMark;
  return out;
}

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL has no SHA-256");
}

/// One context a thread, and the algorithm looked up once: for short texts that is most of the time.
std::array<std::uint8_t, 32> sha256Of(std::string_view first, std::string_view second) {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (!context) throw std::bad_alloc();
  std::array<std::uint8_t, 32> digest{};
  require(EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1);
  require(EVP_DigestUpdate(context.get(), first.data(), first.size()) == 1);
  require(EVP_DigestUpdate(context.get(), second.data(), second.size()) == 1);
  require(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
  return digest;
}

}  // namespace

KeyForm keyFormOf(Kind kind, std::string_view category) {
  return kind == Kind::Failure || category == "error-solutions" ? KeyForm::Error : KeyForm::Plain;
}

std::string normalise(std::string_view text, KeyForm form) {
  std::string key = tidied(toLower(text));
  if (form == KeyForm::Error) key = filtered(key, Noise::All);
  if (std::find(key.begin(), key.end(), '\n') == key.end()) return key;
  std::replace(key.begin(), key.end(), '\n', ' ');
  // Lines that became one can show noise that was broken between them; from here on nothing changes any more.
  return form == KeyForm::Error ? filtered(key, Noise::All) : key;
}

std::string withoutNoise(std::string_view text) { return filtered(tidied(text), Noise::Random); }

Key makeKey(std::string_view text, KeyForm form) {
  return {sha256Of(form == KeyForm::Error ? std::string_view("error\n") : std::string_view("plain\n"), normalise(text, form))};
}

std::array<std::uint8_t, 32> sha256(std::string_view bytes) { return sha256Of(bytes, {}); }

}  // namespace learnd::core
