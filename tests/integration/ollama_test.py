"""A daemon whose model is an Ollama's: what it says of it, and that it serves by words without it."""
import time
import unittest

from learnd_daemon import Daemon
from servers import FakeOllama

MODEL = "nomic-embed-text"


class OllamaTest(unittest.TestCase):
    def setUp(self):
        self.ollama = FakeOllama()
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
        self.assertEqual(daemon.wait_logged("words only"), 1, daemon.log())

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


if __name__ == "__main__":
    unittest.main()
