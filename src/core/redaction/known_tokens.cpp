#include "core/redaction/known_tokens.hpp"

#include "core/code_points.hpp"
#include "core/redaction/secret_value.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace learnd::core {

namespace {

enum class Signs : std::uint8_t { Alnum, Hex, Base32, Dashed, Dotted, Base64, Any };

struct TokenForm {
  std::string_view prefix;  // as the service writes it
  std::size_t least;        // signs behind the prefix
  Signs signs = Signs::Dashed;
  std::size_t most = 4096;
};

// From the services' own documentation of their tokens.
constexpr std::array kForms{
    TokenForm{"sk-ant-", 20},
    TokenForm{"sk-proj-", 20},
    TokenForm{"sk-svcacct-", 20},
    TokenForm{"sk-admin-", 20},
    TokenForm{"sk-or-", 20},
    TokenForm{"sk-", 32},
    TokenForm{"ghp_", 30, Signs::Alnum},
    TokenForm{"gho_", 30, Signs::Alnum},
    TokenForm{"ghu_", 30, Signs::Alnum},
    TokenForm{"ghs_", 30, Signs::Dotted},
    TokenForm{"ghr_", 30, Signs::Alnum},
    TokenForm{"github_pat_", 30},
    TokenForm{"glpat-", 20, Signs::Dotted},
    TokenForm{"glrt-", 20, Signs::Dotted},
    TokenForm{"gldt-", 20},
    TokenForm{"glptt-", 20},
    TokenForm{"glcbt-", 20},
    TokenForm{"glsoat-", 20},
    TokenForm{"glft-", 20},
    TokenForm{"glimt-", 20},
    TokenForm{"glagent-", 20},
    TokenForm{"gloas-", 20},
    TokenForm{"glffct-", 20},
    TokenForm{"npm_", 36, Signs::Alnum},
    TokenForm{"pypi-AgE", 40},
    TokenForm{"xoxb-", 20},
    TokenForm{"xoxp-", 20},
    TokenForm{"xoxa-", 20},
    TokenForm{"xoxr-", 20},
    TokenForm{"xoxs-", 20},
    TokenForm{"xoxc-", 20},
    TokenForm{"xoxd-", 20, Signs::Any},
    TokenForm{"xoxe.", 20, Signs::Dotted},
    TokenForm{"xoxe-", 20},
    TokenForm{"xapp-", 20},
    TokenForm{"hf_", 30, Signs::Alnum},
    TokenForm{"api_org_", 30, Signs::Alnum},
    TokenForm{"dckr_pat_", 20},
    TokenForm{"dckr_oat_", 20},
    TokenForm{"dop_v1_", 40, Signs::Hex},
    TokenForm{"doo_v1_", 40, Signs::Hex},
    TokenForm{"dor_v1_", 40, Signs::Hex},
    TokenForm{"AIza", 35, Signs::Dashed, 36},
    TokenForm{"ya29.", 20, Signs::Dotted},
    TokenForm{"GOCSPX-", 20},
    TokenForm{"1//0", 40},
    TokenForm{"SG.", 40, Signs::Dotted},
    TokenForm{"key-", 32, Signs::Hex, 32},
    TokenForm{"sk_live_", 16, Signs::Alnum},
    TokenForm{"sk_test_", 16, Signs::Alnum},
    TokenForm{"rk_live_", 16, Signs::Alnum},
    TokenForm{"rk_test_", 16, Signs::Alnum},
    TokenForm{"whsec_", 20, Signs::Base64},
    TokenForm{"shpat_", 30, Signs::Hex},
    TokenForm{"shpss_", 30, Signs::Hex},
    TokenForm{"shpca_", 30, Signs::Hex},
    TokenForm{"shppa_", 30, Signs::Hex},
    TokenForm{"sq0atp-", 20},
    TokenForm{"sq0csp-", 40},
    TokenForm{"hvs.", 20},
    TokenForm{"hvb.", 20},
    TokenForm{"hvr.", 20},
    TokenForm{"tskey-", 20},
    TokenForm{"lin_api_", 30, Signs::Alnum},
    TokenForm{"lin_oauth_", 30, Signs::Alnum},
    TokenForm{"glsa_", 30},
    TokenForm{"glc_", 40, Signs::Base64},
    TokenForm{"figd_", 30},
    TokenForm{"ATATT3", 40, Signs::Base64},
    TokenForm{"ATCTT3", 40, Signs::Base64},
    TokenForm{"ATBB", 30, Signs::Alnum},
    TokenForm{"ATTA", 60, Signs::Alnum},
    TokenForm{"dapi", 32, Signs::Hex, 36},
    TokenForm{"rubygems_", 40, Signs::Hex},
    TokenForm{"pul-", 40, Signs::Hex},
    TokenForm{"nfp_", 30, Signs::Alnum},
    TokenForm{"fm2_", 60, Signs::Base64},
    TokenForm{"fo1_", 30},
    TokenForm{"sbp_", 40, Signs::Hex},
    TokenForm{"secret_", 40, Signs::Alnum},
    TokenForm{"ntn_", 40, Signs::Alnum},
    TokenForm{"PMAK-", 50},
    TokenForm{"NRAK-", 27, Signs::Alnum},
    TokenForm{"NRII-", 27},
    TokenForm{"dt0c01.", 60, Signs::Dotted},
    TokenForm{"sntrys_", 60, Signs::Base64},
    TokenForm{"sntryu_", 60, Signs::Hex},
    TokenForm{"ops_ey", 60},
    TokenForm{"r8_", 37, Signs::Alnum},
    TokenForm{"gsk_", 40, Signs::Alnum},
    TokenForm{"pplx-", 40, Signs::Alnum},
    TokenForm{"xai-", 60, Signs::Alnum},
    TokenForm{"CCIPAT_", 30},
    TokenForm{"bkua_", 40, Signs::Hex},
    TokenForm{"dp.pt.", 40, Signs::Alnum},
    TokenForm{"dp.st.", 40, Signs::Dotted},
    TokenForm{"HRKU-", 36},
    TokenForm{"sl.", 80},
    TokenForm{"sgp_", 40},
    TokenForm{"pat-na1-", 36},
    TokenForm{"pat-eu1-", 36},
    TokenForm{"xkeysib-", 60},
    TokenForm{"phx_", 40},
    TokenForm{"lsv2_", 40},
    TokenForm{"tvly-", 30},
    TokenForm{"nvapi-", 50},
    TokenForm{"jina_", 50},
    TokenForm{"AKCp", 60, Signs::Alnum},
    TokenForm{"cmVmdGtu", 50, Signs::Base64},
    TokenForm{"oy2", 43, Signs::Alnum, 43},
    TokenForm{"amzn.mws.", 30},
    TokenForm{"shippo_live_", 30, Signs::Hex},
    TokenForm{"pscale_tkn_", 30},
    TokenForm{"pscale_pw_", 30},
    TokenForm{"pscale_oauth_", 30},
    TokenForm{"rdme_", 60, Signs::Alnum},
    TokenForm{"CFPAT-", 40},
    TokenForm{"syt_", 30},
    TokenForm{"AGE-SECRET-KEY-1", 50, Signs::Alnum},
    TokenForm{"AGE-SECRET-KEY-PQ-1", 50, Signs::Alnum},
    TokenForm{"AGE-PLUGIN-", 40},
    TokenForm{"SUA", 55, Signs::Base32, 55},
    TokenForm{"SAA", 55, Signs::Base32, 55},
    TokenForm{"SOA", 55, Signs::Base32, 55},
    TokenForm{"ABSK", 100, Signs::Base64},
    TokenForm{"RWRTY0Iy", 150, Signs::Base64},
    TokenForm{"RWRCS", 80, Signs::Base64},
    TokenForm{"vercel_", 24, Signs::Alnum},
    TokenForm{"tfp_", 40},
    TokenForm{"duffel_live_", 40},
    TokenForm{"patp_", 30},
    TokenForm{"attpat_", 30},
    TokenForm{"cfut_", 30},
    TokenForm{"cfat_", 30},
    TokenForm{"EAACEdEose0cBA", 20},
    TokenForm{"re_", 32},
    TokenForm{"tr_prod_", 20},
    TokenForm{"access-sandbox-", 36},
    TokenForm{"access-production-", 36},
    TokenForm{"squ_", 40, Signs::Hex},
    TokenForm{"sqp_", 40, Signs::Hex},
    TokenForm{"sqa_", 40, Signs::Hex},
    TokenForm{"glwt-", 20},
    TokenForm{"p8e-", 30},
};

bool belongs(char sign, Signs signs) {
  switch (signs) {
    case Signs::Alnum:
      return isAsciiLetter(sign) || isAsciiDigit(sign);
    case Signs::Hex:
      return isAsciiDigit(sign) || (lowerAscii(sign) >= 'a' && lowerAscii(sign) <= 'f');
    case Signs::Base32:
      return (sign >= 'A' && sign <= 'Z') || (sign >= '2' && sign <= '7');
    case Signs::Dashed:
      return isAsciiLetter(sign) || isAsciiDigit(sign) || sign == '-' || sign == '_';
    case Signs::Dotted:
      return isAsciiLetter(sign) || isAsciiDigit(sign) || sign == '-' || sign == '_' || sign == '.';
    case Signs::Base64:
      return isBase64Byte(sign);
    case Signs::Any:
      return isBase64Byte(sign) || sign == '%' || sign == '.';
  }
  return false;
}

bool isAlnum(char sign) { return isAsciiLetter(sign) || isAsciiDigit(sign); }

/// Whether a token may begin here: not within a longer name, so that each run of signs is read once.
bool isBeginning(const SecretFinder& finder, std::size_t at) {
  const char before = finder.before(at);
  return !isAlnum(before) && before != '-' && before != '_';
}

/// Many prefixes may stand in one run ("SG.SG.SG."), so each run is read once and no more.
std::size_t runEnd(SecretFinder& finder, std::size_t at, Signs signs) {
  SignRun& run = finder.runs[static_cast<std::size_t>(signs)];
  if (at >= run.begin && at < run.end) return run.trimmed;
  std::size_t end = at;
  while (belongs(finder.at(end), signs)) ++end;
  std::size_t trimmed = end;
  while (trimmed > 0 && (finder.before(trimmed) == '.' || finder.before(trimmed) == '-') && signs != Signs::Base64) --trimmed;
  run = {at, end, trimmed};
  return trimmed;
}

/// Placeholders, and words that only begin as a token does: "sk-learn-…".
bool isMadeUp(std::string_view rest) {
  constexpr std::size_t kShortest = 16;
  // A token shows what it is made of at its beginning; all of a long one would be read again at each prefix within.
  constexpr std::size_t kJudged = 128;
  rest = rest.substr(0, kJudged);
  const auto digits = std::count_if(rest.begin(), rest.end(), isAsciiDigit);
  const bool mixed = std::any_of(rest.begin(), rest.end(), [](char sign) { return sign >= 'A' && sign <= 'Z'; }) &&
                     std::any_of(rest.begin(), rest.end(), [](char sign) { return sign >= 'a' && sign <= 'z'; });
  return rest.size() < kShortest || (digits < 2 && !mixed) || isPlaceholder(rest);
}

void findForm(SecretFinder& finder, std::size_t at) {
  if (!isBeginning(finder, at)) return;
  for (const TokenForm& form : kForms) {
    if (form.prefix.front() != finder.at(at) || !finder.text().substr(at).starts_with(form.prefix)) continue;
    const std::size_t begin = at + form.prefix.size();
    const std::size_t end = runEnd(finder, begin, form.signs);
    const std::size_t length = end - begin;
    if (end < begin || length < form.least || length > form.most || isMadeUp(finder.between(begin, end))) continue;
    finder.add(at, end, secret_kind::kToken);
    return;
  }
}

/// A JSON web token: three parts of base64url, the first two of which begin with "{"". An encrypted one has five.
void findWebToken(SecretFinder& finder, std::size_t at) {
  if (!isBeginning(finder, at) || !finder.text().substr(at).starts_with("eyJ")) return;
  constexpr std::size_t kShortestPart = 8;
  const std::size_t head = runEnd(finder, at, Signs::Dashed);
  if (head - at < kShortestPart || finder.at(head) != '.') return;
  const std::size_t body = runEnd(finder, head + 1, Signs::Dashed);
  if (body - head < kShortestPart || finder.at(body) != '.') return;
  const std::size_t end = runEnd(finder, body + 1, Signs::Dotted);
  if (end > body + 4) finder.add(at, end, secret_kind::kToken);
}

/// A Telegram bot's: 8809928823:AA…
void findTelegram(SecretFinder& finder, std::size_t at) {
  constexpr std::size_t kLeastDigits = 8;
  constexpr std::size_t kSecret = 35;
  if (!finder.text().substr(at).starts_with(":AA")) return;
  std::size_t begin = at;
  while (begin > 0 && at - begin < 12 && isAsciiDigit(finder.before(begin))) --begin;
  const std::size_t end = runEnd(finder, at + 1, Signs::Dashed);
  if (at - begin >= kLeastDigits && end - at - 1 >= kSecret - 1 && end - at - 1 <= kSecret + 1) finder.add(begin, end, secret_kind::kToken);
}

/// A signing key of a Nix cache, name:base64 of 64 bytes; its public half has 32.
void findNixKey(SecretFinder& finder, std::size_t at) {
  constexpr std::size_t kDigits = 86;
  if (at <= kDigits || finder.at(at - kDigits - 1) != ':' || !isAlnum(finder.before(at - kDigits - 1))) return;
  const std::string_view digits = finder.between(at - kDigits, at);
  if (!std::all_of(digits.begin(), digits.end(), isBase64Byte) || digits.find('=') != std::string_view::npos) return;
  finder.add(at - kDigits, at + 2, secret_kind::kPrivateKey);
}

/// Terraform Cloud's: 14 signs, ".atlasv1.", 60 and more.
void findAtlas(SecretFinder& finder, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && at - begin < 20 && isAlnum(finder.before(begin))) --begin;
  const std::size_t end = runEnd(finder, at + std::string_view(".atlasv1.").size(), Signs::Dashed);
  if (at - begin >= 10 && end - at > 50) finder.add(begin, end, secret_kind::kToken);
}

std::vector<SecretRule> makeRules() {
  std::vector<SecretRule> rules{{"eyJ", findWebToken}, {":AA", findTelegram}, {"==", findNixKey}, {".atlasv1.", findAtlas}};
  for (const TokenForm& form : kForms) rules.push_back({form.prefix, findForm});
  return rules;
}

}  // namespace

std::span<const SecretRule> knownTokenRules() {
  static const std::vector<SecretRule> rules = makeRules();
  return rules;
}

void findDiscordToken(SecretFinder& finder, std::size_t at) {
  constexpr std::size_t kTime = 6;
  if (finder.at(at + 1 + kTime) != '.') return;
  std::size_t begin = at;
  while (begin > 0 && at - begin < 32 && belongs(finder.before(begin), Signs::Dashed)) --begin;
  const std::size_t id = at - begin;
  if (id < 23 || id > 28 || std::string_view("MNO").find(finder.at(begin)) == std::string_view::npos) return;
  if (runEnd(finder, at + 1, Signs::Dashed) != at + 1 + kTime) return;
  const std::size_t end = runEnd(finder, at + 2 + kTime, Signs::Dashed);
  if (end - at - 2 - kTime >= 27) finder.add(begin, end, secret_kind::kToken);
}

}  // namespace learnd::core
