"""The command line as a user meets it: help, slips, reports, completion, manual, terminal manners."""

import json
import os
import pty
import resource
import shutil
import subprocess
import unittest

import support


class Help(support.ProgramTest):
    def test_all_ways_to_the_overview(self):
        texts = {self.run_ibid(*words).stdout for words in ([], ["help"], ["--help"], ["-h"])}
        self.assertEqual(len(texts), 1)
        self.assertIn("data fetch", texts.pop())

    def test_both_ways_to_the_help_of_a_command(self):
        text = self.run_ibid("data", "fetch", "--help").stdout
        self.assertEqual(text, self.run_ibid("help", "data", "fetch").stdout)
        for part in ("Usage", "--mirror URL", "Examples", "Exit status"):
            self.assertIn(part, text)

    def test_a_group_shows_its_members(self):
        self.assertIn("data verify", self.run_ibid("data", "--help").stdout)

    def test_help_on_a_group_and_on_nothing(self):
        self.assertEqual(self.run_ibid("help", "data").stdout, self.run_ibid("data", "--help").stdout)
        self.assert_error(self.run_ibid("help", "verion", status=2), "usage", "did you mean 'ibid version'?")

    def test_the_program_runs_from_any_folder(self):
        copy = shutil.copy(support.BINARY, self.folder / "renamed")
        finished = subprocess.run([copy, "version"], cwd="/", env={}, capture_output=True, text=True)
        self.assertEqual(finished.returncode, 0, finished.stderr)
        self.assertTrue(finished.stdout.startswith("ibid "))


class Slips(support.ProgramTest):
    def test_each_is_a_usage_error_with_a_guess(self):
        for words, guess in (
            (["docter"], "did you mean 'ibid doctor'?"),
            (["data", "ftech", "mnist"], "did you mean 'ibid data fetch'?"),
            (["version", "--jsno"], "did you mean '--json'?"),
            (["data", "verify", "mnits"], "did you mean 'mnist'?"),
            (["data", "make", "digit"], "did you mean 'digits'?"),
            (["completion", "bahs"], "did you mean 'bash'?"),
            (["data"], "fetch, make, verify, list"),
            (["data", "make", "digits", "--train", "many"], "whole number"),
        ):
            finished = self.run_ibid(*words, status=2)
            self.assertEqual(finished.stdout, "")
            self.assertIn("error[usage]: ", finished.stderr)
            self.assertIn(guess, finished.stderr)


class Reports(support.ProgramTest):
    def test_version(self):
        facts = json.loads(self.run_ibid("version", "--json").stdout)
        self.assertEqual(facts["arithmetic"], 1)
        sets = facts["instruction_sets"]
        self.assertIn("scalar", sets["available"])
        self.assertLessEqual(set(sets["available"]), set(sets["built"]))
        self.assertEqual(sets["in_use"], sets["available"][-1])
        self.assertIn("-ffp-contract=off", facts["flags"])
        self.assertIn(facts["version"], self.run_ibid("--version").stdout)

    def test_a_forced_instruction_set_is_in_use(self):
        forced = self.run_ibid("version", "--json", environment={"IBID_FORCE_ISA": "scalar"}).stdout
        self.assertEqual(json.loads(forced)["instruction_sets"]["in_use"], "scalar")

    def test_doctor_names_what_is_missing_and_the_remedy(self):
        report = json.loads(self.run_ibid("doctor", "--json").stdout)
        findings = {finding["name"]: finding for finding in report["findings"]}
        self.assertEqual(findings["data set mnist"]["state"], "missing")
        self.assertEqual(findings["data set mnist"]["remedy"], "ibid data fetch mnist")
        for finding in findings.values():
            self.assertTrue(finding["detail"])
            if finding["state"] == "missing":
                self.assertTrue(finding["disables"] and finding["remedy"], finding)

    def test_doctor_without_any_program_in_path(self):
        report = json.loads(self.run_ibid("doctor", "--json", environment={"PATH": str(self.folder)}).stdout)
        states = {finding["name"]: finding["state"] for finding in report["findings"]}
        self.assertEqual(states["python3"], "missing")

    def test_doctor_fails_on_an_instruction_set_that_cannot_be_forced(self):
        finished = self.run_ibid("doctor", status=1, environment={"IBID_FORCE_ISA": "avx1024"})
        self.assertIn("avx1024", finished.stdout)


class Generated(support.ProgramTest):
    def check_shell(self, shell, *check):
        if shutil.which(shell) is None:
            self.skipTest(f"no {shell} here")
        script = self.folder / shell
        script.write_text(self.run_ibid("completion", shell).stdout)
        return subprocess.run([shell, *check, script], capture_output=True, text=True)

    def test_bash_completes(self):
        self.assertEqual(self.check_shell("bash", "-n").stderr, "")
        script = self.folder / "bash"
        for line, expected in (
            (["ibid", "vers"], "version"),
            (["ibid", "data", "f"], "fetch"),
            (["ibid", "data", "make", "--tr"], "--train"),
            (["ibid", "man", "--format", "m"], "markdown"),
            (["ibid", "completion", "z"], "zsh"),
        ):
            words = " ".join(f"'{word}'" for word in line)
            probe = f"source {script}; COMP_WORDS=({words}); COMP_CWORD={len(line) - 1}; _ibid; echo ${{COMPREPLY[@]}}"
            found = subprocess.run(["bash", "-euc", probe], capture_output=True, text=True)
            self.assertEqual((found.stdout.strip(), found.stderr), (expected, ""))

    def test_zsh_and_fish_accept_their_scripts(self):
        for shell in ("zsh", "fish"):
            with self.subTest(shell):
                finished = self.check_shell(shell, "-n")
                self.assertEqual((finished.returncode, finished.stderr), (0, ""))

    def test_the_man_page_renders_without_a_warning(self):
        if shutil.which("man") is None:
            self.skipTest("no man here")
        page = self.folder / "ibid.1"
        page.write_text(self.run_ibid("man").stdout)
        finished = subprocess.run(
            ["man", "--warnings", "-l", page],
            capture_output=True,
            text=True,
            env={**self.environment, "MANWIDTH": "80", "MANPAGER": "cat", "LC_ALL": "C.UTF-8"},
        )
        self.assertEqual((finished.returncode, finished.stderr), (0, ""))
        for part in ("ibid data fetch", "EXIT STATUS", "IBID_DATA_DIR"):
            self.assertIn(part, finished.stdout)


class Manners(support.ProgramTest):
    def on_terminal(self, *words, **environment):
        """What the program prints to a terminal."""
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [support.BINARY, *words],
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            env={**self.environment, "TERM": "xterm", **environment},
        ) as process:
            os.close(theirs)
            text = b""
            try:
                while piece := os.read(ours, 65536):
                    text += piece
            except OSError:  # how Linux says that the other side is closed
                pass
            process.wait(timeout=60)
        os.close(ours)
        return text.decode()

    def test_colour_only_on_a_terminal_that_wants_it(self):
        self.assertIn("\x1b[1m", self.on_terminal("help"))
        self.assertNotIn("\x1b", self.on_terminal("help", NO_COLOR="1"))
        self.assertNotIn("\x1b", self.on_terminal("help", TERM="dumb"))
        self.assertNotIn("\x1b", self.run_ibid("help").stdout)
        self.assertIn("\x1b[1;31merror[usage]:", self.on_terminal("docter"))

    def test_progress_only_on_a_terminal_and_gone_at_the_end(self):
        shown = self.on_terminal("data", "make", "digits", "--train", "50", "--test", "50")
        self.assertIn("drawing 100 digits\r\x1b[K", shown)
        self.assertTrue(shown.endswith("digits\r\n"), shown)
        self.assertEqual(self.run_ibid("data", "make", "digits", "--train", "50", "--test", "50").stderr, "")

    def test_too_little_memory_is_an_error_of_that_name(self):
        if json.loads(self.run_ibid("version", "--json").stdout)["sanitizers"]:
            self.skipTest("sanitizers reserve more address space than any limit")

        def little_memory():
            resource.setrlimit(resource.RLIMIT_AS, (300 << 20, 300 << 20))

        words = ("data", "make", "digits", "--train", "1000000")
        self.assert_error(self.run_ibid(*words, status=3, preexec_fn=little_memory), "out-of-memory", "ulimit -v")

    def test_output_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "w") as full:
            finished = self.run_ibid("man", stdout=full, status=3)
        self.assert_error(finished, "disk-full", "standard output")


if __name__ == "__main__":
    unittest.main()
