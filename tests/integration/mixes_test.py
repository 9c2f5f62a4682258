"""Every mix of the three seams: each record store with each index and each embedder. What each does by itself is tested elsewhere."""
import contextlib
import itertools
import json
import unittest

from learnd_daemon import Daemon
from servers import FakeOllama, FakeQdrant, Postgres

QUESTION = "which process holds the deleted file open"


class Mixes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres()
        cls.addClassCleanup(lambda: cls.postgres.close())

    def config(self, servers, store, index, embedder):
        """Of a database and servers that nobody used before."""
        text = ""
        if store == "postgres":
            text += self.postgres.config + 'schema = "with_%s_and_%s"\n' % (index, embedder)
        if index == "qdrant":
            text += servers.enter_context(FakeQdrant()).config
        if embedder == "ollama":
            text += servers.enter_context(FakeOllama()).config
        return text

    def check_found(self, client, id):
        """By words and by meaning, both whole."""
        for mode in ("hybrid", "dense", "lexical"):
            answer = client.search(QUESTION, mode=mode)
            self.assertEqual((answer.status, answer.json["degraded"]), (200, False), answer)
            hit = answer.json["results"][0]
            self.assertEqual(hit["id"], id, mode)
            if mode != "lexical":
                self.assertGreater(hit["cosine"], 0.5, mode)

    def check_job(self, daemon, kind, **result):
        done = daemon.learnctl("job", "start", kind, "--wait", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        job = json.loads(done.stdout)
        self.assertEqual((job["state"], {name: job["result"][name] for name in result}), ("succeeded", result), job)

    def check_mix(self, daemon, backends):
        with daemon.client() as client:
            doctor = client.get("/v1/doctor").json
            self.assertEqual(tuple(doctor[seam]["backend"] for seam in ("store", "index", "embedder")), backends)
            client.store("Grow the image of a virtual disk", "qemu-img resize disk.img +10G")
            stored = client.store("Which process holds a deleted file open?", "lsof +L1", category="disk-trouble")
            self.assertEqual((stored.status, stored.json["indexed"]), (201, True), stored)
            gone = client.store("Which process holds an erased file open?", "lsof").json["id"]
            self.assertEqual(client.call("DELETE", "/v1/learnings/" + gone).status, 204)
            daemon.wait_indexed()
            self.check_found(client, stored.json["id"])
            self.check_job(daemon, "reindex", embedded=2, missing=0)
            self.check_found(client, stored.json["id"])
            self.check_job(daemon, "verify", checked=2, repaired=0)
        daemon.stop()
        daemon.start()
        with daemon.client() as client:
            self.check_found(client, stored.json["id"])
            self.assertNotIn(gone, [hit["id"] for hit in client.search(QUESTION).json["results"]])

    def test_each_stores_finds_rebuilds_and_comes_back(self):
        for backends in itertools.product(("sqlite", "postgres"), ("embedded", "qdrant"), ("builtin", "ollama")):
            with self.subTest("/".join(backends)), contextlib.ExitStack() as servers:
                self.check_mix(servers.enter_context(Daemon(self.config(servers, *backends))), backends)


if __name__ == "__main__":
    unittest.main()
