"""Stands on the way to a PostgreSQL and delays, cuts or garbles what it answers."""
import contextlib
import random
import select
import shutil
import socket
import tempfile
import threading
from pathlib import Path

SOCKET_NAME = ".s.PGSQL.5432"
GLANCE_SECONDS = 0.05
SLOW_SECONDS = 10
CHUNK = 65536


class FaultyProxy:
    """A Unix socket in a folder of its own. `fault` switches it while it runs:

    none     all goes through
    slow     each answer comes ten seconds late, even where the fault is over by then
    garbage  as many other bytes
    half     half of the answer, then the end
    cut      no answer, and the end
    """

    def __init__(self, server_folder):
        self.server = str(server_folder / SOCKET_NAME)
        self.folder = Path(tempfile.mkdtemp(prefix="learnd-proxy-", dir="/tmp"))
        self.kind, self.touched, self.noise = "none", 0, random.Random(5)
        self.stopping, self.threads = threading.Event(), []
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(self.folder / SOCKET_NAME))
        self.listener.listen(64)
        self.listener.settimeout(GLANCE_SECONDS)
        self.begin(self.accept)

    def begin(self, work, *arguments):
        thread = threading.Thread(target=work, args=arguments)
        self.threads.append(thread)
        thread.start()

    @property
    def config(self):
        return '[store]\nbackend = "postgres"\ndsn = "host=%s dbname=learnd user=learnd"\n' % self.folder

    def fault(self, kind):
        self.kind = kind

    def accept(self):
        while not self.stopping.is_set():
            with contextlib.suppress(socket.timeout):
                self.begin(self.forward, self.listener.accept()[0])

    def forward(self, client):
        with client, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server, contextlib.suppress(OSError):
            server.connect(self.server)
            while not self.stopping.is_set():
                for side in select.select([client, server], [], [], GLANCE_SECONDS)[0]:
                    data = side.recv(CHUNK)
                    if not data:
                        return
                    if side is client:
                        server.sendall(data)
                    elif not self.answer(client, data):
                        return

    def answer(self, client, data):
        """Whether the connection goes on."""
        kind = self.kind
        self.touched += kind != "none"
        if kind == "slow":
            self.stopping.wait(SLOW_SECONDS)
        elif kind == "garbage":
            data = self.noise.randbytes(len(data))
        elif kind == "half":
            data = data[:len(data) // 2]
        elif kind == "cut":
            data = b""
        client.sendall(data)
        return kind not in ("half", "cut")

    def close(self):
        self.stopping.set()
        for thread in list(self.threads):
            thread.join()
        self.listener.close()
        shutil.rmtree(self.folder, ignore_errors=True)
