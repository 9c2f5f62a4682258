"""kill -9 in the middle of 32 writers and an import: what was acknowledged is there and found, nothing is half there.

LEARND_TEST_KILLS says how often (default 10; the full run is 100)."""
import hashlib
import http.client
import json
import os
import random
import threading
import time
import unittest
import uuid

from learnd_daemon import Daemon

KILLS = int(os.environ.get("LEARND_TEST_KILLS", "10"))
WRITERS = 32


def solution_of(query):
    """A solution that shows by itself whether it is whole."""
    return (hashlib.sha256(query.encode()).hexdigest() + " ") * 20


class Writers:
    """Threads that store until the daemon dies; they remember what was acknowledged."""

    def __init__(self, acknowledged, round):
        self.acknowledged, self.round, self.count = acknowledged, round, 0
        self.lock, self.stopping = threading.Lock(), threading.Event()

    def next_query(self, number):
        with self.lock:
            self.count += 1
            return "round %d writer %d learning %d %s" % (self.round, number, self.count, uuid.uuid4().hex[:6])

    def note(self, pairs):
        with self.lock:
            self.acknowledged.update(pairs)

    def write(self, client, number):
        query = self.next_query(number)
        reply = client.store(query, solution_of(query))
        if reply.status == 201:
            self.note({reply.json["id"]: query})

    def load(self, client):
        pairs = {str(uuid.uuid4()): self.next_query(WRITERS) for _ in range(300)}
        reply = client.load({"id": i, "kind": "solution", "query": q, "solution": solution_of(q)} for i, q in pairs.items())
        if reply.status == 200 and reply.json["stored"] == len(pairs):
            self.note(pairs)

    def run(self, daemon, number):
        with daemon.client(timeout=30) as client:
            while not self.stopping.is_set():
                try:
                    self.load(client) if number == WRITERS else self.write(client, number)
                except (OSError, http.client.HTTPException, ValueError):
                    return

    def until(self, daemon, seconds):
        threads = [threading.Thread(target=self.run, args=(daemon, i)) for i in range(WRITERS + 1)]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        daemon.kill()
        self.stopping.set()
        for thread in threads:
            thread.join()


class Kill(unittest.TestCase):
    def test_nothing_acknowledged_is_lost_or_torn(self):
        chance, acknowledged = random.Random(11), {}
        with Daemon() as daemon:
            for round in range(KILLS):
                Writers(acknowledged, round).until(daemon, chance.uniform(0.05, 0.8))
                daemon.start()
                with daemon.client() as client:
                    rows = {}
                    for line in client.export().splitlines():
                        row = json.loads(line)
                        self.assertEqual(row["solution"].strip(), solution_of(row["query"]).strip(), "torn")
                        rows[row["id"]] = row["query"]
                    self.assertEqual(len(set(rows.values())), len(rows), "stored twice")
                    self.assertEqual({i for i in acknowledged if i not in rows}, set(), "lost in round %d" % round)
                    for id, query in chance.sample(sorted(acknowledged.items()), min(5, len(acknowledged))):
                        # By its own last word, which only the index knows; the whole text would be found by its key.
                        found = client.search(query.split()[-1], mode="lexical").json["results"]
                        self.assertIn(id, [hit["id"] for hit in found], query)
            daemon.wait_indexed()
            with daemon.client() as client:
                for id, query in chance.sample(sorted(acknowledged.items()), min(50, len(acknowledged))):
                    hit = client.search(query, mode="dense", limit=1).json["results"][0]
                    self.assertEqual(hit["id"], id)
                    self.assertGreater(hit["cosine"] or 0, 0.98, "its vector is not in the index")
            self.assertGreater(len(acknowledged), 10 * KILLS)


if __name__ == "__main__":
    unittest.main()
