"""ibid verify: each variation changes what it says, in real processes, or says why it could not."""

import json
import os
import pathlib
import shutil
import sys
import unittest

import support
from run_test import has_torch

LOADER = """
import torch
class Numbers(torch.utils.data.Dataset):
    def __len__(self):
        return 8
    def __getitem__(self, i):
        info = torch.utils.data.get_worker_info()
        return torch.tensor([i, 0 if info is None else info.num_workers])
for batch in torch.utils.data.DataLoader(Numbers(), 4, {more}):
    print(batch.tolist())
"""


class VariationsTest(support.ProgramTest):
    def verify(self, *words, status=0, **options):
        """The runs that `ibid verify WORDS` reports, by name."""
        finished = self.run_ibid("verify", "--json", "--no-search", "--repeat", "0", "--output", self.folder / "v", *words, status=status, **options)
        self.report = json.loads(finished.stdout)
        return {run["name"]: run for run in self.report["runs"]}

    def script(self, text, program=sys.executable):
        (self.folder / "script.py").write_text(text)
        return program, "script.py"

    def output(self, run):
        return (pathlib.Path(run["folder"]) / "stdout.txt").read_text()

    def outputs(self, runs):
        return {name: self.output(run) for name, run in runs.items()}


class Surroundings(VariationsTest):
    def test_the_umask_is_the_childs(self):
        runs = self.verify("--umask", "022,077", "--", "sh", "-c", "umask; touch made; stat -c %a made; rm made", status=1)
        self.assertEqual(self.outputs(runs), {"umask=022": "0022\n644\n", "umask=077": "0077\n600\n"})
        request = json.loads((pathlib.Path(runs["umask=077"]["folder"]) / "run.json").read_text())
        self.assertEqual(request["umask"], "077")
        # Our own files are made as ever: the report has the mask that this process has.
        mask = os.umask(0)
        os.umask(mask)
        self.assertEqual((self.folder / "v" / "report.json").stat().st_mode & 0o777, 0o666 & ~mask)

    def test_a_mask_that_is_none(self):
        for text in ("088", "1000", ""):
            self.assert_error(self.run_ibid("verify", "--umask", text, "--", "true", status=2), "usage", "--umask", "022,077")

    def test_a_fresh_home_is_empty_and_another_has_a_longer_path(self):
        (self.folder / ".settings").write_text("mine")
        command = ("sh", "-c", "cat ~/.settings 2>/dev/null; ls -A ~ | wc -l; echo ${#HOME}; echo kept > ~/own; "
                               "test $XDG_CONFIG_HOME = $HOME/.config && echo yes; true")
        runs = self.verify("--home", "--", *command, status=1)
        fresh, longer = (self.output(runs[name]).split() for name in ("home=fresh", "home=fresh-with-a-longer-path"))
        self.assertEqual((fresh[0], longer[0], fresh[2], longer[2]), ("0", "0", "yes", "yes"))
        self.assertGreater(int(longer[1]), int(fresh[1]) + 20)
        self.assertTrue((self.folder / "own").exists())  # from the first run, which has the own home

    def test_what_is_written_into_a_fresh_home_is_no_result(self):
        command = self.script("import pathlib\n(pathlib.Path.home() / 'cache').write_text('x')\nprint('same')\n")
        work = self.folder / "work"
        work.mkdir()
        runs = self.verify("--home", "--", command[0], "../script.py", cwd=work)
        self.assertEqual({run["comparison"]["compared_files"] for run in runs.values()}, {0})

    def test_any_variable(self):
        runs = self.verify("--env", "MODE=fast,slow", "--env", "LEVEL=3", "--", "sh", "-c", "echo $MODE $LEVEL", status=1)
        self.assertEqual(self.outputs(runs), {"env MODE=fast": "fast\n", "env MODE=slow": "slow\n", "env LEVEL=3": "3\n"})

    def test_a_variable_without_a_name(self):
        for text in ("MODE", "=1", "1A=2", "PYTHON="):
            self.assert_error(self.run_ibid("verify", "--env", text, "--", "true", status=2), "usage", "--env")

    def test_a_device_that_is_not_there_is_skipped(self):
        runs = self.verify("--device", "cuda:907", "--", "sh", "-c", "echo $CUDA_VISIBLE_DEVICES", status=1)
        self.assertIn("/dev/nvidia907", runs["device=cuda:907"]["skipped"])
        self.assert_error(self.run_ibid("verify", "--device", "gpu", "--", "true", status=2), "usage", "--device", "cuda:0")


class Interpreters(VariationsTest):
    def test_another_interpreter_takes_the_place_of_the_first_word(self):
        other = self.folder / "bin" / "python3.99"
        other.parent.mkdir()
        other.write_text(f"#!/bin/sh\nOTHER=1 exec {sys.executable} \"$@\"\n")
        other.chmod(0o755)
        command = self.script("import os\nprint(os.environ.get('OTHER', 'own'))\n")
        path = f"{other.parent}:{self.environment['PATH']}"
        runs = self.verify("--env", f"PYTHON=3.99,{other},3.98", "--", *command, environment={"PATH": path}, status=1)
        self.assertEqual((self.output(runs["python=3.99"]), self.output(runs[f"python={other}"])), ("1\n", "1\n"))
        self.assertIn("python3.98", runs["python=3.98"]["skipped"])

    def test_one_that_does_not_start_is_skipped_with_what_it_says(self):
        broken = self.folder / "broken"
        broken.write_text("#!/bin/sh\necho no such version >&2; exit 127\n")
        broken.chmod(0o755)
        runs = self.verify("--env", f"PYTHON={broken}", "--", *self.script("print(1)\n"), status=1)
        self.assertIn("no such version", runs[f"python={broken}"]["skipped"])

    def test_one_that_lacks_a_package_does_not_count(self):
        poor = self.folder / "poor"
        poor.write_text(f"#!/bin/sh\nPYTHONPATH=\"$PYTHONPATH:\" exec env -u EXTRA {sys.executable} \"$@\"\n")
        poor.chmod(0o755)
        (self.folder / "extra").mkdir()
        (self.folder / "extra" / "package_of_one.py").write_text("")
        text = "import os, sys\nsys.path.append(os.environ.get('EXTRA', '/'))\nimport package_of_one\nprint(1)\n"
        runs = self.verify("--env", f"PYTHON={poor}", "--", *self.script(text), status=1,
                           environment={"EXTRA": str(self.folder / "extra")})
        self.assertIn("has no module 'package_of_one'", runs[f"python={poor}"]["skipped"])

    def test_a_command_without_an_interpreter(self):
        runs = self.verify("--env", "PYTHON=3", "--", "echo", "1", status=1)
        self.assertIn("no Python interpreter", runs["python=3"]["skipped"])


class Workers(VariationsTest):
    def test_a_program_without_a_loader_does_not_count(self):
        runs = self.verify("--workers", "2", "--", *self.script("print(1)\n"), status=1)
        self.assertIn("no DataLoader", runs["workers=2"]["skipped"])
        finished = self.run_ibid("verify", "--workers", "2", "--repeat", "0", "--", *self.script("print(1)\n"), status=1)
        self.assertIn("workers=2: not counted", finished.stdout)

    def test_without_the_hook_nothing_can_be_changed(self):
        runs = self.verify("--no-hook", "--workers", "2", "--", *self.script("print(1)\n"), status=1)
        self.assertIn("--no-hook", runs["workers=2"]["skipped"])

    def test_a_number_that_is_none(self):
        self.assert_error(self.run_ibid("verify", "--workers", "-1", "--", "true", status=2), "usage", "--workers")

    @unittest.skipUnless(has_torch(), "PyTorch is not installed for this interpreter (python3-torch)")
    def test_the_loaders_number_is_replaced_and_told(self):
        for more in ("", "num_workers=1, persistent_workers=True, prefetch_factor=4",
                     "False, None, None, 1, None, False, False, 60"):
            with self.subTest(more):
                shutil.rmtree(self.folder / "v", ignore_errors=True)
                runs = self.verify("--workers", "0,3", "--", *self.script(LOADER.format(more=more)), status=1)
                seen = {name: {row[1] for line in text.splitlines() for row in json.loads(line)}
                        for name, text in self.outputs(runs).items()}
                self.assertEqual(seen, {"workers=0": {0}, "workers=3": {3}})
                record = json.loads((pathlib.Path(runs["workers=3"]["folder"]) / "seen.json").read_text())
                told = [entry for entry in record["enforced"] if entry["name"] == "DataLoader.num_workers"]
                self.assertEqual([(entry["value"], entry["instead_of"]) for entry in told], [(3, 1 if more else 0)])


ORDERS = """
import hashlib, torch
torch.manual_seed(1)
def digest(net):
    return hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in net.parameters())).hexdigest()
net = torch.nn.Linear(4, 2)
print("initial", digest(net))
data = torch.utils.data.TensorDataset(torch.arange(12), torch.randn(12, 4))
optimiser = torch.optim.SGD(net.parameters(), lr=0.1)
for sampler in ({samplers}):
    loader = torch.utils.data.DataLoader(data, 3, sampler=sampler)
    for epoch in range(2):
        order = []
        for index, x in loader:
            order += index.tolist()
            optimiser.zero_grad()
            net(x).pow(2).sum().backward()
            optimiser.step()
        print("order", *order)
print("drawn", torch.rand(1).item())
print("final", digest(net))
"""
SHUFFLING = ("torch.utils.data.RandomSampler(data), torch.utils.data.SubsetRandomSampler([1, 3, 5, 7, 9, 11]), "
             "torch.utils.data.WeightedRandomSampler([1.0] * 12, 8)")


class Orders(VariationsTest):
    def orders(self, text, *words):
        """What each run printed, by the first word of its lines: the command as it is, then the setup `order-seeds`."""
        report = json.loads(self.run_ibid("verify", "--json", "--order-seeds", "3", *words, "--output", self.folder / "v", "--",
                                          *self.script(text)).stdout)
        self.assertIs(report["same"], True)
        self.setup_result = next(setup for setup in report["setups"] if setup["name"] == "order-seeds")
        folders = [report["first"], self.setup_result["first"], *(run["folder"] for run in self.setup_result["runs"])]
        found = []
        for folder in folders:
            lines = {}
            for line in (pathlib.Path(folder) / "stdout.txt").read_text().splitlines():
                lines.setdefault(line.split()[0], []).append(line.split()[1:])
            found.append(lines)
        return found

    @unittest.skipUnless(has_torch(), "PyTorch is not installed for this interpreter (python3-torch)")
    def test_the_order_of_samples_changes_and_nothing_else(self):
        runs = self.orders(ORDERS.format(samplers=SHUFFLING))
        for kind in ("initial", "drawn"):
            self.assertEqual(len({str(run[kind]) for run in runs}), 1, kind)
        for i in range(6):  # two passes of each sampler
            self.assertEqual(len({str(run["order"][i]) for run in runs}), 4, i)
            self.assertEqual(len({str(sorted(run["order"][i])) for run in runs}), 1, i)
        self.assertEqual(len({str(run["final"]) for run in runs}), 4)
        self.assertEqual((self.setup_result["judged"], self.setup_result["distinct_outcomes"],
                          self.setup_result["enforcement"]["order_seed"]), (False, 3, 101))

    @unittest.skipUnless(has_torch(), "PyTorch is not installed for this interpreter (python3-torch)")
    def test_a_loader_that_does_not_shuffle_does_not_count(self):
        self.orders(ORDERS.format(samplers="None,"))
        self.assertTrue(all("no sampler of PyTorch" in run["skipped"] for run in self.setup_result["runs"]))

    @unittest.skipUnless(has_torch(), "PyTorch is not installed for this interpreter (python3-torch)")
    def test_seeds_of_the_program_change_all_of_it(self):
        report = json.loads(self.run_ibid("verify", "--json", "--init-seeds", "2", "--output", self.folder / "v", "--",
                                          *self.script(ORDERS.format(samplers="torch.utils.data.RandomSampler(data),"))).stdout)
        setup = next(setup for setup in report["setups"] if setup["name"] == "init-seeds")
        first, second = ((pathlib.Path(folder) / "stdout.txt").read_text().splitlines()
                         for folder in (setup["first"], setup["runs"][0]["folder"]))
        self.assertTrue(all(a != b for a, b in zip(first, second)))


if __name__ == "__main__":
    unittest.main()
