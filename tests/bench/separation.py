#!/usr/bin/env python3
"""Do scores tell the known from the unknown? Stores a BEIR-like folder alone and asks its own questions and questions of another world.

usage: LEARND_TEST_BINARIES=build/release/bin separation.py FOLDER     (corpus.jsonl, queries.jsonl as `learnctl bench` takes them)
Prints the share of each whose best of five results scores above 0.75, and ends with 1 where the own ones are below 90 % or the others above
10 %."""
import gzip
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))
from learnd_daemon import REPOSITORY, Daemon

THRESHOLD, OWN_AT_LEAST, OTHERS_AT_MOST = 0.75, 0.9, 0.1


def lines(folder, name):
    path = folder / name
    opened = open(path, encoding="utf-8") if path.exists() else gzip.open(str(path) + ".gz", "rt", encoding="utf-8")
    with opened as file:
        return [json.loads(line) for line in file]


def share_above(client, questions):
    above = 0
    for question in questions:
        results = client.post("/v1/search", {"query": question, "limit": 5, "count": False}).json["results"]
        above += any(r["score"] is not None and r["score"] > THRESHOLD for r in results)
    return above / len(questions)


def shares(folder):
    """Of its own questions, and of those of another world."""
    with Daemon() as daemon, daemon.client() as client:
        client.load({"kind": "solution", "query": row["query"], "solution": row["solution"]} for row in lines(folder, "corpus.jsonl"))
        daemon.wait_indexed()
        own = share_above(client, [row["text"] for row in lines(folder, "queries.jsonl")])
        return own, share_above(client, (REPOSITORY / "tests/data/other_world.txt").read_text().splitlines())


def main():
    own, others = shares(Path(sys.argv[1]))
    print("own questions above %.2f: %.1f %% (at least %.0f %%)" % (THRESHOLD, own * 100, OWN_AT_LEAST * 100))
    print("questions of another world above %.2f: %.1f %% (at most %.0f %%)" % (THRESHOLD, others * 100, OTHERS_AT_MOST * 100))
    return 0 if own >= OWN_AT_LEAST and others <= OTHERS_AT_MOST else 1


if __name__ == "__main__":
    sys.exit(main())
