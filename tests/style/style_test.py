"""The mistakes of the README's list of common errors, each as a pattern that no source may have."""
import re
import unittest
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


class Rule:
    """`bad` are texts that the pattern must find, `good` texts that it must not, so that a rule can't go blind unseen."""

    def __init__(self, name, pattern, bad, good=(), folders=("src", "tests"), but_in=()):
        self.name, self.pattern, self.bad, self.good = name, re.compile(pattern), bad, good
        self.folders, self.but_in = folders, tuple(but_in)

    def files(self):
        for folder in self.folders:
            for path in sorted((REPOSITORY / folder).rglob("*")):
                inside = path.relative_to(REPOSITORY).as_posix()
                if path.suffix in (".cpp", ".hpp") and not inside.startswith(self.but_in):
                    yield inside, path

    def hits(self, text):
        code = without_comments_and_texts(text)
        for found in self.pattern.finditer(code):
            line = code.count("\n", 0, found.start()) + 1
            yield line, " ".join(found.group(0).split())


TOKENS = re.compile(r'R"(\w*)\((?:.|\n)*?\)\1"|//[^\n]*|/\*(?:.|\n)*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'')


def without_comments_and_texts(text):
    """The code alone, its line breaks where they were. What is included stays."""

    def blank(found):
        token = found.group(0)
        start = text.rfind("\n", 0, found.start()) + 1
        if text[start:found.start()].lstrip().startswith("#include"):
            return token
        return re.sub(r"[^\n]", " ", token)

    return TOKENS.sub(blank, text)


RULES = [
    Rule("GCC 12 frees a temporary in a co_await twice: name the value first, then move it",
         r"co_await\s[^;{}]*?(?:\b[A-Z]\w*\{|[(,]\s*\{(?!\s*\}\)\))|[(,]\s*\[)",
         bad=["co_await search(Query{text});", "auto a = co_await f({.limit = 5});", "co_await pool.run([this] { return 1; });",
              "co_await store(\n    id, Learning{});", "co_await refuse(response, {});"],
         good=["auto hits = co_await search(std::move(query));", "if (!co_await f()) { g(A{}); }", "co_await f(rows[0], kAwait);",
               "co_await f(std::exchange(waiting_, {}));"]),
    Rule("GCC 12 lays a coroutine's frame out wrongly where a condition awaits: name the result first",
         r"\b(?:if|while|for|switch)\s*\((?:[^;{}()]|\((?:[^;{}()]|\([^;{}()]*\))*\))*\bco_await\b",
         bad=["if (!co_await read()) co_return false;", "while (co_await more()) {", "if (a(b(c)) && co_await f()) return;", "if (co_await f() > 3) g();"],
         good=["if (open) co_await close();", "while (moved) moved = co_await advance();", "if (f(g(h))) co_return co_await k();"]),
    Rule("a coroutine outlives what its lambda captured by reference or by copy of all: pass arguments to a function",
         r"co_spawn\s*\([^;]*?\[\s*[&=]\s*[\],]",
         bad=["asio::co_spawn(context, [&]() -> asio::awaitable<void> { co_return; }, handler);", "co_spawn(c,\n [=, &x] { return f(); }, h);"],
         good=["asio::co_spawn(context, std::move(work), [what](std::exception_ptr failed) { logFailure(what, failed); });"], folders=("src",)),
    Rule("work whose end nobody sees: give co_spawn a handler that logs",
         r"\basio::detached\b|\bdetached_t\b",
         bad=["asio::co_spawn(context, work(), asio::detached);"], good=["thread.detached()"]),
    Rule("these take what is no number: std::from_chars",
         r"\b(?:ato[ifl]|atoll|strto[a-z]+|sscanf)\s*\(",
         bad=["int a = atoi(text);", "strtol(text, nullptr, 10)"], good=["std::from_chars(begin, end, value)", "store(x)"]),
    Rule("these throw, and take a number with rubbish behind it: std::from_chars",
         r"\bstd::sto(?:i|l|ll|ul|ull|f|d|ld)\s*\(", bad=["std::stoi(text)"], good=["std::from_chars(begin, end, value)"], folders=("src",)),
    Rule("std::regex is slow and overflows the stack on long texts: a scanner",
         r"\bstd::(?:basic_)?w?regex\b|#include <regex>", bad=["std::regex pattern;", "#include <regex>"], good=["LineCursor cursor(line, 0);"],
         folders=("src",)),
    Rule("RapidJSON is used in src/json alone (its == and [] are traps)",
         r"rapidjson", bad=["#include <rapidjson/document.h>", "rapidjson::Value value;"], good=["json::Value value;"], but_in=("src/json/",)),
    Rule("SQLite is used in its adapter alone",
         r"#include <sqlite3\.h>", bad=["#include <sqlite3.h>"], but_in=("src/adapters/sqlite/", "tests/unit/adapters/sqlite/")),
    Rule("sd-bus is used in the bus's door alone",
         r"#include <systemd/sd-bus\.h>", bad=["#include <systemd/sd-bus.h>"], good=["#include <systemd/sd-daemon.h>"],
         but_in=("src/interfaces/dbus/", "tests/unit/interfaces/dbus/")),
    Rule("oneDNN is used in the sentence model alone",
         r"#include <(?:oneapi/dnnl/)?dnnl", bad=["#include <dnnl.hpp>", "#include <oneapi/dnnl/dnnl.hpp>"], but_in=("src/adapters/sentence_model/",)),
    Rule("a sleep holds up the I/O thread: asio::steady_timer (learnctl may, it has nothing else to do)",
         r"\bthis_thread::sleep_|\bu?sleep\s*\(\s*\d|\bnanosleep\s*\(|(?<![\w>])::u?sleep\s*\(",
         bad=["std::this_thread::sleep_for(1s);", "usleep(100);", "::sleep(n);", "sleep(1);"],
         good=["co_await sleep(pause);", "awaitable<void> Indexer::sleep(milliseconds time)"], folders=("src",), but_in=("src/interfaces/cli/",)),
    Rule("newer Boost has these names no more: as in the table of the two toolchains",
         r"\bio_service\b|\bdeadline_timer\b|\bbuffer_cast\b|\bexperimental::(?:as_tuple|append|prepend|deferred)\b|\bspawn\.hpp",
         bad=["asio::io_service service;", "asio::experimental::as_tuple(token)"], good=["asio::as_tuple(asio::use_awaitable)"]),
    Rule("nothing may be thrown into sd-bus, which is C: catch all that a callback does",
         r"sd_bus_error\s*\*\s*\w*\s*\)\s*noexcept\s*\{(?!(?:[^{}]*[;\s])?try\b)",
         bad=["int onAnswer(sd_bus_message* message, void* data, sd_bus_error*) noexcept {\n  if (a) { f(); }\n  return 0;\n}",
              "int A::on(sd_bus_message*, void*, sd_bus_error* error) noexcept { return f(); }"],
         good=["int on(sd_bus_message*, void* data, sd_bus_error*) noexcept {\n  auto& a = *cast(data);\n  try { f(); } catch (...) {}\n}",
               "int on(sd_bus_message*, void*, sd_bus_error*) noexcept {\n  try {\n    f();\n  } catch (...) {}\n}"], folders=("src",)),
    Rule("a test that is skipped or switched off proves nothing",
         r"\bGTEST_SKIP\b|\bDISABLED_|\bSUCCEED\s*\(", bad=["GTEST_SKIP() << 1;", "TEST(A, DISABLED_b)"], folders=("tests",)),
    Rule("a test that ends where the machine has not all of it is skipped too: learnd_test_apart",
         r"\bif \([^;{}]*\b(?:exists|geteuid|getuid|getenv|bestPrecision)\([^;{}]*\) (?:\{[^{}]*\b)?return;",
         bad=["if (!std::filesystem::exists(folder)) return;", "if (geteuid() != 0) {\n  EXPECT_EQ(f(), 1);\n  return;\n}",
              "if (bestPrecision() != Precision::Int8) return;"],
         good=["if (!exists(folder)) throw error();", "if (fs::exists(folder)) return folder;", "if (stopping) return;"], folders=("tests",)),
]

UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")


class CommonErrors(unittest.TestCase):
    def test_each_rule_finds_its_mistake_and_no_other(self):
        for rule in RULES:
            for text in rule.bad:
                self.assertTrue(list(rule.hits(text)), "%s: not found in %r" % (rule.name, text))
            for text in rule.good:
                self.assertFalse(list(rule.hits(text)), "%s: found in %r" % (rule.name, text))

    def test_comments_and_texts_are_no_code(self):
        text = 'f("asio::detached"); // asio::detached\n/* asio::detached */ g(R"(asio::detached)");\n'
        self.assertEqual(without_comments_and_texts(text).split(), ["f(", ");", "g(", ");"])

    def test_no_source_has_a_common_error(self):
        hits = ["%s:%d: %s  [%s]" % (name, line, found, rule.name) for rule in RULES for name, path in rule.files()
                for line, found in rule.hits(path.read_text("utf-8"))]
        self.assertFalse(hits, "\n" + "\n".join(hits))

    def test_nothing_is_left_open(self):
        sources = [path for folder in ("src", "tests") for path in sorted((REPOSITORY / folder).rglob("*"))
                   if path.is_file() and path.suffix in (".cpp", ".hpp", ".py", ".sql", ".txt", ".xml", ".json", ".in") and path != Path(__file__).resolve()]
        self.assertGreater(len(sources), 100)
        hits = ["%s:%d" % (path, number) for path in sources if "data" not in path.parts
                for number, line in enumerate(path.read_text("utf-8").splitlines(), 1) if UNFINISHED.search(line)]
        self.assertFalse(hits, "unfinished: " + ", ".join(hits))


if __name__ == "__main__":
    unittest.main()
