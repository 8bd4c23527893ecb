"""ibid run where things go wrong or get large: the program is none the worse, and the record says what it lacks."""

import pathlib
import subprocess
import sys
import time
import unittest

import support
from run_test import RunTest, has_torch


class CannotStart(RunTest):
    def program(self, text, mode=0o755):
        (self.folder / "program").write_text(text)
        (self.folder / "program").chmod(mode)

    def test_the_interpreter_of_a_script_is_missing(self):
        self.program("#!/no/such/python -u\nprint(1)\n")
        for name, options in (("a", []), ("b", ["--trace-files"])):
            folder, result = self.record("./program", name=name, options=options)
            self.assertEqual(result.returncode, 126)
            self.assertIn("/no/such/python", result.stderr)
            self.assertEqual(self.read(folder, "result.json")["status"], "not started")

    def test_a_file_that_may_not_be_run(self):
        self.program("print(1)\n", mode=0o644)
        folder, result = self.record("./program")
        self.assertEqual(result.returncode, 126)
        self.assertIn("chmod +x", result.stderr)
        self.assertFalse(folder.exists())

    def test_a_script_that_cannot_be_read_is_the_interpreters_to_tell(self):
        (self.folder / "script.py").mkdir()
        plain = subprocess.run([sys.executable, "script.py"], cwd=self.folder, capture_output=True, text=True)
        folder, result = self.record(sys.executable, "script.py")
        self.assertEqual(result.returncode, plain.returncode)
        self.assertTrue(result.stderr.startswith(plain.stderr))
        self.assertEqual(self.read(folder, "result.json")["status"], "complete")


class FullDisk(RunTest):
    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        words = ["mount", "-t", "tmpfs", "-o", "size=200k", "none", str(self.disk)]
        if subprocess.run(words, capture_output=True).returncode != 0:
            self.skipTest("mounting a small file system needs root")
        self.addCleanup(subprocess.run, ["umount", str(self.disk)], check=True)

    def check_unfinished(self, folder, result):
        self.assertEqual(result.returncode, 125)
        self.assertIn("error[disk-full]", result.stderr)
        self.assertEqual(self.read(folder, "result.json")["status"], "running")

    def test_output_reaches_its_reader_whole(self):
        script = "i=0; while [ $i -lt 10 ]; do head -c 100000 /dev/zero | tr '\\0' x; i=$((i + 1)); done; echo end"
        folder, result = self.record("sh", "-c", script, name="disk/r")
        self.assertTrue(result.stdout.endswith("end\n"))
        self.assertEqual(len(result.stdout), 1000004)
        self.check_unfinished(folder, result)

    def test_the_hook_does_not_take_the_program_with_it(self):
        (self.folder / "script.py").write_text(
            "import json, random\n"
            "for i in range(5000):\n    open(f'file-{i % 3000}', 'w').write('x'); random.seed(i)\n"
            "print('end')\n")
        folder, result = self.record(sys.executable, "script.py", name="disk/r", options=["--trace-files"])
        self.assertEqual(result.stdout, "end\n")
        self.assertNotIn("Traceback", result.stderr)
        self.assertNotIn("ibid_hook", result.stderr)
        self.check_unfinished(folder, result)


class EventsAreLost(RunTest):
    def test_a_folder_that_is_gone_is_no_error_of_the_program(self):
        (self.folder / "script.py").write_text(
            "import os, random, shutil\nshutil.rmtree(os.environ['IBID_HOOK_EVENTS'])\nrandom.seed(1)\n"
            "if os.fork() == 0: random.seed(2); os._exit(0)\nprint(os.wait()[1])\n")
        _, result = self.record(sys.executable, "script.py")
        self.assertEqual(result.stdout, "0\n")
        self.assertNotIn("Traceback", result.stderr)


class Large(RunTest):
    BOUND_KIB = 100 << 10

    def peak_kib(self, *words):
        """The largest memory that ibid had, not the programs it starts."""
        process = subprocess.Popen([support.BINARY, "run", "--quiet", "--output", str(self.folder / "r"), *words],
                                   cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL)
        peak = 0
        while process.poll() is None:
            try:
                status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            except OSError:
                break
            if "VmHWM:" in status:
                peak = max(peak, int(status.partition("VmHWM:")[2].split()[0]))
            time.sleep(0.01)
        self.assertEqual(process.wait(), 0)
        return peak

    def setUp(self):
        super().setUp()
        if b"__asan_init" in pathlib.Path(support.BINARY).read_bytes():
            self.skipTest("sanitizers need memory of their own")

    def test_a_model_of_512_mib_is_hashed_and_one_of_128_is_kept_in_little_memory(self):
        script = "truncate -s 512M large.bin; truncate -s 128M small.bin; : >> large.bin; : >> small.bin"
        self.assertLess(self.peak_kib("--trace-files", "sh", "-c", script), self.BOUND_KIB)
        files = {pathlib.Path(f["path"]).name: f for f in self.read(self.folder / "r", "files.json")}
        self.assertEqual(files["large.bin"]["size_bytes"], 512 << 20)
        self.assertIn("more than --keep-files allows", files["large.bin"]["not_kept"])
        self.assertIs(files["small.bin"]["kept"], True)

    @unittest.skipUnless(has_torch(), "PyTorch is not installed for this interpreter (python3-torch)")
    def test_two_thousand_steps_with_a_digest_each(self):
        (self.folder / "train.py").write_text(
            "import torch\nnet = torch.nn.Linear(4, 2)\noptimiser = torch.optim.Adam(net.parameters())\n"
            "for _ in range(2000):\n    net(torch.ones(1, 4)).sum().backward()\n    optimiser.step()\n")
        self.peak_kib("--digest-every", "1", sys.executable, "train.py")
        path = self.folder / "r" / "digests.jsonl"
        self.assertEqual(len(path.read_text().splitlines()), 2000)
        self.assertLess(path.stat().st_size, 2000 * 2000)


if __name__ == "__main__":
    unittest.main()
