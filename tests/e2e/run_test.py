"""ibid run: real processes, recorded whole or with the reason why not."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import unittest

import support

TRAINING = """
import random, sys
import numpy, torch
torch.manual_seed(int(sys.argv[1])); numpy.random.seed(1); random.seed(2)
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(20, 30)
        self.norm = torch.nn.BatchNorm1d(30)
        self.last = torch.nn.Linear(30, 3)
    def forward(self, x):
        return self.last(torch.relu(self.norm(self.first(x))))
data = torch.utils.data.TensorDataset(torch.randn(60, 20), torch.randint(0, 3, (60,)))
net = Net()
optimiser = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
for x, y in torch.utils.data.DataLoader(data, batch_size=10, shuffle=True):
    optimiser.zero_grad()
    loss = torch.nn.functional.cross_entropy(net(x), y)
    loss.backward()
    optimiser.step()
    print(loss.item().hex())
torch.save(net.state_dict(), "model.pt")
"""


class RunTest(support.ProgramTest):
    def record(self, *command, options=(), name="r", environment=None, text=""):
        """Runs a program under ibid with `text` as its input; the record's folder and the finished process."""
        folder = self.folder / name
        words = [support.BINARY, "run", "--output", str(folder), *options, "--", *command]
        return folder, subprocess.run(words, cwd=self.folder, env=environment or self.environment, input=text,
                                      capture_output=True, text=True, timeout=120)

    def read(self, folder, name):
        return json.loads((folder / name).read_text())

    def events(self, folder, kind):
        return [event for path in sorted((folder / "events").iterdir())
                for event in map(json.loads, path.read_text().splitlines()) if event["event"] == kind]


class AnyProgram(RunTest):
    def test_output_and_status_are_the_programs_own(self):
        folder, result = self.record("sh", "-c", "echo out; echo err >&2; exit 7")
        self.assertEqual(result.returncode, 7)
        self.assertEqual(result.stdout, "out\n")
        self.assertTrue(result.stderr.startswith("err\n"))
        self.assertEqual((folder / "stdout.txt").read_text(), "out\n")
        self.assertEqual((folder / "stderr.txt").read_text(), "err\n")
        end = self.read(folder, "result.json")
        self.assertEqual((end["status"], end["exit_status"], end["signal"]), ("complete", 7, None))
        self.assertEqual(self.read(folder, "run.json")["command"][0], "sh")
        self.assertEqual(self.read(folder, "hardware.json")["format"], "ibid.hardware")

    def test_options_after_the_program_are_the_programs(self):
        result = self.run_ibid("run", "--output", str(self.folder / "r"), "echo", "--json", "-n", "--", "x", cwd=self.folder)
        self.assertEqual(result.stdout, "--json -n -- x\n")

    def test_standard_input_reaches_the_program(self):
        _, result = self.record("cat", text="through\n")
        self.assertEqual(result.stdout, "through\n")

    def test_a_signal_that_ends_the_program(self):
        folder, result = self.record("sh", "-c", "kill -9 $$")
        self.assertEqual(result.returncode, 128 + 9)
        end = self.read(folder, "result.json")
        self.assertEqual((end["status"], end["exit_status"], end["signal"]), ("interrupted", None, 9))

    def test_a_program_that_is_not_there(self):
        _, result = self.record("no-such-program")
        self.assertEqual(result.returncode, 127)
        self.assertIn("no-such-program", result.stderr)
        self.assertFalse((self.folder / "r").exists())

    def test_a_file_that_is_no_program(self):
        (self.folder / "data").write_text("1 2 3")
        (self.folder / "data").chmod(0o755)
        folder, result = self.record("./data")
        self.assertIn(result.returncode, (125, 126))
        self.assertEqual(self.read(folder, "result.json")["status"], "not started")

    def test_a_folder_in_use_is_left_alone(self):
        (self.folder / "r").mkdir()
        (self.folder / "r" / "mine").write_text("precious")
        _, result = self.record("true")
        self.assertEqual(result.returncode, 2)
        self.assertEqual(os.listdir(self.folder / "r"), ["mine"])

    def test_output_beyond_the_limit_is_counted(self):
        folder, _ = self.record("sh", "-c", "head -c 2000000 /dev/zero", options=["--max-output", "1"])
        output = self.read(folder, "result.json")["output"]["stdout"]
        self.assertEqual(output, {"printed_bytes": 2000000, "kept_bytes": 1 << 20})
        self.assertEqual((folder / "stdout.txt").stat().st_size, 1 << 20)

    def test_metrics_are_read_from_output(self):
        folder, _ = self.record("sh", "-c", "echo loss: 0.5; echo other; echo loss: 0.25",
                                options=["--metric", "loss=loss: ([0-9.]+)"])
        lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        self.assertEqual([(m["step"], m["name"], m["value"]) for m in lines], [(0, "loss", "0.5"), (1, "loss", "0.25")])

    def test_a_pattern_without_a_group_is_refused_before_anything_runs(self):
        folder, result = self.record("touch", "ran", options=["--metric", "loss=[0-9"])
        self.assertEqual(result.returncode, 125)
        self.assertIn("--metric", result.stderr)
        self.assertFalse((self.folder / "ran").exists())

    def start(self, *command):
        folder = self.folder / "r"
        process = subprocess.Popen([support.BINARY, "run", "--output", str(folder), "--", *command], cwd=self.folder,
                                   env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(process.stdout.readline(), "up\n")
        return folder, process

    def test_a_stop_is_passed_on_and_the_record_complete(self):
        script = "trap 'echo stopped; exit 3' TERM; echo up; while :; do sleep 0.05; done"
        folder, process = self.start("sh", "-c", script)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=60)
        self.assertEqual((process.returncode, output), (3, "stopped\n"))
        self.assertEqual(self.read(folder, "result.json")["exit_status"], 3)

    def test_killed_itself_it_leaves_a_record_that_says_so(self):
        folder, process = self.start("sh", "-c", "echo $$ > pid; echo up; sleep 0.2; echo more; exec sleep 60")
        child = int((self.folder / "pid").read_text())
        process.kill()
        process.communicate()
        os.kill(child, signal.SIGKILL)
        self.assertEqual(self.read(folder, "result.json")["status"], "running")
        self.assertEqual((folder / "stdout.txt").read_text()[:3], "up\n")
        for line in (folder / "output.jsonl").read_text().splitlines():
            json.loads(line)

    def test_a_program_left_behind_does_not_hold_up_the_end(self):
        folder, result = self.record("sh", "-c", "sleep 30 & echo done")
        self.assertEqual(result.returncode, 0)
        self.assertIs(self.read(folder, "result.json")["output_left_open"], True)


class Source(RunTest):
    def test_the_source_is_kept_with_its_changes_and_can_be_restored(self):
        tree = self.folder / "project"
        tree.mkdir()
        git = lambda *words: subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=tree,
                                            check=True, capture_output=True, env=self.environment)
        (tree / "train.py").write_text("print(1)\n")
        git("init", "-q"), git("add", "."), git("commit", "-qm", "first")
        (tree / "train.py").write_text("print(2)\n")
        (tree / "helper.py").write_text("new = True\n")
        record = self.folder / "r"
        subprocess.run([support.BINARY, "run", "--output", str(record), sys.executable, "train.py"], cwd=tree,
                       check=True, capture_output=True, env=self.environment)
        source = self.read(record, "source.json")
        self.assertEqual({change["name"]["value"] for change in source["changes"]["items"]},
                         {"project/train.py", "project/helper.py"})
        self.run_ibid("source", "restore", "--store", record, record / "source.json", self.folder / "again")
        self.assertEqual((self.folder / "again" / "project" / "train.py").read_text(), "print(2)\n")
        self.assertEqual((self.folder / "again" / "project" / "helper.py").read_text(), "new = True\n")


class Inputs(RunTest):
    def test_an_input_that_changed_between_runs_is_named(self):
        (self.folder / "data.csv").write_text("1\n")
        (self.folder / "script.py").write_text("open('data.csv').read()")
        _, first = self.record(sys.executable, "script.py", name="a")
        (self.folder / "data.csv").write_text("2\n")
        (self.folder / "script.py").write_text("open('data.csv').read(); 1")
        _, second = self.record(sys.executable, "script.py", name="b")
        self.assertNotIn("warning", first.stderr)
        self.assertEqual([line for line in second.stderr.splitlines() if "script.py" in line], [])
        self.assertIn("data.csv", second.stderr)
        self.assertIn("ibid data hash --accept", second.stderr)


class Python(RunTest):
    def script(self, text, name="script.py"):
        (self.folder / name).write_text(text)
        return sys.executable, name

    def test_files_read_and_written_have_digests(self):
        (self.folder / "in.txt").write_text("abc")
        folder, _ = self.record(*self.script(
            "open('in.txt').read(); open('out.txt', 'w').write('x'); open('gone', 'w').close(); import os; os.remove('gone')"))
        files = {pathlib.Path(f["path"]).name: f for f in self.read(folder, "files.json")}
        self.assertEqual(files["in.txt"]["role"], "read")
        self.assertEqual(files["in.txt"]["sha256"], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        self.assertEqual((files["out.txt"]["role"], files["out.txt"]["size_bytes"]), ("written", 1))
        self.assertIn("gone", files["gone"]["unknown"])
        self.assertEqual(files["script.py"]["role"], "read")
        self.assertFalse([path for path in files if path.endswith(".pyc")])

    def test_an_input_that_changes_meanwhile_is_told(self):
        (self.folder / "in.txt").write_text("abc")
        folder, _ = self.record(*self.script(
            "open('in.txt').read(); import subprocess; subprocess.run(['sh', '-c', 'echo more >> in.txt'])"))
        files = {pathlib.Path(f["path"]).name: f for f in self.read(folder, "files.json")}
        self.assertIs(files["in.txt"]["changed_during_run"], True)
        self.assertNotIn("changed_during_run", files["script.py"])

    def test_seeds_are_recorded_with_their_place(self):
        folder, _ = self.record(*self.script("import random\n\nrandom.seed(42)\nrandom.seed()\n"))
        seeds = self.read(folder, "seen.json")["seeds"]
        self.assertEqual([(s["call"], s["value"], s["at"].rsplit("/", 1)[-1]) for s in seeds],
                         [("random.seed", "42", "script.py:3"), ("random.seed", None, "script.py:4")])

    def test_parameters_of_argparse(self):
        folder, _ = self.record(*self.script(
            "import argparse; p = argparse.ArgumentParser(); p.add_argument('--rate', type=float); p.parse_args()"),
            "--rate", "0.5")
        parameters = self.read(folder, "seen.json")["parameters"]
        self.assertEqual([(p["name"], p["value"]) for p in parameters], [("rate", 0.5)])

    def test_a_forked_process_has_events_of_its_own(self):
        folder, _ = self.record(*self.script(
            "import os\nif os.fork() == 0:\n    open('child.txt', 'w').close(); os._exit(0)\nos.wait()"))
        self.assertEqual(len(self.events(folder, "process")), 2)
        self.assertIn("child.txt", [pathlib.Path(f["path"]).name for f in self.read(folder, "files.json")])

    def test_the_program_finds_what_it_would_find_without_the_hook(self):
        folder = self.folder / "own"
        folder.mkdir()
        (folder / "sitecustomize.py").write_text("import sys; sys.mine = 'kept'")
        text = "import sys; print(sys.path, getattr(sys, 'mine', None))"
        environment = dict(self.environment, PYTHONPATH=str(folder))
        plain = subprocess.run([*self.script(text)], cwd=self.folder, env=environment, capture_output=True, text=True)
        _, watched = self.record(*self.script(text), environment=environment)
        self.assertEqual(watched.stdout, plain.stdout)
        self.assertIn("kept", watched.stdout)

    def test_an_interpreter_that_refuses_the_hook_runs_all_the_same(self):
        folder, result = self.record(sys.executable, "-I", "-c", "print(1)")
        self.assertEqual(result.stdout, "1\n")
        self.assertEqual(self.read(folder, "seen.json")["processes"], [])

    def test_an_exception_of_the_program_is_the_programs(self):
        folder, result = self.record(*self.script("raise ValueError('mine')"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("ValueError: mine", result.stderr)
        self.assertNotIn("ibid_hook", result.stderr)


def has_torch():
    return subprocess.run([sys.executable, "-c", "import torch"], capture_output=True).returncode == 0


@unittest.skipUnless(has_torch(), "PyTorch is not installed for this interpreter (python3-torch)")
class Torch(RunTest):
    def train(self, name, seed="1", options=()):
        (self.folder / "train.py").write_text(TRAINING)
        return self.record(sys.executable, "train.py", seed, options=options, name=name)

    def test_the_hook_changes_no_number(self):
        _, watched = self.train("watched")
        _, plain = self.train("plain", options=["--no-hook"])
        self.assertEqual(watched.stdout, plain.stdout)
        self.assertEqual(len(watched.stdout.split()), 6)

    def test_every_step_has_a_digest_of_everything(self):
        folder, _ = self.train("a")
        lines = [json.loads(line) for line in (folder / "digests.jsonl").read_text().splitlines()]
        self.assertEqual([line["step"] for line in lines], list(range(6)))
        names = set(lines[0]["tensors"])
        for name in ("batch.0", "batch.1", "loss", "gradients.Net.first.weight", "parameters.Net.last.bias",
                     "optimiser.Net.norm.weight.momentum_buffer", "buffers.Net.norm.running_mean", "random.torch",
                     "random.numpy", "random.python"):
            self.assertIn(name, names)
        self.assertEqual(self.read(folder, "seen.json")["notes"], [])
        files = {pathlib.Path(f["path"]).name: f["role"] for f in self.read(folder, "files.json")}
        self.assertEqual(files["model.pt"], "written")

    def test_equal_runs_are_equal_and_others_part_where_they_part(self):
        a, _ = self.train("a")
        b, _ = self.train("b")
        c, _ = self.train("c", seed="2")
        self.assertEqual(self.run_ibid("diff", str(a), str(b)).returncode, 0)
        report = json.loads(self.run_ibid("diff", "--json", str(a), str(c), status=1).stdout)
        self.assertIs(report["same"], False)
        self.assertEqual(report["first_divergence"]["step"], 0)

    def test_switches_in_force_are_recorded(self):
        folder, _ = self.train("a")
        devices = {s["name"]: s["value"] for s in self.read(folder, "seen.json")["switches"]}
        self.assertIn("devices of parameters", devices)
        self.assertIsInstance(devices["torch.cuda.device_count()"], int)
        switches = {s["name"]: s["value"] for s in self.read(folder, "seen.json")["switches"]}
        self.assertIs(switches["torch.are_deterministic_algorithms_enabled()"], False)
        self.assertEqual(switches["torch.initial_seed()"], 1)

    def long_training(self, name, *options):
        (self.folder / "train.py").write_text(TRAINING.replace("60", "400"))
        folder, _ = self.record(sys.executable, "train.py", "1", options=options, name=name)
        steps = [json.loads(line)["step"] for line in (folder / "digests.jsonl").read_text().splitlines()]
        return steps, self.read(folder, "seen.json")["cadence"]

    def test_the_cadence_follows_from_the_budget(self):
        steps, cadence = self.long_training("a", "--digest-budget", "0.0001%")
        self.assertEqual((steps, cadence), (list(range(8)), {"torch": 65536}))
        steps, cadence = self.long_training("b", "--digest-budget", "100%")
        every = cadence["torch"]
        self.assertEqual(steps, [step for step in range(40) if step < 8 or step % every == 0])

    def test_a_cadence_or_budget_that_is_none(self):
        for option, value in (("--digest-every", "often"), ("--digest-every", "-1"), ("--digest-budget", "3"),
                              ("--digest-budget", "0%")):
            _, result = self.record("true", options=[option, value])
            self.assertEqual(result.returncode, 2, value)
            self.assertIn(option, result.stderr)

    def test_digests_every_third_step_and_none(self):
        folder, _ = self.train("a", options=["--digest-every", "3"])
        steps = [json.loads(line)["step"] for line in (folder / "digests.jsonl").read_text().splitlines()]
        self.assertEqual(steps, [0, 3])
        folder, _ = self.train("b", options=["--digest-every", "0"])
        self.assertFalse((folder / "digests.jsonl").exists())


if __name__ == "__main__":
    unittest.main()
