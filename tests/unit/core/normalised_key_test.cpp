#include "core/normalised_key.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <string>
#include <vector>

namespace learnd::core {
namespace {

std::string error(std::string_view text) { return normalise(text, KeyForm::Error); }
std::string plain(std::string_view text) { return normalise(text, KeyForm::Plain); }

struct Pair {
  std::string_view about;
  std::string_view one;
  std::string_view other;
};

class FoldedByErrors : public testing::TestWithParam<Pair> {};

TEST_P(FoldedByErrors, IsTheSameKey) {
  EXPECT_EQ(error(GetParam().one), error(GetParam().other));
  EXPECT_EQ(makeKey(GetParam().one, KeyForm::Error), makeKey(GetParam().other, KeyForm::Error));
}

TEST_P(FoldedByErrors, IsKeptApartByThePlainForm) { EXPECT_NE(plain(GetParam().one), plain(GetParam().other)); }

INSTANTIATE_TEST_SUITE_P(
    Times, FoldedByErrors,
    testing::Values(
        Pair{"syslog, with the host", "Mar  1 08:15:02 alpha dhcpcd: eth0: carrier lost",
             "Apr 30 23:59:59 beta dhcpcd: eth0: carrier lost"},
        Pair{"syslog, with host and pid", "Mar  1 08:15:02 alpha nscd[12]: exiting", "Mar 11 08:15:02 beta nscd[4001]: exiting"},
        Pair{"rsyslog", "2026-03-01T08:15:02.123456+01:00 alpha su: pam_unix: failed",
             "2025-12-31T00:00:00+00:00 beta su: pam_unix: failed"},
        Pair{"ISO in brackets", "[2026-03-01 08:15:02,123] job failed", "[2025-03-01 18:15:02,999] job failed"},
        Pair{"ISO in the middle", "token expired on 2026-03-01T08:15:02Z, log in", "token expired on 2026-03-02T09:15:02Z, log in"},
        Pair{"compact ISO", "backup 20260301T081502Z failed", "backup 20260302T081502Z failed"},
        Pair{"Python's logging", "2026-03-01 08:15:02,123 - root - ERROR - no disk", "2026-03-01 08:15:03,456 - root - ERROR - no disk"},
        Pair{"a web server", "2026/03/01 08:15:02 [error] 71#71: *5 open() failed", "2026/03/02 08:15:02 [error] 9#9: *5 open() failed"},
        Pair{"an access log", "10.1.1.1 - - [01/Mar/2026:08:15:02 +0100] 502", "10.1.1.1 - - [02/Mar/2026:08:15:02 +0100] 502"},
        Pair{"ctime", "failed on Sun Mar  1 08:15:02 2026 again", "failed on Mon Mar  2 08:15:02 2026 again"},
        Pair{"systemd", "Sun 2026-03-01 08:15:02 CET; 3 days ago", "Mon 2026-03-02 08:15:02 CET; 3 days ago"},
        Pair{"RFC 2822", "Date: Sun, 1 Mar 2026 08:15:02 +0100", "Date: Mon, 2 Mar 2026 18:15:02 +0000"},
        Pair{"US", "03/01/2026 8:15:02 AM disk full", "03/02/2026 9:15:02 PM disk full"},
        Pair{"a time at the beginning", "08:15:02 disk full", "18:15:02 disk full"},
        Pair{"a time in brackets", "[08:15:02] disk full", "[18:15:02] disk full"},
        Pair{"the kernel's", "[    1.234567] usb 1-1: reset", "[98765.000001] usb 1-1: reset"},
        Pair{"klog", "E0301 08:15:02.123456   77 kubelet.go:12] no node", "E0302 18:15:02.123456  990 kubelet.go:12] no node"},
        Pair{"a database", "2026-03-01 08:15:02.123 UTC [71] FATAL: no role", "2026-03-02 08:15:02.456 UTC [99] FATAL: no role"},
        Pair{"since 1970", "level=error ts=1772349302.123 msg=full", "level=error ts=1772349303.001 msg=full"},
        Pair{"an audit record", "audit(1772349302.123:456): avc: denied", "audit(1772349399.001:457): avc: denied"}),
    [](const auto& info) { return "Time" + std::to_string(info.index); });

INSTANTIATE_TEST_SUITE_P(
    Places, FoldedByErrors,
    testing::Values(Pair{"a memory address", "<Widget at 0x7f00aabbccdd> has no size", "<Widget at 0x7f1122334455> has no size"},
                    Pair{"the kernel's addresses", "BUG at ffffffff81a2b3c4 in tcp", "BUG at ffffffff92b3c4d5 in tcp"},
                    Pair{"a segfault",
                         "a.out: segfault at 10 ip 00007f3b2c1d0e5f sp 00007ffd1a2b3c40 error 4 in libc.so.6[7f3b2c100000+195000]",
                         "a.out: segfault at 10 ip 00007f9900000e5f sp 00007ffd00000040 error 4 in libc.so.6[7f9900000000+195000]"},
                    Pair{"a process id behind a name", "named[12]: zone not loaded", "named[34567]: zone not loaded"},
                    Pair{"a process id in words", "Killed process 811 (java)", "Killed process 12811 (java)"},
                    Pair{"a process id as a field", "lock held by pid=811, waiting", "lock held by pid=9, waiting"},
                    Pair{"a UUID", "volume 0A1B2C3D-1111-2222-3333-444455556666 gone", "volume ffffffff-1111-2222-3333-444455556666 gone"},
                    Pair{"a store hash", "can't load /nix/store/0123456789abcdfghijklmnpqrsvwxyz-libfoo-1.2/lib/x.so",
                         "can't load /nix/store/zyxwvsrqpnmlkjihgfdcba9876543210-libfoo-1.2/lib/x.so"},
                    Pair{"a temporary path", "cannot open /tmp/build-81723/out.o", "cannot open /tmp/build-9/out.o"},
                    Pair{"another temporary path", "rm: '/var/tmp/portage.12': busy", "rm: '/var/tmp/portage.77': busy"},
                    Pair{"macOS's temporary path", "in /private/var/folders/ab/cd12/T/x1.swift failed",
                         "in /private/var/folders/zz/yy99/T/q.swift failed"},
                    Pair{"the user of a home", "no such file: /home/ada/notes.org", "no such file: /home/grace/notes.org"},
                    Pair{"a prompt", "[ada@alpha src]$ make: *** no rule", "[grace@beta src]$ make: *** no rule"},
                    Pair{"a prompt with a colon", "root@alpha:/etc# mount: unknown", "root@beta:/etc# mount: unknown"},
                    Pair{"another prompt", "ada@alpha ~ % brew: not found", "grace@beta ~ % brew: not found"},
                    Pair{"line and column of a file", "hosts.nix:7:3: syntax error", "hosts.nix:70:31: syntax error"},
                    Pair{"the line of a file", "util.c:12: undefined reference", "util.c:13: undefined reference"},
                    Pair{"the line of a path", "/etc/fstab:3: parse error", "/etc/fstab:8: parse error"},
                    Pair{"a script's host-like name", "at app.py:12:5", "at app.py:90:1"},
                    Pair{"a line in words", "File \"x\", line 12, in main", "File \"x\", line 99, in main"},
                    Pair{"line and column in words", "parse error at line 3, column 14", "parse error at line 33, column 1"},
                    Pair{"a shell's", "./run.sh: line 7: foo: command not found", "./run.sh: line 8: foo: command not found"},
                    Pair{"dash's", "run.sh: 7: foo: not found", "run.sh: 8: foo: not found"},
                    Pair{"an unnamed source", "error at <stdin>:3:1", "error at <stdin>:4:2"},
                    Pair{"in brackets", "main.cpp(12,3): error C2065", "main.cpp(120,33): error C2065"},
                    Pair{"a quoted line", "main.rs:12:3: error\n 12 |  let x", "main.rs:7:3: error\n 7 |  let x"}),
    [](const auto& info) { return "Place" + std::to_string(info.index); });

class KeptApart : public testing::TestWithParam<Pair> {};

TEST_P(KeptApart, IsAnotherKeyInEitherForm) {
  EXPECT_NE(error(GetParam().one), error(GetParam().other));
  EXPECT_NE(plain(GetParam().one), plain(GetParam().other));
}

INSTANTIATE_TEST_SUITE_P(
    Identifiers, KeptApart,
    testing::Values(Pair{"an IP address", "no route to 192.168.1.4", "no route to 192.168.1.5"},
                    Pair{"an IPv6 address", "no route to 2001:db8::10:11", "no route to 2001:db8::10:12"},
                    Pair{"a hardware address", "no lease for 52:54:00:12:34:56", "no lease for 52:54:00:12:34:57"},
                    Pair{"a port", "port 3000 in use", "port 3001 in use"},
                    Pair{"a host's port", "connect to db.example.org:5432 failed", "connect to db.example.org:5433 failed"},
                    Pair{"a local port", "localhost:8080: refused", "localhost:8081: refused"},
                    Pair{"the port of a host that ends like a script", "dial example.rs:443 failed", "dial example.rs:444 failed"},
                    Pair{"mapped ports", "-p 127.0.0.1:8080:80", "-p 127.0.0.1:8081:80"},
                    Pair{"an address's port", "GET http://alpha.example/x:80", "GET http://alpha.example/x:81"},
                    Pair{"an image's tag", "pull nginx:1.25 failed", "pull nginx:1.26 failed"},
                    Pair{"an image's whole tag", "pull registry/app/web:12 failed", "pull registry/app/web:13 failed"},
                    Pair{"a unit", "atd.service failed", "crond.service failed"}, Pair{"an exit code", "exit code 1", "exit code 2"},
                    Pair{"an error code in hex", "failed with error code 0x80070005", "failed with error code 0x80070002"},
                    Pair{"a device id", "unknown device 0x10de", "unknown device 0x1002"},
                    Pair{"a version", "needs python 3.11", "needs python 3.12"}, Pair{"an errno", "[Errno 13] denied", "[Errno 30] denied"},
                    Pair{"an index", "at xs[3] out of range", "at xs[4] out of range"},
                    Pair{"an option's count", "tail --lines 5 failed", "tail --lines 6 failed"},
                    Pair{"a duration", "timeout of 00:05:00 exceeded", "timeout of 00:10:00 exceeded"},
                    Pair{"a date that is a version", "nixpkgs 2026-03-01", "nixpkgs 2026-03-02"},
                    Pair{"a commit", "bad object 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
                         "bad object 0a1b2c3d4e5f60718293a4b5c6d7e8f901234568"},
                    Pair{"the level behind a time", "2026-03-01 08:15:02 ERROR disk: full", "2026-03-01 08:15:02 WARNING disk: full"},
                    Pair{"what follows a time but is no host", "Mar  1 08:15:02 nginx failed", "Mar  1 08:15:02 redis failed"},
                    Pair{"somebody to log in as", "ssh ada@alpha refused", "ssh ada@beta refused"},
                    Pair{"a path below tmp's namesake", "/srv/tmp/one", "/srv/tmp/two"},
                    Pair{"a fixed name in tmp", "/tmp/.X11-unix", "/tmp/.ICE-unix"},
                    Pair{"the name behind a store hash", "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-a",
                         "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-b"}),
    [](const auto& info) { return "Identifier" + std::to_string(info.index); });

TEST(NormalisedKey, BothFormsFoldCaseWhiteSpaceAndColours) {
  const std::string_view loud = "  \x1b[1;31mError:\x1b[0m\tNo  SUCH\r\n\x1b]8;;https://a\x1b\\file\x1b]8;;\x1b\\ \u00A0here ";
  EXPECT_EQ(plain(loud), "error: no such file here");
  EXPECT_EQ(error(loud), "error: no such file here");
  EXPECT_EQ(plain("\u009B32mok\u009B0m \x1b(Bdone\x1b"), "ok done");
}

TEST(NormalisedKey, FoldsCaseOfEveryScript) { EXPECT_EQ(plain("ÜBUNG МОСКВА ΟΔΟΣ"), "übung москва οδος"); }

TEST(NormalisedKey, AnEscapeThatNothingEndsHidesNoText) {
  EXPECT_EQ(plain("\x1b]0;title without end"), "0;title without end");
  EXPECT_EQ(plain("a\x1b[31"), "a");
}

TEST(NormalisedKey, FormsGiveDifferentKeysOfOneText) {
  EXPECT_NE(makeKey("disk full", KeyForm::Plain), makeKey("disk full", KeyForm::Error));
}

TEST(NormalisedKey, FailuresAndErrorSolutionsHaveTheErrorForm) {
  EXPECT_EQ(keyFormOf(Kind::Failure, "anything"), KeyForm::Error);
  EXPECT_EQ(keyFormOf(Kind::Solution, "error-solutions"), KeyForm::Error);
  EXPECT_EQ(keyFormOf(Kind::Solution, "skills-patterns"), KeyForm::Plain);
  EXPECT_EQ(keyFormOf(Kind::Interaction, "interaction-history"), KeyForm::Plain);
}

TEST(NormalisedKey, HostAndTimeVanishButTheMessageStays) {
  EXPECT_EQ(error("Mar  1 08:15:02 alpha sshd[411]: Failed password"), "sshd[\u2026]: failed password");
  EXPECT_EQ(error("Mar  1 08:15:02 alpha sshd[411]: one\nMar  1 08:15:03 alpha sshd[411]: two"), "sshd[\u2026]: one sshd[\u2026]: two");
}

TEST(NormalisedKey, ATextOfNoiseAloneIsNotEmpty) {
  EXPECT_EQ(error("2026-03-01 08:15:02"), "\u2026");
  EXPECT_EQ(error(" \n "), "");
}

TEST(WithoutNoise, KeepsCaseWordsLinesAndPlaces) {
  EXPECT_EQ(withoutNoise("Mar  1 08:15:02 alpha Xorg[9]: Cannot open /tmp/a.sock\nsee line 12 of /home/ada/x.nix:3"),
            "Xorg[\u2026]: Cannot open /tmp/a.sock\nsee line 12 of /home/ada/x.nix:3");
}

TEST(WithoutNoise, TakesOutWhatIsRandom) {
  EXPECT_EQ(withoutNoise("Mount 0A1B2C3D-1111-2222-3333-444455556666 at 0x7ffd1a2b3c4d from /nix/store/0123456789abcdfghijklmnpqrsvwxyz-a"),
            "Mount \u2026 at 0x\u2026 from /nix/store/\u2026-a");
}

TEST(NormalisedKey, NormalisingTwiceChangesNothing) {
  const std::vector<std::string> texts{
      "Nov\n2026-03-01 08:15:02 22 10:11:12 x",
      "line\n10:11:12 12",
      "Kelvin's \u212A: ma\u212Aefile:12:",
      "10:11:12:abcdef01-1111-2222-3333-444455556666",
      "line 12.4711#4711: x",
      "x.nix:12:4711#4711: y",
      "a@b:x[2026-03-01 08:15:02]$ ls",
      "0a1b2c3d-1111-2222-3333-444455556666/tmp/x",
      "\x1b\x1b[0m[0m",
      "[10:11:12] [10:11:12] (venv) [a@b c]$ 10:11:12",
      "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-0123456789abcdfghijklmnpqrsvwxyz-x",
      "main.c:1:1\n12 | x\n13 | y",
      "08:15:02 -4711#4711: x",
      "[10:11:12.0a1b2c3d-1111-2222-3333-444455556666 x",
      "audit(1732270272:0a1b2c3d-1111-2222-3333-444455556666)",
  };
  for (const auto& text : texts) {
    for (const KeyForm form : {KeyForm::Plain, KeyForm::Error}) {
      const std::string once = normalise(text, form);
      EXPECT_EQ(normalise(once, form), once) << text;
    }
    const std::string once = withoutNoise(text);
    EXPECT_EQ(withoutNoise(once), once) << text;
  }
}

TEST(NormalisedKey, HostileTextsTakeLinearTime) {
  constexpr std::size_t kLongest = 256 * 1024;
  for (const std::string piece : {"\x1b]", "a.c:1", "line ", "/tmp/", "/var/folders/+", "/private/var/folders/@", "10:11:12 ", "\n1.1.1:1",
                                  "[1", "<", "0x", "((", "a@", "pid  ", "\"", "1#1"}) {
    std::string text;
    while (text.size() < kLongest) text += piece;
    // Of the processor, which a busy machine does not lengthen.
    const std::clock_t began = std::clock();
    static_cast<void>(normalise(text, KeyForm::Error));
    // Linear work takes a tenth of it at most, quadratic work on this length 1 s and more.
    EXPECT_LT(static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC, 0.8) << piece;
  }
}

TEST(Sha256, IsTheStandards) {
  const auto digest = sha256("abc");
  EXPECT_EQ(digest[0], 0xBA);
  EXPECT_EQ(digest[1], 0x78);
  EXPECT_EQ(digest[31], 0xAD);
}

}  // namespace
}  // namespace learnd::core
