"""Two daemons on one PostgreSQL and one Qdrant: one is killed, and the other finishes what it left undone."""
import time
import unittest

from learnd_daemon import PATIENCE, Daemon
from servers import FakeOllama, FakeQdrant, Postgres

IMPORTED = 1500


def line(number):
    return {"kind": "solution", "category": "shared-things", "query": "How is volume v%d of the array grown?" % number,
            "solution": "lvextend -r -L +%dG /dev/vg/v%d" % (1 + number % 7, number)}


class TwoDaemons(unittest.TestCase):
    def set_up(self, *servers):
        self.set_up_each(*["".join(server.config for server in servers)] * 2)

    def set_up_each(self, *configs):
        self.daemons = [Daemon(config) for config in configs]
        # At once: both make the schema and the collections.
        for daemon in self.daemons:
            self.addCleanup(daemon.close)
            daemon.launch()
        for daemon in self.daemons:
            self.wait_ready(daemon)
        self.clients = [daemon.client() for daemon in self.daemons]
        for client in self.clients:
            self.addCleanup(client.close)

    def wait_ready(self, daemon):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.assertIsNone(daemon.process.poll(), daemon.log())
            try:
                with daemon.client() as client:
                    if client.get("/readyz").status == 200:
                        return
            except OSError:
                pass  # it does not listen yet
            time.sleep(0.02)
        self.fail(daemon.log())

    def wait_until(self, condition, seconds=15):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "in vain")
            time.sleep(0.05)


class OnOneQdrant(TwoDaemons):
    def setUp(self):
        self.postgres = Postgres()
        self.addCleanup(lambda: self.postgres.close())
        self.qdrant = FakeQdrant()
        self.addCleanup(lambda: self.qdrant.close())
        self.set_up(self.postgres, self.qdrant)

    def test_what_one_stores_the_other_finds_and_changes(self):
        first, second = self.clients
        stored = first.store("Which process holds a deleted file open?", "lsof +L1").json
        self.assertTrue(stored["indexed"])
        # The other one looks every few seconds whether there are new categories.
        self.wait_until(lambda: second.search("deleted file that is held open", count=False).json["results"])
        answer = second.search("deleted file that is held open").json
        self.assertEqual((answer["degraded"], answer["results"][0]["id"]), (False, stored["id"]))
        self.assertEqual(second.call("DELETE", "/v1/learnings/" + stored["id"]).status, 204)
        self.assertEqual(first.search("deleted file that is held open").json["results"], [])

    def test_what_a_killed_one_left_undone_the_other_finishes(self):
        first, second = self.clients
        imported = first.load(line(number) for number in range(IMPORTED))
        self.assertEqual((imported.status, imported.json["stored"]), (200, IMPORTED), imported)
        # It works on the vectors; the other one doesn't look yet.
        self.wait_until(lambda: second.get("/v1/stats").json["pending_index"] < IMPORTED)
        self.daemons[0].kill()
        left = second.get("/v1/stats").json["pending_index"]
        self.assertGreater(left, 0, "it was too fast to leave anything")
        # Meanwhile a text changes of which the killed one may have sent the old one.
        page = second.get("/v1/learnings?limit=20").json["learnings"]
        for one in page:
            changed = second.call("PATCH", "/v1/learnings/" + one["id"], {"solution": one["solution"] + " # checked"})
            self.assertEqual(changed.status, 200, changed)
        self.daemons[1].wait_indexed()
        records = {one["id"]: one for one in second.pages(limit=100)}
        points = self.qdrant.points("shared-things")
        self.assertEqual(len(records), IMPORTED)
        self.assertEqual(points.keys(), records.keys())
        for id, point in points.items():
            self.assertEqual((point["payload"]["query"], point["payload"]["solution"]), (records[id]["query"], records[id]["solution"]))
        verified = self.daemons[1].learnctl("job", "start", "verify", "--wait", "--json")
        self.assertEqual(verified.returncode, 0, verified.stderr)


class OnTheirOwnWays(TwoDaemons):
    """The same Qdrant, for each by another address."""

    def setUp(self):
        self.postgres = Postgres()
        self.addCleanup(lambda: self.postgres.close())
        self.qdrant = FakeQdrant()
        self.addCleanup(lambda: self.qdrant.close())

    def at(self, address):
        return self.postgres.config + '[index]\nbackend = "qdrant"\nurl = "http://%s"\n' % address

    def test_another_name_of_the_same_server_is_no_other_index(self):
        self.set_up_each(*(self.at("%s:%d" % (host, self.qdrant.port)) for host in ("127.0.0.1", "localhost")))
        first = self.clients[0]
        self.assertEqual(first.load(line(number) for number in range(200)).json["stored"], 200)
        self.daemons[0].wait_indexed()
        for daemon in self.daemons:
            daemon.stop()
            daemon.start()
            with daemon.client() as client:
                self.wait_until(lambda: not client.search("array grown", count=False).json["degraded"])
                self.assertEqual(client.get("/v1/stats").json["pending_index"], 0, daemon.log())
            self.assertNotIn("made anew", daemon.log())

    def test_what_one_can_not_put_into_the_index_the_other_does(self):
        # Nobody listens there.
        self.set_up_each(self.at("127.0.0.1:1"), self.at("127.0.0.1:%d" % self.qdrant.port))
        first, second = self.clients
        self.assertEqual(first.load(line(number) for number in range(600)).json["stored"], 600)
        self.wait_until(lambda: second.get("/v1/stats").json["pending_index"] == 0, 30)
        self.assertEqual(len(self.qdrant.points("shared-things")), 600)


class OnOneEmbedder(TwoDaemons):
    def setUp(self):
        self.postgres = Postgres()
        self.addCleanup(lambda: self.postgres.close())
        self.qdrant = FakeQdrant()
        self.addCleanup(lambda: self.qdrant.close())
        self.ollama = FakeOllama()
        self.addCleanup(lambda: self.ollama.close())
        self.set_up(self.postgres, self.qdrant, self.ollama)

    def test_what_a_killed_one_stored_without_it_the_other_finishes_once_it_is_back(self):
        first, second = self.clients
        first.store("Which kernel runs?", "uname -r")
        self.ollama.kill()
        for number in range(3):
            self.assertFalse(first.store(line(number)["query"], line(number)["solution"]).json["indexed"])
        # Its words are in, and its row waits for the embedder.
        self.wait_until(lambda: self.postgres.sql("select count(*) from learnd.outbox where due > now()").strip() == "3", 30)
        self.daemons[0].kill()
        self.ollama.start()
        self.wait_until(lambda: second.get("/v1/stats").json["pending_index"] == 0, 20)


class WithAnIndexEach(TwoDaemons):
    """What one changes comes to the other's memory by way of the records."""

    def setUp(self):
        self.postgres = Postgres()
        self.addCleanup(lambda: self.postgres.close())
        self.set_up(self.postgres)

    def ids(self, client, query):
        reply = client.search(query, count=False, limit=5, mode="lexical")
        # Just after a restart of the server it may be 503 still.
        return [one["id"] for one in reply.json["results"]] if reply.status == 200 else []

    def test_stores_changes_and_deletes_of_one_reach_the_other(self):
        first, second = self.clients
        for client, other in ((first, second), (second, first)):
            id = client.store("Which process holds a deleted file open?", "lsof +L1 for %s" % client.path).json["id"]
            self.wait_until(lambda: id in self.ids(other, "files that were deleted and are held open"))
            # By meaning too: its vector came along.
            self.wait_until(lambda: other.search("files that were deleted and are held open", mode="dense", count=False).json["results"])
            changed = client.call("PATCH", "/v1/learnings/" + id, {"query": "Where do sockets listen?", "solution": "ss -ltn"})
            self.assertEqual(changed.status, 200, changed)
            self.wait_until(lambda: id in self.ids(other, "listening sockets") and id not in self.ids(other, "deleted file"))
            self.assertEqual(client.call("DELETE", "/v1/learnings/" + id).status, 204)
            self.wait_until(lambda: id not in self.ids(other, "listening sockets"))

    def test_an_import_reaches_the_other_and_survives_a_lost_connection(self):
        first, second = self.clients
        self.postgres.cut_connections()
        imported = first.load(line(number) for number in range(600))
        self.assertEqual((imported.status, imported.json["stored"]), (200, 600), imported)
        self.wait_until(lambda: second.get("/v1/doctor").json["index"]["vectors"] == 600, 60)
        self.postgres.restart()
        self.wait_until(lambda: first.store("Which kernel runs?", "uname -r").status == 201)
        self.wait_until(lambda: self.ids(second, "kernel that is running"))


if __name__ == "__main__":
    unittest.main()
