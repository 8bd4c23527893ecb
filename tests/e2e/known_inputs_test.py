"""The register of inputs through the real program: changes between runs, accepted or not, several processes at once,
and a register that is damaged or cannot be written."""

import json
import os
import pathlib
import subprocess
import unittest

import support

REGISTER = ".local/state/ibid/known-inputs.jsonl"


class KnownInputsTest(support.ProgramTest):
    def setUp(self):
        super().setUp()
        (self.folder / "set").mkdir()
        (self.folder / "set/a").write_text("one")

    def remember(self, *words, **options):
        return self.run_ibid("data", "hash", "--remember", *words, **options)

    def lines(self, path=REGISTER):
        return [json.loads(line) for line in (self.folder / path).read_text().splitlines()[1:]]

    def test_a_changed_input_is_told_until_it_is_accepted(self):
        first = self.remember("set")
        self.assertEqual(first.stderr, "")
        old = first.stdout.split()[0]
        (self.folder / "set/a").write_text("two")
        for _ in range(2):
            second = self.remember("set")
            new = second.stdout.split()[0]
            for part in ("warning: ", "/set", old, new, "ibid data hash", "--accept"):
                self.assertIn(part, second.stderr)
        report = json.loads(self.remember("set", "--json").stdout)
        self.assertEqual(report[0]["changed_from"]["digest"], old)
        self.assertIn("is accepted", self.run_ibid("data", "hash", "--accept", "set").stderr)
        self.assertEqual(self.remember("set").stderr, "")
        self.assertEqual([line["digest"] for line in self.lines()], [new])

    def test_without_remember_nothing_is_written(self):
        self.run_ibid("data", "hash", "set")
        self.assertFalse((self.folder / REGISTER).exists())

    def test_a_name_belongs_to_the_data_and_not_to_its_place(self):
        self.remember("set", "--name", "patients")
        (self.folder / "set").rename(self.folder / "moved")
        self.assertEqual(self.remember("moved", "--name", "patients").stderr, "")
        (self.folder / "moved/a").write_text("two")
        self.assertIn('"patients"', self.remember("moved", "--name", "patients").stderr)
        self.assert_error(self.remember("moved", "--name", "/x", status=2), "usage", "--name")
        self.assert_error(self.remember("moved", "moved", "--name", "x", status=2), "usage", "--name")

    def test_the_register_may_be_elsewhere_or_nowhere(self):
        self.remember("set", "--inputs", "here/r.jsonl")
        self.assertEqual(len(self.lines("here/r.jsonl")), 1)
        self.remember("set", environment={"IBID_KNOWN_INPUTS": str(self.folder / "other")})
        self.assertEqual(len(self.lines("other")), 1)
        self.remember("set", environment={"XDG_STATE_HOME": str(self.folder / "state")})
        self.assertEqual(len(self.lines("state/ibid/known-inputs.jsonl")), 1)
        self.assertEqual(self.remember("set", environment={"IBID_KNOWN_INPUTS": ""}).stderr, "")
        self.assertFalse((self.folder / REGISTER).exists())

    def test_processes_at_once_lose_nothing(self):
        n = 12
        for i in range(n):
            (self.folder / f"f{i}").write_text(str(i))
        running = [subprocess.Popen([support.BINARY, "data", "hash", "--remember", "--no-cache", f"f{i}"],
                                    cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE, text=True) for i in range(n)]
        for process in running:
            _, errors = process.communicate(timeout=60)
            self.assertEqual((process.returncode, errors), (0, ""))
        self.assertEqual({os.path.basename(json.loads(line["input"])) for line in self.lines()},
                         {f"f{i}" for i in range(n)})

    def test_a_damaged_register_is_kept_aside_and_its_intact_lines_too(self):
        (self.folder / "f").write_text("f")
        self.remember("set", "f")
        register = self.folder / REGISTER
        whole = register.read_bytes()
        damaged = whole[:-30]
        register.write_bytes(damaged)
        warned = self.remember("set")
        for part in ("warning: ", "damaged", "damaged-1", "1 intact"):
            self.assertIn(part, warned.stderr)
        self.assertEqual(pathlib.Path(f"{register}.damaged-1").read_bytes(), damaged)
        self.assertEqual(self.remember("set").stderr, "")

    def test_a_register_that_cannot_be_written_stops_nothing(self):
        (self.folder / "blocked").write_text("")
        finished = self.remember("set", "--inputs", "blocked/r.jsonl")
        self.assertIn("warning: inputs are neither compared nor remembered", finished.stderr)
        self.assertRegex(finished.stdout, "^[0-9a-f]{64} ")

    def test_a_training_tells_that_its_images_are_others(self):
        def make(seed):
            self.run_ibid("data", "make", "digits", "--output", "digits", "--train", 60, "--test", 20, "--seed", seed)

        def train(run, *words):
            return self.run_ibid("train", "mnist-cnn", "--data", "digits", "--data-dir", "digits", "--batch-size", 20,
                                 "--steps", 2, "--output", run, "--json", *words)

        make(1)
        first = train("one")
        self.assertEqual(first.stderr, "")
        again = train("again")
        self.assertEqual(again.stderr, "")
        for file in (self.folder / "digits").iterdir():
            file.unlink()
        make(2)
        changed = train("two")
        self.assertIn("train-images", changed.stderr)
        self.assertIn("/again", changed.stderr)
        silent = train("three", "--inputs", "new.jsonl")
        self.assertEqual(silent.stderr, "")
        signature = {json.loads(run.stdout)["signature"] for run in (changed, silent)}
        self.assertEqual(len(signature), 1)
        self.run_ibid("data", "hash", "--accept", *sorted(path for path in (self.folder / "digits").iterdir()))
        self.assertEqual(train("four").stderr, "")


if __name__ == "__main__":
    unittest.main()
