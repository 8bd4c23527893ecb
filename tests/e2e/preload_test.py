"""ibid verify --file-order and --time: what stands in front of the C library of real programs."""

import json
import os
import pathlib
import re
import shutil
import time
import unittest

import support
from variations_test import VariationsTest

PROBE = os.environ["IBID_PRELOAD_PROBE"]
STATIC_PROBE = os.environ.get("IBID_PRELOAD_PROBE_STATIC", "")
NAMES = [f"name{i}" for i in range(12)]
DAY = 86400


class PreloadTest(VariationsTest):
    def setUp(self):
        super().setUp()
        self.files = self.folder / "files"
        self.files.mkdir()
        for name in NAMES:
            (self.files / name).write_text("")

    def lines(self, run):
        """What the probe printed, each line's title without its words."""
        return {" ".join(w for w in words if not w.startswith(("name", "."))): [w for w in words if w.startswith(("name", "."))]
                for words in map(str.split, self.output(run).splitlines())}


class FileOrder(PreloadTest):
    def test_each_way_to_read_a_folder_gives_the_same_new_order(self):
        runs = self.verify("--file-order", "4", "--", PROBE, "folder", self.files, status=1)
        orders = []
        for name, run in runs.items():
            lines = self.lines(run)
            whole = lines["readdir"]
            with self.subTest(name):
                self.assertEqual(sorted(whole), sorted([".", "..", *NAMES]))
                self.assertEqual(whole[:2], [".", ".."])
                for same in ("readdir_r", "from the start", "fdopendir"):
                    self.assertEqual(lines[same], whole)
                self.assertEqual((lines["after four"], lines["after four again"]), (whole[4:], whole[4:]))
                self.assertEqual((lines["scandir"], lines["scandirat"]), (whole[2:], whole[2:]))
                self.assertEqual(lines["sorted"], sorted(NAMES))
            orders.append(whole[2:])
        self.assertEqual(orders[1], orders[0][::-1])
        self.assertEqual(orders[3], orders[2][::-1])
        self.assertNotIn(orders[2], orders[:2])

    def test_the_same_order_again(self):
        first = self.lines(self.verify("--file-order", "1", "--", PROBE, "folder", self.files, status=1)["file-order=1"])
        shutil.rmtree(self.folder / "v")
        self.assertEqual(self.lines(self.verify("--file-order", "1", "--", PROBE, "folder", self.files, status=1)["file-order=1"]), first)

    def test_errors_pass_through(self):
        # In every order what is read as it is, too.
        runs = self.verify("--file-order", "2", "--", PROBE, "broken", self.files)
        self.assertEqual(self.output(runs["file-order=1"]),
                         "readdir 0 Bad file descriptor\nscandir -1 No such file or directory\n")

    def test_large_and_empty_folders(self):
        for i in range(3000):
            (self.files / f"more-{i}").write_text("")
        (self.folder / "empty").mkdir()
        runs = self.verify("--file-order", "1", "--", "sh", "-c", "ls -U empty; ls -U files | sort", status=0)
        self.assertEqual(len(self.output(runs["file-order=1"]).split()), 3000 + len(NAMES))

    def test_python_shells_and_find(self):
        for command in (self.script("import os\nprint(os.listdir('files'))\n"),
                        self.script("import os\nprint([e.name for e in os.scandir('files')])\n"),
                        ("ls", "-U", "files"), ("find", "files")):
            with self.subTest(command):
                shutil.rmtree(self.folder / "v", ignore_errors=True)
                runs = self.verify("--file-order", "2", "--", *command, status=1)
                first, second = (re.findall("name[0-9]+", self.output(run)) for run in runs.values())
                self.assertEqual((sorted(first), second), (sorted(NAMES), first[::-1]))
        seen = json.loads((pathlib.Path(runs["file-order=1"]["folder"]) / "seen.json").read_text())
        self.assertIn("/find", seen["enforced"][0]["program"])

    def test_a_program_that_sorts_does_not_depend_on_it(self):
        runs = self.verify("--file-order", "3", "--", *self.script("import os\nprint(sorted(os.listdir('files')))\n"))
        self.assertEqual({run["comparison"]["same"] for run in runs.values()}, {True})

    def test_folders_that_are_removed_while_they_are_read(self):
        command = self.script("import os, shutil\nshutil.copytree('files', 'copy/deep')\nshutil.rmtree('copy')\nprint(os.path.exists('copy'))\n")
        self.assertEqual(self.output(self.verify("--file-order", "1", "--", *command)["file-order=1"]), "False\n")

    def test_threads_and_forks_at_once(self):
        text = ("import os, subprocess, threading\n"
                "def work():\n    for _ in range(30):\n        assert len(os.listdir('files')) == 12\n"
                "threads = [threading.Thread(target=work) for _ in range(4)]\n[t.start() for t in threads]\n"
                "for _ in range(10):\n    pid = os.fork()\n    if not pid:\n        os._exit(len(os.listdir('files')))\n"
                "    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 12\n[t.join() for t in threads]\nprint('done')\n")
        self.assertEqual(self.output(self.verify("--file-order", "1", "--", *self.script(text))["file-order=1"]), "done\n")

    def test_a_static_program_does_not_count(self):
        if not STATIC_PROBE:
            self.skipTest("no static C library to link with (libc6-dev)")
        runs = self.verify("--file-order", "1", "--", STATIC_PROBE, "folder", self.files, status=1)
        self.assertIn("linked statically", runs["file-order=1"]["skipped"])

    def test_a_library_that_is_in_front_already_stays(self):
        runs = self.verify("--file-order", "1", "--", "sh", "-c", "echo $LD_PRELOAD; ls -U files",
                           environment={"LD_PRELOAD": "libm.so.6"}, status=1)
        self.assertRegex(self.output(runs["file-order=1"]), r"libibid_preload.so:libm.so.6\n")


class Time(PreloadTest):
    def test_each_clock_that_tells_the_date_and_no_other(self):
        names = ("time", "gettimeofday", "timespec_get", "realtime", "coarse")
        for text, shift in (("+10y", 3650 * DAY), ("-1y", -365 * DAY)):
            shutil.rmtree(self.folder / "v", ignore_errors=True)
            run = self.verify(f"--time={text}", "--", PROBE, "clock", status=1)[f"time={text}"]
            values = dict(line.split() for line in self.output(run).splitlines() if not line.startswith("wait"))
            for name in names:
                self.assertAlmostEqual(int(values[name]) - shift, time.time(), delta=60)
            self.assertLess(int(values["monotonic"]) - 60, time.monotonic())
            # Waits that go by the shifted clock would end at once, or after years.
            self.assertEqual(self.output(run).count("wait kept"), 8, self.output(run))

    def test_a_day_begins_with_the_run(self):
        for command in (("date", "-u", "+%F %H"), self.script("import datetime\nprint(datetime.datetime.utcnow().strftime('%F %H'))\n")):
            with self.subTest(command):
                shutil.rmtree(self.folder / "v", ignore_errors=True)
                runs = self.verify("--time", "2038-01-20", "--", *command, status=1)
                self.assertEqual(self.output(runs["time=2038-01-20"]), "2038-01-20 00\n")

    def test_times_of_files_are_the_real_ones(self):
        command = self.script("import os\nopen('made', 'w').close()\nprint(int(os.stat('made').st_mtime))\n")
        runs = self.verify("--time=+1y", "--ignore-output", ".*", "--", *command)
        self.assertAlmostEqual(int(self.output(runs["time=+1y"])), time.time(), delta=60)

    def test_a_seed_from_the_clock_is_found(self):
        runs = self.verify("--time=+1d", "--", *self.script("import time\nprint(int(time.time()) // 86400)\n"), status=1)
        self.assertIs(runs["time=+1d"]["comparison"]["same"], False)

    def test_times_that_are_none(self):
        for text in ("tomorrow", "+1", "1d", "+0d", "-99y", "2038-02-30", "1969-12-31", "+99999999999y", ""):
            self.assert_error(self.run_ibid("verify", f"--time={text}", "--", "true", status=2), "usage", "--time", "+1d")


if __name__ == "__main__":
    unittest.main()
