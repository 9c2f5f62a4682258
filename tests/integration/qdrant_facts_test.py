"""Holds the fake Qdrant to tests/data/qdrant_facts.json, which says what a real one was seen to answer and how the file is read."""
import json
import socket
import time
import unittest

from fake_qdrant import FakeQdrant
from learnd_daemon import PATIENCE, REPOSITORY

FACTS = json.loads((REPOSITORY / "tests/data/qdrant_facts.json").read_text())


class Facts(unittest.TestCase):
    def check(self, expected, found, place="result"):
        if isinstance(expected, dict):
            for name in expected.get("absent", ()):
                self.assertFalse(found.get(name), "%s.%s" % (place, name))
            for name, inner in expected.items():
                if name != "absent":
                    self.assertIn(name, found, place)
                    self.check(inner, found[name], "%s.%s" % (place, name))
        elif isinstance(expected, list):
            self.assertEqual(len(found), len(expected), "%s: %r" % (place, found))
            for number, inner in enumerate(expected):
                self.check(inner, found[number], "%s.%d" % (place, number))
        elif isinstance(expected, (int, float)) and not isinstance(expected, bool):
            self.assertAlmostEqual(found, expected, 5, place)
        else:
            self.assertEqual(found, expected, place)

    def check_fact(self, server, fact):
        method = next(name for name in ("get", "put", "post", "patch", "delete") if name in fact)
        body = fact.get("body")
        status, answer = server.call(method.upper(), fact[method], body.encode() if isinstance(body, str) else body, fact.get("headers"))
        self.assertEqual(status, fact["status"], answer[:300])
        if "text" in fact:
            self.assertEqual(answer.decode(), fact["text"])
        if "error" in fact:
            self.assertEqual(json.loads(answer)["status"]["error"], fact["error"])
        if "result" in fact:
            self.check(fact["result"], json.loads(answer)["result"])

    def check_all(self, server, facts):
        for fact in facts:
            with self.subTest(fact["what"]):
                self.check_fact(server, fact)

    def test_the_fake_answers_as_the_real_one_was_seen_to(self):
        self.assertGreater(len(FACTS["facts"]), 70)
        with FakeQdrant() as server:
            self.check_all(server, FACTS["facts"])

    def test_and_with_keys(self):
        with FakeQdrant("--api-key", "k", "--read-only-key", "r") as server:
            self.check_all(server, FACTS["facts with the key k, and r for reading"])


class Connections(unittest.TestCase):
    """Seen too: how long it waits, and how much it takes."""

    def connect(self, server, sent):
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
        self.addCleanup(connection.close)
        connection.sendall(sent)
        return connection

    def all_of(self, connection):
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer

    def test_after_five_seconds_it_waits_for_no_request(self):
        with FakeQdrant() as server:
            silent, half, idle = (self.connect(server, sent) for sent in (b"", b"GET /hea", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"))
            began = time.monotonic()
            for connection in (silent, half):
                self.assertTrue(self.all_of(connection).startswith(b"HTTP/1.1 408 "))
            self.assertTrue(self.all_of(idle).endswith(b"healthz check passed"))  # and no word more
            self.assertGreater(time.monotonic() - began, 4)

    def test_more_than_32_mebibytes_are_refused_before_they_come(self):
        with FakeQdrant() as server:
            head = b"PUT /collections/notes/points HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 41943040\r\n\r\n"
            answer = self.connect(server, head).recv(65536)
            self.assertTrue(answer.startswith(b"HTTP/1.1 400 "), answer)
            self.assertIn(b"JSON payload (41943040 bytes) is larger than allowed (limit: 33554432 bytes).", answer)

    def test_what_the_fake_does_not_know_it_does_not_answer_wrongly(self):
        with FakeQdrant() as server:
            head = b"POST /collections/notes/points/count HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
            self.assertTrue(self.connect(server, head).recv(65536).startswith(b"HTTP/1.1 501 "))


if __name__ == "__main__":
    unittest.main()
