"""learnctl: commands, --json, exit status."""
import json
import os
import subprocess
import unittest

from learnd_daemon import BINARIES, DaemonTest


class CommandLine(DaemonTest):
    def run_json(self, *arguments, status=0, input=None):
        done = self.daemon.learnctl(*arguments, "--json", input=input)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def test_store_show_edit_feedback_delete(self):
        id = self.run_json("store", "--query", "Write an image to a USB stick", "--solution", "dd if=image.iso of=/dev/sdX bs=4M", "--category",
                           "best-practices", "--meta", "os=nixos", "--meta", "count:=3", "--important", "--lines-of-code", "1")["id"]
        row = self.run_json("show", id)
        self.assertEqual((row["category"], row["metadata"], row["important"]), ("best-practices", {"count": 3, "os": "nixos"}, True))
        self.assertEqual(self.run_json("edit", id, "--solution", "cp image.iso /dev/sdX", "--unset-meta", "count")["metadata"], {"os": "nixos"})
        self.assertEqual(self.run_json("feedback", id, "success", "--note", "it booted")["successes"], 1)
        self.assertEqual(self.daemon.learnctl("delete", id).returncode, 2)
        self.assertEqual(self.run_json("delete", id, "--yes"), {"id": id, "deleted": True})
        self.run_json("show", id, status=3)

    def test_people_get_text_without_colours_in_a_pipe(self):
        self.daemon.learnctl("store", "--query", "Print the number of CPUs", "--solution", "nproc")
        for command in (["search", "Print the number of CPUs"], ["list"], ["stats"], ["doctor"], ["quality"]):
            done = self.daemon.learnctl(*command)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn("\x1b", done.stdout)
            self.assertTrue(done.stdout.strip())
        self.assertIn("nproc", self.daemon.learnctl("search", "Print the number of CPUs").stdout)

    def test_a_dash_reads_standard_input(self):
        self.run_json("store", "--query", "from a pipe", "--solution", "-", input="text of the pipe\n")
        self.assertEqual(self.run_json("search", "from a pipe")["results"][0]["learning"]["solution"], "text of the pipe")

    def test_fail_log_and_patterns(self):
        self.assertIn("id", self.run_json("fail", "--error", "mount: wrong fs type", "--attempted", "fsck", "--fix", "install ntfs-3g", "--cause", "no driver"))
        logged = self.run_json("log", "--query", "Which kernel?", "--response", "6.6", "--outcome", "success", "--context", "a text", "--tokens-input", "9")
        self.assertEqual(logged["tokens_saved"], 14991)
        pattern = self.run_json("store", "--kind", "pattern", "--query", "{unit} fails", "--solution", "journalctl -u {unit}", "--name", "a unit fails",
                                "--keyword", "unit", "--keyword", "journal")
        self.assertEqual(pattern["learning"]["keywords"], ["unit", "journal"])
        self.assertEqual(pattern["learning"]["origin"], "manual")

    def test_import_and_export(self):
        answer = self.run_json("import", status=1, input='{"kind":"solution","query":"through a pipe","solution":"s"}\n{"kind":"poem"}\n'
                                                         '{"kind":"solution","query":"q","solution":"s","category":""}\n')
        self.assertEqual((answer["stored"], [(r["line"], r["field"]) for r in answer["rejected"]]), (1, [(2, "kind"), (3, "category")]))
        file = self.daemon.folder / "out.ndjson"
        self.assertEqual(self.daemon.learnctl("export", file).returncode, 0)
        self.assertEqual(self.daemon.learnctl("export").stdout, file.read_text())
        self.assertEqual(self.daemon.learnctl("import", file, "--wait").returncode, 0)

    def test_of_many_rejected_lines_the_first_are_listed_and_all_are_counted(self):
        good = '{"kind":"solution","query":"between many that are none","solution":"s"}\n'
        lines = '{"kind":"poem"}\n' * 1500 + good + '{"kind":"song"}\n' * 700
        answer = self.run_json("import", status=1, input=lines)
        self.assertEqual((answer["stored"] + answer["unchanged"], answer["rejected_count"]), (1, 2200))
        self.assertEqual([r["line"] for r in answer["rejected"]], list(range(1, 1001)))
        told = self.daemon.learnctl("import", input=lines)
        self.assertEqual(told.returncode, 1)
        self.assertIn("2200 rejected", told.stdout)

    def test_score(self):
        self.assertAlmostEqual(self.run_json("score", "--lines-of-code", "50", "--is-generic", "true", "--is-novel", "true", "--user-confirmed", "true",
                                             "--severity", "high")["value_score"], 0.81)
        refused = self.daemon.learnctl("score", "--severity", "awful")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("severity", refused.stderr)

    def test_exit_statuses(self):
        self.assertEqual(self.daemon.learnctl("store", "--query", "q", "--solution", "s", "--category", "Not Allowed").returncode, 1)
        for wrong in (["store", "--no-such-flag"], ["nonsense"], [], ["score", "--is-generic", "perhaps"]):
            self.assertEqual(self.daemon.learnctl(*wrong).returncode, 2, wrong)
        self.assertEqual(self.daemon.learnctl("show", "018f0000-0000-7000-8000-000000000000").returncode, 3)
        gone = self.daemon.learnctl("stats", environment={"LEARND_SOCKET": "/nonexistent/sock"})
        self.assertEqual(gone.returncode, 4)
        self.assertIn("learnd", gone.stderr)
        self.assertEqual(self.daemon.learnctl("stats", "--socket", self.daemon.socket, environment={"LEARND_SOCKET": "/nonexistent"}).returncode, 0)
        self.assertEqual(self.daemon.learnctl("--help").returncode, 0)
        self.assertEqual(self.daemon.learnctl("--version").returncode, 0)

    def test_output_that_can_not_be_written_is_a_failure_that_is_said(self):
        for number in range(30):
            self.client.store("Question number %d" % number, "x" * 4000)
        for command in ("export", "list -n 100 --json", "stats", "list", "completion bash", "--help"):
            with open("/dev/full", "w") as full:
                done = subprocess.run([str(BINARIES / "learnctl"), *command.split()], stdout=full, stderr=subprocess.PIPE, encoding="utf-8",
                                      env={**self.daemon.environment, "LEARND_SOCKET": str(self.daemon.socket)})
            self.assertEqual(done.returncode, 1, command)
            self.assertIn("No space left", done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_a_reader_that_has_seen_enough_is_told_nothing(self):
        command = '"$0" list -n 100 --json | head -c 10'
        done = subprocess.run(["bash", "-c", command, str(BINARIES / "learnctl")], capture_output=True, encoding="utf-8",
                              env={**self.daemon.environment, "LEARND_SOCKET": str(self.daemon.socket)})
        self.assertEqual(done.stderr, "")

    def test_files_that_can_not_be_read_or_written_are_failures_and_no_wrong_flags(self):
        for command in (["import", "/nonexistent/file"], ["import", "/"], ["export", "/nonexistent/file"], ["export", "/dev/full/file"]):
            done = self.daemon.learnctl(*command)
            self.assertEqual(done.returncode, 1, command)
            self.assertIn(command[1], done.stderr)
            self.assertEqual((done.stdout, done.stderr.count("\n")), ("", 1))

    def test_an_export_leaves_what_its_target_is(self):
        folder = self.daemon.folder / "export"
        folder.mkdir()
        self.client.store("What is an export?", "All learnings, one a line.")
        whole = self.daemon.learnctl("export").stdout
        os.mkfifo(folder / "pipe")
        with subprocess.Popen(["cat", str(folder / "pipe")], stdout=subprocess.PIPE, encoding="utf-8") as reader:
            self.assertEqual(self.daemon.learnctl("export", str(folder / "pipe")).returncode, 0)
            self.assertEqual(reader.stdout.read(), whole)
        self.assertTrue((folder / "pipe").is_fifo())
        target = folder / "target"
        target.write_text("old")
        target.chmod(0o600)
        (folder / "link").symlink_to("target")
        self.assertEqual(self.daemon.learnctl("export", str(folder / "link")).returncode, 0)
        self.assertTrue((folder / "link").is_symlink())
        self.assertEqual((target.read_text(), target.stat().st_mode & 0o777), (whole, 0o600))
        (folder / "ahead").symlink_to("later")
        self.assertEqual(self.daemon.learnctl("export", str(folder / "ahead")).returncode, 0)
        self.assertTrue((folder / "ahead").is_symlink())
        self.assertEqual((folder / "later").read_text(), whole)
        (folder / "circle").symlink_to("circle")
        self.assertEqual(self.daemon.learnctl("export", str(folder / "circle")).returncode, 1)
        into = '{ echo before; "$0" export /dev/stdout; echo behind; } > group && echo first > appended && "$0" export /dev/stdout >> appended'
        subprocess.run(["sh", "-c", into, str(BINARIES / "learnctl")], cwd=folder, check=True, stderr=subprocess.DEVNULL,
                       env={**self.daemon.environment, "LEARND_SOCKET": str(self.daemon.socket)})
        self.assertEqual((folder / "group").read_text(), "before\n" + whole + "behind\n")
        self.assertEqual((folder / "appended").read_text(), "first\n" + whole)
        refused = self.daemon.learnctl("export", str(folder))
        self.assertEqual(refused.returncode, 1)
        self.assertIn("is a folder", refused.stderr)
        self.assertEqual(sorted(path.name for path in folder.iterdir()), ["ahead", "appended", "circle", "group", "later", "link", "pipe", "target"])

    def test_with_json_what_goes_wrong_here_is_json_too(self):
        for command, status in ((["stats", "--socket", "/nonexistent"], 4), (["import", "/nonexistent"], 1), (["search", "x", "--limit", "many"], 2),
                                (["edit", "an-id"], 2)):
            problem = self.run_json(*command, status=status)
            self.assertEqual(sorted(problem), ["detail", "title"], command)

    def test_a_word_that_is_no_command_is_named(self):
        for words in (["nope"], ["--bogus"], ["job", "nope"]):
            refused = self.daemon.learnctl(*words)
            self.assertEqual(refused.returncode, 2)
            self.assertIn(words[-1], refused.stderr)

    def test_values_are_sent_as_they_were_given(self):
        for command in (["list", "--cursor", ""], ["list", "--category", ""], ["store", "--query", "q", "--solution", "s", "--category", ""]):
            self.assertEqual(self.daemon.learnctl(*command).returncode, 1, command)
        self.run_json("store", "--query", "Which signal stops a process?", "--solution", "SIGSTOP", "--important")
        self.assertEqual(len(self.run_json("search", "Which signal stops a process?", "--filter", "important=true")["results"]), 1)

    def test_a_fix_of_an_open_failure_is_told_apart(self):
        self.assertIn("stored", self.daemon.learnctl("fail", "--error", "ld: cannot find -lz").stdout)
        self.assertIn("resolved", self.daemon.learnctl("fail", "--error", "ld: cannot find -lz", "--fix", "apt install zlib1g-dev").stdout)

    def test_an_empty_text_takes_a_field_away(self):
        id = self.run_json("fail", "--error", "cc: no input files", "--attempted", "make -B", "--cause", "an empty variable")["id"]
        row = self.run_json("edit", id, "--attempted", "", "--cause", "an empty list")
        self.assertEqual((row["attempted_solution"], row["root_cause"]), (None, "an empty list"))
        self.assertIn("query", self.daemon.learnctl("edit", id, "--query", "").stderr)

    def test_control_characters_of_texts_stay_off_the_terminal(self):
        hostile = "harmless\x9b31mred \x1b[2J\x90q\x7f naïve “ok”"
        id = self.client.store("Show " + hostile, hostile, metadata={"note": hostile}).json["id"]
        for command in (["show", id], ["search", "Show " + hostile], ["list"], ["show", "\x9b" + id]):
            done = self.daemon.learnctl(*command)
            for sign in "\x1b\x7f\x90\x9b":
                self.assertNotIn(sign, done.stdout + done.stderr, command)
        self.assertIn("naïve “ok”", self.daemon.learnctl("show", id).stdout)

    def test_completions_are_valid_shell(self):
        bash = self.daemon.learnctl("completion", "bash").stdout
        self.assertEqual(subprocess.run(["bash", "-n"], input=bash, encoding="utf-8").returncode, 0)
        self.assertIn("#compdef learnctl", self.daemon.learnctl("completion", "zsh").stdout)
        self.assertIn("complete -c learnctl", self.daemon.learnctl("completion", "fish").stdout)
        self.assertEqual(self.daemon.learnctl("completion", "tcsh").returncode, 2)

    def test_bash_completes_commands_of_commands_flags_and_the_words_they_take(self):
        script = self.daemon.folder / "learnctl.bash"
        script.write_text(self.daemon.learnctl("completion", "bash").stdout)
        complete = 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _learnctl; echo "${COMPREPLY[*]}"'
        for words, offered in ((["job", ""], "start list show cancel"), (["job", "start", ""], "reindex verify"),
                               (["job", "start", "--d"], "--dry-run"), (["--socket", "/x", "search", "--mode", ""], "hybrid dense lexical"),
                               (["feedback", "an-id", ""], "success failure partial"), (["list", "--order", "v"], "value"),
                               (["stats", "--js"], "--json"), (["comp"], "completion")):
            done = subprocess.run(["bash", "-c", complete, str(script), "learnctl", *words], capture_output=True, encoding="utf-8")
            self.assertEqual((done.stdout, done.stderr), (offered + "\n", ""), words)

    def test_zsh_completes_at_the_first_tab(self):
        folder = self.daemon.folder / "zsh"
        folder.mkdir()
        (folder / "_learnctl").write_text(self.daemon.learnctl("completion", "zsh").stdout)
        # What zsh does at a TAB behind `learnctl `, with the completion system's own functions told on.
        nested = "fpath=(%s); autoload -Uz _learnctl; compadd() { print $* }; CURRENT=5; words=(learnctl --json search --mode ''); _learnctl" % folder
        autoloaded = "fpath=(%s); autoload -Uz _learnctl; _describe() { print described }; CURRENT=2; words=(learnctl ''); _learnctl" % folder
        sourced = "compdef() { print compdef $* }; source %s/_learnctl" % folder
        for script, said in ((autoloaded, "described\n"), (nested, "hybrid dense lexical\n"), (sourced, "compdef _learnctl learnctl\n")):
            done = subprocess.run(["zsh", "-fc", script], capture_output=True, encoding="utf-8")
            self.assertEqual((done.stdout, done.stderr), (said, ""))

    def test_check_config_names_key_line_and_what_is_allowed(self):
        file = self.daemon.folder / "try.toml"
        file.write_text('[store]\nbackend = "oracle"\nbackendd = "x"\n')
        done = subprocess.run([str(BINARIES / "learnd"), "--check-config", "--config", str(file)], capture_output=True, encoding="utf-8")
        self.assertEqual(done.returncode, 1)
        for part in ("try.toml:2", "try.toml:3", "backendd", "sqlite", "postgres", "dsn"):
            self.assertIn(part, done.stderr)


if __name__ == "__main__":
    unittest.main()
