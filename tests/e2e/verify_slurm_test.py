"""ibid verify --executor slurm with a real Slurm that the test starts on loopback."""

import json
import shutil
import signal
import subprocess
import tempfile
import unittest

import slurm
import support
import verify_resume_test as interrupted

WHY_NOT = slurm.unusable()


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Slurm(interrupted.InterruptedTest):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory(prefix="ibid_slurm_")
        cls.addClassCleanup(holder.cleanup)
        cls.cluster = slurm.Cluster(holder.name)
        cls.addClassCleanup(cls.cluster.stop)
        cls.cluster.start()

    def setUp(self):
        super().setUp()
        self.environment.update(self.cluster.environment)
        self.addCleanup(lambda: self.cluster.run("scancel", "--user=root"))

    def verify(self, *words, status=0):
        finished = self.run_ibid("verify", "--executor", "slurm", "--output", self.output, *words, status=status,
                                 cwd=self.work)
        return finished, json.loads((self.output / "report.json").read_text()) if status < 2 else None

    def queue(self):
        return self.cluster.run("squeue", "--noheader", "--array", "--format=%i").stdout.split()

    def executions(self):
        return {name: json.loads((self.output / name / "run.json").read_text())["execution"] for name in self.names()}

    def test_runs_as_elements_of_arrays_and_the_report_here(self):
        finished, report = self.verify("--repeat", "2", "--timezone", "A", "--", "sh", "-c", "echo ${TZ:-none}", status=1)
        self.assertEqual([(run["name"], run["outcome"]) for run in report["runs"]],
                         [("as it is 2", 1), ("as it is 3", 1), ("timezone=A", 2)])
        self.assertEqual((report["execution"]["executor"], report["execution"]["run_times_comparable"]), ("slurm", False))
        executions = self.executions()
        jobs = [execution["cluster_job"] for execution in executions.values()]
        # The first run stands in a job of its own; the others are one array.
        first, *others = [job.split("_") for job in jobs]
        self.assertEqual(first[1], "1")
        self.assertEqual([element for _, element in others], ["2", "3", "4"])
        self.assertEqual(len({job for job, _ in others}), 1)
        self.assertNotEqual(others[0][0], first[0])
        self.assertIn("As jobs of Slurm", (self.output / "report.html").read_text())
        self.assertEqual(self.queue(), [])

    def test_options_reach_sbatch_and_its_refusal_is_told(self):
        _, report = self.verify("--sbatch-option=--job-name=mine", "--", "sh", "-c", "echo $SLURM_JOB_NAME")
        self.assertEqual((self.output / "01-as-it-is-1" / "stdout.txt").read_text(), "mine\n")
        shutil.rmtree(self.output)
        finished, _ = self.verify("--sbatch-option=--partition=nowhere", "--", "echo", "1", status=3)
        self.assert_error(finished, "unsupported", "sbatch did not take the job", "partition")

    def test_a_program_that_writes_into_its_folder_runs_one_by_one(self):
        command = ["sh", "-c", f"mkdir {self.marks}/alone || exit 3; echo x > out.txt; sleep 0.1; "
                   f"rmdir {self.marks}/alone; echo 1"]
        _, report = self.verify("--repeat", "3", "--", *command)
        self.assertIn("out.txt", report["execution"]["one_by_one"])
        self.assertIs(report["same"], True)

    def test_a_failed_element_is_named_and_what_it_said(self):
        # Somebody's file lies where the third run has to write.
        process = self.begin(1, "--executor", "slurm", "--repeat", "2")
        (self.output / "locks" / "03-as-it-is-3").mkdir(parents=True)
        (self.marks / "hold").unlink()
        _, errors = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 3)
        self.assertRegex(errors, r"error\[io\]: Slurm's job [0-9]+_3, run 3 \(as it is 3\), ended without a finished record")
        self.assertIn("locks/03-as-it-is-3", errors)
        self.assertIn(f"go on with: ibid verify --resume {self.output}", errors)
        (self.output / "locks" / "03-as-it-is-3").rmdir()
        self.assertIn("same bits in 3 runs", self.resume().stdout)

    def test_a_job_that_is_cancelled_by_others(self):
        process = self.begin(2, "--executor", "slurm", "--repeat", "1")
        self.cluster.run("scancel", *{job.split("_")[0] for job in self.queue()})
        _, errors = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 3)
        self.assertIn("run 2 (as it is 2), ended without a finished record", errors)
        self.assert_none_stays()

    def test_killed_it_leaves_jobs_that_are_cancelled_when_somebody_goes_on(self):
        process = self.begin(2, "--executor", "slurm", "--repeat", "5")
        process.kill()
        process.wait()
        left = self.queue()
        self.assertNotEqual(left, [])
        told = self.run_ibid("verify", "--resume", self.output, "--executor", "local", status=3, cwd=self.work,
                             environment={"PATH": "/nowhere"})
        self.assert_error(told, "not-found", "sbatch")
        again = subprocess.Popen([support.BINARY, "verify", "--resume", str(self.output)], text=True, cwd=self.work,
                                 env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        # Those that are held end only because they are cancelled.
        self.wait_until(lambda: not set(left) & set(self.queue()), "jobs stay")
        (self.marks / "hold").unlink()
        out, errors = again.communicate(timeout=100)
        self.assertIn("jobs of Slurm were left and are cancelled: " + left[0].split("_")[0], errors)
        self.assertIn("same bits in 6 runs", out)
        self.assertEqual(self.queue(), [])
        self.assertFalse((self.output / "slurm" / "jobs").exists())

    def test_interrupted_it_cancels_its_jobs_and_can_go_on(self):
        process = self.begin(2, "--executor", "slurm", "--repeat", "3")
        self.assertNotEqual(self.queue(), [])
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3)
        self.assertIn(f"go on with: ibid verify --resume {self.output}", errors)
        self.wait_until(lambda: self.queue() == [], "jobs stay")
        self.assert_none_stays()
        told = self.resume()
        self.assertIn("same bits in 4 runs", told.stdout)
        self.assertTrue(list(self.output.glob("*.unfinished-1")))
        # Begun on a cluster, it goes on there.
        self.assertTrue(all(execution["executor"] == "slurm" for execution in
                            (json.loads((path / "run.json").read_text())["execution"]
                             for path in self.output.glob("0?-as-it-is-[1-4]"))))


class WithoutSlurm(support.ProgramTest):
    def test_the_remedy_is_told(self):
        bin_folder = self.folder / "bin"
        bin_folder.mkdir()
        (bin_folder / "echo").symlink_to(shutil.which("echo"))
        finished = self.run_ibid("verify", "--executor", "slurm", "--", "echo", "1", status=3,
                                 environment={"PATH": str(bin_folder)})
        self.assert_error(finished, "not-found", "sbatch", "slurm-client")
        self.assertEqual([path.name for path in self.folder.iterdir()], ["bin"])


if __name__ == "__main__":
    unittest.main()
