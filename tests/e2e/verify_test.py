"""ibid verify: real processes repeated, and what differs named."""

import json
import pathlib
import subprocess
import sys
import unittest

import support
from run_test import TRAINING, has_torch


class VerifyTest(support.ProgramTest):
    def verify(self, *words, status=0):
        """The report of `ibid verify WORDS`."""
        return json.loads(self.run_ibid("verify", "--json", "--output", self.folder / "v", *words, status=status).stdout)

    def script(self, text):
        (self.folder / "script.py").write_text(text)
        return sys.executable, "script.py"

    def comparisons(self, report):
        return {run["name"]: run["comparison"] for run in report["runs"] if "comparison" in run}


class AnyProgram(VerifyTest):
    def test_a_program_that_prints_the_same(self):
        report = self.verify("--repeat", "3", "--", "echo", "1")
        self.assertIs(report["same"], True)
        self.assertEqual([run["name"] for run in report["runs"]], ["as it is 2", "as it is 3", "as it is 4"])
        self.assertEqual(json.loads((self.folder / "v" / "report.json").read_text()), report)

    def test_a_clock_in_the_output_is_found_and_can_be_declared(self):
        command = ("sh", "-c", "echo result 1; date +%N")
        report = self.verify("--", *command, status=1)
        self.assertEqual(self.comparisons(report)["as it is 2"]["first_output_line"]["line"], 2)
        finished = self.run_ibid("verify", "--ignore-output", "^[0-9]+$", "--", *command)
        self.assertIn("same bits in 2 runs", finished.stdout)

    def test_a_program_without_a_trace_proves_nothing(self):
        report = self.verify("--", "true", status=1)
        self.assertIs(self.comparisons(report)["as it is 2"]["without_evidence"], True)

    def test_metrics_are_compared_by_value(self):
        command = ("sh", "-c", 'echo loss: 0.5; echo "accuracy: ${TZ:-0.25}"')
        words = ("--metric", "accuracy=accuracy: (.*)", "--ignore-output", "accuracy.*", "--timezone", "0.26")
        report = self.verify(*words, "--", *command, status=1)
        comparisons = self.comparisons(report)
        self.assertIs(comparisons["as it is 2"]["same"], True)
        metric = comparisons["timezone=0.26"]["first_metric"]
        self.assertEqual((metric["name"], metric["step"], metric["a"], metric["b"]), ("accuracy", 0, "0.25", "0.26"))
        self.assertGreater(metric["distance_ulp"], 1 << 40)

    def test_a_program_that_fails_is_not_verified_unless_that_is_meant(self):
        (self.folder / "script.py").write_text("import sys\nprint(1)\nimport no_such_module\n")
        command = (sys.executable, "script.py")
        finished = self.run_ibid("verify", "--output", "w", "--", *command, status=2)
        self.assert_error(finished, "usage", "exit status 1", "No module named 'no_such_module'", "--allow-failure")
        self.assertIs(self.verify("--allow-failure", "--", *command)["same"], True)

    def test_another_exit_status_is_a_difference(self):
        report = self.verify("--timezone", "3", "--", "sh", "-c", "echo x; exit ${TZ:-0}", status=1)
        self.assertIs(self.comparisons(report)["timezone=3"]["same_end"], False)

    def test_mistakes_are_named_before_anything_runs(self):
        for words, part in ((["--threads", "0"], "--threads"), (["--isa", "sse9"], "sse9"),
                            (["--ignore-output", "("], "--ignore-output")):
            finished = self.run_ibid("verify", *words, "--", "touch", "ran", status=2)
            self.assert_error(finished, "usage", part)
        self.assert_error(self.run_ibid("verify", "--", "no-such-program", status=3), "not-found", "no-such-program")
        self.assertFalse((self.folder / "ran").exists())

    def test_a_program_with_the_name_of_a_member_stands_behind_dashes(self):
        (self.folder / "train").write_text("#!/bin/sh\necho mine\n")
        (self.folder / "train").chmod(0o755)
        environment = {"PATH": f"{self.folder}:{self.environment['PATH']}"}
        finished = self.run_ibid("verify", "--", "train", environment=environment)
        self.assertIn("repeating: train", finished.stdout)

    def test_a_record_is_repeated(self):
        self.run_ibid("run", "--quiet", "--output", "r", "--", "echo", "1")
        self.assertIs(self.verify("r")["same"], True)

    def test_a_variation_of_a_record_goes_before_what_the_record_sets(self):
        self.verify("--timezone", "A", "--", "sh", "-c", "echo ${TZ:-none}", status=1)
        record = self.folder / "v" / "03-timezone-A"
        finished = self.run_ibid("verify", "--json", "--no-search", "--timezone", "B", "--output", self.folder / "w", record, status=1)
        runs = {run["name"]: run["folder"] for run in json.loads(finished.stdout)["runs"]}
        self.assertEqual({name: (pathlib.Path(folder) / "stdout.txt").read_text() for name, folder in runs.items()},
                         {"as it is 2": "A\n", "timezone=B": "B\n"})


class Reports(VerifyTest):
    def test_a_page_and_cases_for_continuous_integration(self):
        command = ("sh", "-c", "echo ${TZ:-none}")
        finished = self.run_ibid("verify", "--timezone", "A,B", "--output", "v", "--junit", "v.xml", "--", *command, status=1)
        self.assertIn("depends on timezone (3 distinct outcomes in 4 runs)", finished.stdout)
        page = (self.folder / "v" / "report.html").read_text()
        self.assertIn("the result depends on it", page)
        self.assertNotIn("http", page.split("</style>")[-1])
        import xml.etree.ElementTree
        suite = xml.etree.ElementTree.parse(self.folder / "v.xml").getroot()
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("3", "2"))
        self.assertEqual(suite.findall("testcase")[1].get("name"), "timezone=A")


class Python(VerifyTest):
    def test_hash_order_is_found(self):
        command = self.script("print(list({'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}))")
        report = self.verify("--repeat", "0", "--hash-seeds", "3", "--", *command, status=1)
        self.assertEqual(len(report["runs"]), 3)

    def test_a_file_with_a_random_number_is_found_and_the_seeded_one_passes(self):
        text = "import random\n{}open('out.txt', 'w').write(str(random.random()))\n"
        report = self.verify("--", *self.script(text.format("")), status=1)
        self.assertEqual(self.comparisons(report)["as it is 2"]["different_files"], ["out.txt"])
        finished = self.run_ibid("verify", "--", *self.script(text.format("random.seed(1)\n")))
        self.assertIn("1 files written", finished.stdout)

    def test_a_run_that_goes_on_from_the_one_before_is_told(self):
        text = ("import os\nn = int(open('state').read()) if os.path.exists('state') else 0\n"
                "open('state', 'w').write(str(n + 1))\nprint('fixed')\n")
        report = self.verify("--", *self.script(text), status=1)
        self.assertEqual([path.rsplit("/", 1)[-1] for path in report["runs"][0]["read_what_earlier_runs_wrote"]], ["state"])


class Setups(VerifyTest):
    DRAWS = "import random\nrandom.seed(3)\nprint(random.random())\nprint({text})\n"

    def setups(self, report):
        return {setup["name"]: setup for setup in report["setups"]}

    def test_each_is_compared_within_itself(self):
        command = self.script(self.DRAWS.format(text="hash('x')"))
        report = self.verify("--setup", "random,seeds,deterministic", "--repeat", "2", "--", *command)
        setups = self.setups(report)
        self.assertEqual({name: setup["distinct_outcomes"] for name, setup in setups.items()},
                         {"random": 3, "seeds": 1, "deterministic": 1})
        self.assertEqual([run["outcome"] for run in setups["random"]["runs"]], [2, 3])
        self.assertEqual(setups["seeds"]["enforcement"]["seed"], 42)
        self.assertEqual((setups["random"]["judged"], report["same"], "runs" in report), (False, True, False))

    def test_a_run_that_differs_is_condemned_in_its_setup(self):
        report = self.verify("--setup", "random,seeds", "--", "sh", "-c", "date +%N", status=1)
        self.assertIs(self.setups(report)["seeds"]["same"], False)

    def test_random_alone_is_judged_by_itself(self):
        report = self.verify("--setup", "random", "--", *self.script(self.DRAWS.format(text="1")), status=1)
        self.assertIs(report["same"], False)

    def test_the_same_outcome_has_the_same_number(self):
        command = ("sh", "-c", "n=$(cat /dev/stdin; ls | grep -c '^n'); touch n$n; echo $((n % 2))")
        report = self.verify("--setup", "seeds", "--repeat", "3", "--", *command, status=1)
        setup = self.setups(report)["seeds"]
        self.assertEqual(([run["outcome"] for run in setup["runs"]], setup["distinct_outcomes"]), ([2, 1, 2], 2))

    def test_variations_apply_in_each(self):
        report = self.verify("--setup", "seeds,deterministic", "--hash-seeds", "1", "--repeat", "0", "--",
                             *self.script("print(hash('x'))\n"), status=1)
        for setup in report["setups"]:
            self.assertEqual((setup["runs"][0]["name"], setup["same"]), ("hash-seed=1", False))

    def test_seeds_that_are_primes_replace_the_programs_own(self):
        report = self.verify("--init-seeds", "3", "--", *self.script(self.DRAWS.format(text="1")))
        setup = self.setups(report)["init-seeds"]
        self.assertEqual((setup["enforcement"]["seed"], [run["name"] for run in setup["runs"]]), (101, ["seed=103", "seed=107"]))
        self.assertEqual((setup["distinct_outcomes"], report["same"]), (3, True))
        seen = json.loads((self.folder / "v" / "05-init-seeds-seed-107" / "seen.json").read_text())
        self.assertEqual([seed["value"] for seed in seen["seeds"]], ["107"])

    def test_a_program_without_a_trace_proves_nothing_here_either(self):
        finished = self.run_ibid("verify", "--setup", "random", "--", sys.executable, "-c", "pass", status=1)
        self.assertIn("nothing was compared", finished.stdout)

    def test_an_unknown_setup_and_one_named_twice(self):
        for text, part in (("seed", "which is no setup"), ("seeds,seeds", "twice")):
            self.assert_error(self.run_ibid("verify", "--setup", text, "--", "echo", status=2), "usage", part)


@unittest.skipUnless(has_torch(), "PyTorch is not installed for this interpreter (python3-torch)")
class Torch(VerifyTest):
    def test_a_seeded_training_has_the_same_bits(self):
        (self.folder / "train.py").write_text(TRAINING)
        comparison = self.comparisons(self.verify("--hash-seeds", "1", "--", sys.executable, "train.py", "1"))["as it is 2"]
        self.assertEqual((comparison["same"], comparison["compared_steps"], comparison["compared_files"]), (True, 6, 1))

    def test_an_unseeded_one_parts_at_its_first_step(self):
        text = TRAINING.replace("torch.manual_seed(int(sys.argv[1]))", "torch.seed()")
        report = self.verify("--", *self.script(text), status=1)
        self.assertEqual(self.comparisons(report)["as it is 2"]["first_divergence"]["step"], 0)

    def test_generators_that_nobody_uses_do_not_count(self):
        text = TRAINING.replace("numpy.random.seed(1); random.seed(2)", "")
        self.assertIs(self.verify("--", *self.script(text), "1")["same"], True)

    def test_all_runs_have_digests_of_the_steps_that_the_first_one_chose(self):
        text = TRAINING.replace("60", "400").replace("torch.manual_seed(int(sys.argv[1]))", "torch.manual_seed(1)")
        report = self.verify("--setup", "seeds,deterministic", "--digest-budget", "40%", "--", *self.script(text))
        cadences = []
        for folder in sorted((self.folder / "v").glob("0*")):
            cadences.append(json.loads((folder / "seen.json").read_text())["cadence"])
        # Only the first measures; the others are handed what it found.
        self.assertEqual([bool(cadence) for cadence in cadences], [True, False, False, False])
        every = cadences[0]["torch"]
        expected = len([step for step in range(40) if step < 8 or step % every == 0])
        for setup in report["setups"]:
            self.assertEqual(setup["runs"][0]["comparison"]["compared_steps"], expected)

    def test_a_record_is_repeated_with_its_cadence(self):
        (self.folder / "train.py").write_text(TRAINING.replace("60", "400"))
        self.run_ibid("run", "--quiet", "--output", "r", "--digest-every", "7", "--", sys.executable, "train.py", "1")
        self.assertEqual(self.verify("r")["runs"][0]["comparison"]["compared_steps"], 6)

    def test_setups_of_an_unseeded_training(self):
        text = TRAINING.replace("torch.manual_seed(int(sys.argv[1]));", "").replace("numpy.random.seed(1); random.seed(2)", "")
        report = self.verify("--setup", "random,seeds,deterministic", "--", *self.script(text))
        outcomes = {setup["name"]: setup["distinct_outcomes"] for setup in report["setups"]}
        self.assertEqual(outcomes, {"random": 2, "seeds": 1, "deterministic": 1})

    def test_a_linear_layer_depends_on_the_instruction_set(self):
        text = ("import hashlib, torch\ntorch.manual_seed(0)\nlayer = torch.nn.Linear(512, 512)\n"
                "y = layer(torch.randn(256, 512)).detach()\nprint(hashlib.sha256(y.numpy().tobytes()).hexdigest())\n")
        report = self.verify("--isa", "generic,avx2", "--repeat", "1", "--", *self.script(text), status=1)
        comparisons = self.comparisons(report)
        if len(comparisons) < 3:
            self.skipTest("this processor has no AVX2")
        self.assertIs(comparisons["as it is 2"]["same"], True)
        lines = {name: c.get("first_output_line", {}).get("b") for name, c in comparisons.items()}
        self.assertNotEqual(lines["isa=generic"], lines["isa=avx2"])


SWITCHES = """
import hashlib, numpy
def digest(values):
    return hashlib.sha256(values.tobytes()).hexdigest()
draw = numpy.random.RandomState(0)
print("exp", digest(numpy.exp(draw.rand(100000).astype("f4"))))
a = draw.rand(300, 300)
print("dot", digest(a @ a))
print("openblas" if "openblas" in open("/proc/self/maps").read() else "another")
"""


def has_numpy():
    import importlib.util

    return importlib.util.find_spec("numpy") is not None


class Switches(VerifyTest):
    """The switches of --isa one by one: each library has to heed its own."""

    def runs_with(self, names, text):
        """What the script prints as it is, and with those variables alone that isa=generic gives to a library."""
        command = self.script(text)
        finished = self.run_ibid("verify", "--json", "--no-search", "--repeat", "0", "--isa", "generic,avx2", "--output", self.folder / "i",
                                 "--", *command, status=1)
        runs = {run["name"]: run for run in json.loads(finished.stdout)["runs"]}
        if "skipped" in runs["isa=avx2"]:
            self.skipTest("this processor has no AVX2")
        given = json.loads((self.folder / "i" / "02-isa-generic" / "run.json").read_text())["environment"]
        words = [f"{name}={given[name]}" for name in names]
        outputs = []
        for prefix in ([], words):
            outputs.append(subprocess.run(["env", *prefix, *command], cwd=self.folder, env=self.environment,
                                          capture_output=True, text=True, check=True).stdout.splitlines())
        return outputs

    @unittest.skipUnless(has_numpy(), "NumPy is not installed for this interpreter (python3-numpy)")
    def test_numpy(self):
        own, other = self.runs_with(["NPY_DISABLE_CPU_FEATURES"], SWITCHES)
        self.assertNotEqual(own[0], other[0])
        self.assertEqual(own[1], other[1])

    @unittest.skipUnless(has_numpy(), "NumPy is not installed for this interpreter (python3-numpy)")
    def test_openblas(self):
        own, other = self.runs_with(["OPENBLAS_CORETYPE"], SWITCHES)
        if own[2] != "openblas":
            self.skipTest("NumPy is not linked with OpenBLAS here (libopenblas0)")
        self.assertEqual(own[0], other[0])
        self.assertNotEqual(own[1], other[1])

    @unittest.skipUnless(has_torch(), "PyTorch is not installed for this interpreter (python3-torch)")
    def test_pytorch_and_onednn(self):
        text = ("import hashlib, torch\ntorch.manual_seed(0)\n"
                "def digest(x):\n    return hashlib.sha256(x.detach().numpy().tobytes()).hexdigest()\n"
                "image, layer = torch.randn(4, 16, 32, 32), torch.nn.Conv2d(16, 32, 3)\n"
                "print(digest(torch.softmax(image, 1)))\nprint(digest(layer(image)))\n"
                "print(torch.backends.mkldnn.is_available())\n")
        own, other = self.runs_with(["ATEN_CPU_CAPABILITY"], text)
        self.assertNotEqual(own[0], other[0])
        if own[2] != "True":
            self.skipTest("this PyTorch has no oneDNN")
        subprocess.run(["rm", "-r", self.folder / "i"], check=True)
        own, other = self.runs_with(["ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"], text)
        self.assertEqual(own[0], other[0])
        self.assertNotEqual(own[1], other[1])


if __name__ == "__main__":
    unittest.main()
