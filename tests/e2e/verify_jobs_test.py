"""ibid verify --jobs: runs at once, each with cores of its own, and what stands against it."""

import json
import os
import signal
import subprocess
import sys
import unittest

import support
import verify_resume_test as interrupted

N_CORES = len(os.sched_getaffinity(0))
TWO_CORES = unittest.skipIf(N_CORES < 2, "runs at once need two cores")

# Notes its cores, then waits until another run is there too; the first one has nobody to wait for.
MEETING = """echo "$$ $(grep Cpus_allowed_list /proc/self/status | cut -f2)" >> {marks}/started
n=$(wc -l < {marks}/started)
while [ $n -gt 1 ] && [ "$(wc -l < {marks}/started)" -lt 3 ]; do sleep 0.05; done
echo result 1"""


class Jobs(interrupted.InterruptedTest):
    def verify(self, *words, status=0, environment=None):
        """What was printed, and the report."""
        finished = self.run_ibid("verify", "--output", self.output, *words, status=status, cwd=self.work,
                                 environment=environment)
        return finished.stdout, json.loads((self.output / "report.json").read_text())

    def meeting(self):
        return ["sh", "-c", MEETING.format(marks=self.marks)]

    def executions(self):
        return [json.loads((self.output / name / "run.json").read_text())["execution"] for name in self.names()]

    @TWO_CORES
    def test_two_at_once_on_cores_of_their_own(self):
        out, report = self.verify("--jobs", "2", "--repeat", "2", "--", *self.meeting())
        # The second and third run have met, or neither would have ended.
        cores = [line.split()[1] for line in (self.marks / "started").read_text().splitlines()]
        self.assertEqual(len(set(cores[1:3])), 2)
        width = max(1, N_CORES // 2)
        self.assertEqual([execution["visible_cores"] for execution in self.executions()], [width] * 3)
        taken = [set(execution["cores"]) for execution in self.executions()[1:]]
        self.assertFalse(taken[0] & taken[1])
        self.assertIn(f"2 runs at once, each with {width} core", out)
        self.assertEqual(report["execution"], {"executor": "local", "jobs": 2, "at_once": 2, "visible_cores": width,
                                               "run_times_comparable": False})
        self.assertIs(report["statistics"]["run_seconds_comparable"], False)
        self.assertIn("not comparable", (self.output / "report.html").read_text())
        self.assertIs(report["same"], True)

    @TWO_CORES
    def test_lines_come_in_the_order_of_the_plan(self):
        # The second run ends after the third.
        command = ["sh", "-c", f"echo >> {self.marks}/started; n=$(wc -l < {self.marks}/started); "
                   f"while [ $TZ = A ] && [ ! -e {self.marks}/B ]; do sleep 0.05; done; touch {self.marks}/$TZ; echo 1"]
        out, report = self.verify("--jobs", "2", "--repeat", "0", "--timezone", "A,B", "--", *command,
                                  environment={"TZ": "0"})
        self.assertLess(out.index("timezone=A: same bits"), out.index("timezone=B: same bits"))
        self.assertEqual([run["name"] for run in report["runs"]], ["timezone=A", "timezone=B"])

    def test_all_runs_see_as_many_cores_as_the_one_with_the_most_threads_needs(self):
        _, report = self.verify("--jobs", str(N_CORES), "--threads", f"1,{N_CORES}", "--", "echo", "1")
        self.assertEqual(report["execution"]["visible_cores"], N_CORES)
        self.assertEqual(report["execution"]["at_once"], 1)
        self.assertEqual({execution["visible_cores"] for execution in self.executions()}, {N_CORES})
        self.assertIs(report["execution"]["run_times_comparable"], True)

    def test_threads_of_the_environment_count_too(self):
        _, report = self.verify("--jobs", str(N_CORES), "--", "echo", "1", environment={"OMP_NUM_THREADS": str(N_CORES)})
        self.assertEqual(report["execution"]["visible_cores"], N_CORES)

    def test_more_jobs_than_cores_get_no_more_than_there_are(self):
        _, report = self.verify("--jobs", "1000", "--", "echo", "1")
        self.assertEqual((report["execution"]["visible_cores"], report["execution"]["at_once"]), (1, N_CORES))

    @TWO_CORES
    def test_programs_that_write_into_their_folder_go_on_one_by_one(self):
        # Ends only if nobody else runs.
        command = ["sh", "-c", f"mkdir {self.marks}/alone || exit 3; echo x > out.txt; sleep 0.1; "
                   f"rmdir {self.marks}/alone; echo 1"]
        out, report = self.verify("--jobs", "2", "--repeat", "3", "--", *command)
        self.assertIn("one by one from here on: 'as it is 1' wrote out.txt into the folder", out)
        self.assertIn("out.txt", report["execution"]["one_by_one"])
        self.assertIs(report["same"], True)

    @TWO_CORES
    def test_a_file_that_is_gone_at_the_end_counts_too(self):
        (self.work / "script.py").write_text("import os\nopen('scratch', 'w').close()\nos.remove('scratch')\nprint(1)\n")
        _, report = self.verify("--jobs", "2", "--", sys.executable, "script.py")
        self.assertIn("scratch", report["execution"]["one_by_one"])

    @TWO_CORES
    def test_what_python_caches_does_not_stand_against_it(self):
        (self.work / "module.py").write_text("value = 1\n")
        (self.work / "script.py").write_text("import module\nprint(module.value)\n")
        _, report = self.verify("--jobs", "2", "--", sys.executable, "script.py")
        self.assertTrue(list(self.work.glob("__pycache__/module*")))
        self.assertNotIn("one_by_one", report["execution"])

    def test_a_record_saw_other_cores(self):
        self.run_ibid("run", "--quiet", "--output", "r", "--", "echo", "1", cwd=self.work)
        told = self.run_ibid("verify", "--jobs", "2", "r", status=2, cwd=self.work)
        self.assert_error(told, "usage", "cores", "name its command")

    def test_the_first_run_of_each_setup_comes_before_its_others(self):
        command = ["sh", "-c", f"echo $IBID_HOOK_SEED >> {self.marks}/started; echo 1"]
        _, report = self.verify("--jobs", "2", "--setup", "seeds,deterministic", "--repeat", "2", "--", *command)
        started = {name: json.loads((self.output / name / "result.json").read_text()) for name in self.names()}
        for setup in "seeds", "deterministic":
            first, *others = [end for name, end in started.items() if setup in name]
            self.assertTrue(all(other["started"] >= first["ended"] for other in others), setup)
        self.assertEqual(len(self.names()), 6)
        self.assertIs(report["same"], True)

    def test_a_run_that_saw_other_cores_is_told(self):
        self.verify("--", "echo", "1")
        path = self.output / "02-as-it-is-2" / "run.json"
        run = json.loads(path.read_text())
        run["execution"]["visible_cores"] = 77
        path.write_text(json.dumps(run))
        told = self.resume()
        self.assertIn(f"it saw 77 cores instead of {N_CORES}", told.stdout)
        report = json.loads((self.output / "report.json").read_text())
        self.assertEqual(report["runs"][0]["saw_other_cores"], f"77 instead of {N_CORES}")
        self.assertIn("77 instead of", (self.output / "report.html").read_text())

    @unittest.skipIf(N_CORES < 2, "needs two cores to take one away")
    def test_going_on_with_fewer_cores_is_refused(self):
        self.verify("--", "echo", "1")
        told = subprocess.run([support.BINARY, "verify", "--resume", str(self.output)], cwd=self.work, text=True,
                              env=self.environment, capture_output=True,
                              preexec_fn=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}))
        self.assertEqual(told.returncode, 3)
        self.assert_error(told, "unsupported", f"see {N_CORES} cores")


class Stopped(interrupted.InterruptedTest):
    @TWO_CORES
    def test_none_of_those_at_once_stays(self):
        for how in "keyboard", "another process", "killed":
            with self.subTest(how):
                process = self.begin(3, "--jobs", "2", "--repeat", "4")
                if how == "keyboard":
                    os.killpg(process.pid, signal.SIGINT)
                else:
                    process.send_signal(signal.SIGTERM if how == "another process" else signal.SIGKILL)
                _, errors = process.communicate(timeout=60)
                if how != "killed":
                    self.assertEqual(process.returncode, 3)
                    self.assertIn(f"go on with: ibid verify --resume {self.output}", errors)
                self.assert_none_stays()
                self.assertIn("same bits in 5 runs", self.resume("--jobs", "2").stdout)
                self.output.rename(self.folder / f"done {how}")
                for mark in self.marks.iterdir():
                    mark.unlink()

    def test_a_run_that_cannot_be_recorded_is_named(self):
        process = self.begin(1, "--repeat", "1")
        # In the way of the second run's folder, and nobody can move it: it is where a lock has to be.
        (self.output / "locks" / "02-as-it-is-2").mkdir()
        (self.marks / "hold").unlink()
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3)
        self.assertIn("error[not-found]: run 2 (as it is 2): ", errors)
        self.assertIn("go on with: ibid verify --resume", errors)


if __name__ == "__main__":
    unittest.main()
