#include "core/redaction/secret_urls.hpp"

#include "core/code_points.hpp"
#include "core/redaction/secret_value.hpp"
#include "core/redaction/value_reader.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace learnd::core {

namespace {

constexpr std::string_view kUrlEnds = "\"'`<>()[]{}|\\^";

bool isSchemeSign(char sign) { return isAsciiLetter(sign) || isAsciiDigit(sign) || sign == '+' || sign == '-' || sign == '.'; }

/// scheme://user:password@host and scheme://token@host
void findUserInfo(SecretFinder& finder, std::size_t at) {
  if (!isSchemeSign(finder.before(at))) return;
  constexpr std::size_t kLongest = 1024;
  const std::size_t begin = at + 3;
  std::size_t end = begin;
  std::size_t host = 0;  // behind the last '@'
  // A template or a quoted sign may stand in a password, so only what can't end the part before the host does.
  while (end < finder.text().size() && end - begin < kLongest && !isSpaceSign(finder.at(end)) &&
         std::string_view("/?#\"`<>").find(finder.at(end)) == std::string_view::npos) {
    if (finder.at(end) == '@') host = end + 1;
    ++end;
  }
  if (host == 0) return;
  const std::string_view user = finder.between(begin, host - 1);
  const std::size_t colon = user.find(':');
  if (colon == std::string_view::npos) {
    constexpr std::size_t kShortestToken = 20;
    // The key in a Sentry address is meant to be public.
    const bool isPublic = finder.between(host, end).find("sentry") != std::string_view::npos;
    if (!isPublic && looksRandom(user, kShortestToken)) finder.add(begin, host - 1, secret_kind::kToken);
    return;
  }
  const std::size_t password = begin + colon + 1;
  const std::string_view what = finder.between(password, host - 1);
  if (!what.empty() && !isPlaceholder(what) && !isReference(what)) finder.add(password, host - 1, secret_kind::kPassword);
}

/// jdbc:oracle:thin:user/password@host
void findOracle(SecretFinder& finder, std::size_t at) {
  constexpr std::size_t kLongestDriver = 8;
  constexpr std::size_t kLongest = 256;
  std::size_t begin = at + std::string_view("jdbc:oracle:").size();
  const std::size_t driver = begin;
  while (begin - driver < kLongestDriver && isSchemeSign(finder.at(begin))) ++begin;
  if (finder.at(begin) != ':') return;
  ++begin;
  const ValueSpan address = readBare(finder, begin, "'`<>");
  const std::string_view account = finder.between(begin, std::min(address.end, begin + kLongest));
  const std::size_t slash = account.find('/');
  const std::size_t host = account.find('@', slash == std::string_view::npos ? 0 : slash);
  if (host == std::string_view::npos || slash == std::string_view::npos || account.find('@') < slash) return;
  const std::string_view what = account.substr(slash + 1, host - slash - 1);
  if (!what.empty() && !isPlaceholder(what) && !isReference(what)) {
    finder.add(begin + slash + 1, begin + host, secret_kind::kPassword);
  }
}

/// …?sig=X: what makes an address an entrance. `at` is at the name.
void findSignature(SecretFinder& finder, std::size_t at) {
  constexpr std::size_t kShortest = 16;
  const std::size_t equals = finder.text().find('=', at);
  const ValueSpan value = readBare(finder, equals + 1, "&#,;\"'`<>()[]{}|\\^");
  const std::string_view what = finder.between(value.begin, value.end);
  if (looksRandom(what, kShortest) && !isPlaceholder(what)) finder.add(value.begin, value.end, secret_kind::kSignedUrl);
}

/// The rest of a webhook's address behind its fixed beginning.
void findWebhook(SecretFinder& finder, std::size_t at, std::size_t length) {
  constexpr std::size_t kShortest = 16;
  std::size_t begin = at + length;
  const ValueSpan rest = readBare(finder, begin, kUrlEnds);
  std::size_t end = rest.end;
  while (end > begin && std::string_view(".,;:!?").find(finder.before(end)) != std::string_view::npos) --end;
  const std::string_view what = finder.between(begin, end);
  const bool hasDigits = std::count_if(what.begin(), what.end(), isAsciiDigit) > 1;
  if (what.size() >= kShortest && hasDigits && !isPlaceholder(what)) finder.add(begin, end, secret_kind::kWebhook);
}

constexpr auto kWebhooks = std::to_array<std::string_view>(
    {"hooks.slack.com/services/", "hooks.slack.com/workflows/", "hooks.slack.com/triggers/", "discord.com/api/webhooks/",
     "discordapp.com/api/webhooks/", "webhook.office.com/webhookb2/", "outlook.office.com/webhook/", "outlook.office365.com/webhook/",
     "hooks.zapier.com/hooks/catch/", "/with/key/", "events.pagerduty.com/integration/",
     "/cgi-bin/webhook/send?key=", "/open-apis/bot/v2/hook/", "hooks.nabu.casa/"});

void findKnownWebhook(SecretFinder& finder, std::size_t at) {
  for (const std::string_view webhook : kWebhooks) {
    if (finder.hasAt(at, webhook)) findWebhook(finder, at, webhook.size());
  }
}

/// Mattermost's incoming ones: /hooks/ and 26 small letters and digits.
void findMattermost(SecretFinder& finder, std::size_t at) {
  constexpr std::size_t kLength = 26;
  const std::size_t begin = at + std::string_view("/hooks/").size();
  std::size_t end = begin;
  while (isAsciiDigit(finder.at(end)) || (finder.at(end) >= 'a' && finder.at(end) <= 'z')) ++end;
  if (end - begin == kLength && looksRandom(finder.between(begin, end), kLength)) finder.add(begin, end, secret_kind::kWebhook);
}

std::vector<SecretRule> makeRules() {
  std::vector<SecretRule> rules{{"://", findUserInfo},       {"signature=", findSignature}, {"?sig=", findSignature},
                                {"&sig=", findSignature},    {"?hmac=", findSignature},     {"&hmac=", findSignature},
                                {"/hooks/", findMattermost}, {"jdbc:oracle:", findOracle}};
  for (const std::string_view webhook : kWebhooks) rules.push_back({webhook, findKnownWebhook});
  return rules;
}

}  // namespace

std::span<const SecretRule> secretUrlRules() {
  static const std::vector<SecretRule> rules = makeRules();
  return rules;
}

}  // namespace learnd::core
