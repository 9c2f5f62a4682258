"""Records over HTTP: what is stored, counted, changed, found again."""
import unittest
import uuid

from learnd_daemon import DaemonTest


class Records(DaemonTest):
    def test_a_solution_is_stored_with_its_fields(self):
        reply = self.client.store("How do I see the routes of this host?", "ip route show", category="best-practices", metadata={"os": "linux"})
        self.assertEqual(reply.status, 201, reply)
        learning = reply.json["learning"]
        self.assertEqual(uuid.UUID(reply.json["id"]).version, 7)
        self.assertFalse(reply.json["duplicate"])
        self.assertTrue(reply.json["indexed"], reply)
        self.assertEqual((learning["kind"], learning["category"], learning["status"]), ("solution", "best-practices", "active"))
        self.assertRegex(learning["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
        self.assertEqual([learning[k] for k in ("occurrences", "uses", "successes", "failures")], [1, 0, 0, 0])
        self.assertEqual(learning["source"], "human-interaction")

    def test_the_same_again_is_counted_and_adds_what_is_new(self):
        first = self.client.store("What listens on this host?", "ss -tlnp", metadata={"os": "nixos"})
        again = self.client.store(" what LISTENS  on this \x1b[1mhost\x1b[0m? ", "ss -tlnp", metadata={"os": "debian", "tool": "ss"})
        self.assertEqual((again.status, again.json["id"], again.json["duplicate"]), (200, first.json["id"], True), again)
        self.assertEqual(again.json["learning"]["occurrences"], 2)
        self.assertEqual(again.json["learning"]["metadata"], {"os": "nixos", "tool": "ss"})

    def test_another_solution_or_category_is_another_learning(self):
        self.client.store("Which kernel runs?", "uname -r")
        self.assertEqual(self.client.store("Which kernel runs?", "cat /proc/version").status, 201)
        self.assertEqual(self.client.store("Which kernel runs?", "uname -r", category="mine").status, 201)

    def test_an_idempotency_key_gives_the_first_answer_again(self):
        first = self.client.store("keyed", "one", idempotency_key="a-key")
        again = self.client.store("keyed", "one", idempotency_key="a-key")
        self.assertEqual((first.status, again.status, again.json["id"], again.json["duplicate"]), (201, 201, first.json["id"], False))
        self.assertEqual(self.client.learning(first.json["id"])["occurrences"], 1)
        other = self.client.store("keyed", "two", idempotency_key="a-key")
        self.assert_problem(other, 409)

    def test_an_open_failure_is_resolved_by_its_fix(self):
        opened = self.client.post("/v1/failures", {"error": "cupsd[512]: cannot bind to port 631"})
        self.assertEqual(opened.json["learning"]["outcome"], "open")
        fixed = self.client.post("/v1/failures", {"error": "cupsd[9]: cannot bind to port 631", "correct_solution": "stop the other cupsd",
                                                  "root_cause": "two of them"})
        self.assertEqual((fixed.status, fixed.json["id"], fixed.json["duplicate"]), (200, opened.json["id"], False), fixed)
        self.assertEqual((fixed.json["learning"]["outcome"], fixed.json["learning"]["solution"]), ("resolved", "stop the other cupsd"))

    def test_each_interaction_is_a_row_of_its_own(self):
        body = {"query": "Which shell is this?", "response": "zsh", "context_used": ["a text", {"text": "another", "score": 0.8}]}
        one, two = (self.client.post("/v1/interactions", body) for _ in (1, 2))
        self.assertNotEqual(one.json["id"], two.json["id"])
        self.assertEqual((one.json["tokens_saved"], one.json["tokens_saved_estimated"]), (14500, True))
        self.assertEqual([u["text"] for u in one.json["learning"]["context_used"]], ["a text", "another"])
        # A row each, but one entry in the index: what was asked twice does not take two places of an answer.
        hits = [r["id"] for r in self.client.search("Which shell is this?", limit=50).json["results"]]
        self.assertEqual(len({one.json["id"], two.json["id"]} & set(hits)), 1, hits)

    def test_a_patch_changes_texts_and_merges_metadata(self):
        id = self.client.store("Show free space", "df", metadata={"a": 1, "b": 2}).json["id"]
        patched = self.client.call("PATCH", "/v1/learnings/" + id, {"solution": "df -h", "metadata": {"a": None, "c": 3}, "important": True})
        self.assertEqual(patched.status, 200, patched)
        self.assertEqual((patched.json["solution"], patched.json["metadata"], patched.json["important"]), ("df -h", {"b": 2, "c": 3}, True))
        for field in ("id", "kind", "uses", "created_by", "value_score", "no_such_field"):
            self.assert_problem(self.client.call("PATCH", "/v1/learnings/" + id, {field: "x"}), 422, field)

    def test_a_patch_to_another_learnings_text_is_a_conflict(self):
        one = self.client.store("the first text", "same").json["id"]
        two = self.client.store("the second text", "same").json["id"]
        reply = self.client.call("PATCH", "/v1/learnings/" + two, {"query": "the first text"})
        self.assert_problem(reply, 409)
        self.assertEqual(reply.json["id"], one)

    def test_feedback_counts_and_confirms(self):
        stored = self.client.store("Reload a unit", "systemctl reload x.service").json["learning"]
        told = self.client.post("/v1/feedback", {"id": stored["id"], "outcome": "success", "note": "it did"})
        self.assertEqual(told.json["successes"], 1, told)
        self.assertGreater(told.json["value_score"], stored["value_score"])
        self.assertEqual(told.json["value_breakdown"]["confirmation"], {"value": 1.0, "weight": 0.15, "derived": True})

    def test_delete_is_for_good(self):
        id = self.client.store("to be deleted entirely", "rm").json["id"]
        gone = self.client.call("DELETE", "/v1/learnings/" + id)
        self.assertEqual((gone.status, gone.body), (204, b""))
        self.assert_problem(self.client.get("/v1/learnings/" + id), 404)
        self.assertNotIn(id, [r["id"] for r in self.client.search("to be deleted entirely").json["results"]])

    def test_scores_are_not_rounded(self):
        factors = {"lines_of_code": 50, "is_generic": True, "is_novel": True, "user_confirmed": True, "severity": "high"}
        self.assertAlmostEqual(self.client.post("/v1/score", {"factors": factors}).json["value_score"], 0.81, places=12)
        self.assertAlmostEqual(self.client.post("/v1/score", {"factors": {"lines_of_code": 33}}).json["value_score"], 0.506, places=12)


class Lists(DaemonTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for i in range(23):
            cls.client.store("listed %d" % i, "x", source="even" if i % 2 == 0 else "odd", metadata={"n": i, "a.b": "dotted"})

    def test_paging_reaches_every_record_once(self):
        for parameters in ({"limit": 5}, {"limit": 5, "order": "value"}):
            ids = [r["id"] for r in self.client.pages(**parameters)]
            self.assertEqual((len(ids), len(set(ids))), (23, 23))

    def test_filters_restrict(self):
        self.assertEqual(len(list(self.client.pages(source="even"))), 12)
        self.assertEqual([r["query"] for r in self.client.pages(**{"metadata.n": "7"})], ["listed 7"])
        self.assertEqual(len(list(self.client.pages(**{"metadata.a.b": "dotted"}))), 23)
        self.assertEqual(list(self.client.pages(category="never-used")), [])

    def test_a_cursor_belongs_to_its_filter(self):
        cursor = self.client.get("/v1/learnings?limit=5").json["next_cursor"]
        self.assert_problem(self.client.get("/v1/learnings?limit=5&kind=failure&cursor=" + cursor), 422, "cursor")
        self.assert_problem(self.client.get("/v1/learnings?cursor=zz"), 422, "cursor")

    def test_wrong_parameters_are_named(self):
        for bad in ("limit=0", "limit=501", "order=size", "since=yesterday", "kind=poem", "bogus=1"):
            self.assert_problem(self.client.get("/v1/learnings?" + bad), 422, bad.split("=")[0])


if __name__ == "__main__":
    unittest.main()
