"""Runs the real program. IBID_BINARY names it; every test has a folder and a home of its own."""

import os
import pathlib
import subprocess
import tempfile
import unittest

BINARY = os.environ["IBID_BINARY"]
# With sanitizers programs take many times as long, and more memory than a limit leaves them.
SANITIZED = bool(os.environ.get("IBID_SANITIZE"))
TIMEOUT_SECONDS = 1800 if SANITIZED else 120


class ProgramTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="ibid_e2e_")
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def run_ibid(self, *words, status=0, environment=None, **options):
        """Runs `ibid WORDS`, insists on the exit status and returns the finished process (text)."""
        finished = subprocess.run(
            [BINARY, *map(str, words)],
            stdin=subprocess.DEVNULL,
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE,
            text=True,
            timeout=options.pop("timeout", TIMEOUT_SECONDS),
            cwd=options.pop("cwd", self.folder),
            env={**self.environment, **(environment or {})},
            **options,
        )
        self.assertEqual(finished.returncode, status, f"{words}: {finished.stdout}{finished.stderr}")
        return finished

    def assert_error(self, finished, code, *parts):
        """The error has the code, a hint, and everything that is asked to be in the text."""
        self.assertIn(f"error[{code}]: ", finished.stderr)
        self.assertIn("  hint: ", finished.stderr)
        for part in parts:
            self.assertIn(str(part), finished.stderr)
