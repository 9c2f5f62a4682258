"""A Qdrant server for tests: the fake as a program, and a client for what a script of its users would do."""
import http.client
import json
import subprocess

from fake_server import BINARIES, FakeServer


class FakeQdrant(FakeServer):
    def __init__(self, *arguments):
        self.arguments, self.port, self.process = arguments, 0, None
        self.start()

    def start(self):
        """On the port that it had, where it ran before; with what it held, where it has a journal."""
        self.process = subprocess.Popen([str(BINARIES / "fake_qdrant"), "--print-port", "--port", str(self.port), *self.arguments],
                                        stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.port

    @property
    def config(self):
        return '[index]\nbackend = "qdrant"\nurl = "%s"\n' % self.url

    def call(self, method, target, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(method, target, data, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def result(self, method, target, body=None, headers=None):
        status, text = self.call(method, target, body, headers)
        if status != 200:
            raise AssertionError("%s %s: %d %s" % (method, target, status, text[:500]))
        return json.loads(text)["result"]

    def fault(self, name):
        self.call("PUT", "/_fake/fault", name.encode())

    def points(self, collection, vectors=False):
        """All of them, by id."""
        offset, found = None, {}
        while True:
            page = self.result("POST", "/collections/%s/points/scroll" % collection,
                               {"limit": 500, "offset": offset, "with_payload": True, "with_vector": vectors})
            found.update((point["id"], point) for point in page["points"])
            offset = page["next_page_offset"]
            if offset is None:
                return found

    def make(self, name, points, size=768):
        """As qdrant-client makes it: one vector without a name, by cosine."""
        self.result("PUT", "/collections/" + name, {"vectors": {"size": size, "distance": "Cosine"}})
        for start in range(0, len(points), 250):
            self.result("PUT", "/collections/%s/points?wait=true" % name, {"points": points[start:start + 250]})
