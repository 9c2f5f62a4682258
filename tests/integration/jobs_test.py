"""Jobs on the index: verify and reindex over HTTP and learnctl, and another model that is built while the old one serves."""
import json
import time
import unittest

from learnd_daemon import PATIENCE, Daemon, DaemonTest
from servers import FakeQdrant

REBUILT = 3000  # so many that a rebuild can be hit in its midst


def wait_for(client, id):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        job = client.get("/v1/jobs/" + id).json
        if job["state"] not in ("queued", "running"):
            return job
        time.sleep(0.05)
    raise AssertionError("the job does not end: %s" % job)


class Jobs(DaemonTest):
    def test_verify_finds_a_whole_index(self):
        self.client.store("Show the mounted file systems", "findmnt")
        begun = self.client.post("/v1/jobs", {"kind": "verify"})
        self.assertEqual(begun.status, 202, begun)
        job = wait_for(self.client, begun.json["id"])
        self.assertEqual((job["kind"], job["state"], job["progress"], job["error"]), ("verify", "succeeded", 1, None))
        self.assertGreaterEqual(job["result"]["checked"], 1)
        self.assertEqual(job["result"]["repaired"], 0)
        self.assertEqual(self.client.get("/v1/jobs").json["jobs"][0]["id"], job["id"])
        self.assert_problem(self.client.call("DELETE", "/v1/jobs/" + job["id"]), 409)

    def test_learnctl_waits_for_a_reindex_after_which_all_is_found(self):
        id = self.client.store("List the listening sockets", "ss -tlnp").json["id"]
        done = self.daemon.learnctl("--json", "job", "start", "reindex", "--wait")
        self.assertEqual(done.returncode, 0, done.stderr)
        job = json.loads(done.stdout)
        self.assertEqual(job["state"], "succeeded")
        self.assertEqual(job["result"]["missing"], 0)
        hit = self.client.search("which ports are open on this machine").json["results"][0]
        self.assertEqual(hit["id"], id)
        self.assertIsNotNone(hit["cosine"])
        self.assertIn("reindex", self.daemon.learnctl("job", "list").stdout)
        self.assertIn("succeeded", self.daemon.learnctl("job", "show", job["id"]).stdout)
        self.assertEqual(self.daemon.learnctl("job", "show", "none").returncode, 3)

    def test_what_is_no_job_is_refused(self):
        self.assert_problem(self.client.post("/v1/jobs", {"kind": "dance"}), 422, "kind")
        self.assert_problem(self.client.post("/v1/jobs", {"kind": "reindex", "dry_run": True}), 422, "dry_run")
        self.assert_problem(self.client.post("/v1/jobs", {"kind": "verify", "options": {"x": 1}}), 422, "options")


class AnotherModel(unittest.TestCase):
    def test_the_old_one_serves_until_the_new_index_is_whole(self):
        texts = ["How do I restart the web server number %d?" % number for number in range(300)]
        with Daemon(config='[server]\nbus = "none"\n') as daemon:
            with daemon.client() as client:
                self.assertEqual(client.load({"kind": "solution", "query": text, "solution": "systemctl restart"} for text in texts).status, 200)
                daemon.wait_indexed()
            daemon.stop()
            # Another prefix makes other vectors: to the index it is another model.
            daemon.config.write_text('[server]\nbus = "none"\n[embedder]\nquery_prefix = "question: "\n')
            daemon.start()
            with daemon.client() as client:
                job = client.get("/v1/jobs").json["jobs"][0]
                self.assertEqual(job["kind"], "reindex")
                while client.get("/v1/jobs/" + job["id"]).json["state"] == "running":
                    self.assertIsNotNone(client.search("bounce the HTTP daemon", limit=1).json["results"][0]["cosine"])
                job = wait_for(client, job["id"])
                self.assertEqual((job["state"], job["result"]["embedded"]), ("succeeded", 300), job)
                answer = client.search("bounce the HTTP daemon").json
                self.assertFalse(answer["degraded"])
                self.assertIsNotNone(answer["results"][0]["cosine"])
            daemon.stop()
            daemon.start()
            with daemon.client() as client:
                self.assertEqual(client.get("/v1/jobs").json["jobs"], [])
                self.assertFalse(client.search("bounce the HTTP daemon").json["degraded"])


class Killed:
    """kill -9 in the midst of a rebuild: the old index serves, and the rebuild goes on where it was."""

    def begin(self, config):
        self.daemon = Daemon(config + '[server]\nbus = "none"\n')
        self.addCleanup(self.daemon.close)
        self.daemon.start()
        with self.daemon.client() as client:
            lines = [{"kind": "solution", "query": "How is volume v%d of the array grown?" % i, "solution": "lvextend -r /dev/vg/v%d" % i}
                     for i in range(REBUILT)]
            self.assertEqual(client.load(lines).json["stored"], REBUILT)
            self.daemon.wait_indexed()

    def rebuild_until_killed(self):
        """In its midst; says how far it was."""
        with self.daemon.client() as client:
            begun = client.post("/v1/jobs", {"kind": "reindex"})
            self.assertEqual(begun.status, 202, begun)
            end = time.monotonic() + PATIENCE
            while (job := client.get("/v1/jobs/" + begun.json["id"]).json)["progress"] < 0.25:
                self.assertIn(job["state"], ("queued", "running"), job)
                self.assertLess(time.monotonic(), end, job)
                time.sleep(0.01)
        self.daemon.kill()
        self.assertEqual(job["state"], "running", "it was too fast to be hit")
        return job["progress"]

    def check_serves(self, client, number):
        answer = client.search("How does one grow the array's volume v%d?" % number, limit=1, count=False)
        self.assertEqual((answer.status, answer.json["degraded"]), (200, False), answer)
        hit = answer.json["results"][0]
        self.assertIn("v%d " % number, hit["learning"]["query"])
        self.assertIsNotNone(hit["cosine"])

    def check_goes_on(self, progress):
        self.daemon.start()
        with self.daemon.client() as client:
            job = client.get("/v1/jobs").json["jobs"][0]
            self.assertEqual(job["kind"], "reindex")
            served = 0
            while client.get("/v1/jobs/" + job["id"]).json["state"] in ("queued", "running"):
                self.check_serves(client, served % REBUILT)
                served += 1
            self.assertGreater(served, 0)
            job = wait_for(client, job["id"])
            self.assertEqual((job["state"], job["result"]["missing"]), ("succeeded", 0), job)
            # What was embedded before the end is not embedded again, but for what was under way.
            self.assertGreater(job["result"]["embedded"], 0, job)
            self.assertLess(job["result"]["embedded"], REBUILT * (1 - progress / 2), job)
            verified = wait_for(client, client.post("/v1/jobs", {"kind": "verify"}).json["id"])
            self.assertEqual([verified["result"][name] for name in ("checked", "repaired")], [REBUILT, 0], verified)
            for number in range(0, REBUILT, REBUILT // 20):
                self.check_serves(client, number)
        self.daemon.stop()
        self.daemon.start()
        with self.daemon.client() as client:
            self.assertEqual(client.get("/v1/jobs").json["jobs"], [])
            self.check_serves(client, 7)


class KilledOnTheEmbeddedIndex(Killed, unittest.TestCase):
    def test_it_goes_on_where_it_was(self):
        self.begin("")
        self.check_goes_on(self.rebuild_until_killed())


class KilledOnQdrant(Killed, unittest.TestCase):
    def collections(self):
        """Those there are, and that which the alias means."""
        there = {one["name"] for one in self.qdrant.result("GET", "/collections")["collections"]}
        aliases = {one["alias_name"]: one["collection_name"] for one in self.qdrant.result("GET", "/aliases")["aliases"]}
        return there, aliases["skills-patterns"]

    def test_it_goes_on_where_it_was_and_leaves_one_collection(self):
        self.qdrant = FakeQdrant()
        self.addCleanup(lambda: self.qdrant.close())
        self.begin(self.qdrant.config)
        before, old = self.collections()
        progress = self.rebuild_until_killed()
        during, served = self.collections()
        self.assertEqual((len(during - before), served), (1, old))
        self.check_goes_on(progress)
        after, new = self.collections()
        self.assertEqual((during - before, len(after)), ({new}, len(before)))
        self.assertNotIn(old, after)
        self.assertEqual(len(self.qdrant.points("skills-patterns")), REBUILT)


if __name__ == "__main__":
    unittest.main()
