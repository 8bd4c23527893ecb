"""How much of a metric's variance comes from which of two factors."""

import json
import sys
import unittest

import support

# The result is the sum of a part from the seed and one from the number of threads, and nothing else.
PROGRAM = """
import os, random
random.seed(5)
print("score:", random.random() + 10.0 * int(os.environ.get("OMP_NUM_THREADS", "1")))
"""


class CrossedTest(support.ProgramTest):
    def verify(self, *words, status=0):
        command = ("verify", "--output", "v", "--repeat", "1", "--metric", "score=score: (.*)", "--no-search", *words)
        return self.run_ibid(*command, "--", sys.executable, "-c", PROGRAM, status=status)

    def test_two_factors_that_only_add_leave_no_rest(self):
        words = ("--init-seeds", "4", "--threads", "1,2,3", "--cross", "seed,threads")
        report = json.loads(self.verify("--json", *words, status=1).stdout)
        crossed = next(setup for setup in report["setups"] if setup["name"] == "crossed")
        names = [run["name"] for run in crossed["runs"]]
        self.assertEqual(len(names), 12)
        self.assertEqual(names[:2], ["seed=101, threads=1", "seed=101, threads=2"])
        self.assertIs(crossed["judged"], False)
        (metric,) = report["statistics"]["variance"]
        self.assertEqual((metric["name"], metric["levels"]), ("score", [4, 3]))
        shares = {part["source"]: part["share"] for part in metric["components"]}
        self.assertGreater(shares["threads"], 0.99)
        self.assertGreater(shares["seed"], 1e-5)
        self.assertLess(shares["rest"], 1e-12)

    def test_it_is_printed(self):
        words = ("--init-seeds", "2", "--threads", "1,2", "--cross", "threads,seed")
        self.assertIn("score: of the variance 9", self.verify(*words, status=1).stdout)

    def test_what_is_not_varied_cannot_be_crossed(self):
        for words in (("--cross", "seed,threads"), ("--cross", "seed", "--init-seeds", "3"),
                      ("--cross", "seed,sauce", "--init-seeds", "3"), ("--cross", "seed,seed", "--init-seeds", "3")):
            self.assert_error(self.verify(*words, status=2), "usage", "--cross")
        self.assertFalse((self.folder / "v").exists())


if __name__ == "__main__":
    unittest.main()
