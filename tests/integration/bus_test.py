"""The bus, by busctl on a private one: every member is there as the XML says, and every method does its work."""
import json
import subprocess
import time
import unittest
import xml.etree.ElementTree

from learnd_daemon import BINARIES, REPOSITORY, DaemonTest

NAME, PATH, MEMORY = "org.learnd.Learnd1", "/org/learnd/Learnd1", "org.learnd.Learnd1.Memory"


def members(root):
    """(kind, name, signature in, signature out) of the interface in an introspection text."""
    found = set()
    for interface in root.iter("interface"):
        if interface.get("name") != MEMORY:
            continue
        for one in interface:
            if one.tag == "property":
                found.add(("property", one.get("name"), one.get("type"), one.get("access")))
            elif one.tag in ("method", "signal"):
                ways = {"in": "", "out": ""}
                for argument in one.iter("arg"):
                    ways[argument.get("direction", "in" if one.tag == "method" else "out")] += argument.get("type")
                found.add((one.tag, one.get("name"), ways["in"], ways["out"]))
    return found


class BusTest(DaemonTest):
    bus = True

    def properties(self, *names):
        shown = self.daemon.busctl("--json=short", "get-property", NAME, PATH, MEMORY, *names)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        return [(one["type"], one["data"]) for one in map(json.loads, shown.stdout.splitlines())]

    def assert_counts(self, learnings, pending):
        """The two counts get there; the bus brings them up to date once a second."""
        end = time.monotonic() + 20
        while (shown := self.properties("LearningCount", "PendingIndex")) != [("t", learnings), ("t", pending)] and time.monotonic() < end:
            time.sleep(0.1)
        self.assertEqual(shown, [("t", learnings), ("t", pending)])


class Bus(BusTest):

    def test_the_xml_file_and_the_code_agree(self):
        live = self.daemon.bus_call("Introspect", interface="org.freedesktop.DBus.Introspectable")[0]
        [file] = REPOSITORY.glob("src/interfaces/dbus/org.learnd.Learnd1.xml")
        written = members(xml.etree.ElementTree.parse(file).getroot())
        self.assertEqual(members(xml.etree.ElementTree.fromstring(live)), written)
        self.assertEqual(len([m for m in written if m[0] == "method"]), 13)

    def test_busctl_introspect_lists_the_interface(self):
        listed = self.daemon.busctl("introspect", NAME, PATH).stdout
        for member in ("StoreSolution", "Recall", "LearningCount", "LearningStored"):
            self.assertIn(member, listed)

    def test_store_get_search_update_feedback_delete(self):
        call = self.daemon.bus_call
        id = call("StoreSolution", "sssa{sv}", "Show open ports", "ss -tlnp", "best-practices", 2, "os", "s", "nixos", "rank", "i", 3)[0]
        fields = call("Get", "s", id)[0]
        self.assertEqual((fields["query"]["data"], fields["metadata"]["data"]["rank"]["data"]), ("Show open ports", 3))
        hit = call("Search", "sasud", "Show open ports", 0, 5, 0)[0][0]
        self.assertEqual((hit[0], hit[1], hit[2], hit[3]["query"]["data"]), (id, 1.0, "solution", "Show open ports"))
        self.assertIsNone(call("Update", "sa{sv}", id, 1, "solution", "s", "ss -tulnp"))
        self.assertEqual(self.client.learning(id)["solution"], "ss -tulnp")
        call("Feedback", "sss", id, "success", "it works")
        self.assertEqual(self.client.learning(id)["successes"], 1)
        call("Delete", "s", id)
        self.assertEqual(self.client.get("/v1/learnings/" + id).status, 404)

    def test_failure_and_interaction(self):
        call = self.daemon.bus_call
        id = call("StoreFailure", "ssssa{sv}", "port 22: connection refused", "ping", "systemctl start sshd", "not running", 0)[0]
        self.assertEqual(self.client.learning(id)["outcome"], "resolved")
        id, value, saved = call("LogInteraction", "sssassa{sv}", "Which port is open?", "22", "success", 1, "a text", "local", 1, "is_generic", "b", "true")
        row = self.client.learning(id)
        self.assertEqual((row["value_score"], row["tokens_saved"], row["llm_used"]), (value, saved, "local"))
        self.assertEqual(row["factors"], {"is_generic": True})

    def test_an_empty_category_means_the_default(self):
        id = self.daemon.bus_call("StoreSolution", "sssa{sv}", "Show the routing table", "ip route", "", 0)[0]
        self.assertEqual(self.client.learning(id)["category"], "skills-patterns")

    def test_recall_and_store_take_all_that_http_takes(self):
        call = self.daemon.bus_call
        stored = call("Store", "sa{sv}", "solution", 5, "query", "s", "Show closed ports", "solution", "s", "nmap localhost", "important", "b", "true",
                      "factors", "a{sv}", 1, "lines_of_code", "i", 1, "metadata", "a{sv}", 1, "os", "s", "nixos")[0]
        self.assertFalse(stored["duplicate"]["data"])
        reuse, results, degraded = call("Recall", "sa{sv}", "Show closed ports", 3, "limit", "u", 1, "kinds", "as", 1, "solution",
                                        "filter", "a{sv}", 1, "metadata.os", "s", "nixos")
        self.assertEqual((reuse["decision"]["data"], results[0][0], degraded), ("reuse", stored["id"]["data"], False))

    def test_list_pages(self):
        for i in range(3):
            self.client.store("listed on the bus %d" % i, "x", category="bus-list")
        rows, cursor = self.daemon.bus_call("List", "a{sv}", 2, "category", "s", "bus-list", "limit", "u", 2)
        self.assertEqual((len(rows), bool(cursor)), (2, True))
        rows, cursor = self.daemon.bus_call("List", "a{sv}", 3, "category", "s", "bus-list", "limit", "u", 2, "cursor", "s", cursor)
        self.assertEqual((len(rows), cursor), (1, ""))

    def test_score_and_quality(self):
        value, breakdown = self.daemon.bus_call("Score", "a{sv}", 5, "lines_of_code", "i", 50, "is_generic", "b", "true", "is_novel", "b", "true",
                                                "user_confirmed", "b", "true", "severity", "s", "high")
        self.assertAlmostEqual(value, 0.81)
        self.assertEqual(set(breakdown), {"complexity", "reusability", "novelty", "confirmation", "impact"})
        self.assertIn("band", self.daemon.bus_call("Quality")[0])

    def test_properties(self):
        quality = self.client.get("/v1/quality").json
        version = subprocess.run([str(BINARIES / "learnd"), "--version"], capture_output=True, encoding="utf-8").stdout.split()[-1]
        self.assertEqual(self.properties("Degraded", "AverageRelevance", "QualityBand", "Version"),
                         [("b", False), ("d", quality["average_relevance"] or 0), ("s", quality["band"]), ("s", version)])

    def test_the_count_follows_stores_imports_and_deletes(self):
        before = self.client.get("/v1/stats").json["learnings"]
        id = self.client.store("for the count", "x").json["id"]
        self.client.store("for the count", "x")  # the same again is no new one
        self.assert_counts(before + 1, 0)
        self.client.load({"kind": "solution", "query": "imported for the count %d" % i, "solution": "x"} for i in range(7))
        self.assert_counts(before + 8, 0)
        self.client.call("DELETE", "/v1/learnings/" + id)
        self.assert_counts(before + 7, 0)

    def test_a_store_is_signalled(self):
        monitor = subprocess.Popen(["busctl", "--user", "monitor", "--match", "type='signal',interface='%s'" % MEMORY], env=self.daemon.environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        monitor.stderr.readline()  # it listens from here on
        id = self.client.store("to be signalled", "x").json["id"]
        end, seen = time.monotonic() + 20, ""
        while id not in seen and time.monotonic() < end:
            seen += monitor.stdout.readline()
        monitor.terminate()
        monitor.communicate()
        self.assertIn("LearningStored", seen)

    def test_errors_have_their_names(self):
        for method, words, error in (("Get", ["string:018f0000-0000-7000-8000-000000000000"], "NotFound"),
                                     ("Search", ["string:", "array:string:", "uint32:5", "double:0"], "InvalidArgument"),
                                     ("Feedback", ["string:018f0000-0000-7000-8000-000000000000", "string:great", "string:"], "InvalidArgument")):
            done = subprocess.run(["dbus-send", "--session", "--print-reply", "--dest=" + NAME, PATH, MEMORY + "." + method, *words],
                                  env=self.daemon.environment, capture_output=True, encoding="utf-8")
            self.assertIn("org.learnd.Learnd1.Error." + error, done.stderr)


class BusWithoutAModel(BusTest):
    """Nothing is embedded, so what waits for its vector stays."""
    environment = {"LEARND_MODELS": "/nonexistent"}

    def test_what_waits_for_its_vector_is_counted(self):
        self.assertEqual(self.properties("Degraded"), [("b", True)])
        self.assert_counts(0, 0)
        self.client.store("waits for its vector", "x")
        self.assert_counts(1, 1)
        self.client.load({"kind": "solution", "query": "imported without a vector %d" % i, "solution": "x"} for i in range(5))
        self.assert_counts(6, 6)


if __name__ == "__main__":
    unittest.main()
