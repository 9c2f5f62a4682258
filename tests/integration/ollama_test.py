"""A daemon whose model is an Ollama's: what it says of it, and that it serves by words and comes back by itself whatever Ollama does."""
import http.client
import json
import signal
import subprocess
import threading
import time
import unittest
import urllib.parse

from learnd_daemon import BINARIES, PATIENCE, Daemon

MODEL = "nomic-embed-text"


class Ollama:
    """The fake; it can be killed and started again on its port."""

    def __init__(self):
        self.port, self.process = 0, None
        self.start()

    def start(self):
        self.process = subprocess.Popen([str(BINARIES / "fake_ollama"), str(self.port)], stdout=subprocess.PIPE, encoding="utf-8")
        self.port = urllib.parse.urlsplit(self.process.stdout.readline().strip()).port

    @property
    def config(self):
        return '[embedder]\nbackend = "ollama"\nurl = "http://127.0.0.1:%d"\n' % self.port

    def fault(self, kind, **more):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("POST", "/fault", json.dumps(dict(more, kind=kind)))
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status == 200, kind

    def kill(self):
        self.process.kill()
        self.close()

    def close(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.process.stdout.close()


class OllamaTest(unittest.TestCase):
    def setUp(self):
        self.ollama = Ollama()
        self.addCleanup(lambda: self.ollama.close())

    def start(self):
        daemon = Daemon(self.ollama.config)
        self.addCleanup(daemon.close)
        daemon.start()
        client = daemon.client()
        self.addCleanup(client.close)
        return daemon, client

    def wait_whole(self, client, seconds):
        """Until searches are whole again and everything is indexed."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            whole = not client.search("open ports", count=False).json["degraded"]
            if whole and client.get("/v1/stats").json["pending_index"] == 0 and client.get("/readyz").json["status"] == "ready":
                return
            time.sleep(0.1)
        self.fail("not whole in %s s: %r" % (seconds, client.get("/v1/doctor")))


class WithOllama(OllamaTest):
    def test_it_stores_finds_and_says_what_it_has(self):
        daemon, client = self.start()
        stored = client.store("Show which program listens on a port", "ss -ltnp")
        self.assertEqual((stored.status, stored.json["indexed"]), (201, True), stored)
        client.store("Rename a branch", "git branch -m old new")
        daemon.wait_indexed()
        answer = client.search("which program listens on the port").json
        self.assertFalse(answer["degraded"])
        self.assertEqual(answer["results"][0]["id"], stored.json["id"])
        self.assertGreater(answer["results"][0]["score"], 0.5)
        embedder = client.get("/v1/doctor").json["embedder"]
        self.assertEqual((embedder["backend"], embedder["state"], embedder["version"]), ("ollama", "up", "0.24.0"), embedder)
        self.assertEqual((embedder["model"], embedder["dimensions"], embedder["window"], embedder["prefix"]),
                         (MODEL, 768, 1536, "search_query: "))
        self.assertEqual(len(embedder["digest"]), 64)
        self.assertIsNotNone(embedder["calibration"])

    def test_a_model_that_is_missing_is_said_with_what_to_do_and_found_when_it_is_there(self):
        self.ollama.fault("missing", model=MODEL)
        daemon, client = self.start()
        stored = client.store("Show the mounted file systems", "findmnt")
        self.assertEqual((stored.status, stored.json["indexed"]), (201, False))
        ready = client.get("/readyz")
        self.assertEqual((ready.status, ready.json["embedder"]["state"]), (200, "down"))
        self.assertIn("ollama pull " + MODEL, ready.json["embedder"]["detail"])
        self.assertTrue(client.search("mounted file systems").json["degraded"])
        self.ollama.fault("none")
        self.wait_whole(client, 30)
        self.assertEqual(daemon.log().count("words only"), 1, daemon.log())

    def test_vectors_of_a_model_that_was_replaced_under_its_name_are_made_anew(self):
        daemon, client = self.start()
        ids = [client.store("Show which program listens on port %d" % i, "ss -ltnp").json["id"] for i in range(20)]
        daemon.wait_indexed()
        before = client.get("/v1/doctor").json["embedder"]
        self.ollama.fault("replaced", model=MODEL)
        ids.append(client.store("Show the mounted file systems", "findmnt").json["id"])
        self.wait_whole(client, 30)
        after = client.get("/v1/doctor").json
        self.assertNotEqual(after["embedder"]["digest"], before["digest"])
        # Its words have other directions, so its scale is another.
        self.assertNotEqual(after["embedder"]["calibration"], before["calibration"])
        self.assertEqual(after["index"]["vectors"], len(ids))
        hit = client.search("which program listens on port 7").json["results"][0]
        self.assertEqual(hit["id"], ids[7])
        self.assertGreater(hit["score"], 0.5)

    def test_another_model_in_the_configuration_takes_over_while_the_earlier_one_serves(self):
        daemon, client = self.start()
        ids = [client.store("Show which program listens on port %d" % i, "ss -ltnp").json["id"] for i in range(20)]
        daemon.wait_indexed()
        client.close()
        daemon.stop()
        daemon.config.write_text(self.ollama.config + 'model = "tiny-bert"\n')
        daemon.start()
        self.assertFalse(client.search("which program listens on port 3").json["degraded"])
        end = time.monotonic() + 30
        while client.get("/v1/doctor").json["embedder"].get("model") != "tiny-bert" and time.monotonic() < end:
            time.sleep(0.1)
        self.wait_whole(client, 30)
        after = client.get("/v1/doctor").json
        self.assertEqual((after["embedder"]["dimensions"], after["embedder"]["prefix"]), (128, ""))
        self.assertEqual(after["index"]["vectors"], len(ids))
        self.assertEqual(client.search("which program listens on port 7").json["results"][0]["id"], ids[7])


class WhenOllamaFails(OllamaTest):
    CALLERS = 32

    def work(self, daemon, number, stop, acknowledged, problems):
        with daemon.client() as client:
            turn = 0
            while not stop.is_set():
                turn += 1
                began = time.monotonic()
                if turn % 3 == 0:
                    reply = client.store("Question %d of caller %d" % (turn, number), "an answer")
                    if reply.status == 201:
                        acknowledged.append(reply.json["id"])
                else:
                    reply = client.search("question %d of caller %d" % (turn, number))
                if reply.status not in (200, 201, 429, 503) or time.monotonic() - began > 10 + 5:
                    problems.append((reply, time.monotonic() - began))
                time.sleep(0.02)

    def check(self, breaking, mending):
        """32 callers while Ollama is broken and after: all are answered in time, nothing that was acknowledged is lost, all is indexed."""
        daemon, client = self.start()
        client.store("Show which program listens on a port", "ss -ltnp")
        stop, acknowledged, problems = threading.Event(), [], []
        callers = [threading.Thread(target=self.work, args=(daemon, i, stop, acknowledged, problems)) for i in range(self.CALLERS)]
        try:
            for caller in callers:
                caller.start()
            time.sleep(1)
            breaking()
            time.sleep(5)
            during = client.search("which program listens on a port").json
            self.assertTrue(during["degraded"])
            self.assertTrue(during["results"], "words find it all the same")
            mending()
            time.sleep(1)
        finally:
            stop.set()
            for caller in callers:
                caller.join(PATIENCE)
        self.assertEqual(problems, [])
        began = time.monotonic()
        self.wait_whole(client, 60)
        self.assertLess(time.monotonic() - began, 15)
        self.assertGreater(len(acknowledged), self.CALLERS)
        for id in acknowledged:
            self.assertEqual(client.get("/v1/learnings/" + id).status, 200)
        self.assertEqual(client.get("/v1/doctor").json["index"]["vectors"], len(acknowledged) + 1)

    def check_fault(self, kind, **more):
        self.check(lambda: self.ollama.fault(kind, **more), lambda: self.ollama.fault("none"))

    def test_killed(self):
        self.check(self.ollama.kill, self.ollama.start)

    def test_paused(self):
        self.check(lambda: self.ollama.process.send_signal(signal.SIGSTOP), lambda: self.ollama.process.send_signal(signal.SIGCONT))

    def test_slow(self):
        self.check_fault("slow", seconds=10)

    def test_slow_at_vectors_alone(self):
        self.check_fault("slow", seconds=10, path="/api/embed")

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


if __name__ == "__main__":
    unittest.main()
