"""The plots of a verification: in its page, and as files."""

import csv
import shutil
import unittest
import xml.etree.ElementTree

import support

PROGRAM = r"""
for step in 1 2 3 4; do echo "loss: 0.$((9 - step))"; done
echo "accuracy: 0.9${TZ:-0}"
"""


class PlotsTest(support.ProgramTest):
    def verify(self, *words, status=1):
        command = ("--metric", "loss=loss: (.*)", "--metric", "accuracy=accuracy: (.*)", "--output", "v")
        return self.run_ibid("verify", "--repeat", "2", *command, *words, "--", "sh", "-c", PROGRAM, status=status)

    def test_files_show_what_was_recorded(self):
        self.verify("--plots", "--timezone", "1,2")
        folder = self.folder / "v" / "plots"
        names = sorted(path.name for path in folder.iterdir() if path.suffix != ".png")
        self.assertEqual(names, ["last-accuracy.svg", "metric-loss.svg", "metrics.csv", "run-time.svg", "runs.csv"])
        for path in folder.glob("*.svg"):
            self.assertEqual(xml.etree.ElementTree.parse(path).getroot().tag, "{http://www.w3.org/2000/svg}svg")
        with open(folder / "metrics.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), 5 * 5)
        self.assertEqual(rows[0], {"group": "as it is", "folder": "01-as-it-is-1", "metric": "loss", "step": "0", "value": "0.8"})
        accuracies = [row["value"] for row in rows if row["metric"] == "accuracy"]
        self.assertEqual(accuracies, ["0.90", "0.90", "0.90", "0.91", "0.92"])
        with open(folder / "runs.csv", newline="") as file:
            self.assertEqual([row["group"] for row in csv.DictReader(file)], ["as it is"] * 3 + ["timezone"] * 2)

    @unittest.skipUnless(shutil.which("rsvg-convert"), "rsvg-convert is not installed")
    def test_png_where_it_can_be_drawn(self):
        self.verify("--plots", status=0)
        content = (self.folder / "v" / "plots" / "metric-loss.png").read_bytes()
        self.assertEqual(content[:8], b"\x89PNG\r\n\x1a\n")
        self.assertGreater(len(content), 5000)  # not an empty picture

    def test_without_rsvg_the_rest_is_there(self):
        self.environment["PATH"] = "/bin" if not shutil.which("rsvg-convert", path="/bin") else str(self.folder)
        (self.folder / "sh").symlink_to(shutil.which("sh"))
        self.verify("--plots", status=0)
        self.assertTrue((self.folder / "v" / "plots" / "metric-loss.svg").exists())

    def test_the_page_has_them_in_any_case(self):
        self.verify(status=0)
        page = (self.folder / "v" / "report.html").read_text()
        self.assertEqual(page.count("<svg"), 2)  # the loss and the run time: the accuracy is one number
        self.assertFalse((self.folder / "v" / "plots").exists())


if __name__ == "__main__":
    unittest.main()
