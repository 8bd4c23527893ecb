"""What the hook sees of XGBoost, LightGBM, scikit-learn and Keras, and that it changes none of their numbers."""

import json
import importlib.util
import sys
import unittest

import support
from run_test import RunTest

DATA = "import numpy as np\nx = np.random.RandomState(0).randn(300, 5); y = (x[:, 0] + x[:, 1] ** 2 > 0).astype(int)\n"

XGBOOST = DATA + """
import hashlib, xgboost
data = xgboost.DMatrix(x, y)
parameters = {"objective": "binary:logistic", "subsample": 0.5}
booster = xgboost.train(parameters, data, 12, evals=[(data, "train")], verbose_eval=False, early_stopping_rounds=3)
print(hashlib.sha256(booster.save_raw("ubj")).hexdigest(), booster.predict(data).tobytes().hex(), parameters)
linear = xgboost.train({"booster": "gblinear", "updater": "coord_descent"}, data, 3)
print(linear.predict(data).tobytes().hex())
"""

LIGHTGBM = DATA + """
import lightgbm
data = lightgbm.Dataset(x, y)
parameters = {"objective": "binary", "bagging_fraction": 0.5, "bagging_freq": 1, "verbose": -1}
seen = {}
booster = lightgbm.train(parameters, data, 12, valid_sets=[data], callbacks=[lightgbm.record_evaluation(seen)])
print(booster.model_to_string(), booster.predict(x).tobytes().hex(), seen)
print(lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(x, y).predict_proba(x).tobytes().hex())
"""

SKLEARN = DATA + """
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
import warnings
warnings.simplefilter("ignore")
forest = RandomForestClassifier(10, random_state=SEED, n_jobs=2).fit(x, y)
network = make_pipeline(StandardScaler(), MLPClassifier(max_iter=5, random_state=SEED)).fit(x, y)
search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, n_jobs=2).fit(x, y)
for model in (forest, network, search):
    print(model.predict_proba(x).tobytes().hex())
"""

KERAS = DATA + """
import keras
keras.utils.set_random_seed(3)
layers = [keras.layers.Dense(16, activation="relu"), keras.layers.Dropout(0.3), keras.layers.Dense(1)]
model = keras.Sequential(layers)
model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
history = model.fit(x, y, epochs=2, batch_size=64, verbose=0)
print([loss.hex() for loss in history.history["loss"]], model.predict(x, verbose=0).tobytes().hex())
"""


def needs(module, package):
    found = importlib.util.find_spec(module) is not None
    return unittest.skipUnless(found, f"{module} is not installed for this interpreter ({package})")


class LibraryTest(RunTest):
    def python(self, text, *options, name="r"):
        (self.folder / "script.py").write_text(text)
        folder, result = self.record(sys.executable, "script.py", options=options, name=name,
                                     environment={**self.environment, "TF_CPP_MIN_LOG_LEVEL": "3"})
        self.assertEqual(result.returncode, 0, result.stderr)
        return folder, result.stdout

    def digests(self, folder):
        return [json.loads(line) for line in (folder / "digests.jsonl").read_text().splitlines()]

    def metrics(self, folder):
        return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]

    def check_numbers(self, text):
        """The record of a run with all digests, which prints what one without the hook prints; a second run has the same."""
        folder, watched = self.python(text, "--digest-every", "1", name="watched")
        _, plain = self.python(text, "--no-hook", name="plain")
        self.assertEqual(watched, plain)
        self.assertEqual(self.read(folder, "seen.json")["notes"], [])
        again, _ = self.python(text, "--digest-every", "1", name="again")
        self.assertEqual(self.digests(folder), self.digests(again))
        return folder

    def enforced(self, folder, library):
        return {e["name"]: e["value"] for e in self.read(folder, "seen.json")["enforced"] if e["library"] == library}

    def outcomes(self, text):
        (self.folder / "script.py").write_text(text)
        finished = self.run_ibid("verify", "--json", "--setup", "random,seeds,deterministic", "--strict", "--deterministic",
                                 "--output", self.folder / "v", "--", sys.executable, "script.py")
        return {setup["name"]: setup["distinct_outcomes"] for setup in json.loads(finished.stdout)["setups"]}


@needs("xgboost", "python3-xgboost")
class XGBoost(LibraryTest):
    def test_rounds_and_metrics_are_seen_and_no_number_changes(self):
        folder = self.check_numbers(XGBOOST)
        self.assertEqual([d["step"] for d in self.digests(folder)], list(range(15)))
        metrics = [m for m in self.metrics(folder) if m["name"] == "train.logloss"]
        self.assertEqual([m["step"] for m in metrics], list(range(12)))

    def test_another_seed_is_another_first_round(self):
        a, _ = self.python(XGBOOST, "--digest-every", "1", name="a")
        b, _ = self.python(XGBOOST, "--digest-every", "1", "--seed", "7", name="b")
        self.assertNotEqual(self.digests(a)[0]["root"], self.digests(b)[0]["root"])

    def test_parameters_left_unset_are_held_and_the_programs_dictionary_is_its_own(self):
        folder, output = self.python(XGBOOST, "--deterministic")
        self.assertEqual(self.enforced(folder, "xgboost"), {"seed": 42, "nthread": 1})
        self.assertIn("{'objective': 'binary:logistic', 'subsample': 0.5}", output)

    def test_setups(self):
        self.assertEqual(self.outcomes(XGBOOST), {"random": 2, "seeds": 1, "deterministic": 1})


@needs("lightgbm", "lightgbm from PyPI")
@needs("sklearn", "python3-sklearn")
class LightGBM(LibraryTest):
    def test_rounds_and_metrics_are_seen_and_no_number_changes(self):
        folder = self.check_numbers(LIGHTGBM)
        # 12 rounds, 3 rounds, and the fit of the estimator in the manner of scikit-learn.
        self.assertEqual([d["step"] for d in self.digests(folder)], list(range(16)))
        self.assertEqual([m["step"] for m in self.metrics(folder)], list(range(12)))

    def test_parameters_are_held(self):
        folder, _ = self.python(LIGHTGBM, "--deterministic")
        held = self.enforced(folder, "lightgbm")
        self.assertEqual(held, {"seed": 42, "num_threads": 1, "deterministic": True, "force_row_wise": True})

    def test_setups(self):
        self.assertEqual(self.outcomes(LIGHTGBM), {"random": 2, "seeds": 1, "deterministic": 1})


@needs("sklearn", "python3-sklearn")
class ScikitLearn(LibraryTest):
    def test_each_outermost_fit_is_a_step_and_no_number_changes(self):
        folder = self.check_numbers(SKLEARN.replace("SEED", "1"))
        steps = self.digests(folder)
        self.assertEqual(len(steps), 3)
        for step, name in ((0, "RandomForestClassifier.estimators_.9.tree_.nodes.threshold"),
                           (1, "Pipeline.steps.1.1.coefs_.0"), (1, "Pipeline.steps.0.1.mean_"),
                           (2, "GridSearchCV.best_estimator_.coef_"), (2, "GridSearchCV.cv_results_.mean_test_score")):
            self.assertIn(name, steps[step]["tensors"])
        parameters = {p["name"]: p["value"] for p in self.read(folder, "seen.json")["parameters"]}
        self.assertEqual(parameters["RandomForestClassifier.random_state"], 1)

    def test_times_of_fits_are_no_results(self):
        folder, _ = self.python(SKLEARN.replace("SEED", "1"))
        self.assertFalse([name for step in self.digests(folder) for name in step["tensors"] if "time" in name])

    def test_setups_where_no_state_is_given(self):
        self.assertEqual(self.outcomes(SKLEARN.replace("SEED", "None")), {"random": 2, "seeds": 1, "deterministic": 1})


@needs("keras", "tensorflow-cpu from PyPI")
class Keras(LibraryTest):
    def test_batches_and_metrics_are_seen_and_no_number_changes(self):
        folder = self.check_numbers(KERAS)
        steps = self.digests(folder)
        self.assertEqual([d["step"] for d in steps], list(range(10)))
        self.assertTrue([name for name in steps[0]["tensors"] if name.startswith("weights.0-")])
        self.assertTrue([name for name in steps[0]["tensors"] if name.startswith("optimiser.")])
        self.assertEqual([m["step"] for m in self.metrics(folder)], [0, 1])

    def test_switches_are_in_force(self):
        text = ("import tensorflow as tf\nt = tf.config.threading\n"
                "print(tf.random.uniform([1]).numpy(), t.get_intra_op_parallelism_threads())\n")
        folder, output = self.python(text, "--deterministic", "--strict", name="a")
        self.assertEqual(output, self.python(text, "--deterministic", "--strict", name="b")[1])
        self.assertTrue(output.endswith(" 1\n"))
        self.assertIs(self.enforced(folder, "tensorflow")["tf.config.experimental.enable_op_determinism"], True)


if __name__ == "__main__":
    unittest.main()
