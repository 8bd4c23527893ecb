"""ibid verify, interrupted, killed and gone on with: real processes, real signals."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest

import support

# Marks its start outside the folder it runs in, and waits if it is the one that is told to. What it prints depends on
# nothing of that.
WAITING = """echo $$ >> {marks}/started
if [ -e {marks}/hold ] && [ "$(wc -l < {marks}/started)" -ge {hold} ]; then
  echo $$ > {marks}/held.part; mv {marks}/held.part {marks}/held
  while [ -e {marks}/hold ]; do sleep 0.05; done
fi
echo result 1"""


def is_alive(process):
    """Whether the process is there and no zombie."""
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def without_times(report):
    """The report without what times make different from one execution to the next."""
    def strip(value):
        if isinstance(value, dict):
            return {name: strip(part) for name, part in value.items() if name != "seconds"}
        return [strip(part) for part in value] if isinstance(value, list) else value
    report = strip(report)
    del report["statistics"]["run_seconds"], report["statistics"]["run_seconds_tests"]
    return report


class InterruptedTest(support.ProgramTest):
    def setUp(self):
        super().setUp()
        self.marks = self.folder / "marks"
        self.marks.mkdir()
        self.work = self.folder / "work"
        self.work.mkdir()
        self.output = self.folder / "v"

    def command(self, hold):
        return ["sh", "-c", WAITING.format(marks=self.marks, hold=hold)]

    def wait_until(self, condition, what):
        deadline = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.02)

    def begin(self, hold, *words):
        """Starts a verification whose program number `hold` waits, and returns it when that one does."""
        (self.marks / "hold").touch()
        process = subprocess.Popen(
            [support.BINARY, "verify", "--output", str(self.output), *words, "--", *self.command(hold)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.work,
            env=self.environment, start_new_session=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        # Not killed: it would leave others behind that still write while the folder is removed.
        self.addCleanup(lambda: process.poll() is None and process.terminate())
        self.addCleanup(lambda: (self.marks / "hold").unlink(missing_ok=True))
        self.wait_until(lambda: (self.marks / "held").exists() or process.poll() is not None, "no program waits")
        self.assertIsNone(process.poll(), "it ended before it was to be interrupted")
        return process

    def programs(self):
        return [int(line) for line in (self.marks / "started").read_text().split()]

    def assert_none_stays(self):
        self.wait_until(lambda: not any(is_alive(program) for program in self.programs()), "a program stays")

    def resume(self, *words, status=0):
        (self.marks / "hold").unlink(missing_ok=True)
        return self.run_ibid("verify", "--resume", self.output, *words, status=status, cwd=self.work)

    def names(self):
        return sorted(path.name for path in self.output.iterdir() if path.name[0].isdigit())


class Plan(InterruptedTest):
    def test_it_is_there_before_anything_runs(self):
        process = self.begin(1, "--repeat", "1", "--timezone", "A")
        plan = json.loads((self.output / "verification.json").read_text())
        self.assertEqual([(run["number"], run["name"], run["folder"]) for run in plan["setups"][0]["runs"]],
                         [(1, "as it is 1", "01-as-it-is-1"), (2, "as it is 2", "02-as-it-is-2"),
                          (3, "timezone=A", "03-timezone-A")])
        self.assertEqual(plan["setups"][0]["runs"][2]["variation"]["environment"], [["TZ", "A"]])
        (self.marks / "hold").unlink()
        self.assertEqual(process.wait(60), 0)

    def test_one_run_of_it_alone(self):
        process = self.begin(1, "--repeat", "2")
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        (self.marks / "hold").unlink()
        only = ["verify", "--resume", self.output, "--only"]
        self.assert_error(self.run_ibid(*only, "3", status=2, cwd=self.work), "usage", "run 1 (as it is 1)", "--only 1")
        self.assert_error(self.run_ibid(*only, "9", status=2, cwd=self.work), "usage", "no run 9")
        for number in "1", "3":
            self.run_ibid(*only, number, cwd=self.work)
        n_before = len(self.programs())
        self.run_ibid(*only, "3", cwd=self.work)  # finished: nothing to do
        self.assertEqual(len(self.programs()), n_before)
        self.assertEqual(json.loads(self.resume("--json").stdout)["same"], True)
        self.assertEqual(len(self.programs()), n_before + 1)

    def test_a_command_that_is_no_text(self):
        finished = subprocess.run([support.BINARY, "verify", "--", "echo", b"\xff"], cwd=self.work, env=self.environment,
                                  capture_output=True, text=True)
        self.assertEqual(finished.returncode, 3)
        self.assert_error(finished, "unsupported", "UTF-8")


class Resume(InterruptedTest):
    def uninterrupted(self, *words):
        """The report of the same verification in the same folders without any interruption."""
        kept = self.folder / "kept"
        self.output.rename(kept)
        self.run_ibid("verify", "--output", self.output, *words, "--", *self.command(3), cwd=self.work)
        report = json.loads((self.output / "report.json").read_text())
        shutil.rmtree(self.output)
        kept.rename(self.output)
        return report

    def test_killed_in_the_middle(self):
        words = ("--repeat", "2", "--timezone", "A,B")
        process = self.begin(3, *words)
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        self.assert_none_stays()
        self.assertEqual(self.names(), ["01-as-it-is-1", "02-as-it-is-2", "03-as-it-is-3"])
        finished = [(self.output / name / "result.json").read_bytes() for name in self.names()[:2]]
        told = self.resume()
        self.assertIn("run 3 (as it is 3) had not ended; its record is in 03-as-it-is-3.unfinished-1", told.stderr)
        self.assertEqual(finished, [(self.output / name / "result.json").read_bytes() for name in self.names()[:2]])
        self.assertTrue((self.output / "03-as-it-is-3.unfinished-1" / "run.json").exists())
        self.assertEqual(len(self.programs()), 6)
        report = json.loads((self.output / "report.json").read_text())
        self.assertEqual(without_times(report), without_times(self.uninterrupted(*words)))

    def test_interrupted_at_the_keyboard(self):
        process = self.begin(2, "--repeat", "1", "--junit", "my results.xml")
        # As a terminal does it: to every process of the group.
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3)
        self.assertIn("error[interrupted]", errors)
        line = f"ibid verify --resume {self.output} --junit 'my results.xml'"
        self.assertIn(f"go on with: {line}\n", errors)
        self.assert_none_stays()
        (self.marks / "hold").unlink()
        again = subprocess.run(["sh", "-c", line.replace("ibid", support.BINARY, 1)], cwd=self.work, env=self.environment,
                               capture_output=True, text=True, timeout=120)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("same bits in 2 runs", again.stdout)
        self.assertTrue((self.work / "my results.xml").exists())

    def test_asked_to_end_by_another_process(self):
        process = self.begin(2, "--repeat", "1")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(60), 3)
        self.assert_none_stays()
        self.assertIn("same bits", self.resume().stdout)

    def test_a_finished_one_is_compared_again(self):
        self.run_ibid("verify", "--output", self.output, "--", *self.command(0), cwd=self.work)
        before = json.loads((self.output / "report.json").read_text())
        (self.output / "report.json").unlink()
        self.assertIn("same bits in 2 runs", self.resume().stdout)
        self.assertEqual(json.loads((self.output / "report.json").read_text()), before)
        self.assertEqual(len(self.programs()), 2)

    def test_a_record_of_something_else(self):
        self.run_ibid("verify", "--output", self.output, "--", *self.command(0), cwd=self.work)
        self.run_ibid("verify", "--output", self.folder / "other", "--", "echo", "2", cwd=self.work)
        shutil.rmtree(self.output / "02-as-it-is-2")
        (self.folder / "other" / "02-as-it-is-2").rename(self.output / "02-as-it-is-2")
        self.assert_error(self.resume(status=1), "mismatch", "02-as-it-is-2", "run 2 (as it is 2)")

    def test_what_cannot_be_asked_for(self):
        self.run_ibid("verify", "--output", self.output, "--", *self.command(0), cwd=self.work)
        self.assert_error(self.resume("--repeat", "3", status=2), "usage", "--repeat", "cannot be changed")
        self.assert_error(self.resume("--", "echo", status=2), "usage", "leave the command out")
        self.assert_error(self.run_ibid("verify", "--only", "1", "--", "echo", status=2), "usage", "--resume DIR --only N")
        self.assert_error(self.run_ibid("verify", status=2), "usage", "COMMAND")
        self.assert_error(self.run_ibid("verify", "--resume", self.work, status=3), "not-found", "verification.json")

    def test_damaged_and_foreign_plans(self):
        self.run_ibid("verify", "--output", self.output, "--", *self.command(0), cwd=self.work)
        path = self.output / "verification.json"
        plan = json.loads(path.read_text())
        outside = json.loads(path.read_text())
        outside["setups"][0]["runs"][1]["folder"] = "../elsewhere"
        for text, code, part in ((path.read_text()[:-20], "malformed", "verification.json"),
                                 (json.dumps({**plan, "ibid": "9.9"}), "unsupported", "9.9"),
                                 (json.dumps({**plan, "setups": 3}), "malformed", "verification.json"),
                                 (json.dumps({**plan, "setups": []}), "malformed", "no setups"),
                                 (json.dumps(outside), "malformed", "../elsewhere")):
            path.write_text(text)
            self.assert_error(self.resume(status=3), code, part)

    def test_only_one_goes_on_at_a_time(self):
        self.begin(2, "--repeat", "1")
        told = self.run_ibid("verify", "--resume", self.output, status=3, cwd=self.work)
        self.assert_error(told, "io", "locks/verification")


if __name__ == "__main__":
    unittest.main()
