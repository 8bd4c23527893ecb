"""ibid run keeps what a program writes, and ibid verify explains how it differs."""

import hashlib
import json
import subprocess
import sys
import unittest

import support
from run_test import has_torch


class FilesTest(support.ProgramTest):
    def script(self, text):
        (self.folder / "script.py").write_text(text)
        return sys.executable, "script.py"

    def record(self, text, *options):
        finished = self.run_ibid("run", "--output", "r", *options, "--", *self.script(text))
        files = json.loads((self.folder / "r" / "files.json").read_text())
        return {file["path"].rsplit("/", 1)[-1]: file for file in files}, finished

    def verify(self, text, *options, status=0):
        """The report, and what a person reads."""
        finished = self.run_ibid("verify", "--output", "v", *options, "--", *self.script(text), status=status)
        return json.loads((self.folder / "v" / "report.json").read_text()), finished.stdout


class Kept(FilesTest):
    def test_copies_lie_under_their_digests_and_once_each(self):
        files, _ = self.record("for name in 'ab': open(name, 'w').write('text')\nopen('script.py').read()\n")
        self.assertIs(files["a"]["kept"], True)
        self.assertIs(files["b"]["kept"], True)
        self.assertNotIn("kept", files["script.py"])
        digest = hashlib.sha256(b"text").hexdigest()
        self.assertEqual((self.folder / "r/objects/sha256" / digest[:2] / digest[2:]).read_bytes(), b"text")
        objects = [path for path in (self.folder / "r/objects").rglob("*") if path.is_file()]
        self.assertEqual(len(objects), 1)

    def test_what_is_too_large_is_said(self):
        files, finished = self.record("open('big', 'w').write('x' * 2000)\nopen('small', 'w').write('y')\n", "--keep-files", "1KiB")
        self.assertIn("--keep-files", files["big"]["not_kept"])
        self.assertIs(files["small"]["kept"], True)
        self.assertIn("no copy of 1 written file", finished.stderr)

    def test_nothing_is_kept_when_nothing_is_wanted(self):
        files, finished = self.record("open('a', 'w').write('x')\n", "--keep-files", "0")
        self.assertIn("--keep-files 0", files["a"]["not_kept"])
        self.assertNotIn("not recorded", finished.stderr)
        self.assertFalse((self.folder / "r/objects").exists())

    def test_a_size_that_is_none(self):
        self.assert_error(self.run_ibid("run", "--keep-files", "much", "--", "true", status=2), "usage", "--keep-files", "1GiB")

    def test_a_file_made_for_reading_and_writing_counts_as_written(self):
        for mode in ("w+", "x+", "a+"):
            (self.folder / "a").unlink(missing_ok=True)
            subprocess.run(["rm", "-rf", self.folder / "r"], check=True)
            files, _ = self.record(f"open('a', '{mode}').write('x')\n")
            self.assertEqual((mode, files["a"]["role"]), (mode, "written"))


class Explained(FilesTest):
    def test_other_bytes_with_the_same_meaning_are_told_and_do_not_fail(self):
        text = ("import json, os\nitems = [('a', 1), ('b', 0.5)]\nif os.environ.get('TZ'): items.reverse()\n"
                "json.dump(dict(items), open('m.json', 'w'))\n")
        report, shown = self.verify(text, "--timezone", "UTC")
        difference, = report["runs"][1]["comparison"]["file_differences"]
        self.assertEqual((difference["path"], difference["comparison"]["same_meaning"]), ("m.json", True))
        self.assertIs(report["same"], True)
        self.assertIn("m.json: other bytes, same meaning: the same values, members in another order", shown)
        self.assertIn("1 of them in other bytes", shown)

    def test_values_that_differ_are_named(self):
        text = "import os\nopen('m.csv', 'w').write('step,loss\\n1,' + (os.environ.get('TZ') or '0.5') + '\\n')\n"
        report, shown = self.verify(text, "--timezone", "0.5000000000000001", status=1)
        comparison = report["runs"][1]["comparison"]
        self.assertEqual(comparison["different_files"], ["m.csv"])
        self.assertEqual(comparison["file_differences"][0]["comparison"]["details"]["max_ulp"], 1)
        self.assertIn("m.csv: 1 cell differs, only in numbers, max 1 ULP, first row 2, column loss: 0.5 / 0.5000000000000001", shown)

    def test_without_copies_the_reason_stands_there(self):
        text = "import os\nopen('out', 'w').write(os.environ.get('TZ', ''))\n"
        report, shown = self.verify(text, "--timezone", "3", "--keep-files", "0", status=1)
        difference, = report["runs"][1]["comparison"]["file_differences"]
        self.assertIn("--keep-files 0", difference["why_not_compared"])
        self.assertIn("out: differs; no copy to compare", shown)

    @unittest.skipUnless(has_torch(), "PyTorch is not installed for this interpreter (python3-torch)")
    def test_a_model_tensor_by_tensor(self):
        text = ("import os, torch\ntorch.manual_seed(0)\nnet = torch.nn.Linear(4, 2)\n"
                "if os.environ.get('TZ'): net.weight.data[1, 3] = torch.nextafter(net.weight.data[1, 3], torch.tensor(9.0))\n"
                "torch.save(net.state_dict(), 'model.pt')\n")
        _, shown = self.verify(text, "--timezone", "UTC", status=1)
        self.assertIn("model.pt: 1 of 2 tensors differ, max 1 ULP, first weight[1,3]: ", shown)


class Statistics(FilesTest):
    def test_samples_are_shown_with_what_they_say(self):
        text = "import os\nprint('accuracy', 0.5 if not os.environ.get('TZ') else 0.75)\n"
        report, _ = self.verify(text, "--repeat", "3", "--timezone", "UTC,CET", "--metric", "accuracy=accuracy (.*)", status=1)
        statistics = report["statistics"]
        groups = {group["group"]: group for group in statistics["run_seconds"]}
        self.assertEqual([len(groups[name]["values"]) for name in ("as it is", "timezone")], [4, 2])
        self.assertEqual(sorted(groups["as it is"]["values"])[0], groups["as it is"]["least"])
        metric, = statistics["last_metrics"]
        self.assertEqual(metric["name"], "accuracy")
        as_it_is, timezone = metric["groups"]
        self.assertEqual((as_it_is["values"], as_it_is["range"], as_it_is["distinct"]), ([0.5] * 4, 0.0, 1))
        self.assertEqual((timezone["values"], timezone["mean"]), ([0.75] * 2, 0.75))
        test, = statistics["run_seconds_tests"]
        self.assertEqual((test["group"], test["exact"], test["permutations"]), ("timezone", True, 15))
        self.assertGreaterEqual(test["permutation_p_holm"], test["permutation_p"])


if __name__ == "__main__":
    unittest.main()
