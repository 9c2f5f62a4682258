"""PostgreSQL, Qdrant and Ollama fail in every way under 32 clients: nothing acknowledged is lost, everybody is answered in time, all is
indexed within seconds of the end of it, and memory stays flat. LEARND_TEST_FAULT_SECONDS makes each fault last longer."""
import contextlib
import http.client
import os
import random
import socket
import statistics
import tempfile
import threading
import time
import unittest
from pathlib import Path

from faulty_proxy import FaultyProxy
from learnd_daemon import PATIENCE, Client, Daemon
from servers import FakeOllama, FakeQdrant, Postgres

CLIENTS = 32
FAULT_SECONDS = float(os.environ.get("LEARND_TEST_FAULT_SECONDS", "2"))
ANSWER_SECONDS = 10    # the daemon's own deadline
SLACK_SECONDS = 5      # of a busy machine, and for sanitizers
RECOVERY_SECONDS = 10
STATEMENT_SECONDS = 5  # after which a silent PostgreSQL is given up


class Load:
    """Clients that store and search without a pause, each learning with a word of its own. `client` makes one; who gets no answer, or none
    in time, is a problem."""

    def __init__(self, client, deadline=ANSWER_SECONDS + SLACK_SECONDS):
        self.client, self.deadline, self.stopping = client, deadline, threading.Event()
        self.acknowledged, self.problems, self.unavailable = {}, [], []
        self.threads = [threading.Thread(target=self.work, args=(number,)) for number in range(CLIENTS)]
        self.run = "%08x" % random.getrandbits(32)
        for thread in self.threads:
            thread.start()

    def work(self, number):
        mine = []
        with self.client(self.deadline) as client:
            turn = 0
            while not self.stopping.is_set():
                turn += 1
                began = time.monotonic()
                try:
                    reply = self.store(client, number, turn, mine) if turn % 3 == 1 else self.search(client, mine)
                except (OSError, http.client.HTTPException, ValueError) as failed:
                    self.problems.append((time.monotonic() - began, repr(failed)))
                    return
                took = time.monotonic() - began
                if reply.status not in (200, 201, 429, 503) or took > self.deadline:
                    self.problems.append((took, reply))
                if reply.status == 503:
                    self.unavailable.append((began, took))
                time.sleep(0.03)

    def store(self, client, number, turn, mine):
        word = "w%sx%dx%d" % (self.run, number, turn)
        reply = client.store("How is the device %s mounted?" % word, "mount /dev/disk/by-label/%s /mnt" % word, category="fault-runs")
        if reply.status == 201:
            mine.append(word)
            self.acknowledged[word] = reply.json["id"]
        return reply

    def search(self, client, mine):
        return client.search("mount %s" % (random.choice(mine) if mine else "anything"), limit=3, count=False)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(PATIENCE)
        if any(thread.is_alive() for thread in self.threads):
            raise AssertionError("a client still waits for its answer")


class TheLoadItself(unittest.TestCase):
    """A load that sees no lost request proves nothing."""

    def problems(self, answer):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as server:
            path = Path(folder) / "socket"
            server.bind(str(path))
            server.listen(CLIENTS)
            load = Load(lambda timeout: Client(path, timeout), deadline=1)
            with contextlib.ExitStack() as connections:
                for _ in range(CLIENTS):
                    answer(connections.enter_context(server.accept()[0]))
                load.stop()
            self.assertEqual(load.acknowledged, {})
            return load.problems

    def test_sees_that_nothing_is_answered(self):
        self.assertEqual(len(self.problems(lambda connection: None)), CLIENTS)

    def test_sees_that_connections_are_dropped(self):
        self.assertEqual(len(self.problems(lambda connection: connection.close())), CLIENTS)

    def test_sees_that_answers_end_half_way(self):
        def half(connection):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{")
            connection.close()
        self.assertEqual(len(self.problems(half)), CLIENTS)


def memory_of(daemon):
    """Its resident MB of 10^6 bytes, and whether a sanitizer keeps what was freed."""
    process = Path("/proc/%d" % daemon.process.pid)
    status = (process / "status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
    return resident * 1024 / 1e6, "libasan" in (process / "maps").read_text()


class FaultTest(unittest.TestCase):
    """One daemon over all its faults, so that what leaks adds up."""

    @classmethod
    def store_config(cls):
        return cls.postgres.config

    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres()
        cls.addClassCleanup(lambda: cls.postgres.close())
        cls.qdrant = FakeQdrant("--journal", str(cls.postgres.folder / "qdrant-journal"))
        cls.addClassCleanup(lambda: cls.qdrant.close())
        cls.ollama = FakeOllama()
        cls.addClassCleanup(lambda: cls.ollama.close())
        cls.daemon = Daemon(cls.store_config() + cls.qdrant.config + cls.ollama.config)
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()
        cls.client = cls.daemon.client()
        cls.addClassCleanup(cls.client.close)
        # What a busy daemon has once and keeps is no leak.
        load = Load(cls.daemon.client)
        time.sleep(1.5)
        load.stop()
        cls.daemon.wait_indexed()
        cls.before = memory_of(cls.daemon)[0]

    @classmethod
    def tearDownClass(cls):
        after, sanitizer = memory_of(cls.daemon)
        # A sanitizer keeps 256 MB of what was freed.
        most = cls.before * 1.15 + 20 + (300 if sanitizer else 0)
        assert after < most, "memory grew from %d to %d MB over the faults" % (cls.before, after)

    def is_whole(self):
        ready = self.client.get("/readyz")
        stats = self.client.get("/v1/stats")
        searched = self.client.search("mount anything", count=False)
        return (ready.status == 200 and ready.json["status"] == "ready" and stats.status == 200 and stats.json["pending_index"] == 0 and
                searched.status == 200 and not searched.json["degraded"])

    def wait_whole(self, mended):
        """In time, counted from the end of the fault."""
        end = mended + RECOVERY_SECONDS + SLACK_SECONDS
        while not (whole := self.is_whole()) and time.monotonic() < end:
            time.sleep(0.1)
        if not whole or time.monotonic() > end:
            self.fail("not whole %d s after the fault: %r %r\n%s" % (time.monotonic() - mended, self.client.get("/readyz"),
                                                                     self.client.get("/v1/stats"), self.daemon.log()[-3000:]))

    def check(self, breaking, mending, during=None):
        process = self.daemon.process.pid
        load = Load(self.daemon.client)
        try:
            time.sleep(0.5)
            before = len(load.acknowledged)
            breaking()
            time.sleep(FAULT_SECONDS)
            if during:
                during(load)
            mending()
            mended = time.monotonic()
            time.sleep(0.5)
            # Who waits for an answer from the time of the fault does not hold up the clock.
            load.stopping.set()
            self.wait_whole(mended)
        finally:
            load.stop()
        self.assertEqual(load.problems, [])
        self.assertGreater(before, 0)
        self.assertEqual((self.daemon.process.poll(), self.daemon.process.pid), (None, process))
        self.daemon.wait_indexed()
        self.check_all_there(load.acknowledged)

    def check_all_there(self, acknowledged):
        points = self.qdrant.points("fault-runs", vectors=True)
        for word, id in acknowledged.items():
            self.assertEqual(self.client.learning(id)["query"], "How is the device %s mounted?" % word)
            self.assertIn(word, points[id]["payload"]["query"])
            self.assertTrue(any(points[id]["vector"][""] if "" in points[id]["vector"] else points[id]["vector"]), "a vector of its own")
        for word in random.sample(sorted(acknowledged), min(20, len(acknowledged))):
            found = self.client.search("where goes %s?" % word, limit=3, count=False).json
            self.assertIn(acknowledged[word], [one["id"] for one in found["results"]], word)


class PostgresFails(FaultTest):
    def answers_at_once(self, load):
        """503 without waiting, and readyz says which backend it is."""
        times = []
        for _ in range(5):
            began = time.monotonic()
            self.assertEqual(self.client.store("a question of somebody", "an answer", category="fault-runs").status, 503)
            times.append(time.monotonic() - began)
        self.assertLess(statistics.median(times), 1)
        ready = self.client.get("/readyz")
        self.assertEqual((ready.status, ready.json["store"]["state"]), (503, "down"), ready)

    def test_killed(self):
        self.check(self.postgres.kill, self.postgres.start, self.answers_at_once)

    def test_paused(self):
        self.check(self.postgres.pause, self.postgres.resume)

    def test_restarted(self):
        self.check(self.postgres.restart, lambda: None)

    def test_connections_cut(self):
        def cut_again_and_again():
            for _ in range(5):
                self.postgres.cut_connections()
                time.sleep(0.2)
        self.check(cut_again_and_again, lambda: None)


class PostgresAnswersWrong(FaultTest):
    """It is well itself; what it answers comes late, or changed, or not at all."""

    @classmethod
    def store_config(cls):
        cls.proxy = FaultyProxy(cls.postgres.folder)
        cls.addClassCleanup(cls.proxy.close)
        return cls.proxy.config

    def wait_whole(self, mended):
        """A connection from the time of the fault that waits for the rest of an answer is given up only when its deadline is over: until
        then it can look well in between."""
        time.sleep(max(0, mended + STATEMENT_SECONDS + 1 - time.monotonic()))
        super().wait_whole(mended)

    def check_fault(self, kind):
        touched = self.proxy.touched
        self.check(lambda: self.proxy.fault(kind), lambda: self.proxy.fault("none"), self.says_so)
        self.assertGreater(self.proxy.touched, touched)

    def says_so(self, load):
        """Nobody is told that something is stored which may not be."""
        self.assertEqual(self.client.store("a question of somebody", "an answer", category="fault-runs").status, 503)

    def test_slow(self):
        self.check_fault("slow")

    def test_garbage(self):
        self.check_fault("garbage")

    def test_half(self):
        self.check_fault("half")

    def test_cut(self):
        self.check_fault("cut")


class EveryFault:
    """What both fakes can be asked for; `server` is the one that fails."""

    def check_fault(self, kind, **more):
        self.check(lambda: self.server.fault(kind, **more), lambda: self.server.fault("none"), self.words_serve)

    def words_serve(self, load):
        """Words find what was stored, and the answer says that it is degraded."""
        word = next(iter(load.acknowledged))
        reply = self.client.search("where goes %s?" % word, limit=3, count=False)
        self.assertEqual((reply.status, reply.json["degraded"]), (200, True), reply)
        self.assertIn(load.acknowledged[word], [one["id"] for one in reply.json["results"]])

    def test_killed(self):
        self.check(self.server.kill, self.server.start, self.words_serve)

    def test_paused(self):
        self.check(self.server.pause, self.server.resume, self.words_serve)

    def test_slow(self):
        self.check_fault("slow", **self.ten_seconds)

    def test_answering_500(self):
        self.check_fault("500")

    def test_answering_429(self):
        self.check_fault("429")

    def test_answering_garbage(self):
        self.check_fault("garbage")

    def test_answering_half(self):
        self.check_fault("half")

    def test_resetting_connections(self):
        self.check_fault("reset")


class QdrantFails(EveryFault, FaultTest):
    """The record store's words serve."""
    ten_seconds = {}

    @property
    def server(self):
        return self.qdrant


class OllamaFails(EveryFault, FaultTest):
    """The index's words serve."""
    ten_seconds = {"seconds": 10}

    @property
    def server(self):
        return self.ollama

    def test_slow_at_vectors_alone(self):
        self.check_fault("slow", path="/api/embed", **self.ten_seconds)


if __name__ == "__main__":
    unittest.main()
