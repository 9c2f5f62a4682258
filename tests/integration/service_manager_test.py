"""What a service manager sees: readiness, the watchdog, sockets passed in, the graceful stop."""
import collections
import http.client
import os
import socket
import subprocess
import threading
import time
import unittest

from learnd_daemon import BINARIES, PATIENCE, Client, Daemon


class Notify(unittest.TestCase):
    def test_ready_watchdog_and_stopping_are_told_and_what_was_accepted_is_kept(self):
        daemon = Daemon()
        self.addCleanup(daemon.close)
        inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(inbox.close)
        inbox.bind(str(daemon.folder / "notify"))
        inbox.settimeout(PATIENCE)
        daemon.environment.update(NOTIFY_SOCKET=str(daemon.folder / "notify"), WATCHDOG_USEC="1000000")
        daemon.start()
        told = ""
        while "READY=1" not in told or told.count("WATCHDOG=1") < 2:
            told += inbox.recv(4096).decode() + "\n"
        answers, stored, cut, lock = collections.Counter(), set(), [], threading.Lock()

        def write(number):
            with daemon.client() as client:
                for i in range(10000):
                    try:
                        reply = client.store("writer %d learning %d" % (number, i), "s")
                    except (http.client.RemoteDisconnected, ConnectionError, FileNotFoundError):
                        return  # it is gone, or was about to be
                    except (OSError, http.client.HTTPException, ValueError) as failed:
                        cut.append(failed)
                        return
                    with lock:
                        answers[reply.status] += 1
                        if reply.status == 201:
                            stored.add(reply.json["id"])
        threads = [threading.Thread(target=write, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        daemon.stop()
        for thread in threads:
            thread.join()
        inbox.settimeout(1)
        try:
            while True:
                told += inbox.recv(4096).decode() + "\n"
        except socket.timeout:
            pass
        self.assertIn("STOPPING=1", told)
        daemon.environment.pop("NOTIFY_SOCKET"), daemon.environment.pop("WATCHDOG_USEC")
        daemon.start()
        self.assertEqual(cut, [], "an answer that ended half way")
        self.assertEqual(dict(answers), {201: len(stored)})
        self.assertGreater(len(stored), 0)
        with daemon.client() as client:
            # No more than that either: what was taken was answered.
            self.assertEqual({r["id"] for r in client.pages(limit=500)}, stored)


class Activation(unittest.TestCase):
    def listens(self, path):
        """The file is there a moment before anybody may connect."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            return probe.connect_ex(str(path)) == 0

    def test_a_socket_passed_in_is_served_and_left_in_place(self):
        daemon = Daemon()
        self.addCleanup(daemon.close)
        own = daemon.folder / "activated.sock"
        passed = [word for name, value in daemon.environment.items() if name.startswith(("XDG_", "DBUS_", "HOME", "PATH", "ASAN", "UBSAN"))
                  for word in ("-E", "%s=%s" % (name, value))]
        child = subprocess.Popen(["systemd-socket-activate", "-l", str(own), *passed, str(BINARIES / "learnd"), "--user"], env=daemon.environment,
                                 stderr=subprocess.DEVNULL)
        try:
            end = time.monotonic() + PATIENCE
            while not self.listens(own) and time.monotonic() < end:
                time.sleep(0.02)
            with Client(own) as client:
                self.assertEqual(client.get("/healthz").status, 200)
            self.assertFalse(daemon.socket.exists())
        finally:
            child.terminate()
            self.assertEqual(child.wait(PATIENCE), 0)
        self.assertTrue(own.exists())


class Places(unittest.TestCase):
    def test_a_second_daemon_on_the_same_state_is_refused_and_a_stale_socket_replaced(self):
        with Daemon() as daemon:
            second = subprocess.run([str(BINARIES / "learnd"), "--user"], env=daemon.environment, capture_output=True, encoding="utf-8", timeout=PATIENCE)
            self.assertNotEqual(second.returncode, 0)
            with daemon.client() as client:
                self.assertEqual(client.get("/healthz").status, 200)
            daemon.kill()
            self.assertTrue(daemon.socket.exists())
            daemon.start()

    def test_no_state_file_is_open_to_others(self):
        with Daemon() as daemon:
            with daemon.client() as client:
                client.store("q", "s")
            for folder, _, files in os.walk(daemon.state):
                for name in files:
                    self.assertEqual(os.stat(os.path.join(folder, name)).st_mode & 0o077, 0, name)

    def test_a_missing_bus_is_a_warning(self):
        with Daemon() as daemon, daemon.client() as client:
            self.assertEqual(client.store("without a bus", "s").status, 201)
            daemon.wait_logged(r"(?i)warning.*bus")


if __name__ == "__main__":
    unittest.main()
