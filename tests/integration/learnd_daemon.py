"""What the tests share: a learnd of their own in a temporary folder, with a private bus, and a client for its socket."""
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.parse
from pathlib import Path

BINARIES = Path(os.environ["LEARND_TEST_BINARIES"]).resolve()
REPOSITORY = Path(__file__).resolve().parents[2]
# What a sanitizer writes, whatever the program then ends with.
SANITIZER_REPORT = re.compile(r"ERROR: AddressSanitizer|runtime error:|ERROR: LeakSanitizer|WARNING: ThreadSanitizer")
# Sanitizers and a busy machine make everything slower; a test fails by its own check, not by a short patience.
PATIENCE = 120


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return "%d %s" % (self.status, self.body[:500].decode("utf-8", "replace"))


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Client:
    """One connection at a time; opened again where the daemon closed it."""

    def __init__(self, path, timeout=PATIENCE):
        self.path, self.timeout, self.connection = path, timeout, None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def call(self, method, target, body=None, raw=None, headers=None):
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        if self.connection is None:
            self.connection = UnixConnection(self.path, self.timeout)
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                # An early refusal may come before the whole body went out; it is read below.
                self.connection.request(method, target, data, dict(headers or {}))
            answer = self.connection.getresponse()
            reply = Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        except BaseException:
            self.close()
            raise
        if answer.will_close:
            self.close()
        return reply

    def get(self, target):
        return self.call("GET", target)

    def post(self, target, body):
        return self.call("POST", target, body)

    def store(self, query, solution, **more):
        return self.post("/v1/solutions", dict(query=query, solution=solution, **more))

    def search(self, query, **more):
        return self.post("/v1/search", dict(query=query, **more))

    def learning(self, id):
        return self.get("/v1/learnings/" + id).json

    def export(self):
        return self.get("/v1/export").body

    def load(self, lines):
        """Imports dicts or bytes, streamed in chunks."""
        self.close()
        pieces = (line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
        return self.call("POST", "/v1/import", raw=(piece + b"\n" for piece in pieces))

    def pages(self, **parameters):
        cursor = None
        while True:
            words = dict(parameters, **({"cursor": cursor} if cursor else {}))
            page = self.get("/v1/learnings?" + urllib.parse.urlencode(words)).json
            yield from page["learnings"]
            cursor = page["next_cursor"]
            if not cursor:
                return


class PrivateBus:
    """A session bus of its own; it ends with its standard input."""

    def __init__(self):
        self.process = subprocess.Popen(["dbus-run-session", "--", "sh", "-c", 'echo "$DBUS_SESSION_BUS_ADDRESS"; exec cat'],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.address = self.process.stdout.readline().decode().strip()

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(PATIENCE)


class Daemon:
    """`learnd --user` with all its places below one temporary folder."""

    def __init__(self, config=None, environment=None, bus=False, arguments=("--user",), prefix=()):
        self.folder = Path(tempfile.mkdtemp(prefix="learnd-test-", dir="/tmp"))
        for name in ("config/learnd", "state", "run"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "run").chmod(0o700)
        self.config = self.folder / "config/learnd/config.toml"
        if config is not None:
            self.config.write_text(config)
        self.socket = self.folder / "run/learnd/learnd.sock"
        self.state = self.folder / "state/learnd"
        self.log_file = self.folder / "log"
        self.bus = PrivateBus() if bus else None
        self.arguments, self.prefix, self.process = list(arguments), list(prefix), None
        self.due_status = 0  # what it is to end with
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "DBUS_", "LISTEN_", "NOTIFY_", "STATE_", "LEARND_"))}
        self.environment = dict(keep, XDG_CONFIG_HOME=str(self.folder / "config"), XDG_STATE_HOME=str(self.folder / "state"),
                                XDG_RUNTIME_DIR=str(self.folder / "run"),
                                DBUS_SESSION_BUS_ADDRESS=self.bus.address if self.bus else "unix:path=/nonexistent",
                                LSAN_OPTIONS="print_suppressions=0:suppressions=%s" % (REPOSITORY / "tests/integration/leaks.supp"))
        self.environment.update(environment or {})

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def launch(self):
        """Begins it and waits for nothing."""
        self.due_status = 0
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(self.prefix + [str(BINARIES / "learnd")] + self.arguments, env=self.environment, cwd=self.folder,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def start(self, ready="/readyz"):
        self.launch()
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError("learnd ended with %s:\n%s" % (self.process.returncode, self.log()))
            with contextlib.suppress(OSError, http.client.HTTPException):
                with Client(self.socket, timeout=5) as client:
                    if client.get(ready).status == 200:
                        return self
            time.sleep(0.01)
        raise AssertionError("learnd is not ready:\n" + self.log())

    def client(self, timeout=PATIENCE):
        return Client(self.socket, timeout)

    def stop(self, status=0):
        """SIGTERM, after which it must end with this status."""
        self.due_status = status
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        self.check_end()

    def kill(self):
        self.due_status = -signal.SIGKILL
        self.process.kill()
        self.process.wait(PATIENCE)
        self.check_end()

    def check_end(self):
        """As it was told to, and not by itself before that; without a sanitizer's report."""
        log = self.log()
        if self.process.returncode != self.due_status or SANITIZER_REPORT.search(log):
            raise AssertionError("learnd ended with %s, not with %s:\n%s" % (self.process.returncode, self.due_status, log[-4000:]))

    def close(self):
        """Ends it, checks that it ended well, and removes all."""
        try:
            if self.process and self.process.poll() is None:
                self.stop()
            elif self.process:
                self.check_end()
        finally:
            if self.bus:
                self.bus.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        return self.log_file.read_text("utf-8", "replace") if self.log_file.exists() else ""

    def wait_logged(self, pattern):
        """How often it is there, once it is: much is said beside the answers."""
        end = time.monotonic() + PATIENCE
        while not (found := re.findall(pattern, self.log())):
            if time.monotonic() > end:
                raise AssertionError("%s is not in its log:\n%s" % (pattern, self.log()))
            time.sleep(0.02)
        return len(found)

    def learnctl(self, *arguments, input=None, environment=None):
        return subprocess.run([str(BINARIES / "learnctl"), *[str(a) for a in arguments]], input=input, capture_output=True, timeout=PATIENCE,
                              encoding="utf-8", env={**self.environment, "LEARND_SOCKET": str(self.socket), **(environment or {})}, cwd=self.folder,
                              stdin=subprocess.DEVNULL if input is None else None)

    def busctl(self, *arguments):
        return subprocess.run(["busctl", "--user", "--no-pager", *[str(a) for a in arguments]], capture_output=True, timeout=PATIENCE,
                              encoding="utf-8", env=self.environment)

    def bus_call(self, method, *signature_and_values, interface="org.learnd.Learnd1.Memory"):
        """The method's answer as busctl's JSON gives it."""
        done = self.busctl("--json=short", "call", "org.learnd.Learnd1", "/org/learnd/Learnd1", interface, method, *signature_and_values)
        if done.returncode:
            raise AssertionError("%s: %s" % (method, done.stderr))
        return json.loads(done.stdout)["data"] if done.stdout.strip() else None

    def wait_indexed(self):
        end = time.monotonic() + PATIENCE
        with self.client() as client:
            while client.get("/v1/stats").json["pending_index"]:
                if time.monotonic() > end:
                    raise AssertionError("not indexed in time")
                time.sleep(0.05)


class DaemonTest(unittest.TestCase):
    """Tests that share one daemon; config and environment of the class say what kind."""
    config = None
    environment = None
    bus = False

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(cls.config, cls.environment, cls.bus)
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()
        cls.client = cls.daemon.client()
        cls.addClassCleanup(cls.client.close)

    def assert_problem(self, reply, status, field=None):
        statuses = status if isinstance(status, tuple) else (status,)
        self.assertIn(reply.status, statuses, reply)
        self.assertEqual(reply.headers["content-type"], "application/problem+json", reply)
        self.assertEqual(reply.json["status"], reply.status)
        self.assertTrue(reply.json["title"] and reply.json["detail"], reply)
        if field is not None:
            self.assertEqual(reply.json.get("field"), field, reply)
