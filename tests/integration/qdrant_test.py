"""The index on a Qdrant server: what programs see there, collections of others, keys, limits; and their points imported."""
import json
import random
import tempfile
import time
import unittest
import uuid
from pathlib import Path

from fake_qdrant import FakeQdrant
from learnd_daemon import Daemon


def config(server, **more):
    lines = ["[index]", 'backend = "qdrant"', 'url = "%s"' % server.url] + ["%s = %s" % (k, json.dumps(v)) for k, v in more.items()]
    return "\n".join(lines) + "\n"


def vector(seed):
    noise = random.Random(seed)
    return [round(noise.uniform(-1, 1), 6) for _ in range(768)]


VECTORS = [vector(seed) for seed in range(16)]


def scripted_points(count, integer_ids, payload):
    noise = random.Random(payload.__name__)
    ids = range(1, count + 1) if integer_ids else [str(uuid.UUID(int=noise.getrandbits(128), version=4)) for _ in range(count)]
    return [{"id": id, "vector": VECTORS[i % 16], "payload": payload(i)} for i, id in enumerate(ids)]


def solution(i):
    return {"query": "How is disk %d made larger?" % i, "solution": "growpart /dev/vd%d 1 && resize2fs" % i, "metadata": {"os": "nixos", "number": i},
            "category": "skills-patterns", "timestamp": "2025-03-04T05:06:%02d.%06d" % (i % 60, i), "success_count": i % 5,
            "value_score": (i % 100) / 100}


def failure(i):
    return {"error": "unit backup-%d failed with result exit-code" % i, "attempted_solution": "restarted it",
            "correct_solution": "mount /backup first, target %d" % i, "root_cause": "the mount is late", "severity": "high",
            "timestamp": "2025-03-04 05:06:07"}


def interaction(i):
    return {"query": "which kernel is running? (%d)" % i, "response": "uname -r says 6.%d" % i, "outcome": "success", "llm_used": "llama3.2:3b",
            "context_used": ["the release notes", "a wiki page"], "tokens_saved": 350.0, "timestamp": 1741064767.25}


class Served(unittest.TestCase):
    def test_programs_read_what_is_stored_under_the_categorys_name(self):
        with FakeQdrant() as server, Daemon(config(server)) as daemon, daemon.client() as client:
            stored = client.store("grow a disk image", "qemu-img resize disk.img +10G", metadata={"os": "nixos", "query": "mine"}).json
            found = client.search("grow disk image").json
            self.assertEqual(found["results"][0]["id"], stored["id"])
            payload = server.points("skills-patterns")[stored["id"]]["payload"]
            learning = stored["learning"]
            for name in ("query", "solution", "category", "timestamp", "source", "value_score", "kind"):
                self.assertEqual(payload[name], learning[name], name)
            self.assertEqual((payload["metadata"], payload["os"]), ({"os": "nixos", "query": "mine"}, "nixos"))
            failed = client.post("/v1/failures", {"error": "no space left on device", "correct_solution": "nix-collect-garbage -d"}).json
            payload = server.points("error-solutions")[failed["id"]]["payload"]
            self.assertEqual((payload["error"], payload["correct_solution"]), ("no space left on device", "nix-collect-garbage -d"))
            self.assertEqual(client.call("DELETE", "/v1/learnings/" + failed["id"]).status, 204)
            self.assertEqual(server.points("error-solutions"), {})

    def test_nothing_of_the_metadata_is_at_the_top_where_it_is_not_wanted(self):
        with FakeQdrant() as server, Daemon(config(server, flatten_metadata=False)) as daemon, daemon.client() as client:
            stored = client.store("grow a disk image", "qemu-img resize", metadata={"os": "nixos"}).json
            payload = server.points("skills-patterns")[stored["id"]]["payload"]
            self.assertEqual((payload["metadata"], "os" in payload), ({"os": "nixos"}, False))

    def test_a_restart_finds_what_is_there(self):
        with FakeQdrant() as server, Daemon(config(server)) as daemon:
            with daemon.client() as client:
                client.store("grow a disk image", "qemu-img resize disk.img +10G")
            daemon.stop()
            daemon.start()
            with daemon.client() as client:
                self.assertEqual(len(client.search("grow disk image").json["results"]), 1)

    def test_while_it_is_away_the_record_stores_words_answer(self):
        with FakeQdrant("--journal", str(self.journal())) as server, Daemon(config(server)) as daemon, daemon.client() as client:
            stored = client.store("Which process holds a deleted file open?", "lsof +L1", category="disk-trouble").json["id"]
            client.store("Which file system is full?", "df -h", category="other-things")
            daemon.wait_indexed()
            server.kill()
            answer = client.search("deleted files that are held", categories=["disk-trouble"]).json
            self.assertEqual((answer["degraded"], [one["id"] for one in answer["results"]], answer["results"][0]["score"]), (True, [stored], None))
            later = client.store("Who deleted the journal?", "ausearch -f journal", category="disk-trouble")
            self.assertEqual((later.status, later.json["indexed"]), (201, False))
            self.assertIn(later.json["id"], [one["id"] for one in client.search("journal").json["results"]])
            server.start()
            end = time.monotonic() + 30
            while client.search("journal", count=False).json["degraded"] and time.monotonic() < end:
                time.sleep(0.1)
            daemon.wait_indexed()
            answer = client.search("Who deleted my journal?").json
            self.assertEqual((answer["degraded"], answer["results"][0]["id"]), (False, later.json["id"]))
            self.assertEqual(len(server.points("disk-trouble")), 2)

    def journal(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return Path(folder.name) / "journal"

    def test_doctor_says_version_and_address(self):
        with FakeQdrant("--version", "1.16.3") as server, Daemon(config(server)) as daemon, daemon.client() as client:
            index = client.get("/v1/doctor").json["index"]
            self.assertEqual((index["backend"], index["reachable"], index["version"]), ("qdrant", True, "1.16.3"))
            self.assertIn(server.url, index["detail"])

    def test_an_old_server_is_refused_with_a_reason(self):
        with FakeQdrant("--version", "1.14.1") as server, Daemon(config(server)) as daemon, daemon.client() as client:
            self.assertIn("1.15 or newer", client.get("/v1/doctor").json["index"]["detail"])

    def test_the_hundred_and_first_category_is_refused(self):
        with FakeQdrant() as server, Daemon(config(server)) as daemon, daemon.client() as client:
            lines = [{"kind": "solution", "category": "category-%d" % i, "query": "number %d" % i, "solution": "s"} for i in range(100)]
            self.assertEqual(client.load(lines).json["stored"], 100)
            refused = client.store("one too many", "s", category="category-100")
            self.assertEqual((refused.status, refused.json["field"]), (422, "category"))
            self.assertIn("100", refused.json["detail"])
            self.assertEqual(client.load([dict(lines[0], query="another", category="category-100")]).json["rejected"][0]["field"], "category")
            self.assertEqual(client.store("one more there", "s", category="category-99").status, 201)

    def test_the_key_comes_from_its_file(self):
        with FakeQdrant("--api-key", "sesame") as server, Daemon() as daemon:
            key = daemon.folder / "key"
            key.write_text("sesame\n")
            daemon.stop()
            daemon.config.write_text(config(server, api_key_file=str(key)))
            daemon.start()
            with daemon.client() as client:
                client.store("grow a disk image", "qemu-img resize disk.img +10G")
                self.assertEqual(len(client.search("grow disk image").json["results"]), 1)
            daemon.stop()
            key.write_text("wrong\n")
            daemon.start()
            with daemon.client() as client:
                detail = client.get("/v1/doctor").json["index"]["detail"]
                self.assertIn("index.api_key_file", detail)
                self.assertNotIn("wrong", detail)


class CollectionsOfOthers(unittest.TestCase):
    COUNT = 2500

    def make_all(self, server):
        server.make("skills-patterns", scripted_points(self.COUNT, False, solution))
        server.make("error-solutions", scripted_points(self.COUNT, True, failure))
        server.make("interaction-history", scripted_points(self.COUNT, False, interaction))
        return ("skills-patterns", "error-solutions", "interaction-history")

    def test_they_are_not_harmed_and_can_be_taken_over(self):
        with FakeQdrant() as server:
            names = self.make_all(server)
            before = {name: server.points(name, vectors=True) for name in names}
            with Daemon(config(server)) as daemon, daemon.client() as client:
                stored = client.store("grow a disk image", "qemu-img resize disk.img +10G").json
                self.assertEqual(client.search("grow disk image").json["results"][0]["id"], stored["id"])
                advice = client.get("/v1/doctor").json["index"]["advice"]
                for part in names + ("learnctl import --from-qdrant", "index.prefix"):
                    self.assertIn(part, advice)
                self.assertEqual({name: server.points(name, vectors=True) for name in names}, before)
                self.import_all(daemon, client)
                self.assertEqual({name: server.points(name, vectors=True) for name in names}, before)
                for name in names:
                    server.result("DELETE", "/collections/" + name)
                with self.subTest("the names are learnd's own now"):
                    client.store("another one", "with a name")
                    # Learnd looks again at what Qdrant has when it is used and its last look is some seconds old.
                    self.wait_for(lambda: client.search("grow disk image").status == 200 and server.result("GET", "/aliases")["aliases"])
                    self.assertIn(stored["id"], server.points("skills-patterns"))

    def wait_for(self, condition, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.1)

    def import_all(self, daemon, client):
        url = config_url(daemon)
        dry = daemon.learnctl("import", "--from-qdrant", url, "--dry-run", "--json")
        self.assertEqual(json.loads(dry.stdout), {"points": 3 * self.COUNT, "would_be_sent": 3 * self.COUNT, "duplicates": 0, "rejected": 0}, dry)
        done = daemon.learnctl("import", "--from-qdrant", url, "--json")
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(json.loads(done.stdout)["stored"], 3 * self.COUNT)
        first = client.export()
        again = daemon.learnctl("import", "--from-qdrant", url, "--json")
        self.assertEqual(json.loads(again.stdout)["unchanged"], 3 * self.COUNT, again)
        self.assertEqual(client.export(), first)

    def test_each_kind_of_payload_becomes_its_learning(self):
        with FakeQdrant() as server, Daemon() as daemon, daemon.client() as client:
            server.make("skills-patterns", scripted_points(3, False, solution))
            server.make("Error_Solutions", scripted_points(3, True, failure))
            server.make("interaction-history", scripted_points(3, False, interaction))
            done = daemon.learnctl("import", "--from-qdrant", server.url)
            self.assertEqual(done.returncode, 0, done)
            ids = sorted(server.points("skills-patterns"))
            rows = {row["id"]: row for row in client.pages()}
            one = next(row for row in rows.values() if row["query"].startswith("How is disk 2 "))
            self.assertIn(one["id"], ids)
            self.assertEqual((one["kind"], one["category"], one["timestamp"]), ("solution", "skills-patterns", "2025-03-04T05:06:02.000002Z"))
            self.assertEqual((one["value_score"], one["profile"]), (0.02, "imported"))
            self.assertEqual(one["metadata"], {"os": "nixos", "number": 2, "success_count": 2})
            two = rows[str(uuid.uuid5(uuid.NAMESPACE_URL, "qdrant:Error_Solutions/2"))]
            self.assertEqual((two["kind"], two["category"], two["outcome"], two["timestamp"]),
                             ("failure", "error-solutions", "resolved", "2025-03-04T05:06:07.000000Z"))
            self.assertEqual((two["query"], two["solution"], two["root_cause"], two["metadata"]),
                             ("unit backup-1 failed with result exit-code", "mount /backup first, target 1", "the mount is late", {"severity": "high"}))
            three = next(row for row in rows.values() if row["kind"] == "interaction")
            self.assertEqual((three["tokens_saved"], three["tokens_saved_estimated"], three["outcome"], three["timestamp"]),
                             (350, True, "success", "2025-03-04T05:06:07.250000Z"))
            self.assertEqual(three["metadata"], {"llm_used": "llama3.2:3b"})
            self.assertEqual([used["text"] for used in three["context_used"]], ["the release notes", "a wiki page"])

    def test_what_can_not_be_taken_is_in_a_file_and_the_rest_goes_on(self):
        with FakeQdrant() as server, Daemon() as daemon, daemon.client() as client:
            points = [{"id": 1, "vector": VECTORS[0], "payload": {"query": "good one", "solution": "s"}},
                      {"id": 2, "vector": VECTORS[0], "payload": {"query": "no answer"}},
                      {"id": 3, "vector": VECTORS[0], "payload": {}},
                      {"id": 4, "vector": VECTORS[0], "payload": {"query": "x" * 9000, "solution": "too long"}},
                      {"id": 5, "vector": VECTORS[0], "payload": {"query": "large number", "solution": "s", "size": 2 ** 60}},
                      {"id": 6, "vector": VECTORS[0], "payload": {"query": "good one", "solution": "s"}},
                      {"id": 7, "vector": VECTORS[0], "payload": {"query": "good two", "solution": "s", "timestamp": "yesterday"}}]
            server.make("mixed", points)
            done = daemon.learnctl("import", "--from-qdrant", server.url, "--json")
            self.assertEqual(done.returncode, 1, done)
            counts = json.loads(done.stdout)
            self.assertEqual((counts["stored"], counts["duplicates"], counts["rejected"]), (2, 1, 4))
            with open(daemon.folder / counts["rejected_file"]) as file:
                rejected = {line["id"]: line for line in map(json.loads, file)}
            self.assertEqual({id: line["field"] for id, line in rejected.items()}, {2: "solution", 3: "payload", 4: "query", 5: "metadata"})
            self.assertEqual(rejected[2]["payload"], {"query": "no answer"})
            self.assertEqual(next(row for row in client.pages() if row["query"] == "good two")["metadata"], {"timestamp": "yesterday"})
            exported = client.export()
            daemon.learnctl("import", "--from-qdrant", server.url)
            self.assertEqual(client.export(), exported)

    def test_every_point_that_the_daemon_rejects_is_in_the_file(self):
        with FakeQdrant() as server, Daemon() as daemon:
            def points(solution):
                return [{"id": str(uuid.UUID(int=number)), "vector": VECTORS[0], "payload": {"query": "volume %d" % number, "solution": solution}}
                        for number in range(1, 1301)]
            server.make("volumes", points("lvextend"))
            done = daemon.learnctl("import", "--from-qdrant", server.url, "--json")
            self.assertEqual(json.loads(done.stdout)["stored"], 1300, done)
            # The same ids with other contents.
            server.result("PUT", "/collections/volumes/points?wait=true", {"points": points("lvreduce")})
            done = daemon.learnctl("import", "--from-qdrant", server.url, "--json")
            counts = json.loads(done.stdout)
            self.assertEqual((done.returncode, counts["stored"], counts["rejected"]), (1, 0, 1300), done)
            with open(daemon.folder / counts["rejected_file"]) as file:
                rejected = [json.loads(line) for line in file]
            self.assertEqual({line["id"] for line in rejected}, {str(uuid.UUID(int=number)) for number in range(1, 1301)})
            self.assertEqual({line["payload"]["solution"] for line in rejected}, {"lvreduce"})

    def test_names_can_be_mapped_collections_chosen_and_a_key_given(self):
        with FakeQdrant("--api-key", "sesame") as server, Daemon() as daemon, daemon.client() as client:
            key = {"api-key": "sesame"}
            for name in ("wanted", "unwanted"):
                server.result("PUT", "/collections/" + name, {"vectors": {"size": 4, "distance": "Cosine"}}, key)
                server.result("PUT", "/collections/%s/points?wait=true" % name,
                              {"points": [{"id": 1, "vector": [1, 2, 3, 4], "payload": {"problem": "of " + name, "answer": "s"}}]}, key)
            arguments = ("import", "--from-qdrant", server.url, "--collection", "wanted", "--map", "problem=query", "--map", "answer=solution")
            refused = daemon.learnctl(*arguments)
            self.assertEqual((refused.returncode, "API key" in refused.stderr), (1, True), refused)
            (daemon.folder / "key").write_text("sesame")
            done = daemon.learnctl(*arguments, "--api-key-file", str(daemon.folder / "key"))
            self.assertEqual(done.returncode, 0, done)
            self.assertEqual([(row["query"], row["category"]) for row in client.pages()], [("of wanted", "wanted")])

    def test_learnds_own_collections_are_left_out(self):
        with FakeQdrant() as server, Daemon(config(server)) as daemon, daemon.client() as client:
            client.store("grow a disk image", "qemu-img resize disk.img +10G")
            server.make("others", [{"id": 1, "vector": VECTORS[0], "payload": {"query": "q", "solution": "s"}}])
            done = daemon.learnctl("import", "--from-qdrant", server.url, "--json")
            self.assertEqual(json.loads(done.stdout)["points"], 1, done)

    def test_wrong_flags_and_servers_are_said(self):
        with Daemon() as daemon:
            self.assertEqual(daemon.learnctl("import", "--dry-run").returncode, 2)
            self.assertEqual(daemon.learnctl("import", "--from-qdrant", "http://127.0.0.1:1", "--map", "query").returncode, 2)
            gone = daemon.learnctl("import", "--from-qdrant", "http://127.0.0.1:1")
            self.assertIn("--from-qdrant", gone.stderr)
            with FakeQdrant() as server:
                unknown = daemon.learnctl("import", "--from-qdrant", server.url, "--collection", "no-such")
            self.assertEqual(unknown.returncode, 1)
            self.assertIn('no collection "no-such"', unknown.stderr)
            self.assertEqual((gone.returncode, "can't be reached" in gone.stderr), (1, True), gone)


def config_url(daemon):
    return next(line.split('"')[1] for line in daemon.config.read_text().splitlines() if line.startswith("url"))


if __name__ == "__main__":
    unittest.main()
