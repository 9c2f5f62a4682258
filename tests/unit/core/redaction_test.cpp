#include "core/redaction.hpp"

#include <gtest/gtest.h>

namespace learnd::core {
namespace {

TEST(Redaction, TheKindTakesTheSecretsPlace) {
  EXPECT_EQ(redact("mysqldump --user=root password=Blue4y db"), "mysqldump --user=root password=[redacted:password] db");
  EXPECT_EQ(redact("postgresql://app:Blue3x@db.example.org/app"), "postgresql://app:[redacted:password]@db.example.org/app");
  EXPECT_EQ(redact("export X=ghp_abcdefghijklmnopqrstuvwxyz0123456789"), "export X=[redacted:token]");
}

TEST(Redaction, AWholePrivateKeyGoes) {
  const std::string begin = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
  EXPECT_EQ(redact("key:\n" + begin + "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU\nQUJD\n-----END OPENSSH PRIVATE KEY-----\nrest"), "key:\n[redacted:private-key]\nrest");
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
                           "sha256-1IpoZScUHRPx1fHj3EbqeBA9bcuQ44IKDXBoi7udkDY=", "password=<password>", "TOKEN=${TOKEN}", "password_file = /etc/x",
                           "token = lexer.next()", "password authentication failed for user \"app\"", "PublicKey = WNVnsS1Nz6Far9NygI5ehWmcQthClagyfOCpfEDoOf8="}) {
    EXPECT_EQ(redact(text), text);
  }
}

TEST(Redaction, TwiceChangesNothingMore) {
  const std::string once = redact("password=Blue4y; Authorization: Bearer abcDEF123456789; redis://:pw99@h");
  EXPECT_EQ(redact(once), once);
}

TEST(Redaction, AMembersNameAnnouncesItsValue) {
  EXPECT_EQ(redactMember("db_password", "kirschkern"), "[redacted:password]");
  EXPECT_EQ(redactMember("password_file", "/run/secrets/x"), "/run/secrets/x");
  EXPECT_EQ(redactMember("os", "nixos"), "nixos");
  EXPECT_EQ(redactMember("password", "[redacted:password]"), "[redacted:password]");
}

TEST(Redaction, ALongHostileTextIsDoneInReasonableTime) {
  std::string hostile;
  while (hostile.size() < 256 * 1024) hostile += "password password: -----BEGIN PRIVATE KEY----- a:b:c:d: curl -u ";
  EXPECT_LE(redact(hostile).size(), hostile.size() * 2);
}

}  // namespace
}  // namespace learnd::core
