"""`ibid conformance` as a user meets it: agreement, a wrong digest, cases of one's own, orders."""

import json
import unittest

import support

CASES = "ibid-conformance 1\narithmetic 1\nrelu | x=f32(5)#1:plain |\nsum dims=0 | x=f32(600,3)#2:awkward |\n"


class Conformance(support.ProgramTest):
    def test_the_built_in_file_agrees(self):
        report = json.loads(self.run_ibid("conformance", "--isa", "scalar", "--threads", "2", "--json").stdout)
        self.assertTrue(report["agrees"])
        self.assertGreater(report["digests_compared"], 1000)
        self.assertEqual(report["differences"], [])

    def test_cases_of_ones_own_are_recorded_and_a_wrong_digest_is_named(self):
        cases, digests = self.folder / "cases.txt", self.folder / "digests.txt"
        cases.write_text(CASES)
        self.run_ibid("conformance", "--check", cases, status=1)  # nothing recorded: nothing compared
        self.run_ibid("conformance", "--check", cases, "--write", digests)
        self.assertIn("conforms", self.run_ibid("conformance", "--check", digests).stdout)
        text = digests.read_text()
        last = text.rindex("y=") + 2
        digests.write_text(text[:last] + ("0" if text[last] != "0" else "1") + text[last + 1 :])
        words = ("conformance", "--check", digests, "--isa", "scalar", "--threads", "1")
        self.assertIn("differs: scalar, 1 threads, y of sum dims=0", self.run_ibid(*words, status=1).stdout)
        report = json.loads(self.run_ibid(*words, "--json", status=1).stdout)
        self.assertEqual([d["outputs"] for d in report["differences"]], [["y"]])

    def test_what_is_no_case_is_an_error_with_its_line(self):
        cases = self.folder / "cases.txt"
        cases.write_text(CASES + "relu x=f32(5)#1:plain\n")
        finished = self.run_ibid("conformance", "--check", cases, status=3)
        self.assertIn("error[malformed]", finished.stderr)
        self.assertIn("line 5", finished.stderr)

    def test_orders(self):
        text = self.run_ibid("conformance", "--orders", "--isa", "scalar", "--threads", "1").stdout
        self.assertRegex(text, r"matmul +ok +chains of 512, folded in order\n")
        report = json.loads(self.run_ibid("conformance", "--orders", "--isa", "scalar", "--json").stdout)
        self.assertTrue(report["agrees"])

    def test_an_instruction_set_nobody_knows(self):
        self.assert_error(self.run_ibid("conformance", "--isa", "mmx", status=2), "usage", "mmx", "scalar-soft")


if __name__ == "__main__":
    unittest.main()
