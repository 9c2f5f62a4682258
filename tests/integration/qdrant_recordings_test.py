"""Holds the fake Qdrant to exchanges that were recorded with a real one, where such recordings are at hand (QDRANT_RECORDINGS)."""
import json
import os
import random
import re
import unittest
from pathlib import Path

from fake_qdrant import FakeQdrant

RECORDINGS = Path(os.environ["QDRANT_RECORDINGS"])
EXCHANGE = re.compile(r"^> (?P<method>[A-Z]+) (?P<target>.*?)(?: (?P<body>[{\[].*)?)?\n< (?P<status>\d+) \[(?P<type>[^\]]*)\] (?P<answer>.*?)  \([\d.]+ ms\)$", re.M)
# What neither learnd nor its importer asks for, and the fake has not.
ABSENT = re.compile(r"/points/(search|batch|vectors|payload)|/facet|/telemetry|/metrics|/cluster|/issues|/snapshots|prefetch|order_by|sample|"
                    r'"query": \d+,')


def vector(size, seed=0):
    noise = random.Random(seed)
    return [round(noise.gauss(0, 1), 6) for _ in range(size)]


def completed(value, key=None):
    """A list that was cut short ("...768" at its end) with as many items as it had."""
    if isinstance(value, dict):
        return {name: completed(inner, name) for name, inner in value.items()}
    if not isinstance(value, list):
        return value
    if value and isinstance(value[-1], str) and value[-1].startswith("..."):
        size = int(value[-1][3:])
        if key == "indices":
            return sorted(random.Random(1).sample(range(1000), size))
        items = value[:-1]
        more = ["a"] * size if isinstance(items[0], str) else vector(size)
        return items + more[len(items):] if items != [0, 0] and items != [1, 1] else items[:1] * size
    return [completed(inner) for inner in value]


def plain(text):
    """An error's text without what depends on the bytes sent."""
    return re.sub(r"\d+", "N", re.sub(r" at line \d+ column \d+", "", text))


def exchanges(name):
    text = (RECORDINGS / name).read_text("utf-8", "replace")
    for found in EXCHANGE.finditer(text):
        parts = found.groupdict()
        label = text.rfind("\n## ", 0, found.start())
        title = text[label + 4:found.start()].strip() if label >= 0 else ""
        yield title, parts["method"], parts["target"], parts["body"] or "", int(parts["status"]), parts["type"], parts["answer"]


class Recordings(unittest.TestCase):
    def replay(self, server, name, headers=lambda title: {}, stop=None):
        count = 0
        for title, method, target, body, status, kind, answer in exchanges(name):
            if stop and stop(title):
                break
            if ABSENT.search(target) or ABSENT.search(body):
                continue
            # What was done in between and not written down.
            if title == "collection with alias' name":
                server.result("POST", "/collections/aliases", {"actions": [{"create_alias": {"collection_name": "learnd-skills-patterns-1",
                                                                                             "alias_name": "skills-patterns"}}]})
            if title == "DELETE real collection having alias":
                server.result("PUT", "/collections/tmp1", {})
                server.result("POST", "/collections/aliases", {"actions": [{"create_alias": {"collection_name": "tmp1", "alias_name": "tmp1-alias"}}]})
            if title == "upsert both":
                points = [{"id": i, "vector": {"": vector(768, i), "text": {"indices": random.Random(i).sample(range(400), 20), "values": [0.5] * 20}},
                           "payload": {"n": i, "category": "ab"[i % 2]}} for i in range(1, 51)]
                body = json.dumps({"points": points})
            elif title == "upsert wait=true":
                body = json.dumps({"points": [{"id": i, "vector": vector(768, i)} for i in range(1, 200)]})
            elif body:
                if "…" in body:
                    continue
                try:
                    body = json.dumps(completed(json.loads(body)))
                except ValueError:
                    pass  # what is no JSON is meant so
            with self.subTest(title, request="%s %s %.200s" % (method, target, body)):
                got, text = server.call(method, target, body.encode() or None, headers(title))
                if status == 0:  # the server had closed it without a word
                    continue
                self.assertEqual(got, status, text[:300])
                count += 1
                if kind != "application/json":
                    self.assertEqual(text.decode(), answer)
                elif status != 200:
                    self.assertEqual(plain(json.loads(text)["status"]["error"]), plain(json.loads(answer)["status"]["error"]))
                elif "…" not in answer:
                    self.assertEqual(self.shape(json.loads(text)), self.shape(json.loads(answer)))
        return count

    @staticmethod
    def shape(answer):
        result = answer.get("result")
        if isinstance(result, dict):
            return sorted(result) if "status" not in result or "operation_id" in result else ["facts"]
        return result if isinstance(result, bool) else type(result).__name__

    def test_collections_aliases_and_errors(self):
        with FakeQdrant() as server:
            for name in ("tmp1", "tmp2"):
                server.result("PUT", "/collections/" + name, {"vectors": {"size": 4, "distance": "Cosine"}})
                server.result("DELETE", "/collections/" + name)
            self.assertGreater(self.replay(server, "qdrant-collections-aliases-errors.txt", stop=lambda title: title == "query empty collection"), 100)

    def test_keys(self):
        keys = {"none": {}, "bad": {"api-key": "wrong"}, "ok": {"api-key": "k"}, "ro": {"api-key": "r"}, "bearer": {"Authorization": "Bearer k"},
                "case": {"API-KEY": "k"}}
        with FakeQdrant("--api-key", "k", "--read-only-key", "r") as server:
            self.assertGreater(self.replay(server, "qdrant-api-key.txt", lambda title: keys.get(title.partition(" ")[0], {})), 30)

    def test_points_updates_and_deletes(self):
        with FakeQdrant() as server:
            # What was there at first, and is not written down.
            server.result("PUT", "/collections/d1", {"vectors": {"size": 768, "distance": "Cosine"}})
            server.result("PUT", "/collections/dot1", {"vectors": {"size": 4, "distance": "Dot"}})
            server.result("PUT", "/collections/g1", {"vectors": {"size": 4, "distance": "Cosine"}, "sparse_vectors": {"text": {"modifier": "idf"}}})
            server.make("e1", [{"id": id, "vector": [1, 2, 3, 4], "payload": {"category": "x"}} for id in range(1, 8)], size=4)
            points = [{"id": id, "vector": {"": [id % 5 + 1, 1, 2, 3], "text": {"indices": [id], "values": [1.0]}},
                       "payload": {"n": id, "keep": id, "g": "odd" if id % 2 else "even"}} for id in range(1, 26)]
            server.result("PUT", "/collections/g1/points?wait=true", {"points": points})
            self.assertGreater(self.replay(server, "qdrant-scores-payload-updates.txt"), 70)

    def test_filters(self):
        points = [{"category": "x", "tags": ["a", "b"], "metadata": {"os": "linux", "ver": 1, "nest": {"k": "v"}}, "a.b": "dotted",
                   "created": "2024-01-02T03:04:05Z", "flag": True, "price": 1.5, "n": 1, "empty": [], "nul": None, "txt": "Hello World"},
                  {"category": "y", "n": 2, "price": 2.5, "flag": False, "a": {"b": "nested"}, "created": "2025-02-03T04:05:06Z"},
                  {"category": "z", "n": 3, "metadata": [{"os": "mac"}], "created": "2025-07-08T09:10:11Z"}] + [{"category": "x"}] * 4
        ids = [1, 2, 3] + ["550e8400-e29b-41d4-a716-44665544000%d" % i for i in range(4)]
        line = re.compile(r"^  [^:]+: (?P<filter>.*) -> (?P<status>\d+) (?P<ids>.*)$", re.M)
        text = (RECORDINGS / "qdrant-scores-payload-updates.txt").read_text("utf-8", "replace")
        text = text[text.index("===== e"):text.index("## index category keyword")]
        count = 0
        with FakeQdrant() as server:
            server.make("e1", [{"id": id, "vector": vector(4, 1), "payload": payload} for id, payload in zip(ids, points)], size=4)
            for found in line.finditer(text):
                if "values_count" in found["filter"] or '"nested"' in found["filter"] and "filter" in found["filter"]:
                    continue
                condition = json.loads(found["filter"])
                clause = "must_not" if "  must_not:" in found[0] else "should" if isinstance(condition, list) else "must"
                with self.subTest(found["filter"]):
                    status, answer = server.call("POST", "/collections/e1/points/scroll", {"filter": {clause: condition}, "limit": 20, "with_payload": False})
                    self.assertEqual(status, int(found["status"]), answer)
                    if status == 200:
                        self.assertEqual([point["id"] for point in json.loads(answer)["result"]["points"]], json.loads(found["ids"].replace("'", '"')))
                    count += 1
        self.assertGreater(count, 35)


if __name__ == "__main__":
    unittest.main()
