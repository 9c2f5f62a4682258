"""Jobs on the index: verify and reindex over HTTP and learnctl, and another model that is built while the old one serves."""
import json
import time
import unittest

from learnd_daemon import PATIENCE, Daemon, DaemonTest


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


if __name__ == "__main__":
    unittest.main()
