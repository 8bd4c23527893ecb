"""ibid env lock, conda and check: a virtual environment, wheels made by hand and an index on loopback."""

import functools
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

import support
import wheels

try:
    import venv  # Debian has it apart
    import ensurepip
    WHY_NOT = None
except ImportError:
    WHY_NOT = "this Python cannot make virtual environments; tools/setup.sh --containers installs python3-venv"


class Index(http.server.BaseHTTPRequestHandler):
    """The pages of a package index, with the digest of each file in its address."""

    def do_GET(self):
        name = self.path.strip("/").removeprefix("simple/")
        files = sorted(self.server.folder.glob(f"{name}-*.whl"))
        if not files:
            return self.send_error(404)
        digest = lambda file: hashlib.sha256(file.read_bytes()).hexdigest()
        page = "".join(f'<a href="/{file.name}#sha256={digest(file)}">{file.name}</a>' for file in files)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *_):
        pass


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Locked(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory(prefix="ibid_lock_")
        cls.addClassCleanup(holder.cleanup)
        cls.home = pathlib.Path(holder.name)
        cls.wheels = cls.home / "wheels"
        cls.wheels.mkdir()
        for version in ("1.5", "1.6"):
            wheels.write(cls.wheels, "tiny", version, {"tiny/__init__.py": f"answer = {version}\n"})
        wheels.write(cls.wheels, "numpy", "1.26.4", {"numpy/__init__.py": "\n"})
        cls.pip = wheels.unpacked_pip(cls.home / "pip")
        cls.python = cls.environment_with("v", "tiny==1.5", "numpy")
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
        cls.server.folder = cls.wheels
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)

    @classmethod
    def environment_with(cls, name, *requirements):
        """The interpreter of a new virtual environment with these packages and no pip."""
        folder = cls.home / name
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
        python = folder / "bin" / "python"
        wheels.install(python, cls.pip, cls.wheels, requirements)
        return python

    def setUp(self):
        super().setUp()
        port = self.server.server_address[1]
        # Nothing of this machine's own settings for pip; unpacked it starts quicker than from its archive.
        self.environment.update(PYTHONPATH=str(self.pip), PIP_CONFIG_FILE=os.devnull, PIP_INDEX_URL=f"http://user:secret@127.0.0.1:{port}/simple")

    def lock(self, *words, python=None, **options):
        return self.run_ibid("env", "lock", "--python", python or self.python, *words, **options).stdout

    def digest(self, name):
        return hashlib.sha256((self.wheels / name).read_bytes()).hexdigest()

    def test_the_index_gives_the_digests(self):
        text = self.lock()
        self.assertIn(f"\ntiny==1.5 \\\n    --hash=sha256:{self.digest('tiny-1.5-py3-none-any.whl')}\n", text)
        self.assertIn("\nnumpy==1.26.4 ", text)
        self.assertNotIn("secret", text)
        self.assertEqual(text, self.lock())

    def test_an_environment_without_pip_uses_the_one_that_python_carries(self):
        self.assertEqual(self.lock(), self.lock(environment={"PYTHONPATH": ""}))

    def test_a_wheelhouse_needs_no_index(self):
        environment = {"PIP_INDEX_URL": "http://127.0.0.1:9/"}
        text = self.lock("--wheelhouse", self.wheels, environment=environment)
        self.assertIn(self.digest("tiny-1.5-py3-none-any.whl"), text)
        gap = self.home / "gap"
        gap.mkdir(exist_ok=True)
        shutil.copy(self.wheels / "tiny-1.5-py3-none-any.whl", gap)
        finished = self.run_ibid("env", "lock", "--python", self.python, "--wheelhouse", gap, status=1)
        self.assertIn("warning: numpy 1.26.4: the index has no archive", finished.stderr)

    def test_an_index_that_does_not_answer(self):
        environment = {"PIP_INDEX_URL": "http://127.0.0.1:9/"}
        output = self.folder / "x.lock"
        finished = self.run_ibid("env", "lock", "--python", self.python, "--output", output, environment=environment,
                                 status=3)
        self.assert_error(finished, "network", "did not answer", "numpy, tiny", "--allow-unhashed")
        self.assertFalse(output.exists())
        self.lock("--allow-unhashed", "--output", output, environment=environment)
        self.assertNotIn("\ntiny==", output.read_text())
        self.assertIn("\nnumpy==1.26.4\ntiny==1.5\n", (self.folder / "x-unhashed.lock").read_text())
        self.lock("--output", output)
        self.assertFalse((self.folder / "x-unhashed.lock").exists())

    def test_pip_accepts_the_lock_and_the_environment_is_the_same(self):
        lock = self.folder / "requirements.lock"
        self.lock("--output", lock)
        record = self.folder / "lock.json"
        self.lock("--format", "json", "--output", record)
        copy = self.environment_with("copy", "--require-hashes", "-r", str(lock))
        self.assertIn("same results expected", self.run_ibid("env", "check", record, "--python", copy, "--strict").stdout)
        self.assertEqual(record.read_text(), self.lock("--format", "json", python=copy))

    def test_each_difference_has_its_effect(self):
        record = self.folder / "lock.json"
        self.lock("--format", "json", "--output", record)
        other = self.environment_with("other", "tiny==1.6")
        report = json.loads(self.run_ibid("env", "check", record, "--python", other, "--json", status=1,
                                          environment={"OMP_NUM_THREADS": "2"}).stdout)
        found = {entry["what"]: entry for entry in report["differences"]}
        self.assertEqual(found["tiny, version"]["found"], "1.6")
        self.assertEqual(found["tiny, version"]["effect"], "possible")
        self.assertEqual(found["numpy"]["found"], "not there")
        self.assertEqual(found["Threads of numerical libraries, OMP_NUM_THREADS"]["effect"], "likely")
        self.assertEqual(report["verdict"], "likely to differ")
        text = self.run_ibid("env", "check", record, "--python", other, status=1).stdout
        self.assertIn("likely to change results:", text)

    def test_files_changed_since_the_installation(self):
        python = self.environment_with("changed", "tiny==1.5")
        requirements = self.folder / "r.lock"
        self.lock("--output", requirements, python=python)
        self.run_ibid("env", "check", requirements, "--python", python)
        file = next((self.home / "changed" / "lib").glob("*/site-packages/tiny/__init__.py"))
        file.write_text("answer = 2\n")
        text = self.run_ibid("env", "check", requirements, "--python", python, status=1).stdout
        self.assertIn("tiny, installed files: as installed  |  files were changed", text)
        finished = self.run_ibid("env", "lock", "--python", python, status=1)
        self.assertIn("warning: tiny 1.5: files were changed", finished.stderr)

    def test_a_captured_environment_is_a_lock_too(self):
        capture = self.folder / "env.json"
        capture.write_text(self.run_ibid("env", "capture", "--json", "--python", self.python).stdout)
        self.assertIn("same results expected", self.run_ibid("env", "check", capture, "--python", self.python).stdout)
        text = self.run_ibid("env", "check", capture, "--python", self.python, status=1,
                             environment={"PYTHONHASHSEED": "7"}).stdout
        self.assertIn("Python, hash seed: random  |  7", text)

    def test_what_cannot_be_locked_is_named(self):
        python = self.environment_with("mixed", "tiny==1.5")
        site = next((self.home / "mixed" / "lib").glob("*/site-packages"))
        for name, url in (("mine", {"url": "file:///src/mine", "dir_info": {"editable": True}}),
                          ("vcs", {"url": "https://u:pw@host/v.git", "vcs_info": {"vcs": "git", "commit_id": "0123"}})):
            info = site / f"{name}-0.5.dist-info"
            info.mkdir()
            (info / "METADATA").write_text(f"Name: {name}\nVersion: 0.5\n")
            (info / "direct_url.json").write_text(json.dumps(url))
        output = self.folder / "m.lock"
        finished = self.run_ibid("env", "lock", "--python", python, "--output", output, status=1)
        self.assertIn("warning: mine 0.5: it is editable", finished.stderr)
        self.assertIn("# not locked: mine 0.5", output.read_text())
        self.assertIn("\nvcs @ git+https://host/v.git@0123\n", (self.folder / "m-unhashed.lock").read_text())

    def test_mistakes(self):
        check = functools.partial(self.run_ibid, "env", "check", "--python", self.python)
        self.assert_error(check("/nowhere", status=3), "not-found", "/nowhere")
        bad = self.folder / "bad"
        for text, code, part in (("numpy>=1\n", "malformed", "numpy>=1"), ("{}", "malformed", "ibid.environment"),
                                 ("{", "malformed", "bad"), ("", "malformed", "names no package"),
                                 ("name: x\ndependencies:\n  - numpy\n", "unsupported", "environment.yml"),
                                 ("-r other.txt\n", "unsupported", "other.txt"),
                                 ("@EXPLICIT\nrubbish\n", "malformed", "rubbish")):
            bad.write_text(text)
            self.assert_error(check(bad, status=3), code, part)
        record = json.loads(self.lock("--format", "json"))
        record["environment"]["packages"]["items"].pop()
        bad.write_text(json.dumps(record))
        self.assert_error(check(bad, status=3), "digest-mismatch", "altered")
        self.assert_error(self.run_ibid("env", "lock", "--wheelhouse", "/nowhere", "--python", self.python, status=3),
                          "not-found", "/nowhere")
        self.assert_error(self.run_ibid("env", "lock", "--format", "yaml", status=2), "usage", "conda")
        self.assert_error(self.run_ibid("env", "lock", "--format", "conda", "--python", self.python, status=3), "not-found",
                          "no conda environment")

    def test_a_full_disk_leaves_no_half_lock(self):
        small = self.folder / "small"
        small.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "none", str(small)], capture_output=True).returncode:
            self.skipTest("mounting needs root")
        try:
            (small / "filler").write_bytes(b"x" * 4096)
            finished = self.run_ibid("env", "lock", "--python", self.python, "--output", small / "x.lock", status=3)
            self.assert_error(finished, "disk-full", "x.lock")
            self.assertEqual([file.name for file in small.iterdir()], ["filler"])
        finally:
            subprocess.run(["umount", str(small)], check=True)


class Conda(support.ProgramTest):
    """Folders as conda leaves them; the program itself is not needed."""

    def setUp(self):
        super().setUp()
        meta = self.folder / "c" / "conda-meta"
        meta.mkdir(parents=True)
        url = "https://conda.example/forge/linux-64/numpy-1.26.4-py311_0.conda"
        (meta / "numpy-1.26.4-py311_0.json").write_text(json.dumps({
            "name": "numpy", "version": "1.26.4", "build": "py311_0", "subdir": "linux-64", "md5": "a" * 32,
            "channel": "https://conda.example/forge/linux-64", "url": url.replace("//", "//u:secret@")}))
        self.line = f"{url}#{'a' * 32}\n"

    def test_both_formats(self):
        text = self.run_ibid("env", "conda", "--prefix", "c").stdout
        self.assertTrue(text.endswith("@EXPLICIT\n" + self.line), text)
        self.run_ibid("env", "conda", "--prefix", "c", "--yaml", "--output", "environment.yml")
        self.assertIn('  - "numpy=1.26.4=py311_0"\n', (self.folder / "environment.yml").read_text())

    def test_mistakes(self):
        self.assert_error(self.run_ibid("env", "conda", "--prefix", "/nowhere", status=3), "not-found", "/nowhere")
        self.assert_error(self.run_ibid("env", "conda", "--prefix", self.folder, status=3), "not-found", "no conda")
        self.assert_error(self.run_ibid("env", "conda", "--yaml", "--explicit", status=2), "usage", "two formats")


class FloatingPoint(support.ProgramTest):
    """A library compiled for fast mathematics turns small numbers to 0 for everybody who loads it."""

    def setUp(self):
        super().setUp()
        compiler = shutil.which("g++")
        if not compiler or os.uname().machine != "x86_64":
            self.skipTest("needs g++ for x86-64")
        (self.folder / "fast.c").write_text("int fast(void) { return 1; }\n")
        subprocess.run([compiler, "-shared", "-fPIC", "-ffast-math", "-x", "c", "fast.c", "-o", "libfast.so"],
                       cwd=self.folder, check=True)
        (self.folder / "fastmod.py").write_text(f"import ctypes\nctypes.CDLL({str(self.folder / 'libfast.so')!r})\n")

    def test_the_import_that_changes_the_state_and_its_library(self):
        report = json.loads(self.run_ibid("env", "capture", "--json", "--python", sys.executable, "--import", "fastmod",
                                          environment={"PYTHONPATH": str(self.folder)}).stdout)
        state = {name: fact.get("value") for name, fact in report["floating_point"].items()}
        self.assertIs(state["flush_to_zero"], False)
        self.assertIs(state["denormals_are_zero"], False)
        self.assertIs(state["flush_to_zero_after_import"], True)
        self.assertIs(state["denormals_are_zero_after_import"], True)
        self.assertEqual(state["rounding_after_import"], "to nearest")
        guilty = [item["path"]["value"] for item in report["libraries"]["items"]
                  if item["sets_flush_to_zero"].get("value")]
        self.assertEqual(guilty, [str(self.folder / "libfast.so")])

    def test_a_running_process(self):
        program = "import fastmod, time; print('up', flush=True); time.sleep(60)"
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True,
                                   env=dict(os.environ, PYTHONPATH=str(self.folder)))
        try:
            self.assertEqual(process.stdout.readline(), "up\n")
            report = json.loads(self.run_ibid("env", "capture", "--json", "--pid", process.pid).stdout)
            self.assertIsNone(process.poll())
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        fact = report["floating_point"]["flush_to_zero"]
        if "unknown" in fact:
            self.skipTest(fact["unknown"])
        self.assertIs(fact["value"], True)

    def test_a_module_that_is_not_there(self):
        report = json.loads(self.run_ibid("env", "capture", "--json", "--python", sys.executable, "--import",
                                          "no_such_module").stdout)
        self.assertIn("no_such_module: ModuleNotFoundError", report["settings"]["unknown"])


if __name__ == "__main__":
    unittest.main()
