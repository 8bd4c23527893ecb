"""ibid run and verify with --seed and --deterministic: what is held still, what is told, what cannot be."""

import json
import sys
import unittest

import support
from run_test import RunTest, has_torch

DRAWS = """
import random
import numpy
print(random.random(), numpy.random.rand(), numpy.random.default_rng().random(), hash("text"))
"""

LOADER = """
import random
import numpy, torch
class Numbers(torch.utils.data.Dataset):
    def __len__(self):
        return 8
    def __getitem__(self, i):
        return torch.tensor([i, numpy.random.randint(1 << 30), random.randint(0, 1 << 30)])
for batch in torch.utils.data.DataLoader(Numbers(), batch_size=4, shuffle=True, num_workers=2):
    print(batch.tolist())
"""


def has_numpy():
    import importlib.util

    return importlib.util.find_spec("numpy") is not None


class EnforceTest(RunTest):
    def python(self, text, *options, name="r"):
        (self.folder / "script.py").write_text(text)
        folder, result = self.record(sys.executable, "script.py", options=options, name=name)
        return folder, result

    def enforced(self, folder):
        return {entry["name"]: entry["value"] for entry in self.read(folder, "seen.json")["enforced"]}


class AnyProgram(EnforceTest):
    def test_variables_are_set_before_the_start_and_told(self):
        folder, result = self.record("sh", "-c", "echo $OMP_NUM_THREADS $PYTHONHASHSEED $CUBLAS_WORKSPACE_CONFIG",
                                     options=["--deterministic", "--fixed-threads", "2", "--seed", "7"],
                                     environment={**self.environment, "OMP_NUM_THREADS": "5"})
        self.assertEqual(result.stdout, "2 7 :4096:8\n")
        self.assertEqual(self.enforced(folder)["OMP_NUM_THREADS"], "2")
        request = self.read(folder, "run.json")["enforcement"]
        self.assertEqual((request["seed"], request["deterministic"], request["threads"]), (7, True, 2))

    def test_a_program_that_is_not_python_cannot_be_seeded_and_strictly_that_is_an_error(self):
        folder, result = self.record("true", options=["--deterministic"])
        self.assertEqual(result.returncode, 0)
        self.assertIn("not enforced: python: seeds and switches inside the program", result.stderr)
        _, strict = self.record("true", options=["--deterministic", "--strict"], name="s")
        self.assertEqual(strict.returncode, 125)
        self.assertIn("error[unsupported]", strict.stderr)
        finished = self.run_ibid("verify", "--deterministic", "--strict", "--", "true", status=3)
        self.assert_error(finished, "unsupported", "seeds and switches inside the program")

    def test_strict_alone_means_nothing(self):
        _, result = self.record("true", options=["--strict"])
        self.assertEqual(result.returncode, 2)
        self.assertIn("--deterministic", result.stderr)

    def test_nothing_is_enforced_unless_asked_for(self):
        folder, result = self.python("import random, os\nprint(os.environ.get('PYTHONHASHSEED'), os.listdir.__name__)\n")
        self.assertEqual(result.stdout, "None listdir\n")
        seen = self.read(folder, "seen.json")
        self.assertEqual((seen["enforced"], seen["not_enforced"]), ([], []))


class Python(EnforceTest):
    def test_folders_are_listed_in_order(self):
        for name in ("c", "a", "b", "e", "d"):
            (self.folder / "x" / name).mkdir(parents=True)
        text = ("import glob, os, pathlib, shutil\nprint(os.listdir('x'), [e.name for e in os.scandir('x')], glob.glob('x/*'),\n"
                "      next(os.walk('x'))[1], [p.name for p in pathlib.Path('x').iterdir()])\n"
                "print(shutil.rmtree.avoids_symlink_attacks)\nshutil.rmtree('x')\n")
        _, result = self.python(text, "--deterministic")
        names = ["a", "b", "c", "d", "e"]
        self.assertEqual(result.stdout, f"{names} {names} {['x/' + name for name in names]} {names} {names}\nTrue\n")
        self.assertFalse((self.folder / "x").exists())

    @unittest.skipUnless(has_numpy(), "NumPy is not installed for this interpreter (python3-numpy)")
    def test_unseeded_generators_get_the_seed(self):
        outputs = [self.python(DRAWS, *options, name=str(i))[1].stdout
                   for i, options in enumerate([("--seed", "5"), ("--seed", "5"), ("--seed", "6"), (), ()])]
        self.assertEqual(outputs[0], outputs[1])
        self.assertEqual(len({*outputs}), 4)
        folder = self.folder / "0"
        self.assertEqual(self.enforced(folder)["random.seed"], 5)
        self.assertEqual(self.enforced(folder)["numpy.random.seed"], 5)
        told = [e for e in self.read(folder, "seen.json")["enforced"] if e["name"] == "numpy.random.default_rng"]
        self.assertTrue(told[0]["at"].endswith("script.py:4"))

    @unittest.skipUnless(has_numpy(), "NumPy is not installed for this interpreter (python3-numpy)")
    def test_two_unseeded_generators_stay_two(self):
        _, result = self.python("import numpy\nprint(*(numpy.random.default_rng().random() for _ in range(2)))\n", "--seed", "5")
        self.assertEqual(len(set(result.stdout.split())), 2)

    def test_the_programs_own_seed_stands(self):
        text = "import random\nrandom.seed(1)\nprint(random.random())\n"
        self.assertEqual(self.python(text, "--seed", "5", name="a")[1].stdout, self.python(text, name="b")[1].stdout)


@unittest.skipUnless(has_torch(), "PyTorch is not installed for this interpreter (python3-torch)")
class Torch(EnforceTest):
    def test_switches_are_in_force_and_told(self):
        text = ("import torch\nb = torch.backends\nprint(torch.are_deterministic_algorithms_enabled(), b.cudnn.deterministic,\n"
                "      b.cudnn.benchmark, b.cudnn.allow_tf32, torch.get_num_threads(), torch.initial_seed())\n")
        folder, result = self.python(text, "--deterministic", "--fixed-threads", "3")
        self.assertEqual(result.stdout, "True True False False 3 42\n")
        self.assertIs(self.enforced(folder)["torch.use_deterministic_algorithms"], True)
        self.assertEqual(self.read(folder, "seen.json")["not_enforced"], [])

    def test_loaders_get_an_order_and_their_workers_seeds(self):
        runs = [self.python(LOADER, "--deterministic", name=name) for name in ("a", "b")]
        self.assertEqual(runs[0][1].stdout, runs[1][1].stdout)
        self.assertNotEqual(self.python(LOADER, name="c")[1].stdout, self.python(LOADER, name="d")[1].stdout)
        self.assertEqual(self.enforced(runs[0][0])["DataLoader.generator"], 42)

    def test_a_loaders_own_generator_stands(self):
        text = ("import torch\ng = torch.Generator().manual_seed(3)\n"
                "print([int(x) for x in torch.utils.data.DataLoader(range(9), shuffle=True, generator=g)])\n")
        folder, result = self.python(text, "--deterministic")
        self.assertEqual(result.stdout, self.python(text, name="plain")[1].stdout)
        self.assertNotIn("DataLoader.generator", self.enforced(folder))

    def test_loaders_whose_workers_are_fresh_processes_and_those_with_all_arguments_in_order(self):
        text = LOADER.replace("num_workers=2", "num_workers=1, multiprocessing_context='spawn'")
        text = text.replace("for batch", "if __name__ == '__main__':\n  for batch").replace("    print(batch", "      print(batch")
        folder, result = self.python(text, "--deterministic")
        self.assertEqual((result.returncode, len(result.stdout.splitlines())), (0, 2), result.stderr)
        everything = ("import torch\ng = torch.Generator().manual_seed(3)\nnone = None\n"
                      "print([int(x) for x in torch.utils.data.DataLoader(range(9), 1, True, none, none, 0, none, False, False,\n"
                      "                                                   0, none, none, g)])\n")
        _, result = self.python(everything, "--deterministic", name="s")
        self.assertEqual(result.stdout, self.python(everything, name="plain")[1].stdout)

    PUT = "import torch\nx = torch.zeros(5).put_(torch.tensor([1, 1]), torch.tensor([1., 2.]))\nprint('on')\n"

    def test_an_operation_without_a_deterministic_way_is_told(self):
        folder, result = self.python(self.PUT, "--deterministic")
        self.assertEqual((result.returncode, result.stdout), (0, "on\n"))
        self.assertIn("not enforced: torch: put_", result.stderr)
        self.assertIn("script.py:2", self.read(folder, "seen.json")["not_enforced"][0]["reason"])

    def test_strictly_it_stops_the_program(self):
        _, result = self.python(self.PUT, "--deterministic", "--strict")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("put_ does not have a deterministic implementation", result.stderr)

    def test_a_switch_that_the_program_turns_is_told(self):
        _, result = self.python("import torch\ntorch.backends.cudnn.benchmark = True\n", "--deterministic", "--strict")
        self.assertEqual(result.returncode, 125)
        self.assertIn("torch.backends.cudnn.benchmark: the program itself has set it to True", result.stderr)


if __name__ == "__main__":
    unittest.main()
