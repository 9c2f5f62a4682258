"""Servers that a learnd stands on, of the tests' own: a real PostgreSQL, the fake Ollama, and the fake Qdrant of fake_qdrant.py. Each can be
killed and paused, and comes back where it was with what it held."""
import http.client
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse
from pathlib import Path

from fake_qdrant import FakeQdrant
from fake_server import FakeServer
from learnd_daemon import BINARIES, PATIENCE

__all__ = ["FakeOllama", "FakeQdrant", "Postgres"]


class FakeOllama(FakeServer):
    def __init__(self):
        self.port, self.process = 0, None
        self.start()

    def start(self):
        self.process = subprocess.Popen([str(BINARIES / "fake_ollama"), str(self.port)], stdout=subprocess.PIPE, encoding="utf-8")
        self.port = urllib.parse.urlsplit(self.process.stdout.readline().strip()).port

    @property
    def config(self):
        return '[embedder]\nbackend = "ollama"\nurl = "http://127.0.0.1:%d"\n' % self.port

    def fault(self, kind, **more):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("POST", "/fault", json.dumps(dict(more, kind=kind)))
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status == 200, kind


def postgres_programs():
    """Where initdb and postgres are: the newest of Debian's, or those of PATH."""
    named = os.environ.get("LEARND_POSTGRES_BIN")
    if named:
        return Path(named)
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = str(installed[-1]) if installed else shutil.which("initdb")
    if not found:
        raise RuntimeError("PostgreSQL's programs are not installed: on Debian, apt-get install postgresql")
    return Path(found).parent


class Postgres:
    """A real one, with fsync, reached by a socket in its own folder."""

    def __init__(self):
        # PostgreSQL refuses to run as root.
        self.account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self.programs = postgres_programs()
        self.folder = Path(tempfile.mkdtemp(prefix="learnd-pg-", dir="/tmp"))
        if self.account:
            os.chown(self.folder, self.account.pw_uid, self.account.pw_gid)
        self.process = None
        self.run("initdb", "-D", self.folder / "data", "-U", "learnd", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        self.start()
        self.sql("create database learnd", database="postgres")

    def options(self):
        user = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []} if self.account else {}
        # A sanitizer's environment is not for other programs.
        environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
        return dict(user, cwd="/", env=dict(environment, LC_ALL="C"))

    def run(self, program, *arguments):
        done = subprocess.run([str(self.programs / program), *[str(a) for a in arguments]], capture_output=True, encoding="utf-8",
                              timeout=PATIENCE, **self.options())
        if done.returncode:
            raise AssertionError("%s: %s" % (program, done.stderr))
        return done.stdout

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([str(self.programs / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder),
                                             "-c", "listen_addresses="], stdout=log, stderr=log, **self.options())
        end = time.monotonic() + PATIENCE
        while subprocess.run([str(self.programs / "pg_isready"), "-q", "-h", str(self.folder)], check=False).returncode:
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError("PostgreSQL does not start:\n" + (self.folder / "log").read_text("utf-8", "replace")[-2000:])
            time.sleep(0.05)

    @property
    def config(self):
        return '[store]\nbackend = "postgres"\ndsn = "host=%s dbname=learnd user=learnd"\n' % self.folder

    def sql(self, text, database="learnd"):
        """The rows as lines."""
        return self.run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "learnd", "-d", database, "-c", text)

    def all_processes(self):
        """Its first process and those that it made, which are in no group with it."""
        children = Path("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid)).read_text().split()
        return [self.process.pid] + [int(child) for child in children]

    def signal_all(self, number):
        for process in self.all_processes():
            try:
                os.kill(process, number)
            except ProcessLookupError:
                pass  # ended meanwhile

    def pause(self):
        self.signal_all(signal.SIGSTOP)

    def resume(self):
        self.signal_all(signal.SIGCONT)

    def kill(self):
        self.signal_all(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def restart(self):
        """As an administrator does: those who are connected are cut off."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE)
        self.start()

    def cut_connections(self):
        self.sql("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'")

    def close(self):
        if self.process.poll() is None:
            self.resume()
            self.process.send_signal(signal.SIGINT)
            self.process.wait(PATIENCE)
        shutil.rmtree(self.folder, ignore_errors=True)
