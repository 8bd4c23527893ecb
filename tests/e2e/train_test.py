"""Trainings through the real program: the same bits again, resumed, cut among workers, compared; and what goes wrong."""

import json
import os
import pathlib
import random
import signal
import subprocess
import time
import unittest

import support

STEPS = 24


class Training(support.ProgramTest):
    def setUp(self):
        super().setUp()
        self.run_ibid("data", "make", "digits", "--output", "digits", "--train", 400, "--test", 60, "--seed", 3)

    def train_command(self, output, *options):
        return ("train", "mnist-cnn", "--data", "digits", "--data-dir", "digits", "--batch-size", 20, "--epochs", 2,
                "--steps", STEPS, "--digest-every", 1, "--output", output, *options)

    def train(self, output, *options):
        return json.loads(self.run_ibid(*self.train_command(output, "--json", *options)).stdout)

    def test_a_run_folder_holds_what_the_training_was_and_gave(self):
        outcome = self.train("run")
        folder = self.folder / "run"
        self.assertEqual(
            sorted(path.name for path in folder.iterdir()),
            ["checkpoint.safetensors", "digests.jsonl", "machine.json", "metrics.jsonl", "model.safetensors",
             "result.json", "run.json"])
        result = json.loads((folder / "result.json").read_text())
        self.assertEqual(result["signature"], outcome["signature"])
        self.assertEqual(result["steps"], STEPS)
        self.assertRegex(outcome["signature"], "^[0-9a-f]{32}$")
        self.assertEqual(outcome["run"], "run")
        self.assertGreater(outcome["test_accuracy"], 0.1)
        lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        self.assertEqual([line["step"] for line in lines if "loss" in line], list(range(STEPS)))
        digests = [json.loads(line) for line in (folder / "digests.jsonl").read_text().splitlines()]
        self.assertEqual([line["step"] for line in digests], list(range(STEPS)))
        self.assertIn("gradients.conv1.weight", digests[0]["tensors"])
        self.assertIn("optimiser.m.fc1.weight", digests[0]["tensors"])

    def test_threads_instruction_set_and_workers_leave_the_signature_alone(self):
        signatures = {self.train(f"run{i}", *options)["signature"] for i, options in enumerate((
            ("--threads", 1), ("--threads", 3), ("--threads", 2, "--workers", 3)))}
        self.assertEqual(len(signatures), 1)
        moved = self.train("other", "--seed", 2)["signature"]
        self.assertNotIn(moved, signatures)

    def test_killed_at_any_moment_and_resumed_it_ends_with_the_same_bits(self):
        whole = self.train("whole")
        chance = random.Random(5)
        for number, checkpoint_every in enumerate((1, 5)):
            output = f"killed{number}"
            finished = False
            for attempt in range(40):
                started = self.folder / output / "run.json"
                command = (self.train_command(output, "--checkpoint-every", checkpoint_every)
                           if not started.exists() else ("train", "mnist-cnn", "--data-dir", "digits", "--resume", output))
                process = subprocess.Popen([support.BINARY, *map(str, command)], cwd=self.folder, env=self.environment,
                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                if attempt < 4:
                    time.sleep(chance.uniform(0.1, 0.5))
                    process.kill()
                if process.wait() == 0:
                    finished = True
                    break
            self.assertTrue(finished)
            result = json.loads((self.folder / output / "result.json").read_text())
            self.assertEqual(result["signature"], whole["signature"])
            for name in ("digests.jsonl", "metrics.jsonl", "model.safetensors", "checkpoint.safetensors"):
                self.assertEqual((self.folder / output / name).read_bytes(), (self.folder / "whole" / name).read_bytes(),
                                 name)

    def test_ctrl_c_leaves_a_checkpoint_and_says_how_to_go_on(self):
        process = subprocess.Popen(
            [support.BINARY, *map(str, self.train_command("run", "--isa", "scalar", "--threads", 1))], cwd=self.folder,
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while not (self.folder / "run" / "machine.json").exists():
            time.sleep(0.01)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3)
        self.assertIn("error[interrupted]", error)
        self.assertIn("--resume run", error)
        self.assertTrue((self.folder / "run" / "checkpoint.safetensors").exists())
        resumed = json.loads(self.run_ibid("train", "mnist-cnn", "--data-dir", "digits", "--resume", "run",
                                           "--json").stdout)
        self.assertEqual(resumed["signature"], self.train("whole")["signature"])

    def test_diff_says_identical_or_names_the_first_step_and_tensor(self):
        self.train("a", "--threads", 1)
        self.train("b", "--threads", 2)
        self.train("c", "--lr", 0.002)
        same = json.loads(self.run_ibid("diff", "a", "b", "--json").stdout)
        self.assertTrue(same["identical"])
        self.assertEqual(same["common_digested_steps"], STEPS)
        self.assertEqual(same["machine"], {"threads": [1, 2]})
        other = json.loads(self.run_ibid("diff", "a", "c", "--json", status=1).stdout)
        self.assertFalse(other["identical"])
        self.assertEqual(other["first_difference"]["step"], 0)
        self.assertIn("parameters.conv1.weight", other["first_difference"]["tensors"])
        self.assertNotIn("gradients.conv1.weight", other["first_difference"]["tensors"])
        self.assertEqual(other["definition"], {"config.learning_rate": [0.001, 0.002]})

    def test_resuming_on_other_data_is_refused(self):
        self.train("run")
        self.run_ibid("data", "make", "digits", "--output", "other", "--train", 400, "--test", 60, "--seed", 4)
        refused = self.run_ibid("train", "mnist-cnn", "--data-dir", "other", "--resume", "run", status=3)
        self.assertIn("error[digest-mismatch]", refused.stderr)

    def test_mistakes_get_the_remedy(self):
        for words, status, text in (
            (("train", "mnist-cn"), 2, "mnist-cnn"),
            (("train", "mnist-cnn", "--isa", "avx1024"), 2, "avx512"),
            (("train", "mnist-cnn", "--epochs", "0"), 2, "epochs"),
            (("train", "mnist-cnn", "--resume", "nowhere"), 3, "run.json"),
            (("train", "mnist-cnn", "--data", "mnist", "--data-dir", "digits"), 3, "mnist"),
            (("verify", "train", "mnist-cnn", "--threads", "1,zero"), 2, "zero"),
            (("diff", "digits", "digits"), 3, "run.json"),
        ):
            with self.subTest(words=words):
                self.assertIn(text, self.run_ibid(*words, status=status).stderr)

    def test_a_folder_in_use_is_not_overwritten(self):
        self.train("run")
        before = (self.folder / "run" / "result.json").read_bytes()
        refused = self.run_ibid(*self.train_command("run"), status=2)
        self.assertIn("--resume", refused.stderr)
        self.assertEqual((self.folder / "run" / "result.json").read_bytes(), before)


class Verification(support.ProgramTest):
    def test_the_matrix_is_identical_and_lists_what_cannot_run(self):
        self.run_ibid("data", "make", "digits", "--output", "digits", "--train", 100, "--test", 20)
        report = json.loads(self.run_ibid(
            "verify", "train", "mnist-cnn", "--data-dir", "digits", "--data", "digits", "--batch-size", 12, "--steps", 3,
            "--isa", "scalar,avx2,avx512,neon", "--threads", "1,2", "--workers", "1,2", "--repeat", 2, "--json").stdout)
        self.assertTrue(report["identical"])
        self.assertEqual(len(report["rows"]), 32)
        ran = [row for row in report["rows"] if "skipped" not in row]
        self.assertEqual(report["compared"], len(ran))
        self.assertEqual(len({row["signature"] for row in ran}), 1)
        for row in report["rows"]:
            self.assertTrue("signature" in row or row["skipped"])

    def test_one_row_alone_is_no_comparison(self):
        self.run_ibid("data", "make", "digits", "--output", "digits", "--train", 40, "--test", 10)
        self.run_ibid("verify", "train", "mnist-cnn", "--data-dir", "digits", "--data", "digits", "--steps", 1,
                      "--isa", "scalar", "--threads", 1, status=1)


if __name__ == "__main__":
    unittest.main()
