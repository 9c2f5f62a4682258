"""Import and export: what is stored, a duplicate, unchanged or rejected; and the same bytes there and back."""
import json
import unittest
import uuid

from learnd_daemon import Daemon, DaemonTest, REPOSITORY

LEARNINGS = REPOSITORY / "src/data/learnings.ndjson"


class Import(DaemonTest):
    def counts(self, lines):
        reply = self.client.load(lines)
        self.assertEqual(reply.status, 200, reply)
        return reply.json

    def test_an_id_and_a_time_are_kept_and_twice_changes_nothing(self):
        line = {"kind": "solution", "id": str(uuid.uuid4()), "category": "imports", "query": "by import", "solution": "one",
                "timestamp": "2024-02-03T04:05:06.789012Z"}
        self.assertEqual(self.counts([line])["stored"], 1)
        self.assertEqual(self.client.learning(line["id"])["timestamp"], line["timestamp"])
        self.assertEqual(self.counts([line])["unchanged"], 1)
        other = self.counts([dict(line, solution="two")])
        self.assertEqual((other["rejected"][0]["line"], other["rejected"][0]["field"]), (1, "id"))
        self.assertEqual(self.counts([{k: line[k] for k in ("kind", "category", "query", "solution")}])["duplicates"], 1)
        self.assertEqual(self.client.learning(line["id"])["occurrences"], 2)

    def test_wrong_lines_are_rejected_by_number_and_field_and_the_rest_is_stored(self):
        base = {"kind": "solution", "category": "imports", "solution": "s"}
        answer = self.counts([dict(base, query="good one"), b'{"kind":', {"kind": "poem", "query": "x", "solution": "y"}, {"kind": "solution", "solution": "s"},
                              {"kind": "interaction", "query": "x"}, {"kind": "failure", "query": "an open one"}, b"",
                              dict(base, query="bad category", category="Not Allowed"), dict(base, query="good two")])
        self.assertEqual({r["line"]: r["field"] for r in answer["rejected"] if r["line"] != 2},
                         {3: "kind", 4: "query", 5: "response", 8: "category"})
        self.assertEqual((answer["stored"], len(answer["rejected"])), (3, 5))

    def test_a_value_from_elsewhere_is_kept_and_a_wrong_factor_falls_back(self):
        self.counts([{"kind": "solution", "query": "valued elsewhere", "solution": "s", "value_score": 0.93},
                     {"kind": "solution", "query": "wrong factor", "solution": "s", "factors": {"lines_of_code": -5, "severity": "high"}}])
        rows = {r["query"]: r for r in self.client.pages()}
        self.assertEqual((rows["valued elsewhere"]["value_score"], rows["valued elsewhere"]["profile"]), (0.93, "imported"))
        self.assertEqual(rows["wrong factor"]["value_breakdown"]["complexity"]["value"], 0)
        self.assertEqual(rows["wrong factor"]["value_breakdown"]["impact"]["value"], 0.8)

    def test_imported_learnings_are_found_by_words_at_once(self):
        self.counts([{"kind": "solution", "query": "the xyzzy daemon refuses plugh", "solution": "s"}])
        self.assertEqual(self.client.search("xyzzy plugh").json["results"][0]["learning"]["query"], "the xyzzy daemon refuses plugh")


class ThereAndBack(unittest.TestCase):
    def test_all_kinds_come_back_byte_for_byte(self):
        with Daemon() as first, first.client() as client:
            with open(LEARNINGS, "rb") as file:
                lines = file.read().splitlines()
            stored = client.load(lines).json
            self.assertEqual((stored["stored"], stored["rejected"]), (len(lines), []))
            client.post("/v1/interactions", {"query": "which?", "response": "this", "llm_used": "local", "tokens": {"input": 10, "output": 20},
                                             "context_used": ["because"], "metadata": {"z": 1.0, "a": [True, None, "\u20ac"]}})
            client.post("/v1/patterns", {"query": "{service} is not starting", "solution": "systemctl status {service}", "name": "not starting",
                                         "pattern_type": "error-fix", "keywords": ["service"]})
            client.post("/v1/failures", {"error": "an open failure"})
            id = json.loads(client.export().splitlines()[0])["id"]
            client.post("/v1/feedback", {"id": id, "outcome": "success"})
            first.wait_indexed()
            export = client.export()
            self.assertEqual(len(export.splitlines()), len(lines) + 3)
            first.kill()
            first.start()
            self.assertEqual(first.client().export(), export, "after a kill")
        with Daemon() as second, second.client() as client:
            counts = client.load(export.splitlines()).json
            self.assertEqual(counts, {"stored": len(lines) + 3, "duplicates": 0, "unchanged": 0, "rejected_count": 0, "rejected": []})
            self.assertEqual(client.export(), export)
            counts = client.load(export.splitlines()).json
            self.assertEqual((counts["stored"], counts["unchanged"]), (0, len(lines) + 3))


if __name__ == "__main__":
    unittest.main()
