"""Two users on one socket: who is recorded, and what each may do. Needs root, to be somebody else:
where it is not root it runs itself through sudo (scripts/test asks for the password)."""
import grp
import json
import os
import pwd
import subprocess
import sys
import unittest

from as_root import run_as_root
from learnd_daemon import Daemon, Reply

ASK = r"""
import http.client, json, socket, sys
c = http.client.HTTPConnection("localhost")
c.sock = socket.socket(socket.AF_UNIX)
c.sock.connect(sys.argv[1])
c.request(sys.argv[2], sys.argv[3], sys.argv[4] or None)
a = c.getresponse()
print(json.dumps([a.status, {k.lower(): v for k, v in a.getheaders()}, a.read().decode()]))
"""


class TwoUsers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon()
        cls.addClassCleanup(cls.daemon.close)
        for path in (cls.daemon.folder, cls.daemon.folder / "run"):
            path.chmod(0o755)
        cls.daemon.config.write_text('[server]\nsocket = "%s"\nsocket_mode = "0660"\nsocket_group = "nogroup"\nadmin_group = "daemon"\nbus = "none"\n'
                                     % cls.daemon.socket)
        cls.daemon.arguments = ["--config", str(cls.daemon.config)]
        cls.daemon.environment["STATE_DIRECTORY"] = str(cls.daemon.state)
        cls.daemon.start()
        cls.client = cls.daemon.client()
        cls.addClassCleanup(cls.client.close)

    def ask(self, method, target, body=None, group="nogroup", extra=()):
        """A call by nobody, in a process of its own; status 0: it could not even connect."""
        python = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
        done = subprocess.run([python, "-I", "-c", ASK, str(self.daemon.socket), method, target, json.dumps(body) if body else ""], cwd="/",
                              capture_output=True, encoding="utf-8", user="nobody", group=group, extra_groups=list(extra))
        if done.returncode:
            return Reply(0, {}, done.stderr.encode())
        status, headers, text = json.loads(done.stdout)
        return Reply(status, headers, text.encode())

    def test_the_sockets_mode_and_group(self):
        there = os.stat(self.daemon.socket)
        self.assertEqual((there.st_mode & 0o777, there.st_gid), (0o660, grp.getgrnam("nogroup").gr_gid))

    def test_each_learning_names_its_creator(self):
        mine = self.client.store("stored by root", "one").json["learning"]
        theirs = self.ask("POST", "/v1/solutions", {"query": "stored by nobody", "solution": "two"}).json["learning"]
        self.assertEqual((mine["created_by"], theirs["created_by"]), (0, pwd.getpwnam("nobody").pw_uid))

    def test_the_group_reads_stores_gives_feedback_resolves_and_edits_patterns(self):
        mine = self.client.store("to be read", "one").json["id"]
        opened = self.client.post("/v1/failures", {"error": "an open failure of root"}).json["id"]
        pattern = self.client.post("/v1/patterns", {"query": "{unit} failed", "solution": "restart {unit}"}).json["id"]
        for method, target, body in (("GET", "/v1/learnings/" + mine, None), ("POST", "/v1/search", {"query": "to be read"}),
                                     ("POST", "/v1/feedback", {"id": mine, "outcome": "success"}),
                                     ("PATCH", "/v1/learnings/" + opened, {"solution": "resolved by nobody", "root_cause": "chance"}),
                                     ("PATCH", "/v1/learnings/" + pattern, {"name": "named by nobody"})):
            self.assertEqual(self.ask(method, target, body).status, 200, target)
        self.assertEqual(self.client.learning(opened)["outcome"], "resolved")

    def test_the_group_changes_nothing_of_others_but_its_own(self):
        mine = self.client.store("not to be changed", "one").json["id"]
        for method, body in (("PATCH", {"solution": "theirs"}), ("PATCH", {"status": "archived"}), ("DELETE", None)):
            reply = self.ask(method, "/v1/learnings/" + mine, body)
            self.assertEqual((reply.status, reply.headers.get("content-type")), (403, "application/problem+json"), reply)
        self.assertEqual(self.client.learning(mine)["solution"], "one")
        theirs = self.ask("POST", "/v1/solutions", {"query": "nobody's own", "solution": "x"}).json["id"]
        self.assertEqual(self.ask("PATCH", "/v1/learnings/" + theirs, {"solution": "y"}).status, 200)
        self.assertEqual(self.ask("DELETE", "/v1/learnings/" + theirs).status, 204)

    def test_only_administrators_import_who_made_it(self):
        line = {"kind": "solution", "query": "forged", "solution": "x", "created_by": 0}
        answer = self.ask("POST", "/v1/import", line).json
        self.assertEqual(answer["rejected"][0]["field"], "created_by")
        plain = self.ask("POST", "/v1/import", {"kind": "solution", "query": "honest", "solution": "x"}).json
        self.assertEqual(plain["stored"], 1)

    def test_the_admin_group_may(self):
        mine = self.client.store("for the admin group", "one").json["id"]
        self.assertEqual(self.ask("DELETE", "/v1/learnings/" + mine, group="daemon", extra=["nogroup"]).status, 204)

    def test_who_is_outside_the_group_cannot_connect(self):
        self.assertEqual(self.ask("GET", "/v1/stats", group="games").status, 0)


if __name__ == "__main__":
    if os.getuid() != 0:
        run_as_root([sys.executable, "-B", os.path.abspath(__file__), *sys.argv[1:]])
    unittest.main()
