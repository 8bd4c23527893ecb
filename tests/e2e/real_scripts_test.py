"""Real scripts on real data, each once broken and once fixed: ibid verify names what is broken, and passes what is not.

The line of a broken script that has to be named ends in "# expect: CAUSE". IBID_REPEATS is how often fixed ones are
repeated (1).
"""

import importlib.util
import json
import os
import pathlib
import shutil
import sys
import tempfile
import unittest

import support

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent / "scripts"
REPEATS = os.environ.get("IBID_REPEATS", "1")
DATA = os.environ.get("IBID_DATA_DIR", "")
DATA_SETS = ("agaricus", "covertype", "lcep", "mnist")
HASH_ORDER = "hash order"


def has(*modules):
    return all(importlib.util.find_spec(module) is not None for module in modules)


def needs(*modules):
    return unittest.skipUnless(has(*modules), f"{' or '.join(modules)} is not installed")


@unittest.skipUnless(
    DATA and all(os.path.isdir(os.path.join(DATA, name)) for name in DATA_SETS),
    f"IBID_DATA_DIR names no folder with {', '.join(DATA_SETS)}",
)
class RealScripts(support.ProgramTest):
    def setUp(self):
        super().setUp()
        home = tempfile.TemporaryDirectory(prefix="ibid_e2e_home_")  # what Jupyter and Keras write there is no result
        self.addCleanup(home.cleanup)
        self.environment.update(HOME=home.name, IBID_DATA_DIR=DATA)

    def verify(self, status, options, command):
        """The report of a verification that has to end with `status`."""
        words = ("verify", "--json", "--output", self.folder / "v", *options, "--", *command)
        finished = self.run_ibid(*words, status=status, timeout=support.TIMEOUT_SECONDS * (1 + int(REPEATS)))
        shutil.rmtree(self.folder / "v")
        return json.loads(finished.stdout)

    def passes(self, command, *options):
        report = self.verify(0, ("--repeat", REPEATS, *options), command)
        self.assertTrue(report["same"])
        repeated = [run for run in report["runs"] if run["name"].startswith("as it is")]
        self.assertEqual(len(repeated), int(REPEATS))
        print(f"\n  fixed: same bits in {len(repeated)} repetitions, {len(report['runs'])} runs compared", file=sys.stderr)

    def condemned(self, name, *options, cause=None):
        """The finding for a Python script; its cause and line are those that the script expects."""
        lines = (SCRIPTS / name).read_text().splitlines()
        marked = [(number, line.partition("# expect: ")[2]) for number, line in enumerate(lines, 1) if "# expect: " in line]
        self.assertEqual(len(marked), 1, name)
        number, expected = marked[0]
        report = self.verify(1, options, (sys.executable, SCRIPTS / name))
        found = report["first_operations"][0]
        print(f"\n  {name}: {found.get('cause')}, {found.get('operation', {}).get('op')}: {found.get('why')}", file=sys.stderr)
        if expected == "clock":
            self.assertIn(f"{SCRIPTS / name}:{number}", [clock["at"] for clock in found["clocks"]])
        elif expected == HASH_ORDER:
            self.assertEqual(found["catalogue"], ["PY005"], found)
            if "operation" in found:
                self.assertEqual(found["operation"]["at"], f"{SCRIPTS / name}:{number}")
        else:
            self.assertEqual(found.get("cause"), expected, found)
            self.assertEqual(found["operation"]["at"], f"{SCRIPTS / name}:{number}", found)
        return found

    def python(self, name):
        return sys.executable, SCRIPTS / name


@needs("torch", "numpy")
class TorchMnist(RealScripts):
    def test_fixed(self):
        self.passes(self.python("torch_mnist/fixed.py"), "--threads", "1,2", "--hash-seeds", "1")

    def test_weights_without_a_seed(self):
        found = self.condemned("torch_mnist/broken_init.py")
        self.assertTrue(found["operation"]["op"].startswith("aten.uniform_"), found)

    def test_augmentation_in_workers_without_a_seed(self):
        found = self.condemned("torch_mnist/broken_augmentation.py")
        self.assertEqual(found["operation"]["op"], "numpy.random.default_rng")
        self.assertIn("NP002", found["catalogue"])

    def test_results_of_threads_as_they_are_finished(self):
        found = self.condemned("torch_mnist/broken_race.py")
        self.assertEqual(found["operation"]["op"], "concurrent.futures.as_completed")
        self.assertIn("PY012", found["catalogue"])

    def test_as_many_threads_as_the_machine_has(self):
        found = self.condemned("torch_mnist/broken_threads.py", "--threads", "1,2")
        self.assertEqual(found["run"].partition("=")[0], "threads")
        self.assertIn("PT118", found["catalogue"])


@needs("xgboost", "numpy")
class XgboostCovertype(RealScripts):
    def test_fixed(self):
        self.passes(self.python("xgboost_covertype/fixed.py"), "--hash-seeds", "1")

    def test_a_seed_from_the_clock(self):
        found = self.condemned("xgboost_covertype/broken_seed.py")
        self.assertEqual((found["operation"]["op"], found["differs"]), ("xgboost.train", "seed"))

    def test_columns_in_the_order_of_a_set(self):
        found = self.condemned("xgboost_covertype/broken_columns.py")
        self.assertEqual((found["operation"]["op"], found["cause"]), ("xgboost.DMatrix", "input"))


@needs("lightgbm", "numpy")
class LightgbmCovertype(RealScripts):
    def test_fixed(self):
        self.passes(self.python("lightgbm_covertype/fixed.py"))

    def test_rows_held_out_without_a_seed(self):
        found = self.condemned("lightgbm_covertype/broken.py")
        self.assertEqual(found["operation"]["op"], "numpy.random.default_rng")


@needs("sklearn", "numpy")
class Sklearn(RealScripts):
    def test_forest_fixed(self):
        self.passes(self.python("sklearn_forest/fixed.py"))

    def test_forest_without_a_seed(self):
        found = self.condemned("sklearn_forest/broken.py")
        self.assertEqual(found["operation"]["op"], "sklearn.ensemble.RandomForestClassifier")
        self.assertIn("SK001", found["catalogue"])

    def test_mlp_fixed(self):
        self.passes(self.python("sklearn_mlp/fixed.py"))

    def test_split_without_a_seed(self):
        found = self.condemned("sklearn_mlp/broken.py")
        self.assertEqual(found["operation"]["op"], "sklearn.model_selection.train_test_split")
        self.assertIn("SK003", found["catalogue"])

    def test_best_of_seeds_fixed(self):
        self.passes(self.python("best_of_seeds/fixed.py"))

    def test_best_of_seeds_that_nobody_wrote_down(self):
        found = self.condemned("best_of_seeds/broken.py")
        self.assertEqual(found["differs"], "random_state")
        self.assertIn("time.time_ns()", found["why"])


@needs("numpy")
class NumpyRegression(RealScripts):
    def test_fixed(self):
        self.passes(self.python("numpy_regression/fixed.py"), "--file-order", "2", "--hash-seeds", "2", "--time", "+1d")

    def test_no_seed(self):
        found = self.condemned("numpy_regression/broken_seed.py")
        self.assertEqual(found["operation"]["op"], "numpy.random.normal")

    def test_features_in_the_order_of_a_set(self):
        self.condemned("numpy_regression/broken_set.py")

    def test_files_in_the_order_of_the_file_system(self):
        found = self.condemned("numpy_regression/broken_listdir.py", "--file-order", "2")
        self.assertEqual((found["run"], found["operation"]["op"]), ("file-order=1", "os.listdir"))
        self.assertIn("PY007", found["catalogue"])

    def test_a_clock_in_a_feature(self):
        found = self.condemned("numpy_regression/broken_clock.py")
        self.assertEqual({clock["op"] for clock in found["clocks"]}, {"time.time"})


@needs("keras", "tensorflow")
class KerasMnist(RealScripts):
    def test_fixed(self):
        self.passes(self.python("keras_mnist/fixed.py"))

    def test_no_seed(self):
        self.condemned("keras_mnist/broken.py")


class OtherPrograms(RealScripts):
    """Nothing is seen inside them: what they print and write is named."""

    def built(self, name):
        program = os.environ.get(f"IBID_CPP_{name.upper()}")
        if program is None:
            self.skipTest(f"IBID_CPP_{name.upper()} names no program")
        return (program,)

    def comparison(self, command, *options):
        return self.verify(1, options, command)["runs"][0]["comparison"]

    def test_cpp_fixed(self):
        self.passes(self.built("fixed"))

    def test_cpp_sum_in_the_order_of_threads(self):
        # A race may end alike twice; not six times.
        runs = self.verify(1, ("--repeat", "5"), self.built("broken"))["runs"]
        line = next(run["comparison"]["first_output_line"] for run in runs if not run["comparison"]["same"])
        self.assertEqual(line["line"], 2)
        self.assertIn("mean", line["a"])

    def test_shell_fixed(self):
        self.passes(("sh", SCRIPTS / "shell_pipeline/fixed.sh"), "--trace-files")

    def test_shell_sample_without_a_seed(self):
        comparison = self.comparison(("sh", SCRIPTS / "shell_pipeline/broken.sh"), "--trace-files")
        self.assertIn("mean", comparison["first_output_line"]["a"])
        self.assertEqual(comparison["different_files"], ["sample.csv"])


@unittest.skipUnless(shutil.which("jupyter-nbconvert"), "jupyter-nbconvert is not installed")
@needs("ipykernel", "numpy")
class Notebook(RealScripts):
    def command(self, name):
        shutil.copy(SCRIPTS / f"notebook/{name}.ipynb", self.folder / f"{name}.ipynb")
        # Without it the times of all cells are written into the notebook.
        options = ("--to", "notebook", "--execute", "--ExecutePreprocessor.record_timing=False", "--output", "executed")
        return ("jupyter-nbconvert", *options, f"{name}.ipynb")

    def test_fixed(self):
        self.passes(self.command("fixed"))

    def test_a_cell_without_a_seed(self):
        report = self.verify(1, (), self.command("broken"))
        found = report["first_operations"][0]
        self.assertEqual((found["cause"], found["operation"]["op"]), ("generator", "numpy.random.randint"), found)
        self.assertEqual(found["operation"]["at"], "In [3]:3")
        self.assertIn("# expect: generator", found["operation"]["code"])


if __name__ == "__main__":
    unittest.main()
