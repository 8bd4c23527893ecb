"""Folders hashed, compared and verified through the real program, against the format's rules written down a second
time here; and everything that can be wrong with a folder."""

import hashlib
import json
import os
import pathlib
import random
import signal
import socket
import stat
import subprocess
import threading
import time
import unittest

import support

PIECE_BYTES = 4 << 20


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def content_digest(content):
    if len(content) <= PIECE_BYTES:
        return sha256(content)
    pieces = (content[i : i + PIECE_BYTES] for i in range(0, len(content), PIECE_BYTES))
    return sha256("".join(sha256(piece) + "\n" for piece in pieces).encode())


def quoted(name):
    text = b""
    for character in name.decode("utf-8", "surrogateescape"):
        code = ord(character)
        raw = character.encode("utf-8", "surrogateescape")
        if code < 0x20 or 0x7F <= code < 0xA0 or 0xDC80 <= code <= 0xDCFF:
            text += b"".join(b"\\x%02x" % byte for byte in raw)
        else:
            text += b"\\" + raw if character in '"\\' else raw
    return b'"' + text + b'"'


def entry(path):
    """Kind, size and digest by the rules of docs/formats/manifest.md."""
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        target = os.readlink(path)
        return "link", len(target), sha256(target)
    if not stat.S_ISDIR(status.st_mode):
        content = pathlib.Path(os.fsdecode(path)).read_bytes()
        return "exec" if status.st_mode & 0o100 else "file", len(content), content_digest(content)
    lines = b""
    total = 0
    for name in sorted(os.listdir(path)):
        kind, size, digest = entry(path + b"/" + name)
        lines += f"{kind} {size} {digest} ".encode() + quoted(name) + b"\n"
        total += size
    return "folder", total, sha256(lines)


def root(path):
    return entry(os.fsencode(path))[2]


class HashTest(support.ProgramTest):
    def hash_of(self, path, *options, **keywords):
        return json.loads(self.run_ibid("data", "hash", path, "--json", *options, **keywords).stdout)[0]

    def make_tree(self, name="t"):
        tree = self.folder / name
        (tree / "b/empty").mkdir(parents=True)
        (tree / "a.txt").write_bytes(b"abc")
        (tree / "b/run.sh").write_bytes(b"echo\n")
        (tree / "b/run.sh").chmod(0o755)
        (tree / "b/link").symlink_to("../a.txt")
        return tree


class Hashed(HashTest):
    def test_awkward_names_and_sizes_have_the_root_of_the_rules(self):
        tree = self.make_tree()
        for number, name in enumerate((b"new\nline", b"bad\xff\xfe", b'quo"te\\', "ü 中 🐦".encode(), b"\xc2\x9b", b"a b", b"a-b", b"-n")):
            pathlib.Path(os.fsdecode(os.fsencode(tree) + b"/" + name)).write_bytes(b"x" * number)
        generator = random.Random(5)
        for size in (PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES + 7):
            (tree / f"b/{size}").write_bytes(generator.randbytes(size))
        expected = root(tree)
        for threads in (1, 2, 5):
            report = self.hash_of(tree, "--threads", threads)
            self.assertEqual(report["digest"], expected)
        self.assertEqual((report["files"], report["folders"], report["links"]), (14, 3, 1))
        text = self.run_ibid("data", "hash", tree / "b", tree / "a.txt").stdout
        self.assertIn(root(tree / "b"), text)
        self.assertIn(sha256(b"abc"), text)

    def test_a_manifest_holds_what_sha256sum_says(self):
        flat = self.folder / "flat"
        flat.mkdir()
        for name in "abc":
            (flat / name).write_text(name * 3)
        self.run_ibid("data", "hash", flat, "--manifest", "m")
        lines = (self.folder / "m").read_text().splitlines(keepends=True)
        self.assertEqual(lines[0], "ibid-manifest 1\n")
        self.assertIn(sha256("".join(lines[2:]).encode()), lines[1])
        self.assertIn(sha256(b"aaa"), lines[2])

    def test_symbolic_link_loops_and_links_outside_are_no_trap(self):
        tree = self.make_tree()
        (tree / "self").symlink_to("self")
        (tree / "up").symlink_to("..")
        (tree / "b/back").symlink_to("../b")
        report = self.hash_of(tree)
        self.assertEqual(report["links"], 4)
        self.assertEqual(report["links_outside"], ["up"])
        self.assertEqual(report["digest"], root(tree))

    def test_pipes_and_sockets_are_refused_by_name(self):
        tree = self.make_tree()
        os.mkfifo(tree / "b/pipe")
        self.assert_error(self.run_ibid("data", "hash", tree, status=3), "unsupported", tree / "b/pipe", "elsewhere")
        (tree / "b/pipe").unlink()
        holder = socket.socket(socket.AF_UNIX)
        self.addCleanup(holder.close)
        holder.bind(str(tree / "socket"))
        self.assert_error(self.run_ibid("data", "hash", tree, status=3), "unsupported", tree / "socket")

    def test_what_is_not_there_or_typed_wrong_is_said(self):
        self.assert_error(self.run_ibid("data", "hash", "tre", status=3), "not-found", "tre")
        self.assert_error(self.run_ibid("data", "hash", status=2), "usage", "PATH")
        self.assert_error(self.run_ibid("data", "hash", ".", "--treads", 2, status=2), "usage", "--threads")
        self.assert_error(self.run_ibid("data", "hash", ".", "--threads", 0, status=2), "usage", "--threads")
        self.assert_error(self.run_ibid("data", "hesh", status=2), "usage", "ibid data hash")

    def test_an_unreadable_file_is_named(self):
        tree = self.make_tree()
        (tree / "a.txt").chmod(0)
        self.folder.chmod(0o755)
        keywords = {}
        if os.geteuid() == 0:
            keywords["user"] = 65534
            probe = subprocess.run([support.BINARY, "version"], capture_output=True, user=65534) if self.reachable() else None
            if probe is None or probe.returncode != 0:
                self.skipTest("another user cannot run the program where it lies")
        finished = self.run_ibid("data", "hash", tree, "--no-cache", status=3, **keywords)
        self.assert_error(finished, "permission", tree / "a.txt")

    @staticmethod
    def reachable():
        """Whether others may enter every folder above the program."""
        program = pathlib.Path(support.BINARY).resolve()
        return all(folder.stat().st_mode & 0o001 for folder in (program, *program.parents))

    def test_a_file_that_is_written_to_under_way_is_named(self):
        tree = self.make_tree()
        growing = tree / "b/growing"
        growing.write_bytes(b"x" * (64 << 20))
        done = threading.Event()

        def write():
            with open(growing, "ab", buffering=0) as file:
                while not done.is_set():
                    file.write(b"y")
                    time.sleep(0.001)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            finished = self.run_ibid("data", "hash", tree, "--manifest", "m", status=3)
        finally:
            done.set()
            writer.join()
        self.assert_error(finished, "io", growing, "changed while it was read", "run this again")
        self.assertFalse((self.folder / "m").exists())

    def test_ctrl_c_leaves_nothing_half_written(self):
        tree = self.make_tree()
        with open(tree / "huge", "wb") as file:
            file.truncate(64 << 30)  # a hole: takes no space, and minutes to hash
        process = subprocess.Popen(
            [support.BINARY, "data", "hash", "t", "--manifest", "m"],
            cwd=self.folder, env=self.environment, stderr=subprocess.PIPE, text=True,
        )
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3, errors)
        self.assertIn("error[interrupted]: ", errors)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["t"])

    def test_a_manifest_does_not_go_into_its_own_tree(self):
        tree = self.make_tree()
        for place in (tree / "m", tree / "b/m", tree / "b/../m"):
            self.assert_error(self.run_ibid("data", "hash", tree, "--manifest", place, status=2), "usage", "outside")
        self.assert_error(self.run_ibid("data", "hash", tree, tree, "--manifest", "m", status=2), "usage", "once for each")
        self.assert_error(self.run_ibid("data", "hash", tree, "--manifest", "none/m", status=3), "not-found", "none/m")

    def test_twenty_thousand_files_and_their_cache(self):
        tree = self.folder / "t"
        for i in range(20000):
            if i % 500 == 0:
                (tree / str(i)).mkdir(parents=True)
            (tree / str(i - i % 500) / f"{i}.txt").write_text(str(i))
        expected = root(tree)
        time.sleep(2.1)
        first = self.hash_of(tree)
        self.assertEqual((first["digest"], first["files"], first["files_from_cache"]), (expected, 20000, 0))
        (tree / "0/7.txt").write_text("8")
        second = self.hash_of(tree)
        self.assertEqual((second["digest"], second["files_from_cache"]), (root(tree), 19999))
        self.assertEqual(self.hash_of(tree, "--no-cache")["files_from_cache"], 0)
        paranoid = self.hash_of(tree, "--paranoid")
        self.assertEqual((paranoid["digest"], paranoid["files_from_cache"]), (second["digest"], 0))
        self.assertEqual(paranoid["silently_changed"], [])

    def test_a_cache_folder_that_cannot_be_written_is_told_and_no_error(self):
        tree = self.make_tree()
        time.sleep(2.1)
        finished = self.hash_of(tree, environment={"XDG_CACHE_HOME": "/proc/none"})
        self.assertEqual(finished["digest"], root(tree))
        self.assertIn("/proc/none", finished["cache_problem"])

    def test_a_damaged_cache_is_no_cache(self):
        tree = self.make_tree()
        time.sleep(2.1)
        self.hash_of(tree)
        cache = self.folder / ".cache/ibid/hashes"
        self.assertEqual(self.hash_of(tree)["files_from_cache"], 2)
        content = cache.read_bytes()
        cache.write_bytes(content[:-1] + bytes([content[-1] ^ 0xFF]))
        report = self.hash_of(tree)
        self.assertEqual((report["digest"], report["files_from_cache"]), (root(tree), 0))
        self.assertEqual(self.hash_of(tree)["files_from_cache"], 2)


class Compared(HashTest):
    def test_folders_and_manifests_compare_in_any_pairing(self):
        a, b = self.make_tree("a"), self.make_tree("b")
        self.run_ibid("data", "diff", a, b)
        (b / "a.txt").rename(b / "renamed\n.txt")
        (b / "b/run.sh").chmod(0o644)
        (b / "b/new").write_text("new")
        (b / "b/empty").rmdir()
        for tree in (a, b):
            self.run_ibid("data", "hash", tree, "--manifest", f"{tree}.manifest")
        reports = set()
        for left in ("a", "a.manifest"):
            for right in ("b", "b.manifest"):
                reports.add(self.run_ibid("data", "diff", left, right, "--json", status=1).stdout)
        self.assertEqual(len(reports), 1)
        report = json.loads(reports.pop())
        self.assertEqual((report["root_a"], report["root_b"]), (root(a), root(b)))
        self.assertEqual([item["path"] for item in report["added"]], ["b/new"])
        self.assertEqual([item["path"] for item in report["removed"]], ["b/empty"])
        self.assertEqual([(item["a"]["path"], item["b"]["path"]) for item in report["renamed"]], [("a.txt", "renamed\n.txt")])
        self.assertEqual([(item["a"]["path"], item["what"]) for item in report["changed"]], [("b/run.sh", "executable bit")])
        text = self.run_ibid("data", "diff", "a", "b", status=1).stdout
        self.assertIn('renamed  "a.txt" to "renamed\\x0a.txt"', text)
        self.assertIn("the same names and bytes: " + root(a), self.run_ibid("data", "diff", "a", "a.manifest").stdout)

    def test_what_is_neither_folder_nor_manifest_is_said(self):
        tree = self.make_tree()
        self.assert_error(self.run_ibid("data", "diff", tree, tree / "a.txt", status=3), "malformed", "a.txt", "no manifest")
        self.assert_error(self.run_ibid("data", "diff", tree, "none", status=3), "not-found", "none")


class Verified(HashTest):
    def test_missing_altered_and_extra_are_named(self):
        tree = self.make_tree()
        self.run_ibid("data", "hash", tree, "--manifest", "m")
        self.assertIn("intact", self.run_ibid("data", "verify", "--manifest", "m", tree).stdout)
        self.run_ibid("data", "verify", "--manifest", "../m", cwd=tree)
        (tree / "a.txt").rename(tree / "b.txt")
        (tree / "b/run.sh").write_bytes(b"evil\n")
        finished = self.run_ibid("data", "verify", "--manifest", "m", tree, status=1)
        self.assertEqual(finished.stdout.splitlines(), ['missing  "a.txt"', 'altered  "b/run.sh": content', 'extra    "b.txt"'])
        report = json.loads(self.run_ibid("data", "verify", "--manifest", "m", tree, "--json", status=1).stdout)
        self.assertFalse(report["intact"])
        self.assertEqual([item["path"] for item in report["missing"]], ["a.txt"])
        self.assertEqual([item["path"] for item in report["extra"]], ["b.txt"])
        self.assertEqual(report["altered"][0]["found"]["digest"], sha256(b"evil\n"))

    def test_the_cache_is_not_believed(self):
        tree = self.make_tree()
        self.run_ibid("data", "hash", tree, "--manifest", "m", "--no-cache")
        self.run_ibid("data", "verify", "--manifest", "m", tree)
        self.assertFalse((self.folder / ".cache").exists())

    def test_an_altered_manifest_is_said(self):
        tree = self.make_tree()
        self.run_ibid("data", "hash", tree, "--manifest", "m")
        manifest = self.folder / "m"
        manifest.write_text(manifest.read_text().replace("file 3", "file 4"))
        self.assert_error(self.run_ibid("data", "verify", "--manifest", "m", tree, status=3), "digest-mismatch", "m", "altered")
        manifest.write_text(manifest.read_text()[:-5])
        self.assert_error(self.run_ibid("data", "verify", "--manifest", "m", tree, status=3), "malformed", "line 7")

    def test_it_needs_a_name_or_a_manifest(self):
        self.assert_error(self.run_ibid("data", "verify", status=2), "usage", "--manifest", "ibid data list")
        finished = self.run_ibid("data", "verify", "--manifest", "m", "--folder", "x", status=2)
        self.assert_error(finished, "usage", "--folder")


if __name__ == "__main__":
    unittest.main()
