"""While Qdrant is away the record store's own words answer, on SQLite and on PostgreSQL, with all that a search can ask for."""
import tempfile
import time
import unittest

from learnd_daemon import PATIENCE, Daemon
from servers import FakeQdrant, Postgres

NOISE = 240  # more than one look at the words brings
QUOTED = ["\"", "' or 1=1 --", "nginx AND (", "nginx* NEAR/2", "-nginx :* & | !", "col:nginx", "nginx <-> \\", "\u0001nginx", "{nginx}^2"]


class IndexOutage:
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.qdrant = FakeQdrant("--journal", folder.name + "/journal")
        self.addCleanup(lambda: self.qdrant.close())
        self.daemon = Daemon(self.store_config() + self.qdrant.config)
        self.addCleanup(self.daemon.close)
        self.daemon.start()
        self.client = self.daemon.client()
        self.addCleanup(self.client.close)

    def found(self, query, **more):
        answer = self.client.search(query, **dict({"limit": 20, "count": False}, **more))
        self.assertEqual((answer.status, answer.json["degraded"]), (200, True), answer)
        return [one["id"] for one in answer.json["results"]]

    def restart(self, config):
        self.daemon.stop()
        self.client.close()
        self.daemon.config.write_text(config)
        self.daemon.start()

    def wait_whole(self):
        end = time.monotonic() + PATIENCE
        while self.client.search("anything", count=False).json["degraded"]:
            self.assertLess(time.monotonic(), end, "it does not recover")
            time.sleep(0.1)
        self.daemon.wait_indexed()

    def test_the_words_of_the_records_answer_until_the_index_is_back(self):
        store = self.client.store
        reload = store("Reload nginx without a gap", "systemctl reload nginx", metadata={"host": "helios"}).json["id"]
        practice = store("Test the nginx configuration first", "nginx -t", category="best-practices", important=True).json
        failure = self.client.post("/v1/failures", {"error": "nginx: bind() to 0.0.0.0:80 failed (98: Address already in use)",
                                                    "correct_solution": "stop the other server"}).json["id"]
        noise = ({"kind": "solution", "category": "noise", "query": "nginx nginx reload gap %d" % i, "solution": "nginx reload",
                  "metadata": {"host": "selene"}} for i in range(NOISE))
        self.assertEqual(self.client.load(noise).json["stored"], NOISE)
        # Its text is beyond what an index of words takes.
        large = store("What does the long log of the scanner say?", " ".join("w%dx" % i for i in range(20000))).json["id"]
        self.daemon.wait_indexed()
        self.qdrant.kill()

        self.assertEqual(self.found("bind address in use")[0], failure)
        self.assertEqual(set(self.found("reload nginx", kinds=["failure"])), {failure})
        self.assertEqual(set(self.found("nginx", categories=["best-practices"])), {practice["id"]})
        self.assertEqual(self.client.search("nginx", categories=["never-used"]).json["results"], [])
        self.assertEqual(set(self.found("nginx gap", filter={"metadata.host": "helios"})), {reload})
        self.assertEqual(self.found("scanner log")[0], large)
        self.assertEqual(self.found("kubernetes ingress"), [])
        answer = self.client.search("reload NGINX without   a gap").json
        self.assertEqual((answer["results"][0]["id"], answer["results"][0]["score"]), (reload, 1.0))
        self.assertEqual(answer["reuse"]["decision"], "reuse")
        self.assertTrue(all(one["score"] is None for one in answer["results"][1:]), answer)
        for text in QUOTED + ["nginx " * 2000]:
            self.found(text)
        self.assertIn(practice["id"], self.found("test configuration first", categories=["skills-patterns"]))

        # What changes meanwhile is found by its new words alone.
        later = self.client.store("Which process wrote the core dump?", "coredumpctl info")
        self.assertEqual((later.status, later.json["indexed"]), (201, False), later)
        later = later.json["id"]
        self.assertEqual(self.found("core dump"), [later])
        self.assertEqual(self.client.call("PATCH", "/v1/learnings/" + later, {"query": "Show open sessions", "solution": "loginctl"}).status, 200)
        self.assertEqual((self.found("core dump"), self.found("sessions")), ([], [later]))
        self.assertEqual(self.client.call("DELETE", "/v1/learnings/" + failure).status, 204)
        self.assertNotIn(failure, self.found("bind address in use"))

        self.qdrant.start()
        self.wait_whole()
        answer = self.client.search("which sessions are open", count=False).json
        self.assertEqual((answer["degraded"], answer["results"][0]["id"]), (False, later))
        self.assertNotIn(failure, [one["id"] for one in self.client.search("bind address in use", limit=50).json["results"]])


class OnSqlite(IndexOutage, unittest.TestCase):
    def store_config(self):
        return ""

    def test_a_store_that_had_its_index_in_memory_gets_one_of_words(self):
        config = self.daemon.config.read_text()
        self.restart("")
        lines = [{"kind": "solution", "category": "noise", "query": "entry number%d" % i, "solution": "plugh"} for i in range(2000)]
        self.assertEqual(self.client.load(lines).json["stored"], len(lines))
        self.qdrant.kill()
        self.restart(config)
        end = time.monotonic() + PATIENCE
        while not self.found("number7") and time.monotonic() < end:
            time.sleep(0.1)
        self.assertEqual(len(self.found("number7")), 1)
        gone = self.found("number7")[0]
        # While it is off nothing is kept, and nothing old is believed afterwards.
        self.restart("")
        self.assertEqual(self.client.call("DELETE", "/v1/learnings/" + gone).status, 204)
        changed = self.client.search("entry number8", limit=1, count=False).json["results"][0]["id"]
        self.assertEqual(self.client.call("PATCH", "/v1/learnings/" + changed, {"query": "frotz"}).status, 200)
        self.restart(config)
        while not self.found("number1") and time.monotonic() < end:
            time.sleep(0.1)
        self.assertEqual((self.found("number7"), self.found("number8"), self.found("frotz")), ([], [], [changed]))


class OnPostgres(IndexOutage, unittest.TestCase):
    def store_config(self):
        self.postgres = Postgres()
        self.addCleanup(lambda: self.postgres.close())
        return self.postgres.config


if __name__ == "__main__":
    unittest.main()
