"""Holds the fake Qdrant to tests/data/qdrant_facts.json, which says what a real one was seen to answer and how the file is read."""
import json
import unittest

from fake_qdrant import FakeQdrant
from learnd_daemon import REPOSITORY

FACTS = json.loads((REPOSITORY / "tests/data/qdrant_facts.json").read_text())


class Facts(unittest.TestCase):
    def check(self, expected, found, place="result"):
        if isinstance(expected, dict):
            for name in expected.get("absent", ()):
                self.assertFalse(found.get(name), "%s.%s" % (place, name))
            for name, inner in expected.items():
                if name != "absent":
                    self.assertIn(name, found, place)
                    self.check(inner, found[name], "%s.%s" % (place, name))
        elif isinstance(expected, list):
            self.assertEqual(len(found), len(expected), "%s: %r" % (place, found))
            for number, inner in enumerate(expected):
                self.check(inner, found[number], "%s.%d" % (place, number))
        elif isinstance(expected, (int, float)) and not isinstance(expected, bool):
            self.assertAlmostEqual(found, expected, 5, place)
        else:
            self.assertEqual(found, expected, place)

    def check_fact(self, server, fact):
        method = next(name for name in ("get", "put", "post", "patch", "delete") if name in fact)
        body = fact.get("body")
        status, answer = server.call(method.upper(), fact[method], body.encode() if isinstance(body, str) else body, fact.get("headers"))
        self.assertEqual(status, fact["status"], answer[:300])
        if "text" in fact:
            self.assertEqual(answer.decode(), fact["text"])
        if "error" in fact:
            self.assertEqual(json.loads(answer)["status"]["error"], fact["error"])
        if "result" in fact:
            self.check(fact["result"], json.loads(answer)["result"])

    def check_all(self, server, facts):
        for fact in facts:
            with self.subTest(fact["what"]):
                self.check_fact(server, fact)

    def test_the_fake_answers_as_the_real_one_was_seen_to(self):
        self.assertGreater(len(FACTS["facts"]), 70)
        with FakeQdrant() as server:
            self.check_all(server, FACTS["facts"])

    def test_and_with_keys(self):
        with FakeQdrant("--api-key", "k", "--read-only-key", "r") as server:
            self.check_all(server, FACTS["facts with the key k, and r for reading"])


if __name__ == "__main__":
    unittest.main()
