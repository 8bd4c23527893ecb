"""Files of the safetensors package are read by ibid, and ibid's by the package."""

import os
import subprocess
import sys
import unittest

try:
    import numpy
    from safetensors import safe_open
    from safetensors.numpy import load_file, save_file
except ImportError as missing:
    print(f"skipped: {missing}; tools/setup.sh --python installs it into .venv")
    sys.exit(77)

import support

ECHO = os.environ["IBID_SAFETENSORS_ECHO"]


class Safetensors(support.ProgramTest):
    def echo(self, source, target):
        finished = subprocess.run([ECHO, source, target], capture_output=True, text=True, timeout=60)
        self.assertEqual(finished.returncode, 0, finished.stderr)
        lines = [line.split("|") for line in finished.stdout.splitlines()]
        return {line[0]: line[1:] for line in lines if line[0] != "metadata"}

    def assert_same(self, found, expected):
        self.assertEqual(sorted(found), sorted(expected))
        for name, value in expected.items():
            self.assertEqual(found[name].dtype, value.dtype, name)
            self.assertEqual(found[name].shape, value.shape, name)
            # As bits: -0 is not +0. The NaNs here are the canonical ones.
            self.assertEqual(found[name].tobytes(), value.tobytes(), name)

    def test_the_package_reads_what_a_training_wrote(self):
        run = self.folder / "run"
        data = self.folder / "digits"
        self.run_ibid("data", "make", "digits", "--output", data, "--train", 40, "--test", 10)
        self.run_ibid("train", "mnist-cnn", "--data", "digits", "--data-dir", data, "--steps", 2, "--batch-size", 8, "--output", run)
        model = load_file(run / "model.safetensors")
        shapes = {name: value.shape for name, value in model.items()}
        self.assertEqual(
            shapes,
            {
                "conv1.weight": (32, 3, 3, 1),
                "conv1.bias": (32,),
                "conv2.weight": (64, 3, 3, 32),
                "conv2.bias": (64,),
                "fc1.weight": (128, 9216),
                "fc1.bias": (128,),
                "fc2.weight": (10, 128),
                "fc2.bias": (10,),
            },
        )
        for name, value in model.items():
            self.assertEqual(value.dtype, numpy.float32)
            # What torch's default initialisation allows, and two steps of Adam on top.
            fan_in = numpy.prod(shapes[name.replace("bias", "weight")][1:])
            self.assertLess(numpy.abs(value).max(), fan_in**-0.5 + 0.003, name)
            self.assertGreater(value.std(), 0.2 * fan_in**-0.5, name)
        found = self.echo(run / "model.safetensors", self.folder / "again.safetensors")
        for name, value in model.items():
            self.assertEqual(float(found[name][1]), float(value.flat[0]), name)
            self.assertEqual(float(found[name][2]), float(value.flat[-1]), name)
        self.assert_same(load_file(self.folder / "again.safetensors"), model)
        # The checkpoint holds i64 and f64 as well.
        checkpoint = load_file(run / "checkpoint.safetensors")
        self.assertEqual(checkpoint["progress"].dtype, numpy.int64)
        self.assertEqual(checkpoint["progress"][2], 2)
        self.assertEqual(checkpoint["optimiser.p.fc1.bias"].tolist(), [0.9 * 0.9, 0.999 * 0.999])

    def test_ibid_reads_what_the_package_wrote(self):
        random = numpy.random.default_rng(1)
        content = {
            "f32": random.standard_normal((3, 5, 2)).astype(numpy.float32),
            "f64": random.standard_normal((4, 1)),
            "i64": numpy.array([-(2**63), -1, 0, 2**63 - 1]),
            "u8": numpy.arange(7, dtype=numpy.uint8),
            "flags": numpy.array([[True, False], [False, True]]),
            "special": numpy.array([0.0, -0.0, numpy.inf, -numpy.inf, 1e-45, numpy.nan], dtype=numpy.float32),
            "scalar": numpy.array(2.5, dtype=numpy.float32),
            "empty": numpy.zeros((0, 3), dtype=numpy.float32),
            "größe.x/y": numpy.ones(3),
        }
        save_file(content, self.folder / "in.safetensors", metadata={"format": "np", "note": 'a "b"'})
        found = self.echo(self.folder / "in.safetensors", self.folder / "out.safetensors")
        self.assertEqual(found["f32"][0], "f32 (3, 5, 2)")
        self.assertEqual(float(found["f32"][1]), float(content["f32"].flat[0]))
        self.assertEqual(float(found["f64"][2]), content["f64"][-1, 0])
        self.assertEqual(found["u8"], ["u8 (7,)", "0", "6"])
        self.assertEqual(found["flags"][0], "bool (2, 2)")
        self.assertEqual(found["empty"], ["f32 (0, 3)"])
        self.assert_same(load_file(self.folder / "out.safetensors"), content)
        with safe_open(self.folder / "out.safetensors", "numpy") as file:
            self.assertEqual(file.metadata(), {"format": "np", "note": 'a "b"'})


if __name__ == "__main__":
    unittest.main()
