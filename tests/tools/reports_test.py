"""Wrong declarations of report fields: tools/generate_report.py names the file and what is wrong."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def generate(root, report, *options):
    command = [sys.executable, "-B", root / "tools/generate_report.py", report, *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True)


class Declarations(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.root = pathlib.Path(holder.name)
        shutil.copytree(ROOT / "specs/hardware", self.root / "specs/hardware")
        (self.root / "tools").mkdir()
        shutil.copy(ROOT / "tools/generate_report.py", self.root / "tools")

    def test_good_ones_pass(self):
        self.assertEqual(generate(self.root, "hardware", "--docs", self.root).returncode, 0)

    def test_a_wrong_declaration_is_named(self):
        path = self.root / "specs/hardware/memory.toml"
        good = path.read_text()
        for before, after, part in (
            ('matters = "speed"', 'matters = "much"', "matters is 'much'"),
            ('type = "integer"', 'type = "whole"', "type is 'whole'"),
            ('source = "/proc/meminfo', 'sauce = "/proc/meminfo', "no such key: sauce"),
            ('matters = "speed"', 'matters = "may"', "'why' belongs to"),
            ('name = "available_bytes"', 'name = "total_bytes"', "two of one name"),
        ):
            with self.subTest(part):
                path.write_text(good.replace(before, after, 1))
                finished = generate(self.root, "hardware", "--docs", self.root)
                self.assertNotEqual(finished.returncode, 0)
                self.assertIn("memory.toml", finished.stderr)
                self.assertIn(part, finished.stderr)


if __name__ == "__main__":
    unittest.main()
