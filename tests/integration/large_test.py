"""The measuring data, where it lies beside the checkout: tens of thousands of learnings there and back, and how well they are found.

Not part of the default run: ctest -C large -L large. LEARND_TEST_DATA names the folder; ../shared/data is looked for unless it is set."""
import gzip
import json
import os
import subprocess
import unittest
from pathlib import Path

from learnd_daemon import BINARIES, REPOSITORY, Daemon

DATA = Path(os.environ.get("LEARND_TEST_DATA") or REPOSITORY.parent / "shared/data")
LONG = 3600
# The gain at 10 that each set reaches at the least, with the builtin model and the hybrid ranking.
FLOORS = {"errors": 0.96, "nl2bash": 0.55, "tldr": 0.44}


def learnings(folder):
    with gzip.open(DATA / folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as corpus:
        for line in map(json.loads, corpus):
            yield {"kind": "solution", "query": line["query"], "solution": line["solution"],
                   "metadata": dict(line["metadata"], doc=line["_id"], category=line["category"])}


class Large(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not (DATA / "tldr").is_dir():
            raise AssertionError("no measuring data at %s: name its folder in LEARND_TEST_DATA" % DATA)

    def test_tens_of_thousands_of_learnings_come_back_byte_for_byte(self):
        lines = list(learnings("tldr"))
        with Daemon() as first, first.client(LONG) as client:
            answer = client.load(lines).json
            self.assertEqual((answer["stored"] + answer["duplicates"], answer["rejected"]), (len(lines), []))
            exported = client.export()
        self.assertEqual(exported.count(b"\n"), answer["stored"])
        with Daemon() as second, second.client(LONG) as client:
            self.assertEqual(client.load(exported.splitlines()).json["stored"], answer["stored"])
            self.assertTrue(client.export() == exported, "not the same bytes")
            self.assertEqual(client.load(exported.splitlines()).json["unchanged"], answer["stored"])

    def test_each_set_is_found_as_well_as_it_was(self):
        for folder, floor in FLOORS.items():
            with self.subTest(folder):
                done = subprocess.run([str(BINARIES / "learnctl"), "bench", str(DATA / folder), "--json"], capture_output=True, encoding="utf-8",
                                      timeout=LONG)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertGreaterEqual(json.loads(done.stdout)["ndcg@10"], floor, done.stdout)


if __name__ == "__main__":
    unittest.main()
