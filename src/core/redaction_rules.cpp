#include "core/redaction_rules.hpp"

#include <string>

namespace learnd::core {

namespace {

using Triggers = std::vector<std::string_view>;

std::unique_ptr<RE2> compile(const std::string& pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(4 << 20);
  return std::make_unique<RE2>(pattern, options);
}

RedactionRule rule(std::string_view kind, Triggers triggers, const std::string& pattern, int group = 0) {
  return {kind, std::move(triggers), compile(pattern), group, std::nullopt, false};
}

RedactionRule judged(std::string_view kind, Triggers triggers, const std::string& pattern, ValuePlace place, int group = 1) {
  return {kind, std::move(triggers), compile(pattern), group, place, false};
}

RedactionRule random(std::string_view kind, Triggers triggers, const std::string& pattern, int group = 1) {
  return {kind, std::move(triggers), compile(pattern), group, std::nullopt, true};
}

// The end of a name that announces a secret.
const std::string kSecretName =
    R"re((?:password|passwd|passphrase|passcode|passwort|secret|token|api[_-]?key|access[_-]?key|secret[_-]?key(?:[_-]?base)?|private[_-]?key|)re"
    R"re(signing[_-]?key|encryption[_-]?key|master[_-]?key|shared[_-]?key|account[_-]?key|preshared[_-]?key|auth[_-]?key|app[_-]?key|pre_shared_key|psk|pass|pwd|pw))re";
const Triggers kSecretNames{"passw", "passphrase", "passcode", "secret", "token", "key", "psk", "pass", "pwd", "pw"};

// A value of a command's flag: quoted or bare.
const std::string kWord = R"re((?:"([^"\n]+)"|'([^'\n]+)'|([^\s"'|;&<>]+)))re";

void addKeys(std::vector<RedactionRule>& rules) {
  const std::string begin = R"re(-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)re";
  rules.push_back(rule("private-key", {"private key"}, "(?s)" + begin + R"re(.*?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)re"));
  // One that was cut off: its lines, as far as they look like a key's.
  rules.push_back(rule("private-key", {"private key"}, begin + R"re((?:\s|\\[nr]|[A-Za-z0-9+/=]{20,}|[A-Za-z0-9+/]{1,76}={1,2}|(?:Version|Comment|Proc-Type|DEK-Info): [^\n]*)*)re"));
  rules.push_back(rule("private-key", {"age-secret-key-1"}, R"re(AGE-SECRET-KEY-1[0-9A-Z]{20,})re"));
  rules.push_back(rule("private-key", {"=="}, R"re([A-Za-z0-9.-]+-[0-9]+:([A-Za-z0-9+/]{86}==))re", 1));
  rules.push_back(rule("private-key", {"putty-user-key-file"}, R"re((?s)Private-Lines: [0-9]+\s+(.*?)(?:Private-MAC|\z))re", 1));
}

void addTokens(std::vector<RedactionRule>& rules) {
  rules.push_back(rule("token", {"eyj"}, R"re(eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,})re"));
  rules.push_back(rule("token", {"ghp_", "gho_", "ghu_", "ghs_", "ghr_"}, R"re(gh[pousr]_[A-Za-z0-9]{20,})re"));
  rules.push_back(rule("token", {"github_pat_"}, R"re(github_pat_[A-Za-z0-9_]{20,})re"));
  rules.push_back(rule("token", {"gl"}, R"re(\bgl(?:pat|rt|dt|cbt|ptt|ft|soat|agent|imt|oas|ffct)-[A-Za-z0-9_-]{16,})re"));
  rules.push_back(rule("token", {"xox", "xapp-"}, R"re((?:xox[a-z]-|xapp-)[A-Za-z0-9-]{10,})re"));
  rules.push_back(rule("token", {"aiza"}, R"re(AIza[A-Za-z0-9_-]{30,})re"));
  rules.push_back(rule("token", {"_live_", "_test_"}, R"re(\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,})re"));
  rules.push_back(random("token", {"sk-"}, R"re(\b(sk-(?:[a-z]+[0-9]*-)*[A-Za-z0-9_-]{20,}))re"));
  rules.push_back(random("token", {"npm_", "hf_", "lin_api_", "glsa_", "glc_", "whsec_", "rubygems_", "figd_", "sntrys_", "sntryu_", "gsk_", "r8_", "ntn_", "nvapi-", "pplx-", "xai-", "pul-", "dp.", "sbp_", "secret_", "cfut_", "phc_", "phx_", "tfp_", "atl", "ops_", "rpa_", "vcp_", "fm2_"},
                         R"re(\b((?:npm_|hf_|lin_api_|glsa_|glc_|whsec_|rubygems_|figd_|sntrys_|sntryu_|gsk_|r8_|ntn_|nvapi-|pplx-|xai-|pul-|dp\.[a-z]+\.|sbp_|secret_|phc_|phx_|ops_|rpa_|vcp_|fm2_|ATATT|ATCTT)[A-Za-z0-9_+/=-]{20,}))re"));
  rules.push_back(rule("token", {"pypi-"}, R"re(pypi-[A-Za-z0-9_-]{16,})re"));
  rules.push_back(rule("token", {"_v1_"}, R"re(do[opr]_v1_[a-f0-9]{32,})re"));
  rules.push_back(rule("token", {"dckr_"}, R"re(dckr_[a-z]+_[A-Za-z0-9_-]{16,})re"));
  rules.push_back(rule("token", {"sg."}, R"re(\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})re"));
  rules.push_back(rule("token", {"hvs.", "hvb.", "hvr."}, R"re(\bhv[sbr]\.[A-Za-z0-9_-]{20,})re"));
  rules.push_back(rule("token", {"tskey-"}, R"re(tskey-[A-Za-z0-9-]{16,})re"));
  rules.push_back(rule("token", {"shp"}, R"re(\bshp(?:at|ca|pa|ss|ua)_[A-Fa-f0-9]{32})re"));
  rules.push_back(rule("token", {"ya29."}, R"re(ya29\.[A-Za-z0-9_-]{20,})re"));
  rules.push_back(rule("token", {"gocspx-"}, R"re(GOCSPX-[A-Za-z0-9_-]{20,})re"));
  rules.push_back(rule("token", {"key-"}, R"re(\bkey-[a-f0-9]{32}\b)re"));
  rules.push_back(random("token", {"."}, R"re(\b([MNO][A-Za-z0-9_-]{22,28}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}))re"));
  rules.push_back(rule("token", {":a"}, R"re(\b(?:bot)?[0-9]{8,10}:(A[A-Za-z0-9_-]{32,}))re", 1));
}

void addHashes(std::vector<RedactionRule>& rules) {
  rules.push_back(rule("password-hash", {"$"},
                       R"re(\$(?:1|2[abxy]?|5|6|7|y|gy|apr1|md5|sha1|scrypt|s0|bcrypt-sha256|argon2(?:id|i|d)|pbkdf2[a-z0-9-]*)\$[A-Za-z0-9./+=,$-]{16,})re"));
  rules.push_back(rule("password-hash", {"}"}, R"re((?i)\{(?:s?sha(?:256|384|512)?|s?md5|crypt|argon2|pbkdf2[a-z0-9-]*)\}[A-Za-z0-9+/=$.]{12,})re"));
  rules.push_back(rule("password-hash", {"scram-sha-"}, R"re(SCRAM-SHA-(?:1|256|512)\$[0-9]+:[A-Za-z0-9+/=$:]{20,})re"));
  rules.push_back(rule("password-hash", {"pbkdf2_sha", "bcrypt_sha", "argon2$"}, R"re(\b(?:pbkdf2_sha[0-9]+|bcrypt_sha256|argon2)\$[A-Za-z0-9./+=,$-]{16,})re"));
  rules.push_back(rule("password-hash", {"*"}, R"re(\*[A-F0-9]{40}\b)re"));
}

void addUrls(std::vector<RedactionRule>& rules) {
  rules.push_back(judged("password", {"://"}, R"re((?i)\b[a-z][a-z0-9+.-]*://[^\s:/@"'<>?#]*:([^\s/"'<>]+)@)re", ValuePlace::Assigned));
  rules.push_back(judged("webhook-url", {"hooks.slack.com"}, R"re(hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9]+/[A-Za-z0-9]+/([A-Za-z0-9/]+))re", ValuePlace::Assigned));
  rules.push_back(rule("webhook-url", {"/webhooks/"}, R"re(discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/[0-9]+/([A-Za-z0-9_-]+))re", 1));
  rules.push_back(rule("webhook-url", {"webhook.office.com", "logic.azure.com"}, R"re(webhook\.office\.com/webhookb2/([^\s"'<>]+))re", 1));
  rules.push_back(random("webhook-url", {"/hooks/", "/hook/", "/webhook"}, R"re(/(?:hooks?|webhooks?)/(?:[a-z0-9-]+/)*([A-Za-z0-9_-]{20,}))re"));
  rules.push_back(rule("signed-url", {"signature="}, R"re((?i)[?&;](?:x-amz-|x-goog-)?signature=([A-Za-z0-9%+/=_.~-]{16,}))re", 1));
  rules.push_back(rule("signed-url", {"security-token="}, R"re((?i)[?&](?:x-amz-security-token)=([A-Za-z0-9%+/=_.~-]{16,}))re", 1));
  rules.push_back(random("signed-url", {"sig=", "hmac=", "token=", "auth=", "key="}, R"re((?i)[?&](?:sig|hmac|[a-z_-]*token|auth|key|apikey|hdnea)=([A-Za-z0-9%+/=_.~-]{12,}))re"));
}

void addHeaders(std::vector<RedactionRule>& rules) {
  rules.push_back(judged("token", {"authorization"},
                         R"re((?i)authorization["']?\s*[:=]\s*["']?(?:basic|bearer|token|digest|apikey|api-key|negotiate|splunk|bot)\s+([^\s"',;]+))re", ValuePlace::Assigned));
  rules.push_back(random("token", {"bearer"}, R"re((?i)\bbearer\s+([A-Za-z0-9._~+/=-]{12,}))re"));
  rules.push_back(random("token", {"basic"}, R"re((?i)\bbasic\s+([A-Za-z0-9+/]{12,}={0,2})(?:[^A-Za-z0-9+/=]|$))re"));
}

void addCommands(std::vector<RedactionRule>& rules) {
  const auto add = [&rules](Triggers triggers, const std::string& before) {
    for (int group = 1; group <= 3; ++group) {
      rules.push_back(judged("password", triggers, before + kWord, group < 3 ? ValuePlace::Quoted : ValuePlace::Assigned, group));
    }
  };
  rules.push_back(judged("password", {"curl", "wget", "xh ", "http ", "https ", "aria2c", "ab ", "rclone", "svn", "ansible"}, R"re(\b(?:curl|wget|xh|https?|aria2c|ab|rclone|svn|ansible)\b[^\n|;]*?\s(?:-[A-Za-z]*u|--user|--proxy-user|-U)[= ]?["']?[^\s:"'=@/]+:([^\s"']+))re", ValuePlace::Assigned));
  rules.push_back(judged("password", {"lftp"}, R"re(\blftp\b[^\n]*?\s-u\s+["']?[^\s,"']+,([^\s"']+))re", ValuePlace::Assigned));
  rules.push_back(judged("password", {"mysql", "mariadb"}, R"re(\b(?:mysql|mariadb)[a-z-]*\b[^\n|;]*?\s-p["']?([^\s"'|;]+))re", ValuePlace::Assigned));
  rules.push_back(judged("password", {" -u"}, R"re(\s-U\s*["']?[^\s%"']+%([^\s"']+))re", ValuePlace::Assigned));
  rules.push_back(judged("password", {"pass:"}, R"re((?:\s|=)pass:([^\s"']+))re", ValuePlace::Assigned));
  rules.push_back(judged("password", {"chpasswd"}, R"re(["']?[^\s:"']+:([^\s"'|]+)["']?\s*\|\s*(?:sudo\s+)?chpasswd)re", ValuePlace::Assigned));
  add({"sshpass"}, R"re(\bsshpass\s+-p\s*)re");
  add({"login"}, R"re(\blogin\b[^\n|;]*?\s-p\s+)re");
  add({"ldap"}, R"re(\bldap[a-z]+\b[^\n|;]*?\s-w\s+)re");
  add({"redis-cli"}, R"re(\bredis-cli\b[^\n|;]*?\s-a\s+)re");
  add({"htpasswd"}, R"re(\bhtpasswd\s+(?:-[A-Za-z0-9]+\s+)*-[A-Za-z]*b[A-Za-z]*\s+(?:-[A-Za-z0-9]+\s+)*(?:[/.~]\S*\s+)?[^\s/.~-]\S*\s+)re");
  add({"nmcli"}, R"re(\bnmcli\b[^\n|;]*?\s(?:password|(?:802-11-wireless-security|wifi-sec)\.psk)\s+)re");
  for (int group = 1; group <= 3; ++group) {
    rules.push_back(judged("password", {"sudo"}, R"re(\becho\s+(?:-n\s+)?)re" + kWord + R"re(\s*\|\s*sudo\s+(?:-[A-Za-z]+\s+)*-[A-Za-z]*S)re",
                           group < 3 ? ValuePlace::Quoted : ValuePlace::Assigned, group));
  }
  add({"wpa_passphrase"}, R"re(\bwpa_passphrase\s+(?:"[^"\n]+"|\S+)\s+)re");
  add({"--", "pass"}, R"re((?i)(?:\s--(?:[a-z-]*-)?|\s-[a-z]*)(?:password|passphrase|passwd|pass|token|secret|api-?key|auth-?key|access-key|secret-key|psk|pw)(?:=|\s+))re");
  add({"machine"}, R"re(\bmachine\s+\S+\s+(?:login\s+\S+\s+)?(?:account\s+\S+\s+)?password\s+)re");
  rules.push_back(judged("password", {"identified", "password"}, R"re((?i)\b(?:identified\s+(?:with\s+\S+\s+)?(?:by|as)|password)\s+'([^'\n]+)')re", ValuePlace::Quoted));
  rules.push_back(judged("password", {"password("}, R"re((?i)\bpassword\(\s*["']([^"'\n]+)["']\s*\))re", ValuePlace::Quoted));
  rules.push_back(judged("password", {"secret \"", "key \"", "password \"", "psk \""}, R"re((?i)\b(?:secret|password|psk|passphrase)\s+"([^"\n]+)")re", ValuePlace::Quoted));
  rules.push_back(judged("password", {":"}, R"re((?m)^(?:[A-Za-z0-9][A-Za-z0-9.-]*|\*|/\S+):(?:[0-9]{1,5}|\*):[^\s:]+:(?:[A-Za-z_*][^\s:]*):([^\s:]+)$)re", ValuePlace::Assigned));
}

void addNamed(std::vector<RedactionRule>& rules) {
  const std::string name = R"re((?i)(?:^|[^A-Za-z0-9_.])["']?[A-Za-z0-9_.-]*)re" + kSecretName + R"re(\\?["']?\s*)re";
  rules.push_back(judged("password", kSecretNames, name + R"re((?:=>|:=|::?|=)\s*(?:[a-z]{1,2})?\\?"((?:[^"\\\n]|\\[^"\n]|\\"[^"\s,}\]])+))re", ValuePlace::Quoted));
  rules.push_back(judged("password", kSecretNames, name + R"re((?:=>|:=|::?|=)\s*'((?:[^'\\\n]|\\.)+)')re", ValuePlace::Quoted));
  // The name is an argument: define('DB_PASSWORD', 'x')
  rules.push_back(judged("password", kSecretNames, R"re((?i)["'][A-Za-z0-9_.-]*)re" + kSecretName + R"re(["']\s*,\s*["']([^"'\n]+)["'])re", ValuePlace::Quoted));
  // Values of a configuration that may hold blanks: all of the line.
  rules.push_back(judged("password", {"psk", "passphrase"}, R"re((?im)^\s*(?:psk|passphrase|pre_shared_key)\s*=\s*([^\s"'=][^\n"']*?)\s*$)re", ValuePlace::Assigned));
  rules.push_back(judged("password", kSecretNames, name + R"re((?:=>|:=|=)\s*([^\s"'=<>(){}\[\],;&|`]+)(?:[\s"'=<>){}\],;&|`]|$))re", ValuePlace::Assigned));
  rules.push_back(judged("password", kSecretNames, R"re((?im)^[\s>#-]*["']?[A-Za-z0-9_.-]*)re" + kSecretName + R"re(["']?\s*::?\s+([^\s"'=<>(){}\[\],;&|`]+)\s*$)re", ValuePlace::Line));
  rules.push_back(judged("password", kSecretNames, name + R"re(::?\s*([^\s"'=<>(){}\[\],;&|`]+))re", ValuePlace::Prose));
  rules.push_back(judged("password", {"passw", "passphrase", "token", "secret", "pin"}, R"re((?i)\b(?:password|passwort|passphrase|passwd|token|secret|pin)\s+(?:is|was|ist|war)\s+["'`]?([^\s"'`,]+))re", ValuePlace::Prose));
  rules.push_back(random("token", {"\"auth\"", "identitytoken"}, R"re("(?:auth|identitytoken)"\s*:\s*"([A-Za-z0-9+/=_-]{12,})")re"));
}

std::vector<RedactionRule> makeRules() {
  std::vector<RedactionRule> rules;
  addKeys(rules);
  addTokens(rules);
  addHashes(rules);
  addUrls(rules);
  addHeaders(rules);
  addCommands(rules);
  addNamed(rules);
  return rules;
}

}  // namespace

const std::vector<RedactionRule>& redactionRules() {
  static const std::vector<RedactionRule> rules = makeRules();
  return rules;
}

bool namesSecret(std::string_view name) {
  static const auto pattern = compile("(?i)[A-Za-z0-9_. -]*" + kSecretName);
  return RE2::FullMatch(re2::StringPiece(name.data(), name.size()), *pattern);
}

}  // namespace learnd::core
