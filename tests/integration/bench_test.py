"""learnctl bench: its figures on a small set where they can be worked out by hand, and by another program from the run that it writes."""
import collections
import gzip
import json
import math
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from learnd_daemon import BINARIES, PATIENCE, REPOSITORY, Daemon
from servers import FakeQdrant, Postgres

SET = REPOSITORY / "tests/data/bench"

# Each question is a corpus line's own text, so that this line comes first, and with it all lines that are the same learning, ordered by id.
# By hand, by words alone: (recall@1, @5, @10, reciprocal rank, gain at 10)
BY_HAND = {
    "q1": (1, 1, 1, 1, 1),
    "q2": (0, 1, 1, 1 / 3, 1 / 2),  # the third of three lines that are one learning: 1 / log2(4)
    "q3": (1, 1, 1, 1, 1),  # the line before it is taken out by its -1
    "q4": (1 / 2, 1 / 2, 1 / 2, 1, 3 / (3 + 1 / math.log2(3))),  # of two the one of grade 2; the other shares no word
    "d09": (1, 1, 1, 1, 1),  # the line before it has the question's id
    "q6": (0, 0, 0, 0, 0),  # never asked
    "q8": (0, 0, 0, 0, 0),  # the relevant one shares no word
    "q9": (0, 0, 1, 1 / 7, 1 / 3),  # the seventh of eleven: 1 / log2(8)
    "q10": (0, 0, 0, 0, 0),  # the eleventh
    "q11": (1, 1, 1, 1, 1),  # a line in BEIR's own form
}  # q7 has nothing relevant and does not count
NAMES = ("recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10")


def means(rows):
    return dict(zip(NAMES, (sum(column) / len(rows) for column in zip(*rows))))


def grades_of(file):
    grades = collections.defaultdict(dict)
    for line in file.read_text().splitlines()[1:]:
        query, document, grade = line.split("\t")
        grades[query][document] = int(grade)
    return grades


def by_reference(grades, run):
    """The figures again, from a run in TREC's form."""
    ranking = collections.defaultdict(list)
    for line in run.read_text().splitlines():
        query, _, document, rank, _, _ = line.split()
        if document != query and grades[query].get(document, 0) >= 0:
            ranking[query].append((int(rank), document))
    rows = []
    for query, documents in grades.items():
        relevant = {document: grade for document, grade in documents.items() if grade > 0}
        if not relevant:
            continue
        found = [relevant.get(document, 0) for _, document in sorted(ranking[query])]
        gain = lambda row: sum((2 ** grade - 1) / math.log2(place + 2) for place, grade in enumerate(row[:10]))
        rows.append([sum(1 for grade in found[:k] if grade) / len(relevant) for k in (1, 5, 10)]
                    + [next((1 / (place + 1) for place, grade in enumerate(found[:10]) if grade), 0)]
                    + [gain(found) / gain(sorted(relevant.values(), reverse=True))])
    return means(rows)


class Bench(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="learnd-test-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.folder)

    def bench(self, *arguments):
        # Nothing of the user's is found or touched: there is none.
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "LEARND_"))}
        return subprocess.run([str(BINARIES / "learnctl"), "bench", *[str(a) for a in arguments]], capture_output=True, encoding="utf-8",
                              timeout=PATIENCE, env=dict(environment, TMPDIR=str(self.folder)))

    def figures(self, *arguments):
        done = self.bench(*arguments, "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def assert_figures(self, figures, expected):
        self.assertEqual(set(figures), {"queries", "degraded", *NAMES})
        self.assertEqual(figures["degraded"], 0)
        for name in NAMES:
            self.assertAlmostEqual(figures[name], expected[name], 9, name)

    def test_by_words_the_figures_are_those_worked_out_by_hand(self):
        figures = self.figures(SET, "--mode", "lexical")
        self.assertEqual(figures["queries"], len(BY_HAND))
        self.assert_figures(figures, means(list(BY_HAND.values())))

    def test_in_every_mode_the_figures_are_those_of_the_run_that_is_written(self):
        runs = set()
        for mode in ([], ["--mode", "dense"], ["--mode", "lexical"]):
            run = self.folder / "run"
            figures = self.figures(SET, *mode, "--output", run)
            self.assert_figures(figures, by_reference(grades_of(SET / "qrels.tsv"), run))
            runs.add(run.read_text())
        self.assertEqual(len(runs), 3, "the modes differ")

    def test_lines_that_are_one_learning_are_listed_in_the_order_of_their_ids(self):
        run = self.folder / "run"
        self.figures(SET, "--mode", "lexical", "--output", run)
        listed = [line.split()[2] for line in run.read_text().splitlines() if line.startswith("q2 ")]
        self.assertEqual(listed[:3], ["d02", "d03", "d04"])

    def test_packed_files_are_read_and_people_get_three_decimals(self):
        packed = self.folder / "packed"
        packed.mkdir()
        for name in ("corpus.jsonl", "queries.jsonl"):
            (packed / (name + ".gz")).write_bytes(gzip.compress((SET / name).read_bytes()))
        shutil.copy(SET / "qrels.tsv", packed)
        done = self.bench(packed, "--mode", "lexical")
        expected = means(list(BY_HAND.values()))
        self.assertEqual(done.stdout.split(), [word for name in NAMES for word in (name, "%.3f" % expected[name])])

    def test_nothing_is_left_behind(self):
        self.figures(SET, "--mode", "lexical")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_folder_that_is_no_set_is_a_failure_that_says_what_is_missing(self):
        done = self.bench(self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("corpus.jsonl", done.stderr)
        for name in ("corpus.jsonl", "queries.jsonl", "qrels.tsv"):
            shutil.copy(SET / name, self.folder)
        (self.folder / "queries.jsonl").write_text('{"_id": "q1", "text": "x"}\nno JSON\n')
        done = self.bench(self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("queries.jsonl line 2", done.stderr)


class OnServers(unittest.TestCase):
    """What a measure puts on them is its own, and goes with it."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="learnd-test-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.postgres = Postgres()
        self.addCleanup(self.postgres.close)
        self.qdrant = FakeQdrant()
        self.addCleanup(self.qdrant.close)
        self.config = self.folder / "config.toml"
        self.config.write_text(self.postgres.config + self.qdrant.config)

    def command(self, *arguments):
        return [str(BINARIES / "learnctl"), "bench", str(SET), "--json", "--config", str(self.config), *arguments]

    def figures(self):
        done = subprocess.run(self.command("--mode", "lexical"), capture_output=True, encoding="utf-8", timeout=PATIENCE)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def on_the_servers(self):
        schemas = self.postgres.sql("select nspname from pg_namespace where nspname !~ '^(pg_|information_schema|public)' order by 1").split()
        collections = self.qdrant.result("GET", "/collections")["collections"]
        return schemas + sorted(collection["name"] for collection in collections)

    def wait_until(self, condition):
        end = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    def test_a_measure_neither_sees_nor_changes_what_is_stored_there(self):
        expected = means(list(BY_HAND.values()))
        with Daemon(self.config.read_text()) as daemon, daemon.client() as client:
            stored = [json.loads(line) for line in (SET / "corpus.jsonl").read_text().splitlines()][0]
            client.store(stored["query"], "another solution of the same question")
            daemon.wait_indexed()
            before, exported = self.on_the_servers(), client.export()
            for _ in range(2):
                figures = self.figures()
                for name in NAMES:
                    self.assertAlmostEqual(figures[name], expected[name], 9, name)
            self.assertEqual(self.on_the_servers(), before)
            self.assertEqual(client.export(), exported)

    def test_one_that_is_interrupted_leaves_nothing_on_them(self):
        measure = subprocess.Popen(self.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
                                   env=dict(os.environ, TMPDIR=str(self.folder)))
        self.addCleanup(measure.wait, PATIENCE)
        self.wait_until(self.on_the_servers)
        os.killpg(measure.pid, signal.SIGINT)
        self.wait_until(lambda: not self.on_the_servers())
        self.wait_until(lambda: not list(self.folder.glob("learnd-temporary-*")))

    def test_what_can_not_be_removed_is_named(self):
        with Daemon(self.config.read_text(), arguments=("--user", "--temporary")) as daemon:
            schema, = [name for name in self.on_the_servers() if name.startswith("learnd_temporary_") and not name.endswith("_v1")]
            self.postgres.kill()
            daemon.stop(status=1)
            self.assertIn("schema " + schema, daemon.log())


if __name__ == "__main__":
    unittest.main()
