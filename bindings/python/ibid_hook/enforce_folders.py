"""The order of files in folders, which the file system chooses: sorted by name.

os.listdir and os.scandir are covered, and with them os.walk, glob, pathlib and shutil. Folders that libraries read in
C or C++ by themselves, and other programs, are not.
"""

import functools
import os

from . import enforce


def attach(_=None):
    """Sort what os.listdir and os.scandir give."""
    if not enforce.DETERMINISTIC:
        return
    enforce.hold("python", "os.listdir", "sorted", lambda: _replace("listdir", _sorted_list(os.listdir)))
    enforce.hold("python", "os.scandir", "sorted", lambda: _replace("scandir", _sorted_scan(os.scandir)))


def _replace(name, function):
    # shutil.rmtree is safe against swapped links only where it finds these functions in the set.
    if getattr(os, name) in os.supports_fd:
        os.supports_fd.add(function)
    setattr(os, name, function)


def _sorted_list(listdir):
    @functools.wraps(listdir)
    def call(*arguments, **keywords):
        return sorted(listdir(*arguments, **keywords))

    return call


def _sorted_scan(scandir):
    @functools.wraps(scandir)
    def call(*arguments, **keywords):
        return _Entries(scandir(*arguments, **keywords))

    return call


class _Entries:
    """Entries of a folder as os.scandir gives them: an iterator that can be closed."""

    def __init__(self, entries):
        with entries:
            self._entries = iter(sorted(entries, key=lambda entry: entry.name))

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._entries)

    def close(self):
        self._entries = iter(())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
