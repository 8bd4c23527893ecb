"""TensorFlow and Keras: steps of a program's own loop, the first operation at which runs part, what is held still."""

import json
import sys
import unittest

from divergence_test import DivergenceTest
from libraries_test import DATA, LibraryTest, needs


def prepare(test):
    """Where there is none yet, the first run with Keras writes its configuration, and the second does not."""
    test.environment["TF_CPP_MIN_LOG_LEVEL"] = "3"
    configuration = test.folder / ".keras" / "keras.json"
    configuration.parent.mkdir()
    configuration.write_text('{"backend": "tensorflow"}')


LOOP = DATA + """
import os
os.environ["TF_USE_LEGACY_KERAS"] = "LEGACY"
import tensorflow as tf
keras = tf.keras
keras.utils.set_random_seed(3)
layers = [keras.layers.Dense(4, activation="relu"), keras.layers.Dropout(0.3), keras.layers.Dense(1)]
model = keras.Sequential(layers)
x, y = x.astype("f"), y.astype("f")[:, None]
model(x)
optimiser = keras.optimizers.Adam(0.01)

def step(a, b):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(a, training=True) - b) ** 2)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimiser.apply_gradients(zip(gradients, model.trainable_variables))
    return loss

for take in (step, tf.function(step)):
    for a, b in tf.data.Dataset.from_tensor_slices((x, y)).batch(100):
        print(float(take(a, b)).hex())
model.compile(optimiser, "mse")
model.train_on_batch(x, y)
model.fit(x, y, batch_size=150, verbose=0)
print(model.predict(x, verbose=0).tobytes().hex())
"""

MODEL = """
import numpy as np
import keras
x = np.random.RandomState(0).rand(256, 28, 28, 1).astype("f")
y = (x.mean((1, 2, 3)) * 1000).astype(int) % 10
model = keras.Sequential([
    keras.layers.Conv2D(4, 3, activation="relu"), keras.layers.MaxPooling2D(), keras.layers.Flatten(),
    keras.layers.Dropout(0.5), keras.layers.Dense(10, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=32, verbose=0)
print([loss.hex() for loss in history.history["loss"]])
model.save_weights("model.weights.h5")
"""


class KerasTest(LibraryTest):
    def setUp(self):
        super().setUp()
        prepare(self)


@needs("tensorflow", "tensorflow-cpu from PyPI")
class Loops(KerasTest):
    def check(self, legacy):
        """3 steps that run by themselves, 3 of a compiled function, one train_on_batch, 2 batches of fit."""
        folder = self.check_numbers(LOOP.replace("LEGACY", legacy))
        steps = self.digests(folder)
        self.assertEqual([step["step"] for step in steps], list(range(9)))
        kinds = [sorted({name.partition(".")[0] for name in step["tensors"]} - {"random"}) for step in steps]
        self.assertEqual(kinds, [["gradients", "optimiser", "weights"]] * 3 + [["optimiser", "weights"]] * 4
                         + [["metrics", "optimiser", "weights"]] * 2)
        self.assertEqual(len({step["root"] for step in steps}), 9)
        return self.read(folder, "seen.json")

    def test_each_step_has_a_digest_and_no_number_changes(self):
        seen = self.check("")
        seeds = {seed["library"]: seed for seed in seen["seeds"] if "script.py" in seed["at"]}
        self.assertEqual({name: seed["value"] for name, seed in seeds.items() if name in ("random", "tensorflow")},
                         {"random": "3", "tensorflow": "3"})
        self.assertTrue(seeds["tensorflow"]["at"].endswith("script.py:8"), seeds)
        self.assertIn("keras", seeds["tensorflow"]["by"])
        switches = {switch["name"]: switch["value"] for switch in seen["switches"]}
        self.assertIs(switches["is_op_determinism_enabled()"], False)

    @needs("tf_keras", "tf-keras from PyPI")
    def test_keras_2(self):
        seen = self.check("1")
        self.assertIn("tensorflow", [seed["library"] for seed in seen["seeds"]])


@needs("tensorflow", "tensorflow-cpu from PyPI")
class Operations(DivergenceTest):
    def setUp(self):
        super().setUp()
        prepare(self)

    def test_a_draw_without_a_seed(self):
        found = self.finding("""
            import tensorflow as tf
            x = tf.ones([3, 3])
            y = tf.random.normal([3, 3])
            print(tf.linalg.matmul(x, y).numpy().tobytes().hex())
        """)
        self.assertEqual((found["cause"], found["operation"]["op"]), ("generator", "tf.RandomStandardNormal"))
        self.assert_at(found["operation"]["at"], "tf.random.normal")
        self.assertEqual(found["catalogue"], ["TF051"])

    def test_data_shuffled_without_a_seed(self):
        found = self.finding("""
            import tensorflow as tf
            data = tf.data.Dataset.range(100).shuffle(100)
            for element in data:
                print(int(element))
        """)
        self.assertEqual((found["cause"], found["operation"]["op"]), ("generator", "tf.IteratorGetNext"))
        self.assertEqual(found["catalogue"], ["TF054"])
        self.assert_at(found["operation"]["at"], "for element")

    def test_a_seed_from_the_clock(self):
        found = self.finding("""
            import time
            import tensorflow as tf
            tf.random.set_seed(time.time_ns())
            print(tf.random.normal([3]).numpy())
        """)
        self.assertEqual((found["cause"], found["operation"]["op"]), ("argument", "tf.random.set_seed"))
        self.assertIn("The seed itself", found["why"])

    def test_inside_a_compiled_step_with_its_layer_in_the_backward_pass(self):
        found = self.finding("""
            import os
            import tensorflow as tf
            import keras
            keras.utils.set_random_seed(1)

            @tf.custom_gradient
            def scaled(x):
                return x + 1, lambda gradient: gradient * (1.0 + len(os.environ.get("TZ", "")))

            class Scale(keras.layers.Layer):
                def call(self, x):
                    return scaled(x)

            model = keras.Sequential([keras.layers.Dense(4), Scale(name="own"), keras.layers.Dense(1)])
            optimiser = keras.optimizers.SGD(0.1)
            x = tf.ones([5, 3])
            model(x)

            @tf.function
            def step():
                with tf.GradientTape() as tape:
                    loss = tf.reduce_sum(model(x) ** 2)
                weights = model.trainable_variables
                optimiser.apply_gradients(zip(tape.gradient(loss, weights), weights))
                return loss

            for _ in range(3):
                print(float(step()))
        """, "--timezone", "UTC")
        self.assertEqual((found["operation"]["op"], found["cause"], found["step"]), ("tf.Mul", "input", 0))
        self.assertIs(found["operation"]["backward"], True)
        self.assert_at(found["operation"]["at"], "lambda gradient")

    def test_a_sum_in_another_order_with_another_instruction_set(self):
        found = self.finding("""
            import numpy as np
            import tensorflow as tf
            a = np.random.RandomState(0).rand(300, 2000).astype("f")
            b = np.random.RandomState(1).rand(2000, 500).astype("f")
            np.save("y.npy", tf.linalg.matmul(a, b).numpy())
        """, "--isa", "generic")
        self.assertEqual((found["cause"], found["operation"]["op"]), ("computation", "tf.MatMul"))
        tensors = found["difference"]["details"]["tensors"]
        self.assertGreater(tensors[0]["different_elements"], 0)
        self.assertGreater(tensors[0]["max_ulp"], 0)

    def test_layers_of_the_forward_and_backward_pass(self):
        (self.folder / "script.py").write_text(MODEL)
        command = ("run", "--output", self.folder / "r", "--operations", "0", "--", sys.executable, "script.py")
        self.run_ibid(*command)
        paths = (self.folder / "r" / "operations").glob("*.jsonl")
        lines = [json.loads(line) for path in sorted(paths) for line in path.read_text().splitlines()]
        places = [(line["op"], line.get("module", ""), line.get("backward", False)) for line in lines]
        self.assertIn(("tf.Conv2D", "sequential/conv2d", False), places)
        self.assertIn(("tf.MatMul", "sequential/dense", False), places)
        self.assertIn(("tf.Conv2DBackpropFilter", "sequential/conv2d", True), places)
        self.assertIn(("tf.MatMul", "sequential/dense", True), places)


@needs("keras", "tensorflow-cpu from PyPI")
class Enforcement(KerasTest):
    def verdict(self, *options, status):
        (self.folder / "script.py").write_text(MODEL)
        finished = self.run_ibid("verify", "--json", "--no-search", "--output", self.folder / "v", *options, "--", sys.executable,
                                 "script.py", status=status)
        return json.loads(finished.stdout)

    def test_without_a_seed_it_differs(self):
        self.verdict(status=1)

    def test_held_still_five_runs_are_the_same(self):
        report = self.verdict("--deterministic", "--strict", "--repeat", "4", status=0)
        self.assertIs(report["same"], True)

    def test_a_seed_alone_is_told_for_each_library(self):
        text = "import keras, tensorflow as tf\nprint(tf.random.normal([2]).numpy(), keras.random.normal([2]).numpy())\n"
        outputs = [self.python(text, *options, name=name)[1]
                   for name, options in (("a", ("--seed", "7")), ("b", ("--seed", "7")), ("c", ("--seed", "8")))]
        self.assertEqual(outputs[0], outputs[1])
        self.assertNotEqual(outputs[0], outputs[2])
        self.assertEqual(self.enforced(self.folder / "a", "tensorflow"), {"tf.random.set_seed": 7})


if __name__ == "__main__":
    unittest.main()
