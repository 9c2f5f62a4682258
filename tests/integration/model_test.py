"""The builtin embedder: its scale; and where it is absent, broken, or in a process that may make no code: words only, said so, never an end."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from learnd_daemon import BINARIES, PATIENCE, Daemon


class TheScale(unittest.TestCase):
    def test_unrelated_questions_lie_where_thresholds_are_sharp(self):
        # The probe set decides this: one pair about the same thing in it moves the upper points.
        with Daemon() as daemon, daemon.client() as client:
            scale = client.get("/v1/doctor").json["embedder"]["calibration"]
        for point, low, high in zip(scale["points"], (0.16, 0.33, 0.43, 0.52), (0.24, 0.43, 0.53, 0.63)):
            self.assertTrue(low < point < high, scale)
        self.assertTrue(0 <= scale["median"] < 0.1, scale)


class WithoutAModel(unittest.TestCase):
    def check_words_only(self, daemon, reason):
        with daemon.client() as client:
            ready = client.get("/readyz")
            self.assertEqual((ready.status, ready.json["status"], ready.json["embedder"]["state"]), (200, "degraded", "down"))
            stored = client.store("Show the mounted file systems", "findmnt")
            self.assertEqual((stored.status, stored.json["indexed"]), (201, False))
            answer = client.search("mounted file system").json
            self.assertEqual((answer["degraded"], answer["results"][0]["id"], answer["results"][0]["score"]), (True, stored.json["id"], None))
            exact = client.search("show the mounted FILE systems").json
            self.assertEqual((exact["results"][0]["score"], exact["reuse"]["decision"]), (1.0, "reuse"))
            self.assertIn(reason, client.get("/v1/doctor").body.decode())
        self.assertEqual(daemon.wait_logged("words only"), 1, daemon.log())

    def test_an_empty_models_folder_means_words_only(self):
        with tempfile.TemporaryDirectory() as empty:
            with Daemon(environment={"LEARND_MODELS": empty}) as daemon:
                self.check_words_only(daemon, "fetch-model")

    def test_vectors_follow_when_the_model_is_there_at_the_next_start(self):
        with tempfile.TemporaryDirectory() as empty:
            with Daemon(environment={"LEARND_MODELS": empty}) as daemon:
                with daemon.client() as client:
                    id = client.store("Show the mounted file systems", "findmnt").json["id"]
                daemon.stop()
                del daemon.environment["LEARND_MODELS"]
                daemon.start()
                daemon.wait_indexed()
                with daemon.client() as client:
                    hit = client.search("which disks are attached to my directory tree").json["results"][0]
                self.assertEqual(hit["id"], id)
                self.assertIsNotNone(hit["score"])

    def test_a_process_that_may_make_no_code_serves_by_words(self):
        no_code = [sys.executable, "-B", str(Path(__file__).with_name("no_code.py"))]
        probe = "import mmap\nmmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)"
        refused = subprocess.run([*no_code, sys.executable, "-c", probe], capture_output=True, encoding="utf-8")
        self.assertIn("PermissionError", refused.stderr)
        with Daemon(prefix=no_code) as daemon:
            self.check_words_only(daemon, "MemoryDenyWriteExecute")

    def test_a_model_path_that_is_none_is_an_error_at_start(self):
        daemon = Daemon('[embedder]\nmodel = "/nonexistent/model"\n')
        self.addCleanup(daemon.close)
        done = subprocess.run([str(BINARIES / "learnd"), "--user"], env=daemon.environment, capture_output=True, encoding="utf-8", timeout=PATIENCE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("/nonexistent/model", done.stderr)


if __name__ == "__main__":
    unittest.main()
