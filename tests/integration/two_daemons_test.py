"""Two daemons on one PostgreSQL and one Qdrant: one is killed, and the other finishes what it left undone."""
import time
import unittest

from learnd_daemon import PATIENCE, Daemon
from servers import FakeQdrant, Postgres

IMPORTED = 1500


def line(number):
    return {"kind": "solution", "category": "shared-things", "query": "How is volume v%d of the array grown?" % number,
            "solution": "lvextend -r -L +%dG /dev/vg/v%d" % (1 + number % 7, number)}


class TwoDaemons(unittest.TestCase):
    def setUp(self):
        self.postgres = Postgres()
        self.addCleanup(lambda: self.postgres.close())
        self.qdrant = FakeQdrant()
        self.addCleanup(lambda: self.qdrant.close())
        self.daemons = [Daemon(self.postgres.config + self.qdrant.config) for _ in range(2)]
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

    def test_what_one_stores_the_other_finds_and_changes(self):
        first, second = self.clients
        stored = first.store("Which process holds a deleted file open?", "lsof +L1").json
        self.assertTrue(stored["indexed"])
        # The other one looks every few seconds whether there are new categories.
        end = time.monotonic() + 15
        while not second.search("deleted file that is held open", count=False).json["results"] and time.monotonic() < end:
            time.sleep(0.1)
        answer = second.search("deleted file that is held open").json
        self.assertEqual((answer["degraded"], answer["results"][0]["id"]), (False, stored["id"]))
        self.assertEqual(second.call("DELETE", "/v1/learnings/" + stored["id"]).status, 204)
        self.assertEqual(first.search("deleted file that is held open").json["results"], [])

    def test_what_a_killed_one_left_undone_the_other_finishes(self):
        first, second = self.clients
        imported = first.load(line(number) for number in range(IMPORTED))
        self.assertEqual((imported.status, imported.json["stored"]), (200, IMPORTED), imported)
        time.sleep(1)  # it works on the vectors
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


if __name__ == "__main__":
    unittest.main()
