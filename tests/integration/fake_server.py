"""What the fake servers have in common: a process that can be paused, killed and started again on its port."""
import os
import signal
from pathlib import Path

BINARIES = Path(os.environ["LEARND_TEST_BINARIES"]).resolve()
PATIENCE = 120


class FakeServer:
    """`start` of the class sets `process`."""
    process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        self.process.kill()
        self.close()

    def close(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.process.stdout.close()
