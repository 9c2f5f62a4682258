"""Measures learnd and prints a table of figures beside their limits. ./scripts/bench builds what it needs and calls it.

A measure is no test: the exit status is 0 whatever the figures are, 1 where one could not be made, 2 for wrong arguments.
"""
import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

from daemon import Daemon, MeasureError, request_of
from texts import REPOSITORY, Texts

SECTIONS = ("embedding", "search", "store", "memory", "servers")


class Report:
    """Figures as they come: a row each, or a JSON object a line."""

    def __init__(self, as_json):
        self.as_json, self.short = as_json, 0

    def section(self, title):
        if not self.as_json:
            print("\n%s   (load %.1f)" % (title, os.getloadavg()[0]))
        self.title = title.split(":")[0]

    def figure(self, name, value, unit, most=None, least=None):
        limit = "" if most is None and least is None else "at most %g" % most if least is None else "at least %g" % least
        good = (most is None or value <= most) and (least is None or value >= least)
        verdict = "" if not limit else "ok" if good else "short"
        self.short += verdict == "short"
        if self.as_json:
            print(json.dumps({"section": self.title, "figure": name, "value": round(value, 4), "unit": unit, "limit": limit or None,
                              "verdict": verdict or None, "load": round(os.getloadavg()[0], 1)}), flush=True)
        else:
            print("  %-62s %12s %-8s %-14s %s" % (name, "%.4g" % value if value < 1000 else "%.0f" % value, unit, limit, verdict), flush=True)


def run_program(arguments, cores=None, env=None):
    """The JSON that a program prints, run on the first so many cores."""
    pin = (lambda: os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])) if cores else None
    done = subprocess.run([str(argument) for argument in arguments], capture_output=True, encoding="utf-8", preexec_fn=pin, env=env)
    if done.returncode:
        raise MeasureError("%s: %s" % (Path(arguments[0]).name, done.stderr.strip()[-2000:]))
    return json.loads(done.stdout)


def percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(part * len(values)))]


def measure_embedding(options, report):
    """Both halves in turns, each in a process of its own, so that neither has the other's threads beside it."""
    report.section("embedding: 16 tokens, beside ONNX Runtime with the same model in int8")
    ours = [options.binaries / "embedding_bench", options.model]
    environment = dict(os.environ, PYTHONPATH=str(options.onnx_runtime))
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        texts = Path(folder) / "texts.json"
        texts.write_text(subprocess.run(ours + ["texts"], capture_output=True, encoding="utf-8", check=True).stdout)
        theirs = [sys.executable, Path(__file__).with_name("onnx_runtime_bench.py"), texts]
        report.figure("least cosine of the two over %d texts" % len(json.loads(texts.read_text())["ids"]),
                      run_program(theirs + ["same"], env=environment)["least_cosine"], "")
        most_threads = min(2, len(os.sched_getaffinity(0)))
        results = {}
        for _ in range(options.rounds):
            for kind, threads in [("one", 1)] + [("batch", count) for count in range(1, most_threads + 1)]:
                more = [kind, options.seconds] + ([threads] if kind == "batch" else [])
                for name, program, env in (("ours", ours, None), ("theirs", theirs, environment)):
                    results.setdefault((kind, threads, name), []).append(run_program(program + more, cores=threads, env=env))
    report_one([results["one", 1, name] for name in ("ours", "theirs")], report)
    for threads in range(1, most_threads + 1):
        ours, theirs = ([run["texts_per_s"] for run in results["batch", threads, name]] for name in ("ours", "theirs"))
        cores = "%d thread%s" % (threads, "s" if threads > 1 else "")
        report.figure("batches of 32, %s: learnd" % cores, statistics.median(ours), "texts/s")
        report.figure("batches of 32, %s: ONNX Runtime" % cores, statistics.median(theirs), "texts/s")
        report.figure("batches of 32, %s: ratio of the medians" % cores, statistics.median(ours) / statistics.median(theirs), "", least=2)
        report.figure("batches of 32, %s: ratio of the best runs" % cores, max(ours) / max(theirs), "")


def report_one(pair, report):
    medians = [statistics.median(run["median_us"] for run in runs) / 1e3 for runs in pair]
    least = [min(run["min_us"] for run in runs) / 1e3 for runs in pair]
    for name, median, fastest in zip(("learnd, tokenizing and pooling too", "ONNX Runtime, ids to output"), medians, least):
        report.figure("one text, one thread: %s, median" % name, median, "ms")
        report.figure("one text, one thread: %s, fastest" % name, fastest, "ms")
    report.figure("one text, one thread: ratio of the medians", medians[0] / medians[1], "", most=0.7)
    report.figure("one text, one thread: ratio of the fastest", least[0] / least[1], "")


def measure_search(options, report):
    texts = Texts(options.data)
    corpus = texts.corpus(options.learnings)
    body = b"".join(json.dumps(learning, ensure_ascii=False).encode() + b"\n" for learning in corpus)
    questions = texts.fresh_questions(options.questions + 20)
    report.section("search: %d learnings (%s), %d fresh questions, one client" % (len(corpus), texts.source, options.questions))
    with Daemon(options.binaries, options.folder, options.model.parent) as daemon:
        with daemon.client() as client:
            began = time.monotonic()
            answer = client.json("POST", "/v1/import", body)
            durable = time.monotonic() - began
            # A varied text may differ from another only in what a key leaves out.
            if answer["rejected"] or answer["stored"] < 0.999 * len(corpus):
                raise MeasureError("stored %d of %d: %s" % (answer["stored"], len(corpus), str(answer["rejected"])[:500]))
            report.figure("import, durable", len(corpus) / durable, "rows/s", least=5000)
            daemon.wait_indexed(client)
            report.figure("import and vectors", time.monotonic() - began, "s")
            report_memory("memory after indexing", daemon, 500, report)
            report_searches("search", client, questions, report)
            report_memory("memory after the searches", daemon, 500, report)
        daemon.stop()
        report.figure("start with this store, to ready", daemon.start(), "s")
        report_memory("memory after the start", daemon, 500, report)
        with daemon.client() as client:
            report_searches("search after the start", client, questions, report)


def report_searches(name, client, questions, report):
    """Questions that the daemon has not seen: their embedding is in the time."""
    requests = [request_of("POST", "/v1/search", json.dumps({"query": question, "count": False}).encode()) for question in questions]
    for request in requests[:20]:
        client.send(request)
    times, answers = [], []
    for request in requests[20:]:
        start = time.perf_counter()
        answers.append(client.send(request))
        times.append((time.perf_counter() - start) * 1e3)
    bad = [answer for status, answer in answers if status != 200 or json.loads(answer)["degraded"]]
    if bad:
        raise MeasureError("%d searches failed or were degraded: %s" % (len(bad), bad[0][:500]))
    report.figure("%s: p50" % name, percentile(times, 0.5), "ms", most=5)
    report.figure("%s: p99" % name, percentile(times, 0.99), "ms")


def report_memory(name, daemon, most, report):
    resident, anonymous = daemon.resident_megabytes()
    report.figure(name, resident, "MB", most=most)
    report.figure(name + ": without pages of files", anonymous, "MB")


class Rounds:
    """A program that reads the lines of a round and answers with an object. It lives over all rounds: what it measures stays warm."""

    def __init__(self, program, argument):
        self.name = program.name
        self.process = subprocess.Popen([str(program), str(argument)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def run(self, lines):
        self.process.stdin.write(b"".join(line + b"\n" for line in lines) + b"\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise MeasureError("%s ended; its message is above" % self.name)
        return json.loads(answer)


def measure_store(options, report):
    """The daemon's single stores and SQLite's commits of the same records, in turns."""
    report.section("store: one client, durable, without a model, beside SQLite's own commits of the same record and outbox row")
    rounds = [[json.dumps({name: one[name] for name in ("query", "solution", "category", "metadata")}).encode() for one in part]
              for part in pieces(Texts(options.data).corpus((options.rounds + 1) * options.stores), options.stores)]
    ours, theirs, times = [], [], []
    with Daemon(options.binaries, options.folder) as daemon, daemon.client() as reader, tempfile.TemporaryDirectory(dir=options.folder) as folder, \
            Rounds(options.binaries / "single_stores_bench", daemon.socket) as stores, \
            Rounds(options.binaries / "raw_commits_bench", folder) as commits:
        for bodies in rounds:
            # One that repeats another but for what a key leaves out is no store: it doesn't count.
            took = stores.run(bodies)["seconds"]
            if len(took) < 0.95 * len(bodies):
                raise MeasureError("only %d of %d stores were new" % (len(took), len(bodies)))
            times.append(took)
            ours.append(len(took) / sum(took))
            # What learnd does behind the stores must not fall into SQLite's time. An export is ordered by id, and so by time.
            time.sleep(3)
            theirs.append(commits.run(reader.call("GET", "/v1/export").splitlines()[-len(took):])["commits_per_s"])
    # The first round makes both warm.
    ours, theirs, times = ours[1:], theirs[1:], sum(times[1:], [])
    of = "of %d rounds of %d" % (options.rounds, options.stores)
    report.figure("learnd: median " + of, statistics.median(ours), "stores/s")
    report.figure("learnd: p50", percentile(times, 0.5) * 1e3, "ms")
    report.figure("learnd: p99", percentile(times, 0.99) * 1e3, "ms")
    report.figure("SQLite: median " + of, statistics.median(theirs), "commits/s")
    report.figure("ratio of the medians", statistics.median(ours) / statistics.median(theirs), "", least=0.5)
    report.figure("ratio of the best rounds", max(ours) / max(theirs), "")


def measure_servers(options, report):
    """PostgreSQL is a real one, Qdrant the tests' fake, which searches through every point."""
    os.environ["LEARND_TEST_BINARIES"] = str(options.binaries)
    sys.path.insert(0, str(REPOSITORY / "tests/integration"))
    from servers import FakeQdrant, Postgres  # known only here: the other sections need neither
    texts = Texts(options.data)
    # Qdrant has room for 100 categories.
    corpus = [dict(one, category="group-%d" % (zlib.crc32(one["category"].encode()) % 20)) for one in texts.corpus(options.learnings)]
    body = b"".join(json.dumps(learning, ensure_ascii=False).encode() + b"\n" for learning in corpus)
    report.section("servers: %d learnings (%s) on PostgreSQL and the fake Qdrant" % (len(corpus), texts.source))
    with contextlib.closing(Postgres()) as postgres, contextlib.closing(FakeQdrant()) as qdrant, \
            Daemon(options.binaries, options.folder, options.model.parent, postgres.config + qdrant.config) as daemon, daemon.client() as client:
        began = time.monotonic()
        answer = client.json("POST", "/v1/import", body)
        durable = time.monotonic() - began
        if answer["rejected"] or answer["stored"] < 0.999 * len(corpus):
            raise MeasureError("stored %d of %d: %s" % (answer["stored"], len(corpus), str(answer["rejected"])[:500]))
        report.figure("import, durable", len(corpus) / durable, "rows/s")
        daemon.wait_indexed(client)
        report.figure("import and vectors", time.monotonic() - began, "s")
        report.figure("most memory of the daemon", daemon.most_megabytes(), "MB", most=350)


def pieces(values, size):
    return [values[first:first + size] for first in range(0, len(values), size)]


def measure_memory(options, report):
    report.section("memory: an idle daemon with an empty store")
    for name, models, most in (("with the model", options.model.parent, 90), ("without a model", None, 25)):
        with Daemon(options.binaries, options.folder, models) as daemon:
            started = time.monotonic()
            with daemon.client() as client:
                client.json("GET", "/v1/stats")
            time.sleep(max(0, started + 3 - time.monotonic()))
            report_memory(name, daemon, most, report)


def read_arguments(arguments):
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "learnd"
    beside = REPOSITORY.parent / "shared/data"
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help="of %s (all unless named)" % ", ".join(SECTIONS))
    parser.add_argument("--json", action="store_true", help="a JSON object a line for each figure")
    parser.add_argument("--learnings", type=int, default=100_000, help="stored in the section search (default %(default)s)")
    parser.add_argument("--questions", type=int, default=2000, help="asked in the section search (default %(default)s)")
    parser.add_argument("--stores", type=int, default=1000, help="of each round of the section store (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="of the sections embedding and store (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=2, help="of each part of a round of the section embedding (default %(default)s)")
    parser.add_argument("--folder", type=Path, default=REPOSITORY / "build", help="on the disk to measure (default: build)")
    parser.add_argument("--data", type=Path, default=beside if beside.is_dir() else None, help="with the sets tldr and nl2bash (default: ../shared/data)")
    parser.add_argument("--binaries", type=Path, default=REPOSITORY / "build/release/bin", help="the programs (default: build/release/bin)")
    parser.add_argument("--model", type=Path, default=cache / "models/all-minilm-l6-v2", help="the sentence model's folder")
    parser.add_argument("--onnx-runtime", type=Path, default=cache / "onnx-runtime", help="where scripts/bench has put ONNX Runtime")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.sections if name not in SECTIONS]
    if unknown:
        parser.error("no section: " + ", ".join(unknown))
    # The daemon takes no relative folders from its environment.
    for name in ("folder", "binaries", "model"):
        setattr(options, name, getattr(options, name).resolve())
    return options


def main(arguments):
    options = read_arguments(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    report = Report(options.json)
    measures = {"embedding": measure_embedding, "search": measure_search, "store": measure_store, "memory": measure_memory,
                "servers": measure_servers}
    try:
        for name in options.sections or SECTIONS:
            measures[name](options, report)
    except (MeasureError, OSError, subprocess.CalledProcessError) as error:
        print("scripts/bench: %s" % error, file=sys.stderr)
        return 1
    if not options.json:
        print("\n%s" % ("Every figure is within its limit." if not report.short else "%d figures are short of their limit." % report.short))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
