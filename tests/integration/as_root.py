"""Runs a command as root, by sudo where it is not: as_root.py PROGRAM [ARGUMENT ...]. What a test needs of the environment goes along."""
import os
import subprocess
import sys


def run_as_root(command):
    """In place of this process."""
    if os.geteuid() == 0:
        os.execv(command[0], command)
    if subprocess.run(["sudo", "-n", "true"], stdin=subprocess.DEVNULL).returncode:
        sys.exit("this test calls as several users: it needs root, or sudo without a question (after `sudo -v`)")
    kept = ["%s=%s" % (name, value) for name, value in os.environ.items() if name == "PATH" or name.startswith("LEARND_")]
    os.execvp("sudo", ["sudo", "-n", "env", *kept, *command])


if __name__ == "__main__":
    run_as_root(sys.argv[1:])
