"""Runs of several processes that a launcher numbers: one record, compared rank by rank."""

import json
import shutil
import subprocess
import sys
import unittest

import support
from run_test import RunTest, has_torch

TRAINING = """
import os, sys, time
rank = int(os.environ[sys.argv[1]])
import torch
torch.manual_seed(rank if len(sys.argv) < 3 or sys.argv[2] != str(rank) else 99)
torch.set_num_threads(1)
model = torch.nn.Linear(3, 1)
optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(3):
    optimiser.zero_grad()
    model(torch.randn(4, 3)).sum().backward()
    optimiser.step()
"""

# What a launcher does, without one: numbers its children, and starts them in another order each time.
LAUNCHER = """
import os, subprocess, sys
order = [1, 0] if os.path.exists("again") else [0, 1]
open("again", "w").close()
started = [subprocess.Popen([sys.executable, "train.py", "OMPI_COMM_WORLD_RANK", *sys.argv[1:]],
                            env={**os.environ, "OMPI_COMM_WORLD_RANK": str(rank)}) for rank in order]
for process in started: process.wait()
"""

DISTRIBUTED = """
import torch, torch.distributed as dist
dist.init_process_group("gloo")
torch.manual_seed(dist.get_rank())
model = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(3, 1))
optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(3):
    optimiser.zero_grad()
    model(torch.randn(4, 3)).sum().backward()
    optimiser.step()
"""

MPIRUN = ["mpirun", "--oversubscribe", "--allow-run-as-root"]


def has_mpirun():
    return shutil.which("mpirun") is not None and subprocess.run([*MPIRUN, "-np", "1", "true"], capture_output=True).returncode == 0


class RanksTest(RunTest):
    def setUp(self):
        super().setUp()
        self.environment["OMP_NUM_THREADS"] = "1"

    def ranks(self, folder):
        """Of each file of digests its steps and the tensors of the first."""
        files = {}
        for path in sorted(folder.glob("digests*.jsonl")):
            lines = [json.loads(line) for line in path.read_text().splitlines()]
            files[path.name] = ([line["step"] for line in lines], lines[0]["tensors"])
        return files

    def check_ranks(self, folder, n):
        files = self.ranks(folder)
        self.assertEqual({name: steps for name, (steps, _) in files.items()},
                         {f"digests-rank-{rank}.jsonl": [0, 1, 2] for rank in range(n)})
        processes = self.read(folder, "seen.json")["processes"]
        self.assertEqual([p["rank"] for p in processes if "rank" in p], list(range(n)))
        return files


@unittest.skipUnless(has_torch(), "PyTorch is not installed for this interpreter (python3-torch)")
class OneRecord(RanksTest):
    def test_ranks_are_compared_with_themselves_whatever_order_they_start_in(self):
        (self.folder / "train.py").write_text(TRAINING)
        (self.folder / "launch.py").write_text(LAUNCHER)
        a, _ = self.record(sys.executable, "launch.py", name="a")
        b, _ = self.record(sys.executable, "launch.py", name="b")
        c, _ = self.record(sys.executable, "launch.py", "1", name="c")
        self.assertEqual(self.check_ranks(a, 2), self.check_ranks(b, 2))
        self.run_ibid("diff", a, b)
        difference = json.loads(self.run_ibid("diff", "--json", a, c, status=1).stdout)["first_divergence"]
        self.assertEqual((difference["process"], difference["step"]), ("rank 1", 0))
        self.assertIn("of rank 1", self.run_ibid("diff", a, c, status=1).stdout)
        # A rank that only one of them has.
        (b / "digests-rank-0.jsonl").rename(self.folder / "away")
        difference = json.loads(self.run_ibid("diff", "--json", a, b, status=1).stdout)["first_divergence"]
        self.assertEqual((difference["process"], difference["tensors"]), ("rank 0", []))

    @unittest.skipUnless(has_mpirun(), "mpirun is not installed, or may not start processes (openmpi-bin)")
    def test_under_mpirun(self):
        (self.folder / "train.py").write_text(TRAINING)
        folder, result = self.record(*MPIRUN, "-np", "2", sys.executable, "train.py", "OMPI_COMM_WORLD_RANK")
        self.assertEqual(result.returncode, 0, result.stderr)
        files = self.check_ranks(folder, 2)
        self.assertEqual(len({str(tensors) for _, tensors in files.values()}), 2)

    def test_under_torchrun(self):
        (self.folder / "train.py").write_text(DISTRIBUTED)
        # With Python 3.11, PyTorch 1.13 fails without options for output.
        launch = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", "-r", "1", "-t", "1"]
        if subprocess.run([sys.executable, "-m", "torch.distributed.run", "--help"], capture_output=True).returncode != 0:
            self.skipTest("this PyTorch has no torch.distributed.run")
        folder, result = self.record(sys.executable, *launch, "train.py")
        self.assertEqual(result.returncode, 0, result.stderr)
        files = self.check_ranks(folder, 2)
        parameters = [{name: digest for name, digest in tensors.items() if name.startswith("parameters.")}
                      for _, tensors in files.values()]
        self.assertEqual(parameters[0], parameters[1])
        self.assertTrue(parameters[0])


class RecordsOfRanks(RanksTest):
    def run_as(self, rank, *words, **more):
        environment = {**self.environment, "OMPI_COMM_WORLD_RANK": str(rank), "OMPI_COMM_WORLD_SIZE": "2"}
        return self.run_ibid("run", "--quiet", *words, environment=environment, **more)

    def test_each_rank_has_a_folder_of_its_own(self):
        for rank in range(2):
            self.run_as(rank, "--output", self.folder / "r", "echo", str(rank))
            self.run_as(rank, "echo", str(rank))
        for rank in range(2):
            for folder in (self.folder / f"r-rank-{rank}", self.folder / "ibid-runs" / f"echo-rank-{rank}-1"):
                self.assertEqual((folder / "stdout.txt").read_text(), f"{rank}\n")
                self.assertEqual(self.read(folder, "run.json")["rank"], rank)
        self.run_as(0, "--output", self.folder / "r", "echo", status=2)

    def test_inside_such_a_record_ranks_are_not_told_apart_by_what_ibid_has_itself(self):
        text = "import os; print(os.environ['IBID_HOOK_RANK_VARIABLES'])"
        output = self.run_as(1, "--output", self.folder / "r", sys.executable, "-c", text).stdout
        self.assertNotIn("OMPI", output)
        self.assertNotIn("rank", self.read(self.folder / "r-rank-1", "seen.json")["processes"][0])

    def test_a_run_of_one_rank_is_a_run(self):
        environment = {**self.environment, "OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "1"}
        self.run_ibid("run", "--output", self.folder / "r", "true", environment=environment)
        self.assertTrue((self.folder / "r").exists())

    @unittest.skipUnless(has_mpirun(), "mpirun is not installed, or may not start processes (openmpi-bin)")
    def test_under_mpirun(self):
        words = [*MPIRUN, "-np", "2", support.BINARY, "run", "--quiet", "--output", str(self.folder / "r"), "echo", "ran"]
        subprocess.run(words, cwd=self.folder, env=self.environment, check=True, capture_output=True, timeout=120)
        for rank in range(2):
            self.assertEqual(self.read(self.folder / f"r-rank-{rank}", "result.json")["status"], "complete")


if __name__ == "__main__":
    unittest.main()
