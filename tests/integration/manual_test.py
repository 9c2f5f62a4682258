"""The manual pages: well-formed, and true to what the programs say of themselves."""
import re
import subprocess
import unittest

from learnd_daemon import BINARIES, REPOSITORY

PAGES = {"learnctl": REPOSITORY / "docs/man/learnctl.1", "learnd": REPOSITORY / "docs/man/learnd.8",
         "learnd.toml": BINARIES.parent / "docs/man/learnd.toml.5"}


def text(page):
    """The page as one reads it, on one line."""
    source = page.read_text("utf-8").replace("\\-", "-")
    source = re.sub(r"\\f[BIR]", "", source)
    return " ".join(re.sub(r"^\.[A-Z]+ ?", "", line).replace('"', "") for line in source.splitlines())


def help_of(program, *command):
    done = subprocess.run([str(BINARIES / program), *command, "--help"], capture_output=True, encoding="utf-8", check=True)
    return done.stdout


def flags(words):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", words))


def commands(*above):
    """The commands of learnctl, or of one of its commands."""
    parts = re.split(r"^subcommands:?$", help_of("learnctl", *above), maxsplit=1, flags=re.MULTILINE | re.IGNORECASE)
    return re.findall(r"^  ([a-z]+)\s", parts[1], re.MULTILINE) if len(parts) > 1 else []


class Manual(unittest.TestCase):
    def test_the_pages_are_well_formed(self):
        for page in PAGES.values():
            done = subprocess.run(["groff", "-man", "-ww", "-Kutf8", "-Tutf8", "-z", str(page)], capture_output=True, encoding="utf-8")
            self.assertEqual((done.returncode, done.stderr), (0, ""), page)

    def test_each_command_of_learnctl_is_described(self):
        names = commands()
        self.assertGreater(len(names), 10)
        described = text(PAGES["learnctl"])
        self.assertEqual([name for name in names if not re.search(r"learnctl %s\b" % name, described)], [])

    def test_learnctl_has_the_flags_that_its_page_describes_and_no_others(self):
        told = flags(help_of("learnctl"))
        for command in commands():
            told |= flags(help_of("learnctl", command))
            for below in commands(command):
                told |= flags(help_of("learnctl", command, below))
        self.assertEqual(flags(text(PAGES["learnctl"])), told)

    def test_learnd_has_the_flags_that_its_page_describes_and_no_others(self):
        self.assertEqual(flags(text(PAGES["learnd"])), flags(help_of("learnd")))

    def test_each_key_of_the_configuration_is_described(self):
        keys = re.findall(r"^\| `([a-z_.]+)` \|", (REPOSITORY / "docs/configuration.md").read_text("utf-8"), re.MULTILINE)
        described = re.findall(r"^\.TP\n\\fB([a-z_.]+)\\fR$", PAGES["learnd.toml"].read_text("utf-8"), re.MULTILINE)
        self.assertGreater(len(keys), 80)
        self.assertEqual(described, keys)


if __name__ == "__main__":
    unittest.main()
