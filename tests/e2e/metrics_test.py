"""Metrics given to trackers: the real libraries, and that nothing they are given is changed."""

import json
import sys
import unittest

from libraries_test import needs
from run_test import RunTest

MLFLOW = """
import mlflow
mlflow.set_tracking_uri("file:./mlruns")
with mlflow.start_run() as run:
    mlflow.log_param("rate", 0.5)
    mlflow.log_params({"layers": 2})
    for step in range(2):
        mlflow.log_metric("loss", 0.5 / (step + 1), step=step)
    mlflow.log_metrics({"accuracy": 0.75}, step=7)
client = mlflow.MlflowClient()
client.log_metric(run.info.run_id, "late", 3.0, step=9)
print(client.get_run(run.info.run_id).data.metrics, client.get_run(run.info.run_id).data.params)
"""

WRITER = """
from WHERE import SummaryWriter
import numpy
writer = SummaryWriter("logs")
writer.add_scalar("loss", numpy.float32(0.5), 3)
writer.add_scalar("last", 0.25)
writer.add_scalars("both", {"train": 1.0, "test": 2.0}, 4)
writer.close()
"""

WANDB = """
import wandb
run = wandb.init(mode="offline", config={"rate": 0.5}, dir=".")
wandb.log({"loss": 0.5, "note": "text", "of": {"train": 1}})
run.log({"loss": 0.25}, step=7)
run.finish()
"""

LIGHTNING = """
import warnings; warnings.simplefilter("ignore")
import torch, pytorch_lightning
class Net(pytorch_lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)
    def training_step(self, batch, index):
        loss = self.layer(batch).sum()
        self.log("loss", loss)
        self.log_dict({"twice": 2 * loss})
        return loss
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)
torch.manual_seed(1)
data = torch.utils.data.DataLoader(torch.ones(6, 2), batch_size=2)
net = Net()
trainer = pytorch_lightning.Trainer(max_epochs=1, accelerator="cpu", logger=False, enable_checkpointing=False,
                                    enable_progress_bar=False, enable_model_summary=False)
trainer.fit(net, data)
print(net.layer.weight.tolist())
"""

TRANSFORMERS = """
import torch, transformers
from transformers import Trainer, TrainingArguments
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)
    def forward(self, x, labels=None):
        y = self.layer(x)
        return {"loss": ((y - labels) ** 2).mean(), "logits": y}
torch.manual_seed(1)
data = [{"x": torch.ones(2), "labels": torch.zeros(1)} for _ in range(8)]
arguments = TrainingArguments("out", num_train_epochs=1, per_device_train_batch_size=2, logging_steps=1, report_to=[],
                              save_strategy="no", disable_tqdm=True, no_cuda=True)
Trainer(Net(), arguments, train_dataset=data).train()
"""

SUMMARY = """
import tensorflow as tf
with tf.summary.create_file_writer("logs").as_default():
    tf.summary.scalar("loss", tf.constant(0.5), step=3)
    tf.summary.experimental.set_step(8)
    tf.summary.scalar("rate", 0.25)
"""


class MetricTest(RunTest):
    def metrics(self, text, output=None):
        """The metrics and parameters recorded, (name, value, step) and (name, value); what is printed is the same unwatched."""
        (self.folder / "script.py").write_text(text)
        environment = {**self.environment, "PYTHONHASHSEED": "0", "WANDB_SILENT": "true", "TF_CPP_MIN_LOG_LEVEL": "3",
                       "GIT_PYTHON_REFRESH": "quiet", "MLFLOW_ALLOW_FILE_STORE": "true"}
        folder, watched = self.record(sys.executable, "script.py", environment=environment)
        self.assertEqual(watched.returncode, 0, watched.stderr)
        seen = self.read(folder, "seen.json")
        self.assertEqual(seen["notes"], [])
        _, plain = self.record(sys.executable, "script.py", environment=environment, options=["--no-hook"], name="plain")
        if output is None:
            self.assertEqual(watched.stdout, plain.stdout)
        lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        self.sources = {line["source"] for line in lines}
        return ([(line["name"], line["value"], line["step"]) for line in lines],
                [(parameter["name"], parameter["value"]) for parameter in seen["parameters"] if parameter["source"] in self.sources])


class Trackers(MetricTest):
    @needs("mlflow", "mlflow-skinny from PyPI")
    def test_mlflow_by_module_and_by_client_each_once(self):
        metrics, parameters = self.metrics(MLFLOW)
        self.assertEqual(metrics, [("loss", 0.5, 0), ("loss", 0.25, 1), ("accuracy", 0.75, 7), ("late", 3.0, 9)])
        self.assertEqual(parameters, [("rate", 0.5), ("layers", 2)])

    def check_writer(self, where):
        metrics, _ = self.metrics(WRITER.replace("WHERE", where))
        self.assertEqual(metrics, [("loss", 0.5, 3), ("last", 0.25, -1), ("both/train", 1.0, 4), ("both/test", 2.0, 4)])

    @needs("tensorboardX", "tensorboardX from PyPI")
    def test_tensorboardx(self):
        self.check_writer("tensorboardX")

    @needs("torch", "python3-torch")
    @needs("tensorboard", "tensorboard from PyPI")
    def test_the_writer_of_torch(self):
        self.check_writer("torch.utils.tensorboard")

    @needs("wandb", "wandb from PyPI")
    def test_wandb_without_a_network(self):
        metrics, parameters = self.metrics(WANDB)
        self.assertEqual(metrics, [("loss", 0.5, 0), ("of.train", 1.0, 0), ("loss", 0.25, 7)])
        self.assertIn(("rate", 0.5), parameters)

    @needs("tensorflow", "tensorflow-cpu from PyPI")
    def test_summaries_of_tensorflow(self):
        self.assertEqual(self.metrics(SUMMARY)[0], [("loss", 0.5, 3), ("rate", 0.25, 8)])


class Trainers(MetricTest):
    @needs("pytorch_lightning", "pytorch-lightning from PyPI")
    def test_lightning(self):
        metrics, _ = self.metrics(LIGHTNING)
        self.assertEqual([(name, step) for name, _, step in metrics],
                         [(name, step) for step in range(3) for name in ("loss", "twice")])
        self.assertEqual(metrics[1][1], 2 * metrics[0][1])

    @needs("transformers", "transformers from PyPI, of a version for the installed PyTorch")
    def test_transformers(self):
        metrics, _ = self.metrics(TRANSFORMERS, output="has times")
        self.assertEqual([step for name, _, step in metrics if name == "loss"], [1, 2, 3, 4])
        self.assertIn("train_loss", [name for name, _, _ in metrics])

    def check_seeds(self, library, call, value):
        """A function that seeds several generators: each is told with the program's line and that of the library."""
        (self.folder / "script.py").write_text(f"import {library}\n\n{library}.{call}({value})\n")
        folder, result = self.record(sys.executable, "script.py")
        self.assertEqual(result.returncode, 0, result.stderr)
        seeds = [seed for seed in self.read(folder, "seen.json")["seeds"] if seed["value"] == str(value)]
        self.assertEqual({seed["library"] for seed in seeds}, {"random", "numpy", "torch"})
        for seed in seeds:
            self.assertTrue(seed["at"].endswith("script.py:3"), seed)
            self.assertIn("-packages", seed["by"])

    @needs("pytorch_lightning", "pytorch-lightning from PyPI")
    def test_seeds_of_lightning(self):
        self.check_seeds("pytorch_lightning", "seed_everything", 11)

    @needs("transformers", "transformers from PyPI, of a version for the installed PyTorch")
    def test_seeds_of_transformers(self):
        self.check_seeds("transformers", "set_seed", 12)


class StandIns(MetricTest):
    """Libraries whose versions differ: packages of a few lines with their names and signatures, not the real ones."""

    def package(self, files):
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def test_a_library_of_another_shape_is_noted_and_goes_on(self):
        self.package({"mlflow/__init__.py": "class MlflowClient: pass\ndef log_metric(*words): return 'did'\n",
                      "tensorboardX/__init__.py": "class SummaryWriter:\n    def add_scalar(self): return 'did'\n"})
        (self.folder / "script.py").write_text(
            "import mlflow, tensorboardX\nprint(mlflow.log_metric(), tensorboardX.SummaryWriter().add_scalar())")
        folder, result = self.record(sys.executable, "script.py")
        self.assertEqual((result.stdout, result.returncode), ("did did\n", 0))
        notes = [note["text"] for note in self.read(folder, "seen.json")["notes"]]
        self.assertTrue([note for note in notes if "add_scalars" in note], notes)
        self.assertTrue([note for note in notes if "missing" in note], notes)

    def test_lightning_under_its_new_name(self):
        self.package({"lightning/__init__.py": "__version__ = '9'\n", "lightning/pytorch/__init__.py": "",
                      "lightning/pytorch/core/__init__.py": "",
                      "lightning/pytorch/core/module.py": "class LightningModule:\n    global_step = 4\n"
                      "    def log(self, name, value, prog_bar=False, logger=None, on_step=None, on_epoch=None): pass\n"})
        metrics, _ = self.metrics("import lightning.pytorch.core.module as m\nm.LightningModule().log('loss', 0.5)\n")
        self.assertEqual(metrics, [("loss", 0.5, 4)])

    def test_objects_of_torchmetrics_are_not_touched(self):
        self.package({"lightning/__init__.py": "", "lightning/pytorch/__init__.py": "", "lightning/pytorch/core/__init__.py": "",
                      "lightning/pytorch/core/module.py": "class LightningModule:\n    global_step = 4\n"
                      "    def log(self, name, value): pass\n"})
        (self.folder / "script.py").write_text(
            "import lightning.pytorch.core.module as m\nclass Metric:\n    def compute(self): print('computed')\n"
            "m.LightningModule().log('loss', Metric())\n")
        folder, result = self.record(sys.executable, "script.py")
        self.assertEqual(result.stdout, "")
        self.assertIn("torchmetrics", self.read(folder, "seen.json")["notes"][0]["text"])


if __name__ == "__main__":
    unittest.main()
