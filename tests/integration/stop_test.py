"""A stop: while the daemon still loads, and while a client keeps it waiting."""
import contextlib
import signal
import socket
import time
import unittest

from learnd_daemon import PATIENCE, Daemon


class Stop(unittest.TestCase):
    def test_a_start_that_waits_for_a_backend_ends_at_once(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            silent.settimeout(PATIENCE)
            daemon = Daemon(config='[embedder]\nbackend = "ollama"\nurl = "http://127.0.0.1:%d"\n' % silent.getsockname()[1])
            with contextlib.closing(daemon):
                daemon.launch()
                with contextlib.closing(silent.accept()[0]):
                    began = time.monotonic()
                    daemon.stop()
                    self.assertLess(time.monotonic() - began, 3)
                    self.assertNotIn("VERSION=", daemon.log())

    def test_a_request_that_is_never_whole_does_not_hold_it_up_for_longer_than_the_limit(self):
        with Daemon(bus=True) as daemon, socket.socket(socket.AF_UNIX) as client:
            client.connect(str(daemon.socket))
            client.sendall(b"POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            time.sleep(0.1)
            began = time.monotonic()
            daemon.stop()
            self.assertLess(time.monotonic() - began, 20)


class TheEndThatTestsCheck(unittest.TestCase):
    """A crash that `Daemon` lets pass is seen by no test."""

    def crashed(self):
        daemon = Daemon()
        self.addCleanup(lambda: daemon.process.wait(PATIENCE))
        daemon.start()
        daemon.process.send_signal(signal.SIGSEGV)
        daemon.process.wait(PATIENCE)
        return daemon

    def test_a_crash_is_no_good_end(self):
        for end in (Daemon.close, Daemon.stop, Daemon.kill):
            with self.subTest(end.__name__):
                daemon = self.crashed()
                self.assertRaises(AssertionError, end, daemon)
                self.assertRaises(AssertionError, daemon.close)

    def test_nor_is_a_sanitizers_report(self):
        for report in ("ERROR: AddressSanitizer: heap-use-after-free", "x.cpp:1:2: runtime error: overflow", "WARNING: ThreadSanitizer: data race"):
            daemon = Daemon()
            daemon.start()
            with open(daemon.log_file, "a") as log:
                log.write("==1==%s\n" % report)
            self.assertRaises(AssertionError, daemon.close)


if __name__ == "__main__":
    unittest.main()
