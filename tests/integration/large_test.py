"""The measuring data, where it lies beside the checkout: tens of thousands of learnings there and back, how well they are found, and whether scores
tell what is known from what is not.

Not part of the default run: ctest -C large -L large. LEARND_TEST_DATA names the folder; ../shared/data is looked for unless it is set. A
real Qdrant is used where LEARND_TEST_QDRANT_URL names one; with LEARND_TEST_OLLAMA_URL and LEARND_TEST_OLLAMA_MODEL, which must be the
sentence model that learnd has built in, both ways to run it are compared."""
import contextlib
import gzip
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "bench"))
import separation
from texts import fitting_category

from learnd_daemon import BINARIES, REPOSITORY, Daemon
from servers import FakeQdrant, Postgres

DATA = Path(os.environ.get("LEARND_TEST_DATA") or REPOSITORY.parent / "shared/data")
LONG = 3600
# The gain at 10 that each set reaches at the least, with the builtin model, by each ranking.
FLOORS = {"errors": {"hybrid": 0.96, "lexical": 0.96}, "nl2bash": {"hybrid": 0.55, "lexical": 0.45}, "tldr": {"hybrid": 0.44, "lexical": 0.38}}
QDRANT_URL = os.environ.get("LEARND_TEST_QDRANT_URL")
OLLAMA_URL = os.environ.get("LEARND_TEST_OLLAMA_URL")
OLLAMA_MODEL = os.environ.get("LEARND_TEST_OLLAMA_MODEL")
if bool(OLLAMA_URL) != bool(OLLAMA_MODEL):
    sys.exit("LEARND_TEST_OLLAMA_URL and LEARND_TEST_OLLAMA_MODEL are set together, or neither is")


def bench(folder, *arguments):
    """Its figures; no answer may be degraded."""
    done = subprocess.run([str(BINARIES / "learnctl"), "bench", str(DATA / folder), "--json", *[str(a) for a in arguments]], capture_output=True,
                          encoding="utf-8", timeout=LONG)
    if done.returncode:
        raise AssertionError(done.stderr)
    figures = json.loads(done.stdout)
    if figures["degraded"]:
        raise AssertionError("%d answers were degraded" % figures["degraded"])
    return figures


def top_tens(run):
    """Query -> its first ten documents, of a run in TREC's form."""
    tops = {}
    for line in run.read_text().splitlines():
        query, _, document, place = line.split()[:4]
        if int(place) <= 10:
            tops.setdefault(query, set()).add(document)
    return tops


def learnings(folder):
    with gzip.open(DATA / folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as corpus:
        for line in map(json.loads, corpus):
            yield {"kind": "solution", "category": fitting_category(line["category"]), "query": line["query"], "solution": line["solution"],
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
        for folder, floors in FLOORS.items():
            for mode, floor in floors.items():
                with self.subTest(folder, mode=mode):
                    self.assertGreaterEqual(bench(folder, "--mode", mode)["ndcg@10"], floor)

    def test_scores_tell_the_known_from_the_unknown(self):
        own, others = separation.shares(DATA / "nl2bash")
        self.assertGreaterEqual(own, separation.OWN_AT_LEAST)
        self.assertLessEqual(others, separation.OTHERS_AT_MOST)

    def test_on_postgresql_and_qdrant_each_is_found_as_well(self):
        with contextlib.ExitStack() as servers, tempfile.TemporaryDirectory() as folder:
            postgres = servers.enter_context(contextlib.closing(Postgres()))
            index = '[index]\nbackend = "qdrant"\nurl = "%s"\n' % QDRANT_URL if QDRANT_URL else servers.enter_context(FakeQdrant()).config
            config = Path(folder) / "config.toml"
            config.write_text(postgres.config + index)
            for name in FLOORS:
                with self.subTest(name):
                    self.assertAlmostEqual(bench(name, "--config", config)["ndcg@10"], bench(name)["ndcg@10"], delta=0.01)


if OLLAMA_URL:
    class TheSameModelBehindOllama(unittest.TestCase):
        def test_it_finds_the_same(self):
            with tempfile.TemporaryDirectory() as folder:
                config, inside, behind = (Path(folder) / name for name in ("config.toml", "inside", "behind"))
                config.write_text('[embedder]\nbackend = "ollama"\nurl = "%s"\nmodel = "%s"\n' % (OLLAMA_URL, OLLAMA_MODEL))
                here = bench("nl2bash", "--output", inside)["ndcg@10"]
                there = bench("nl2bash", "--config", config, "--output", behind)["ndcg@10"]
                self.assertAlmostEqual(here, there, delta=0.005)
                tops, others = top_tens(inside), top_tens(behind)
                overlap = sum(len(tops[query] & others[query]) / len(tops[query]) for query in tops) / len(tops)
                self.assertGreaterEqual(overlap, 0.95)


if __name__ == "__main__":
    unittest.main()
