"""ibid run --trace-files: files of programs that are not Python, and the programs none the worse for it."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

import support
from run_test import RunTest

OPENER = os.environ["IBID_FILE_OPENER"]
STATIC = os.environ["IBID_FILE_OPENER_STATIC"]


def may_trace():
    with support.tempfile.TemporaryDirectory() as folder:
        subprocess.run([support.BINARY, "run", "--quiet", "--trace-files", "--output", f"{folder}/r", "true"], check=True,
                       capture_output=True)
        return "by" in json.loads(pathlib.Path(folder, "r", "seen.json").read_text())["file_trace"]


def wait_until(condition):
    while not condition():
        time.sleep(0.02)


def state_of(process):
    """The letter that /proc has for it; nothing if it is gone."""
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


class TraceTest(RunTest):
    def trace(self, *command, **more):
        return self.record(*command, options=["--trace-files"], **more)

    def files(self, folder):
        return {str(pathlib.Path(f["path"]).relative_to(self.folder)): f for f in self.read(folder, "files.json")
                if f["path"].startswith(f"{self.folder}/")}

    def roles(self, folder):
        return {name: file["role"] for name, file in self.files(folder).items()}


@unittest.skipUnless(may_trace(), "ptrace is not permitted here")
class Traced(TraceTest):
    def check_opener(self, program):
        (self.folder / "in.txt").write_text("abc")
        (self.folder / "shortened.txt").write_text("abc")
        (self.folder / "below").mkdir()
        folder, result = self.trace(program)
        self.assertEqual(result.returncode, 3, result.stderr)
        self.assertEqual(self.roles(folder), {
            "in.txt": "read", "new.tmp": "written", "new.txt": "written", "gone.txt": "written", "linked.txt": "written",
            "below/relative.txt": "written", "shortened.txt": "both"})
        files = self.files(folder)
        self.assertEqual(files["in.txt"]["sha256"], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        self.assertEqual(files["in.txt"]["seen_by"], ["trace"])
        self.assertIn("renamed to", files["new.tmp"]["unknown"])
        self.assertEqual(files["gone.txt"]["unknown"], "it was removed")
        self.assertEqual(self.read(folder, "seen.json")["file_trace"]["by"], "ptrace and seccomp")
        self.assertEqual(self.read(folder, "result.json")["problems"], [])

    def test_a_program_in_c(self):
        self.check_opener(OPENER)

    def test_a_static_program(self):
        self.check_opener(STATIC)

    def test_two_hundred_threads(self):
        folder, _ = self.trace(OPENER, "200")
        self.assertEqual(self.roles(folder), {f"thread-{i}": "written" for i in range(200)})

    def test_a_pipeline_of_a_shell_and_programs_that_become_others(self):
        (self.folder / "in.txt").write_text("b\na\n")
        folder, result = self.trace("sh", "-c", "cat in.txt | sort > out.txt; exec sh -c 'exec cat out.txt'")
        self.assertEqual(result.stdout, "a\nb\n")
        self.assertEqual(self.roles(folder), {"in.txt": "read", "out.txt": "both"})

    def test_python_by_hook_and_by_c(self):
        (self.folder / "in.txt").write_text("abc")
        (self.folder / "script.py").write_text(
            "import ctypes, os\nopen('in.txt').read()\nos.makedirs('folder.tmp')\n"
            "libc = ctypes.CDLL(None)\nlibc.fopen.restype = ctypes.c_void_p\n"
            "libc.fopen(b'from_c.txt', b'w')\nlibc.fopen(b'folder.tmp/model', b'w')\nos.rename('folder.tmp', 'folder')\n")
        folder, _ = self.trace(sys.executable, "script.py")
        files = self.files(folder)
        self.assertEqual(files["in.txt"]["seen_by"], ["hook", "trace"])
        self.assertEqual(files["from_c.txt"]["seen_by"], ["trace"])
        self.assertEqual((files["folder/model"]["role"], files["folder/model"]["size_bytes"]), ("written", 0))
        self.assertIn("renamed to", files["folder.tmp/model"]["unknown"])
        self.assertEqual(sorted(files), ["folder.tmp/model", "folder/model", "from_c.txt", "in.txt", "script.py"])

    def test_what_is_opened_is_compared_by_verify(self):
        finished = self.run_ibid("verify", "--json", "--trace-files", "--output", self.folder / "v", "sh", "-c",
                                 "head -c 8 /dev/urandom > drawn.bin", status=1)
        self.assertEqual(json.loads(finished.stdout)["runs"][0]["comparison"]["different_files"], ["drawn.bin"])


@unittest.skipUnless(may_trace(), "ptrace is not permitted here")
class AsWithoutTracing(TraceTest):
    def start(self, script):
        folder = self.folder / "r"
        process = subprocess.Popen([support.BINARY, "run", "--trace-files", "--output", str(folder), "sh", "-c", script],
                                   cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True)
        return folder, process, int(process.stdout.readline())

    def tracer_of(self, process):
        return int(pathlib.Path(f"/proc/{process}/status").read_text().partition("TracerPid:")[2].split()[0])

    def test_statuses_signals_and_children_are_the_programs_own(self):
        self.assertEqual(self.trace("sh", "-c", "exit 7", name="a")[1].returncode, 7)
        self.assertEqual(self.trace("sh", "-c", "kill -9 $$", name="b")[1].returncode, 128 + 9)
        self.assertEqual(self.trace("sh", "-c", "sh -c 'kill -9 $$'; echo $?", name="c")[1].stdout, "137\n")
        text = "import os\ntry: os.wait()\nexcept ChildProcessError: print('none')"
        self.assertEqual(self.trace(sys.executable, "-c", text, name="d")[1].stdout, "none\n")
        text = "import os; print(os.getpgrp() != os.getpid(), sorted(os.listdir('/proc/self/fd'))[:4])"
        plain = self.record(sys.executable, "-c", text, name="e")[1].stdout
        self.assertEqual(self.trace(sys.executable, "-c", text, name="f")[1].stdout, plain)

    def test_a_file_that_is_no_program(self):
        (self.folder / "data").write_text("1 2 3")
        (self.folder / "data").chmod(0o755)
        folder, result = self.trace("./data")
        self.assertIn(result.returncode, (125, 126))
        self.assertEqual(self.read(folder, "result.json")["status"], "not started")

    def test_a_stop_is_passed_on(self):
        _, process, _ = self.start("trap 'echo stopped; exit 3' TERM; echo $$; while :; do sleep 0.05; done")
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=60)
        self.assertEqual((process.returncode, output), (3, "stopped\n"))

    def test_it_can_be_paused_and_continued(self):
        _, process, child = self.start("echo $$; while ! test -e go; do sleep 0.02; done; echo went")
        os.kill(child, signal.SIGSTOP)
        wait_until(lambda: state_of(child) in ("t", "T"))
        (self.folder / "go").touch()
        os.kill(child, signal.SIGCONT)
        self.assertEqual(process.communicate(timeout=60)[0], "went\n")

    def test_ibid_killed_leaves_the_program_running(self):
        folder, process, child = self.start("echo $$; while ! test -e go; do sleep 0.02; done; cat go > last.txt")
        process.kill()
        process.communicate()
        (self.folder / "go").touch()
        wait_until(lambda: state_of(child) in ("", "Z"))
        self.assertTrue((self.folder / "last.txt").exists())
        self.assertEqual(self.read(folder, "result.json")["status"], "running")

    def test_the_tracer_killed_leaves_no_program_that_hangs(self):
        _, process, child = self.start("echo $$; sleep 60")
        os.kill(self.tracer_of(child), signal.SIGKILL)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 128 + 9)

    def test_a_program_left_behind_goes_on(self):
        folder, result = self.trace("sh", "-c", "(while ! test -e go; do sleep 0.02; done; cat go > last.txt) & echo done")
        self.assertEqual(result.returncode, 0)
        self.assertIn("left behind", " ".join(self.read(folder, "result.json")["problems"]))
        (self.folder / "go").touch()
        wait_until((self.folder / "last.txt").exists)


class NotPermitted(TraceTest):
    def test_where_nobody_may_trace_the_program_runs_and_the_record_says_why(self):
        # A process that is traced already can have no second tracer.
        if subprocess.run(["strace", "-V"], capture_output=True).returncode != 0:
            self.skipTest("strace is not installed")
        words = ["strace", "-f", "-o", "/dev/null", "-e", "trace=none", support.BINARY, "run", "--trace-files", "--output",
                 str(self.folder / "r"), "echo", "ran"]
        result = subprocess.run(words, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=120)
        self.assertEqual((result.returncode, result.stdout), (0, "ran\n"))
        self.assertIn("ptrace", result.stderr)
        self.assertIn("reason", self.read(self.folder / "r", "seen.json")["file_trace"])

    def test_the_tracer_is_not_started_by_hand(self):
        tracer = pathlib.Path(support.BINARY).parent.parent / "lib" / "ibid" / "ibid-file-tracer"
        self.assertEqual(subprocess.run([tracer], capture_output=True).returncode, 2)


if __name__ == "__main__":
    unittest.main()
