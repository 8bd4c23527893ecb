"""Churn of predictions over runs."""

import json
import sys
import unittest

import support

# The second sample of four depends on the time zone's name, the others do not.
PROGRAM = """
import os
zone = os.environ.get("TZ", "cat")
open("predictions.csv", "w").write(f"id,label\\n1,cat\\n2,{zone}\\n3,dog\\n4,dog\\n")
"""


class PredictionsTest(support.ProgramTest):
    def verify(self, *words, status=0, command=(sys.executable, "-c", PROGRAM)):
        return self.run_ibid("verify", "--output", "v", *words, "--", *command, status=status)

    def statistics(self, *words, status=0, **options):
        report = json.loads(self.verify("--json", *words, status=status, **options).stdout)
        return {group["group"]: group for group in report["statistics"]["predictions"]}

    def test_runs_that_disagree_on_a_sample(self):
        groups = self.statistics("--predictions", "predictions.csv:label", "--timezone", "cat,dog", status=1)
        self.assertEqual((groups["as it is"]["churn"], groups["as it is"]["unstable"]), (0.0, 0.0))
        zones = groups["timezone"]
        self.assertEqual((zones["samples"], zones["churn"], zones["unstable"]), (4, 0.25, 0.25))
        classes = {entry["class"]: entry for entry in zones["classes"]}
        self.assertEqual((classes["cat"]["samples"], classes["cat"]["unstable"]), (2, 0.5))
        self.assertEqual((classes["dog"]["samples"], classes["dog"]["unstable"]), (2, 0.0))

    def test_it_is_printed(self):
        finished = self.verify("--predictions", "predictions.csv", "--timezone", "cat,dog", status=1)
        self.assertIn("predictions, timezone: two runs differ on 25.00% of 4 samples", finished.stdout)

    def test_numbers(self):
        program = "import os; open('predictions.csv', 'w').write('y\\n0.5\\n1.' + os.environ.get('TZ', '0'))"
        command = (sys.executable, "-c", program)
        groups = self.statistics("--predictions", "predictions.csv", "--timezone", "25,5", status=1, command=command)
        zones = groups["timezone"]
        self.assertEqual((zones["unstable"], zones["mean_range"], zones["largest_range"]), (0.5, 0.125, 0.25))

    def test_a_file_that_is_not_written_is_an_error(self):
        self.assert_error(self.verify("--predictions", "other.csv", status=3), "not-found", "did not write other.csv")
        self.assert_error(self.verify("--output", "w", "--predictions", "predictions.csv:nothing", status=3), "not-found",
                          "id, label")


if __name__ == "__main__":
    unittest.main()
