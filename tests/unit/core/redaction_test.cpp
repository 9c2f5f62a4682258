#include "core/redaction.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <string_view>

namespace learnd::core {
namespace {

TEST(Redaction, TheKindTakesTheSecretsPlace) {
  EXPECT_EQ(redact("mysqldump --user=root password=Blue4y db"), "mysqldump --user=root password=[redacted:password] db");
  EXPECT_EQ(redact("postgresql://app:Blue3x@db.example.org/app"), "postgresql://app:[redacted:password]@db.example.org/app");
  EXPECT_EQ(redact("export X=ghp_abcdefghijklmnopqrstuvwxyz0123456789"), "export X=[redacted:token]");
}

TEST(Redaction, AWholePrivateKeyGoes) {
  const std::string begin = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
  EXPECT_EQ(redact("key:\n" + begin + "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU\nQUJD\n-----END OPENSSH PRIVATE KEY-----\nrest"),
            "key:\n[redacted:private-key]\nrest");
  const std::string cut = redact(begin + "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUb3BlbnNzaC1r\nand then prose that stays.");
  EXPECT_EQ(cut.find("b3Blbn"), std::string::npos);
  EXPECT_NE(cut.find("prose that stays"), std::string::npos);
}

TEST(Redaction, SeveralSecretsOfOneTextGo) {
  const std::string redacted = redact("A_TOKEN=f00b4r1234 B_PASSWORD='x y 1' https://u:pw12@h/");
  for (const char* secret : {"f00b4r1234", "x y 1", "pw12"}) EXPECT_EQ(redacted.find(secret), std::string::npos) << redacted;
}

TEST(Redaction, WhatOnlyLooksLikeASecretStays) {
  for (const char* text : {"commit d22f91cde0e518960dac741f82e2dafe40a6e6d9", "/nix/store/w3793gdaml3brhzgwhi77cm12cgq1i4i-openssh-9.7p1",
                           "sha256-1IpoZScUHRPx1fHj3EbqeBA9bcuQ44IKDXBoi7udkDY=", "password=<password>", "TOKEN=${TOKEN}",
                           "password_file = /etc/x", "token = lexer.next()", "password authentication failed for user \"app\"",
                           "PublicKey = WNVnsS1Nz6Far9NygI5ehWmcQthClagyfOCpfEDoOf8="}) {
    EXPECT_EQ(redact(text), text);
  }
}

TEST(Redaction, TwiceChangesNothingMore) {
  const std::string once = redact("password=Blue4y; Authorization: Bearer abcDEF123456789; redis://:pw99@h");
  EXPECT_EQ(redact(once), once);
}

TEST(Redaction, AMarkThatIsCutOffHidesNothingBehindIt) {
  const std::string secrets = "\ncurl -u admin:Sup3rS3cret https://x\nexport X=ghp_abcdefghijklmnopqrstuvwxyz0123456789\n";
  const std::string redacted = "\ncurl -u admin:[redacted:password] https://x\nexport X=[redacted:token]\n";
  for (const std::string before :
       {"The log shows [redacted: see below", "learnd writes [redacted:KIND for", "[redacted:pass", "a[9] [redacted:", "[redacted:]"}) {
    EXPECT_EQ(redact(before + secrets), before + redacted);
    EXPECT_EQ(redact(before + redacted), before + redacted);
  }
}

TEST(Redaction, AMarkStaysWhereverItStands) {
  for (const char* text : {"password=[redacted:password]", "password: \"[redacted:password]\"", "curl -u [redacted:token]:x https://h",
                           "://a:[redacted:password]@h", "Authorization: Bearer [redacted:token]", "token=x[redacted:token]y",
                           "echo [redacted:password] | sudo -S true", "Cookie: session=[redacted:token]; a=b"}) {
    EXPECT_EQ(redact(text), text);
  }
}

TEST(Redaction, AMembersNameAnnouncesItsValue) {
  EXPECT_EQ(redactMember("db_password", "kirschkern"), "[redacted:password]");
  EXPECT_EQ(redactMember("password_file", "/run/secrets/x"), "/run/secrets/x");
  EXPECT_EQ(redactMember("os", "nixos"), "nixos");
  EXPECT_EQ(redactMember("password", "[redacted:password]"), "[redacted:password]");
}

struct Secret {
  std::string_view text;
  std::string_view secret;
};

class RedactedSecret : public testing::TestWithParam<Secret> {};

TEST_P(RedactedSecret, IsGoneAndTheRestStays) {
  const auto [text, secret] = GetParam();
  const std::string redacted = redact(text);
  EXPECT_EQ(redacted.find(secret), std::string::npos) << redacted;
  EXPECT_NE(redacted.find("[redacted:"), std::string::npos) << redacted;
  EXPECT_TRUE(redacted.starts_with(text.substr(0, std::min<std::size_t>(3, text.find(secret))))) << redacted;
  EXPECT_EQ(redact(redacted), redacted);
}

INSTANTIATE_TEST_SUITE_P(
    NamedValues, RedactedSecret,
    testing::Values(
        Secret{"define('DB_PASSWORD', 'Kuchen44');", "Kuchen44"}, Secret{"$config['password'] = 'Kuchen!';", "Kuchen!"},
        Secret{R"({"name": "DB_PASSWORD", "value": "Kuchen44"})", "Kuchen44"},
        Secret{"env:\n  - name: DB_PASSWORD\n    value: \"Kuchen44\"\n", "Kuchen44"}, Secret{"<password>Kuchen44</password>", "Kuchen44"},
        Secret{R"(<add key="ApiKey" value="a1b2c3d4e5f6a7b8"/>)", "a1b2c3d4e5f6a7b8"},
        Secret{R"("{\"password\":\"Kuchen44\",\"x\":1}")", "Kuchen44"}, Secret{"stringData:\n  password: |-\n    Kuchen44\n", "Kuchen44"},
        Secret{"psql \"host=db password=kuchen dbname=x\"", "kuchen"}, Secret{"DB_PASS=kuchen,teig&mehl", "teig&mehl"},
        Secret{"Server=db;User Id=sa;Password=Abc!123;Encrypt=True", "Abc!123"},
        Secret{"gpg --batch --passphrase Kuchen44 -c x", "Kuchen44"}, Secret{"ENV API_KEY a1b2c3d4e5f6a7b8c9", "a1b2c3d4e5f6a7b8c9"},
        Secret{"users.users.ada.password = \"kuchen\";", "kuchen"}, Secret{"ALTER USER ada PASSWORD 'kuchen';", "kuchen"},
        Secret{"the password is Kuchen-4, he said", "Kuchen-4"},
        Secret{"Authorization: Token 9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b", "9944b09199c6"},
        Secret{"{\"auths\":{\"r\":{\"auth\":\"YWRhOmt1Y2hlbjQ0\"}}}", "YWRhOmt1Y2hlbjQ0"}));

INSTANTIATE_TEST_SUITE_P(
    OfOwnForm, RedactedSecret,
    testing::Values(Secret{"from LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlF is the key", "BRUdJTiBSU0Eg"},
                    Secret{R"({"kty":"RSA","n":"abc","d":"X4cTteJYgn4FYPsXB8rdXix5vwsg"})", "X4cTteJYgn4FYPsXB8rdXix5vwsg"},
                    Secret{"Encryption: none\nPrivate-Lines: 2\nAAAAgQDabcdef0123456789\nQUJDREVG\nPrivate-MAC: 00", "QUJDREVG"},
                    Secret{"see $6$abcdefgh$abcdefghijklmnopqrstuvwxyz0123 here", "abcdefghijklmnop"},
                    Secret{"rootpw {SSHA}abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnop"},
                    Secret{"verifier SCRAM-SHA-256$4096:c2FsdHNhbHQ=$c3RvcmVka2V5c3RvcmVk:c2VydmVya2V5", "c3RvcmVka2V5"},
                    Secret{"GET https://x.example/c/b?sv=2020&sig=abc123def456ghi789%2Bjkl%3D", "abc123def456"},
                    Secret{"https://ada:ku%40chen@example.org/x", "ku%40chen"},
                    Secret{"https://hooks.slack.com/services/T0AAAA1/B0BBB2/abcdefgh1234", "abcdefgh1234"},
                    Secret{"db.internal:5432:shop:ada:kuchen", "kuchen"},
                    Secret{"machine x.example\n  login ada\n  password kuchen\n", "kuchen"},
                    Secret{"kind: Secret\ndata:\n  anything: a3VjaGVu\n", "a3VjaGVu"},
                    Secret{"kind: Secret\ndata:\n  one: bm9uZQ==\n---\nkind: Secret\ndata:\n  two: a3VjaGVu\n", "a3VjaGVu"},
                    Secret{"kind: Secret\n---\n{\"kty\":\"oct\",\"k\":\"X4cTteJYgn4FYPsXB8rdXix5vwsg\"}", "X4cTteJYgn4FYPsXB8rdXix5vwsg"},
                    Secret{"Interface=wlan0\nSecurity=wpa\nESSID=heim\nKey='streusel 31'\n", "streusel 31"},
                    Secret{"the profile:\n\n    Security=wpa\n    ESSID=heim\n    Key='streusel 31'\n", "streusel 31"},
                    Secret{"Security=wpa\nKey=streusel\nIP=dhcp\n", "streusel"},
                    Secret{"url = jdbc:oracle:thin:ada/kuchen@//db:1521/shop", "kuchen"},
                    Secret{"jdbc:oracle:oci8:ada/kuchen@shop", "kuchen"}, Secret{"IDENTIFIED WITH some_plugin BY 'kuchen'", "kuchen"}));

INSTANTIATE_TEST_SUITE_P(CommandLines, RedactedSecret,
                         testing::Values(Secret{"curl -sSu ada:kuchen https://example.org", "kuchen"},
                                         Secret{"curl \\\n  --user 'ada:kuchen' https://example.org", "kuchen"},
                                         Secret{"mysql -h db -uroot -p'Kuchen 44' x", "Kuchen 44"},
                                         Secret{"sudo docker login -u ada -p kuchen r.example", "kuchen"},
                                         Secret{"htpasswd -nb ada kuchen", "kuchen"}, Secret{"echo 'kuchen' | sudo -S true", "kuchen"},
                                         Secret{"printf 'ada:kuchen\\n' | sudo chpasswd", "kuchen"},
                                         Secret{"chpasswd <<< 'ada:kuchen'", "kuchen"}, Secret{"sqlplus ada/kuchen@db", "kuchen"},
                                         Secret{"gpg --passphrase-file <(echo kuchen) -d x", "kuchen"},
                                         Secret{"restic --password-file=<(printf 'kuchen') snapshots", "kuchen"},
                                         Secret{"docker login -u docker -p kuchen r.example", "kuchen"},
                                         Secret{"7z x -pkuchen a.7z", "kuchen"}, Secret{"openssl rsa -passin pass:kuchen -in x", "kuchen"},
                                         Secret{"lftp -u ada,kuchen host", "kuchen"}, Secret{"smbclient //h/s -U ada%kuchen", "kuchen"},
                                         Secret{"xfreerdp /u:ada /p:kuchen /v:h", "kuchen"}));

INSTANTIATE_TEST_SUITE_P(
    WithLettersOfAPlaceholder, RedactedSecret,
    testing::Values(Secret{"curl -u admin:SaveYourself99 https://h", "SaveYourself99"},
                    Secret{"DB_PASSWORD=Ireplaced4Good!", "Ireplaced4Good"}, Secret{"wpa: psk=\"holidaysample77\"", "holidaysample77"},
                    Secret{"postgresql://app:Be4Yourself!@db/app", "Be4Yourself"},
                    Secret{"GITHUB_TOKEN=ghp_16C7e42F292fake2E7710c838347Ae178B4a", "16C7e42F292fake2E"},
                    Secret{"password: NotFakeNews#2024", "NotFakeNews"}, Secret{"mysql -u root -pFakeln.2026 shop", "Fakeln.2026"},
                    Secret{"api_key = \"Zx9Qw7Er5Ty3SAMPLE1Ui8Op6As4Df2Gh0Jk\"", "Zx9Qw7Er5Ty3"},
                    Secret{"curl --user ops:Foxxxxy81 https://h", "Foxxxxy81"}, Secret{"password=SaveYourSelf99", "SaveYourSelf99"},
                    Secret{"password: Example#Town77", "Town77"}, Secret{"DB_PASSWORD=MoonFake123", "MoonFake123"},
                    Secret{"mysql -u root -psampleTurkey88 shop", "Turkey88"}, Secret{"curl -u ops:fixmeRiver1234 https://h", "River1234"},
                    Secret{"password = \"Sample77Garden\"", "77Garden"},
                    Secret{"TOKEN=ghp_Zq8WexampleT3kV9mB2nX7cR5yL1pD6fH4jS", "T3kV9mB2nX7"}));

TEST(Redaction, WhatStandsForASecretStays) {
  for (const char* value : {"yourpassword",
                            "your-password-here",
                            "YourPassword",
                            "YourPassword123!",
                            "yourpassword1",
                            "mydummypassword",
                            "dummypass",
                            "changeme",
                            "ChangeMe!",
                            "changeme123",
                            "change_me_now",
                            "examplepassword",
                            "example",
                            "example123",
                            "my-example-key",
                            "sample_password",
                            "fakepassword",
                            "fake",
                            "replaceme",
                            "REPLACE_ME",
                            "replace-with-yours",
                            "placeholder",
                            "xxxxxxxx",
                            "abcxxxxxxxxx",
                            "goes-here",
                            "password-goes-here",
                            "not-real",
                            "fixme",
                            "your_api_key",
                            "yourApiKeyHere",
                            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                            "yourdbpassword",
                            "youradminpassword",
                            "yourrootpassword",
                            "yoursecurepassword",
                            "yoursupersecretkey",
                            "yourgithubtoken",
                            "YOURGITHUBTOKEN",
                            "enteryourpassword",
                            "insertyourkeyhere1234",
                            "putyourtokenhere",
                            "changemeinproduction",
                            "replacethiswitharandomstring",
                            "thisisafakepassword",
                            "thisIsAFakeToken12345",
                            "fakesecretfortesting",
                            "dummypassword12345",
                            "sampletoken123456",
                            "fake-api-key-1234567890abcdef",
                            "xoxb-your-token-here-1234567890",
                            "sk-yourOpenAiKeyHere1234567890",
                            "sk-your-key-1234",
                            "ghp_yourPersonalAccessTokenHere1234567890",
                            "ghp_FAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKE",
                            "ghp_exampleexampleexampleexampleexample12",
                            "AKIAFAKEFAKEFAKE1234",
                            "s3cr3t-xxxx-xxxx",
                            "YourStrong@Passw0rd",
                            "your-super-secret-jwt-token-with-at-least-32-characters-long",
                            "your"}) {
    const std::string text = std::string("password = \"") + value + "\"\ncurl -u ada:" + value + " https://h\n";
    EXPECT_EQ(redact(text), text);
  }
}

TEST(Redaction, WhatReadsLikeASecretsPlaceButHoldsNoneStays) {
  for (const char* text : {"find / -name mysql -print",
                           "getTGT.py -no-pass domain/user",
                           "docker run -p 8080:80 web",
                           "curl -u ada https://example.org/",
                           "mysql -u root -p shop",
                           "--password path/to/file",
                           "alias pwd='/bin/pwd | pbcopy'",
                           "PASS: tests/rename-3.sh",
                           "--columns 4 --key 2",
                           "Authorization: Basic <base64 of user:password>",
                           "user:x:1000:100::/home/user:/bin/sh",
                           "fe80:1234:ab:cd:ef01",
                           "kind: SecretStore\ndata:\n  a: b\n",
                           "secretName: tls-cert-2",
                           "token: \"refresh\"",
                           "pass to \"mysql\"",
                           "password = getpass.getpass(\"Password: \")",
                           "echo hello | base64 -d",
                           "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
                           "Key=streusel",
                           "Security=none\nKey=Value\n",
                           "jdbc:oracle:thin:@//db:1521/shop",
                           "jdbc:oracle:thin:/@wallet",
                           "diff <(echo one) <(echo two)",
                           "begin with -----BEGIN RSA PRIVATE KEY----- and nothing else"}) {
    EXPECT_EQ(redact(text), text);
  }
}

/// The processor's time for one text, not the clock's: others may be at work too.
double secondsToRedact(const std::string& text) {
  const std::clock_t began = std::clock();
  static_cast<void>(redact(text));
  return static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
}

std::string repeated(std::string_view piece, std::size_t length) {
  std::string text;
  while (text.size() < length) text += piece;
  return text;
}

// The longest text that is taken, and a time that linear work keeps far below where sanitizers watch it too. The time that quadratic work
// takes is 4 s and more, and all other requests wait that long.
constexpr std::size_t kLongestText = 256 * 1024;
constexpr double kMostSeconds = 1;

TEST(Redaction, HostileTextsTakeLinearTime) {
  for (const std::string piece :
       {"password=",
        "password: \"",
        "password password: -----BEGIN PRIVATE KEY----- a:b:c:d: curl -u ",
        "-----BEGIN PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----END X ",
        "eyJ-",
        "$6$a/",
        "curl -u ",
        "://a:",
        "?sig=x",
        "echo a | ",
        "<<<",
        "a:1:",
        "{\"kty\"",
        "\"kty\"}",
        "kind: Secret\n",
        "sk-ant-",
        "?sig=",
        "&hmac=a",
        "secret_:",
        "x_psk:",
        "x_psk:your ",
        "password=\"fakeyourfakeyour1234xyourfake0123456789abcdef\" ",
        "pw=fakefakefakefakefakefakefakefakefakefakefakefakefakefakefakefakefakefakefakefakefakefakefakefakefakefakefake9Q! ",
        "xh ",
        "curl ",
        "docker login ",
        "password=\"\\\"",
        "login x password ",
        "==",
        "cookie:a=",
        "cookie:a=b;",
        "access-tokens = a=b ",
        "sudo -S x <<< a ",
        "cat <<< a",
        "vault login ",
        "net use \\\\a\\b "}) {
    EXPECT_LT(secondsToRedact(repeated(piece, kLongestText)), kMostSeconds) << piece;
  }
}

TEST(Redaction, ManyTokensBeginningsInOneRunTakeLinearTime) {
  for (const std::string piece : {"fm2_/", "SG.", "xoxe.", "xoxd-.", "whsec_/", "ghs_.", "glc_/", "ABSK/", "dp.st.", "glpat-.", "sntrys_+",
                                  "cmVmdGtu=", "eyJ.", ":AA"}) {
    EXPECT_LT(secondsToRedact(repeated(piece, kLongestText)), kMostSeconds) << piece;
    // In one run with a long tail of signs that no token ends in.
    const std::string half = repeated(piece, kLongestText / 2);
    EXPECT_LT(secondsToRedact(half + std::string(kLongestText - half.size(), '.')), kMostSeconds) << piece;
    // In runs that are just not too long for a token.
    EXPECT_LT(secondsToRedact(repeated(repeated(piece, 4000) + " ", kLongestText)), kMostSeconds) << piece;
  }
}

TEST(Redaction, ATokenIsFoundBehindOtherBeginningsInItsRun) {
  // The run as a whole is too long for a token; the end of it is one.
  const std::string text = repeated("whsec_/", 5000) + "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  EXPECT_EQ(redact(text).find("MfKQ9r8GKYqr"), std::string::npos);
}

}  // namespace
}  // namespace learnd::core
