"""A learnd of the measure's own, and a client that costs little beside what it measures."""
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE_SECONDS = 600
LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)


class MeasureError(Exception):
    """The measure can't be made."""


def request_of(method, target, body=b""):
    """The bytes of a request, made before the clock runs."""
    head = "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (method, target, len(body))
    return head.encode() + body


class Client:
    """One keep-alive connection."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # Not Python's own timeout, which asks the kernel before each piece; nor a new buffer for each: the client's time is not learnd's.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", PATIENCE_SECONDS, 0))
        self.buffer = memoryview(bytearray(1 << 18))
        self.socket.connect(str(path))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, request):
        """(status, body)."""
        self.socket.sendall(request)
        return self.receive()

    def receive(self):
        data = bytes(self.more())
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self.more()
        status, body, length = int(data[9:12]), end + 4, LENGTH.search(data, 0, end + 2)
        if not length:
            return status, self.unchunked(bytearray(data[body:]))
        whole = body + int(length[1])
        if len(data) < whole:
            data = bytearray(data)
            while len(data) < whole:
                data += self.more()
        return status, bytes(data[body:])

    def unchunked(self, data):
        body, place = bytearray(), 0
        while True:
            while (end := data.find(b"\r\n", place)) < 0:
                data += self.more()
            size = int(bytes(data[place:end]).split(b";")[0], 16)
            while len(data) < end + 2 + size + 2:
                data += self.more()
            if size == 0:
                return bytes(body)
            body += data[end + 2:end + 2 + size]
            place = end + 2 + size + 2

    def more(self):
        size = self.socket.recv_into(self.buffer)
        if not size:
            raise MeasureError("learnd closed the connection")
        return self.buffer[:size]

    def call(self, method, target, body=b"", wanted=(200, 201)):
        status, answer = self.send(request_of(method, target, body))
        if status not in wanted:
            raise MeasureError("%s %s: %d %s" % (method, target, status, answer[:500].decode("utf-8", "replace")))
        return answer

    def json(self, method, target, body=b""):
        return json.loads(self.call(method, target, body))

    def pending(self):
        return self.json("GET", "/v1/stats")["pending_index"]


class Daemon:
    """`learnd --user` without a bus, all its places below a new folder in `where`, which is on the disk to measure."""

    def __init__(self, binaries, where, models=None, config=""):
        self.program = binaries / "learnd"
        self.folder = Path(tempfile.mkdtemp(prefix="learnd-bench-", dir=where))
        for name in ("config/learnd", "state", "run", "models"):
            (self.folder / name).mkdir(parents=True, mode=0o700)
        (self.folder / "config/learnd/config.toml").write_text('[server]\nbus = "none"\n' + config)
        # A socket's path may have 107 bytes only.
        self.sockets = Path(tempfile.mkdtemp(prefix="learnd-", dir="/tmp"))
        self.socket = self.sockets / "learnd/learnd.sock"
        keep = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "LISTEN_", "NOTIFY_", "STATE_", "LEARND_"))}
        self.environment = dict(keep, XDG_CONFIG_HOME=str(self.folder / "config"), XDG_STATE_HOME=str(self.folder / "state"),
                                XDG_RUNTIME_DIR=str(self.sockets), LEARND_MODELS=str(models or self.folder / "models"))
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.sockets, ignore_errors=True)

    def start(self):
        """Seconds until it answers that it is ready."""
        began = time.monotonic()
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([str(self.program), "--user"], env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while time.monotonic() - began < PATIENCE_SECONDS:
            if self.process.poll() is not None:
                raise MeasureError("learnd ended with %s:\n%s" % (self.process.returncode, self.log()))
            with contextlib.suppress(OSError):
                with Client(self.socket) as client:
                    client.call("GET", "/readyz")
                    return time.monotonic() - began
            time.sleep(0.005)
        raise MeasureError("learnd is not ready:\n" + self.log())

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def log(self):
        return (self.folder / "log").read_text("utf-8", "replace")[-4000:]

    def client(self):
        return Client(self.socket)

    def wait_indexed(self, client):
        """Seconds until no vector is missing."""
        began = time.monotonic()
        while client.pending():
            if time.monotonic() - began > PATIENCE_SECONDS:
                raise MeasureError("not indexed in %d s" % PATIENCE_SECONDS)
            time.sleep(0.05)
        return time.monotonic() - began

    def most_megabytes(self):
        """The most memory that it ever had, in MB of 10^6 bytes, pages of files included."""
        status = Path("/proc/%d/status" % self.process.pid).read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) * 1024 / 1e6

    def resident_megabytes(self):
        """Its memory in MB of 10^6 bytes: all of it, and what is no page of a file."""
        status = Path("/proc/%d/status" % self.process.pid).read_text()
        kibibytes = {line.split(":")[0]: int(line.split()[1]) for line in status.splitlines() if line.endswith(" kB")}
        return kibibytes["VmRSS"] * 1024 / 1e6, kibibytes["RssAnon"] * 1024 / 1e6
