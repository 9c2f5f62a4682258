"""What is wrong with a request is answered with a problem that names the field, or the connection is closed; the daemon goes on."""
import re
import socket
import time
import unittest

from learnd_daemon import DaemonTest


def raw(path, data, timeout=40, half_close=False):
    """The answer's bytes; b'' where the connection was closed without one."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(timeout)
        s.connect(str(path))
        try:
            s.sendall(data)
            if half_close:
                s.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before it was read: the answer says why
        out = b""
        try:
            while piece := s.recv(65536):
                out += piece
        except ConnectionResetError:
            pass
        return out


class BadInput(DaemonTest):
    def post(self, data, target="/v1/solutions"):
        return self.client.call("POST", target, raw=data)

    def test_what_is_no_json_object_is_refused(self):
        for data in (b"", b"null", b"[]", b'{"query": ', b'{"query":"q","solution":"s"} x', b'{"query":"q\xff","solution":"s"}',
                     b'{"query":"q\\ud800","solution":"s"}', b'{"query":"q","solution":"s","factors":{"lines_of_code":NaN}}',
                     b'{"query":"q","solution":"s","factors":{"lines_of_code":1e999}}', b'{"query":"q","query":"r","solution":"s"}',
                     b'{"query":"q","solution":"s","metadata":{"a":' + b"[" * 200000 + b"]" * 200000 + b"}}"):
            with self.subTest(data=data[:60]):
                self.assert_problem(self.post(data), (400, 422))

    def test_a_wrong_field_is_named(self):
        fine = {"query": "q", "solution": "s"}
        for change, field in (({"query": 5}, "query"), ({"query": None}, "query"), ({"query": ""}, "query"), ({"query": " \t\n"}, "query"),
                              ({"query": "a\0b"}, "query"), ({"solution": None}, "solution"), ({"bogus": 1}, "bogus"),
                              ({"category": "Not Allowed"}, "category"), ({"category": ""}, "category"), ({"category": "a" * 64}, "category"),
                              ({"metadata": [1]}, "metadata"), ({"metadata": {"n": 2 ** 53 + 1}}, "metadata"),
                              ({"idempotency_key": "k" * 129}, "idempotency_key"),
                              ({"factors": {"lines_of_code": -1}}, "factors.lines_of_code"), ({"factors": {"severity": "awful"}}, "factors.severity"),
                              ({"factors": {"bogus": 1}}, "factors.bogus"), ({"profile": "none"}, "profile")):
            with self.subTest(change=change):
                body = {k: v for k, v in dict(fine, **change).items() if v is not None}
                self.assert_problem(self.client.post("/v1/solutions", body), (400, 422), field)

    def test_what_is_too_long_is_refused_and_the_limit_named(self):
        for body, target, field in (({"query": "q" * 8193, "solution": "s"}, "/v1/solutions", "query"),
                                    ({"query": "q", "solution": "s" * (256 * 1024 + 1)}, "/v1/solutions", "solution"),
                                    ({"error": "e" * (256 * 1024 + 1)}, "/v1/failures", "error"),
                                    ({"query": "q" * (256 * 1024 + 1)}, "/v1/search", "query"),
                                    ({"query": "q", "solution": "s", "metadata": {"a": "x" * 65536}}, "/v1/solutions", "metadata")):
            reply = self.client.post(target, body)
            self.assert_problem(reply, (413, 422), field)
            self.assertRegex(reply.json["detail"], r"\d")
        self.assert_problem(self.post(b'{"query":"q","solution":"' + b"s" * (1 << 20) + b'"}'), 413)

    def test_what_is_just_short_enough_is_stored(self):
        self.assertEqual(self.client.store("q" * 8192, "s").status, 201)
        self.assertEqual(self.client.store("a long solution", "s" * 256 * 1024).status, 201)
        stored = self.client.post("/v1/failures", {"error": "e" * 256 * 1024})
        self.assertEqual(len(self.client.learning(stored.json["id"])["query"]), 256 * 1024)
        self.assertEqual(self.client.search("q" * 256 * 1024).status, 200)

    def test_a_search_with_a_wrong_member_names_it(self):
        for more, field in (({"limit": 0}, "limit"), ({"limit": 101}, "limit"), ({"limit": "5"}, "limit"), ({"filter": {"bogus": 1}}, "filter"),
                            ({"min_score": 2}, "min_score"), ({"mode": "fuzzy"}, "mode"), ({"kinds": ["poem"]}, "kinds"),
                            ({"categories": [1]}, "categories"), ({"query": ""}, "query")):
            with self.subTest(more=more):
                reply = self.client.post("/v1/search", dict({"query": "q"}, **more))
                self.assert_problem(reply, (400, 422))
                self.assertEqual(reply.json["field"].split(".")[0].split("[")[0], field)

    def test_unknown_paths_methods_and_ids(self):
        self.assert_problem(self.client.get("/v1/nothing"), 404)
        self.assert_problem(self.client.call("DELETE", "/v1/search"), 405)
        self.assert_problem(self.client.get("/v1/learnings/018f0000-0000-7000-8000-000000000000"), 404)
        self.assert_problem(self.client.get("/v1/learnings/%2e%2e%2fetc"), (400, 404, 422))

    def test_what_is_no_http_is_refused_or_closed(self):
        for data in (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200000 + b"\r\n\r\n",
                     b"POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\nabc",
                     b"POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
                     b"POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                     b"POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
                     b"POST /v1/search HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"):
            with self.subTest(data=data[:60]):
                answer = raw(self.daemon.socket, data)
                self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer[:80])
        half = raw(self.daemon.socket, b"POST /v1/solutions HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{\"query\":\"half", half_close=True)
        self.assertTrue(half == b"" or half.startswith(b"HTTP/1.1 4"), half[:80])

    def test_pipelined_requests_are_answered_in_order(self):
        answer = raw(self.daemon.socket, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n"
                     b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        self.assertEqual(re.findall(rb"HTTP/1\.1 (\d+)", answer), [b"200", b"404", b"200"])

    def test_others_are_served_beside_a_slow_client_who_is_put_off_in_the_end(self):
        slow = socket.socket(socket.AF_UNIX)
        self.addCleanup(slow.close)
        slow.connect(str(self.daemon.socket))
        slow.sendall(b"POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{")
        began = time.monotonic()
        for _ in range(20):
            self.assertEqual(self.client.get("/healthz").status, 200)
        self.assertLess(time.monotonic() - began, 10)
        slow.settimeout(60)
        answer = slow.recv(4096)
        self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 408"), answer[:60])
        self.assertLess(time.monotonic() - began, 45)

    def test_nothing_refused_is_stored(self):
        self.client.post("/v1/solutions", {"query": "refused for its factor", "solution": "s", "factors": {"severity": "awful"}})
        self.assertNotIn(b"refused for its factor", self.client.export())


if __name__ == "__main__":
    unittest.main()
