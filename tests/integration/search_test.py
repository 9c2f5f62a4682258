"""Search over HTTP: meaning, words, exact keys, filters, scores, what may be reused."""
import unittest

from learnd_daemon import DaemonTest

KNOWN = [("Restart nginx without dropping connections", "systemctl reload nginx", "skills-patterns"),
         ("Find large files below a folder", "find . -xdev -size +100M -printf '%s %p\\n' | sort -n", "best-practices"),
         ("Rebuild NixOS and make the new generation the default", "nixos-rebuild switch", "codebase-context"),
         ("Roll NixOS back to the generation before", "nixos-rebuild switch --rollback", "codebase-context"),
         ("Create a read-only ZFS snapshot", "zfs snapshot pool/data@today", "my-own")]


class Search(DaemonTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ids = [cls.client.store(q, s, category=c, metadata={"n": i, "host": "helios" if i % 2 else "selene"}).json["id"]
                   for i, (q, s, c) in enumerate(KNOWN)]
        cls.failure = cls.client.post("/v1/failures", {"error": "nginx: bind() to 0.0.0.0:80 failed (98: Address already in use)",
                                                       "correct_solution": "stop the other server"}).json["id"]

    def found(self, query, **more):
        return self.client.search(query, **more).json["results"]

    def test_the_exact_question_comes_first_with_score_one(self):
        answer = self.client.search("restart NGINX without   dropping connections").json
        self.assertEqual((answer["results"][0]["id"], answer["results"][0]["score"]), (self.ids[0], 1.0))
        self.assertEqual((answer["reuse"]["decision"], answer["reuse"]["exact"], answer["reuse"]["id"]), ("reuse", True, self.ids[0]))
        self.assertFalse(answer["degraded"])

    def test_other_words_find_it(self):
        self.assertEqual(self.found("which files in this directory are big")[0]["id"], self.ids[1])

    def test_words_of_the_solution_find_it(self):
        self.assertEqual(self.found("nixos-rebuild --rollback")[0]["id"], self.ids[3])

    def test_a_misspelling_finds_it(self):
        self.assertEqual(self.found("zfs snapshto read-olny", mode="lexical")[0]["id"], self.ids[4])

    def test_what_nobody_knows_is_not_reused_and_scores_low(self):
        answer = self.client.search("how long does a lemon cake bake").json
        self.assertEqual(answer["reuse"]["decision"], "none")
        self.assertTrue(all(r["score"] is None or r["score"] < 0.75 for r in answer["results"]), answer)

    def test_kinds_categories_and_filters_restrict(self):
        self.assertEqual({r["learning"]["kind"] for r in self.found("nginx", kinds=["failure"], limit=50)}, {"failure"})
        self.assertEqual({r["id"] for r in self.found("nixos", categories=["codebase-context"], limit=50)}, {self.ids[2], self.ids[3]})
        self.assertEqual(self.found("nixos", categories=["never-used"]), [])
        everything = "nginx files nixos zfs folder generation snapshot"
        self.assertEqual({r["id"] for r in self.found(everything, filter={"metadata.host": "helios"}, limit=50)}, {self.ids[1], self.ids[3]})
        self.assertEqual({r["id"] for r in self.found(everything, filter={"metadata.n": [0, 4, 99]}, limit=50)}, {self.ids[0], self.ids[4]})

    def test_min_score_leaves_out_what_is_below_and_null(self):
        self.assertEqual([r["id"] for r in self.found(KNOWN[0][0], min_score=0.99)], [self.ids[0]])

    def test_every_mode_finds_the_exact_question(self):
        for mode in ("hybrid", "dense", "lexical"):
            self.assertEqual(self.found(KNOWN[2][0], mode=mode)[0]["id"], self.ids[2], mode)

    def test_searching_changes_no_record(self):
        before = self.client.export()
        self.client.search(KNOWN[0][0])
        self.assertEqual(self.client.export(), before)

    def test_archived_is_not_found_until_it_is_active_again(self):
        id = self.client.store("Mount a network share at boot", "add it to fileSystems").json["id"]
        self.client.call("PATCH", "/v1/learnings/" + id, {"status": "archived"})
        self.assertNotIn(id, [r["id"] for r in self.found("Mount a network share at boot", limit=50)])
        self.client.call("PATCH", "/v1/learnings/" + id, {"status": "active"})
        self.assertEqual(self.found("Mount a network share at boot")[0]["id"], id)

    def test_a_learning_of_value_is_found_under_skills_patterns_too(self):
        id = self.client.store("Trim an SSD weekly", "services.fstrim.enable = true;", category="mine", important=True).json["id"]
        self.assertIn(id, [r["id"] for r in self.found("Trim an SSD weekly", categories=["skills-patterns"])])
        self.client.post("/v1/feedback", {"id": id, "outcome": "failure"})
        self.assertNotIn(id, [r["id"] for r in self.found("Trim an SSD weekly", categories=["skills-patterns"])])

    def test_a_key_with_many_solutions_and_none_ahead_is_context(self):
        for answer in ("man", "info", "--help", "tldr"):
            self.client.store("display help", answer)
        reuse = self.client.search("display help").json["reuse"]
        self.assertEqual((reuse["decision"], reuse["exact"]), ("context", True), reuse)

    def test_quality_counts_searches_but_those_that_say_not_to(self):
        before = self.client.get("/v1/quality").json["queries"]
        self.client.search(KNOWN[0][0])
        self.client.search(KNOWN[0][0], count=False)
        self.assertEqual(self.client.get("/v1/quality").json["queries"], before + 1)


class WorkedExamples(DaemonTest):
    bus = True
    KEYRING = ("How to fix GNOME keyring error in NixOS",
               "Add libsecret and gcr to environment.systemPackages and set\nsecurity.pam.services.login.enableGnomeKeyring = true;")
    ERROR = "OSError: [Errno 30] Read-only file system: '/nix/store/%s-python3-3.11.9/lib/python3.11/site-packages'"
    TEXTS = ("pip install --user", "python -m venv .venv && .venv/bin/pip install", "the store is immutable")
    HASHES = ("0c5rn4m8x2jqkz7s9ph3wv6bl1ydg4fa", "zyxwvsrqpnmlkjihgfdcba9876543210", "1b2c3d4f5g6h7i8j9k0l1m2n3p4q5r6s",
              "abcdfghijklmnpqrsvwxyz0123456789")

    def test_the_keyring_solution_is_one_learning_by_three_doors(self):
        by_http = self.client.store(*self.KEYRING, category="error-solutions",
                                    metadata={"error_type": "keyring", "os": "nixos", "severity": "medium"}).json["id"]
        by_command = self.daemon.learnctl("store", "--query", self.KEYRING[0], "--solution", self.KEYRING[1], "--category", "error-solutions",
                                          "--meta", "error_type=keyring", "--meta", "os=nixos", "--meta", "severity=medium")
        self.assertIn(by_http, by_command.stdout, by_command.stderr)
        by_bus = self.daemon.bus_call("StoreSolution", "sssa{sv}", *self.KEYRING, "error-solutions", 1, "os", "s", "nixos")[0]
        self.assertEqual(by_bus, by_http)
        self.assertEqual(self.client.learning(by_http)["occurrences"], 3)
        for text in (self.KEYRING[0], "keyring of gnome is broken on my nixos machine"):
            self.assertEqual(self.client.search(text).json["results"][0]["id"], by_http)
            self.assertIn(by_http, self.daemon.learnctl("search", text).stdout)
            self.assertEqual(self.daemon.bus_call("Search", "sasud", text, 0, 3, 0)[0][0][0], by_http)

    def test_the_store_failure_is_one_learning_by_three_doors(self):
        attempted, fix, cause = self.TEXTS
        by_http = self.client.post("/v1/failures", {"error": self.ERROR % self.HASHES[0], "attempted_solution": attempted,
                                                    "correct_solution": fix, "root_cause": cause}).json["id"]
        by_command = self.daemon.learnctl("fail", "--error", self.ERROR % self.HASHES[1], "--attempted", attempted, "--fix", fix, "--cause", cause)
        self.assertIn(by_http, by_command.stdout, by_command.stderr)
        by_bus = self.daemon.bus_call("StoreFailure", "ssssa{sv}", self.ERROR % self.HASHES[2], attempted, fix, cause, 0)[0]
        self.assertEqual(by_bus, by_http)
        answer = self.client.search(self.ERROR % self.HASHES[3]).json
        self.assertEqual((answer["results"][0]["id"], answer["results"][0]["score"], answer["reuse"]["exact"]), (by_http, 1.0, True))
        other = "pip cannot write to the nix store because the file system is read-only"
        self.assertEqual(self.client.search(other).json["results"][0]["id"], by_http)
        self.assertIn(by_http, self.daemon.learnctl("search", self.ERROR % self.HASHES[3]).stdout)
        self.assertEqual(self.daemon.bus_call("Search", "sasud", other, 0, 3, 0)[0][0][0], by_http)


if __name__ == "__main__":
    unittest.main()
