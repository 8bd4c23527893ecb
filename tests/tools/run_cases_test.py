"""A skipped case must be counted, with its reason, and a failing or missing one must fail."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNNER = ROOT / "tests/support/run_cases.py"
PRINTER = ROOT / "tools/ci/print_skips.sh"

CASES = """
import unittest
import neighbour  # next to the file, as tests/e2e/support.py is

class Some(unittest.TestCase):
    def test_passes(self):
        self.assertEqual(neighbour.VALUE, 7)
    def test_lacks(self):
        self.skipTest("no zsh\\nhere")
    @unittest.skipUnless(False, "no data")
    def test_decorated(self):
        self.fail()
    def test_parts(self):
        with self.subTest("a"):
            self.skipTest("part a")
"""


class RunCases(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="ibid_cases_")
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        (self.folder / "neighbour.py").write_text("VALUE = 7\n")
        self.skips = self.folder / "skips.txt"

    def run_file(self, text):
        file = self.folder / "some_test.py"
        file.write_text(text)
        environment = {**os.environ, "IBID_SKIPPED_CASES": str(self.skips)}
        command = [sys.executable, "-B", RUNNER, file]
        return subprocess.run(command, capture_output=True, text=True, env=environment)

    def test_skips_are_written(self):
        finished = self.run_file(CASES)
        self.assertEqual(finished.returncode, 0, finished.stderr)
        self.assertIn("skipped=3", finished.stderr)
        self.assertEqual(
            # Some versions of Python add the name of the part.
            sorted(self.skips.read_text().replace(" [a]", "").splitlines()),
            ["some_test.py: Some.test_decorated: no data",
             "some_test.py: Some.test_lacks: no zsh here",
             "some_test.py: Some.test_parts: part a"],
        )  # fmt: skip
        self.run_file(CASES)
        self.assertEqual(len(self.skips.read_text().splitlines()), 6)

    def test_failures_fail(self):
        self.assertEqual(self.run_file(CASES + "    def test_fails(self):\n        self.fail()\n").returncode, 1)
        self.assertEqual(self.run_file("import unittest\n").returncode, 1)
        self.assertEqual(self.run_file("import sys\nsys.exit(77)\n").returncode, 77)

    def print_skips(self, log):
        (self.folder / "ctest.log").write_text(log)
        command = ["sh", PRINTER, self.folder / "ctest.log", self.skips]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def test_skips_are_printed(self):
        log = (" 1/3 Test #1: base_test ........   Passed    0.01 sec\n"
               " 2/3 Test #2: isa_test.neon.t1 .***Skipped   0.01 sec\n"
               " 3/3 Test #3: e2e.torch ........***Skipped   0.20 sec\n"
               "The following tests did not run:\n\t  2 - isa_test.neon.t1 (Skipped)\n\t  3 - e2e.torch (Skipped)\n")  # fmt: skip
        self.assertEqual(self.print_skips(log), "skipped by ctest: 2\n  isa_test.neon.t1\n  e2e.torch\n"
                                                "skipped cases inside tests that passed: 0\n")  # fmt: skip
        self.run_file(CASES)
        printed = self.print_skips("")
        self.assertIn("skipped by ctest: 0\n", printed)
        self.assertIn("skipped cases inside tests that passed: 3\n", printed)
        self.assertIn("  some_test.py: Some.test_lacks: no zsh here\n", printed)


if __name__ == "__main__":
    unittest.main()
