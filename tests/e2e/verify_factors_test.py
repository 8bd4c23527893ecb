"""ibid verify --factor and --all-factors: what each of the twenty factors does to a real program."""

import json
import sys
import unittest

import support
from run_test import TRAINING, has_torch


class FactorsTest(support.ProgramTest):
    def factors(self, *words, status=0):
        """The member `factors` of the report, by code."""
        finished = self.run_ibid("verify", "--json", "--no-search", "--output", self.folder / "v", *words, status=status)
        self.report = json.loads(finished.stdout)
        return {factor["code"]: factor for factor in self.report["factors"]}

    def script(self, text):
        (self.folder / "script.py").write_text(text)
        return sys.executable, "script.py"


class AnyProgram(FactorsTest):
    def test_all_twenty_have_a_finding_or_a_reason(self):
        factors = self.factors("--all-factors", "--", "echo", "1")
        self.assertEqual(len(factors), 20)
        for code, factor in factors.items():
            with self.subTest(code):
                if factor["status"] == "not probed":
                    self.assertTrue(all(factor["reasons"]))
                else:
                    self.assertGreater(factor["compared_runs"], 0)
        self.assertEqual({code for code, factor in factors.items() if factor["status"] == "same"},
                         {"A2", "A5", "A6", "I1", "I3", "I5", "I6", "I7", "O2", "O3", "O4", "O5"})
        # No interpreter and no sampler: said, and not taken for agreement.
        self.assertIn("no Python interpreter", factors["I2"]["reasons"][0])
        self.assertIn("no sampler", factors["A3"]["reasons"][0])
        page = (self.folder / "v" / "report.html").read_text()
        self.assertIn("Auto-selection of primitive operations", page)

    def test_the_factor_that_matters_is_named(self):
        (self.folder / "files").mkdir()
        for name in "abcd":
            (self.folder / "files" / name).write_text("")
        factors = self.factors("--factor", "O2", "--factor", "environment", "--factor", "rounding", "--",
                               *self.script("import os\nprint(os.listdir('files'))\n"), status=1)
        self.assertEqual({code: factor["status"] for code, factor in factors.items()},
                         {"O2": "differs", "O5": "differs", "I7": "same"})
        # Orders come in pairs of opposites, so at least one of them is not the file system's.
        self.assertRegex(factors["O2"]["by"][0], r"^file-order=[12].*Output differs from line 1")
        self.assertTrue(all(by.startswith("file-order=") for by in factors["O5"]["by"]))

    def test_what_was_asked_for_goes_before_what_is_usual(self):
        factors = self.factors("--factor", "I7", "--threads", "3", "--isa", "generic", "--", "echo", "1")
        self.assertEqual([run["name"] for run in self.report["runs"]], ["as it is 2", "threads=3", "isa=generic"])
        self.assertEqual(factors["I7"]["compared_runs"], 2)

    def test_a_program_that_does_not_repeat_itself(self):
        factors = self.factors("--factor", "I7", "--factor", "I3", "--", "sh", "-c", "date +%N", status=1)
        self.assertEqual((factors["I7"]["status"], factors["I3"]["status"]), ("unclear", "differs"))

    def test_seeds_are_not_judged(self):
        words = ("--factor", "A2", "--metric", "draw=draw (.*)", "--")
        factors = self.factors(*words, *self.script("import random\nrandom.seed(1)\nprint('draw', random.random())\n"))
        self.assertEqual((factors["A2"]["status"], self.report["same"]), ("varies", True))
        self.assertIn("3 distinct outcomes in 3 runs; draw from 0.", factors["A2"]["by"][0])

    def test_what_is_held_still_and_cannot_be_varied(self):
        factors = self.factors("--seed", "1", "--factor", "A3", "--", *self.script("print(1)\n"))
        self.assertEqual((factors["A3"]["status"], factors["A3"]["controlled_by"]), ("controlled", "--seed"))

    def test_terminal(self):
        finished = self.run_ibid("verify", "--factor", "O6", "--factor", "I3", "--", "echo", "1")
        self.assertRegex(finished.stdout, r"I3 Parallel execution +same\n +same bits in [0-9] runs")
        self.assertRegex(finished.stdout, r"O6 Annotation quality +not probed\n +people gave the labels")

    def test_a_name_that_is_none_or_several(self):
        for text, part in (("luck", "no factor"), ("data", "more than one factor")):
            self.assert_error(self.run_ibid("verify", "--factor", text, "--", "true", status=2), "usage", part, "name one of")


class Places(FactorsTest):
    def test_a_zone_and_a_locale_that_are_not_here_are_skipped(self):
        finished = self.run_ibid("verify", "--json", "--timezone", "Moon/Sea", "--locale", "xx_XX.UTF-8,C", "--", "echo", "1")
        runs = {run["name"]: run.get("skipped") for run in json.loads(finished.stdout)["runs"]}
        self.assertIn("/usr/share/zoneinfo/Moon/Sea", runs["timezone=Moon/Sea"])
        self.assertIn("not installed", runs["locale=xx_XX.UTF-8"])
        self.assertIsNone(runs["locale=C"])


@unittest.skipUnless(has_torch(), "PyTorch is not installed for this interpreter (python3-torch)")
class Torch(FactorsTest):
    def test_a_training(self):
        factors = self.factors("--factor", "A2", "--factor", "A3", "--factor", "A4", "--workers", "0,1", "--",
                               *self.script(TRAINING.replace("int(sys.argv[1])", "1")))
        self.assertEqual({code: factor["status"] for code, factor in factors.items()},
                         {"A2": "varies", "A3": "varies", "A4": "varies"})
        self.assertEqual(factors["A4"]["compared_runs"], 4)


if __name__ == "__main__":
    unittest.main()
