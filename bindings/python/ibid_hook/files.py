"""Files that the program opens, seen by Python's audit events.

Libraries that open files in C or C++ by themselves (HDF5, Arrow) are not seen, unless their part of the hook
tells (torch.save does).
"""

import os
import sys
import sysconfig

from . import events

_WRITING = os.O_WRONLY | os.O_RDWR
_seen = set()


def _software_folders():
    names = ("stdlib", "platstdlib", "purelib", "platlib", "data")
    folders = {sysconfig.get_path(name) for name in names[:4]}
    # Debian's packages lie beside those of pip.
    folders.update(path for path in sys.path if path.endswith(("site-packages", "dist-packages")))
    folders.add(os.path.dirname(os.path.abspath(__file__)))
    return tuple(os.path.join(folder, "") for folder in sorted(filter(None, folders)))


def watch():
    """Record every file opened from now on, once for reading and once for writing."""
    ignored = _software_folders() + ("/proc/", "/sys/", "/dev/")

    def hook(name, arguments):
        if name != "open" or events.is_guarded():
            return
        _audited(arguments, ignored)

    sys.addaudithook(hook)


def opened(path, kind):
    """A file is about to be opened in a way that Python's audit does not show; kind: read, write or update."""
    _record(path, kind)


@events.safely
def _audited(arguments, ignored):
    path, mode, flags = arguments
    if not isinstance(path, (str, bytes, os.PathLike)):
        return  # a descriptor: its file was opened before
    path = os.path.abspath(os.fsdecode(path))
    if not path.startswith(ignored) and not path.endswith(".pyc"):
        _record(path, _kind(mode, flags))


@events.safely
def _record(path, kind):
    path = os.path.abspath(os.fsdecode(path))
    if (path, kind) in _seen:
        return
    _seen.add((path, kind))
    event = {"event": "open", "path": path, "mode": kind}
    if kind != "write":
        try:
            status = os.stat(path)
            event["size"] = status.st_size
            event["modified_ns"] = status.st_mtime_ns
        except OSError:
            if kind == "read":
                return  # it cannot be opened either
            event["mode"] = "write"  # it is made now
    events.write(**event)


def _kind(mode, flags):
    if isinstance(mode, str):
        if "+" in mode and "w" not in mode and "x" not in mode:  # what those open is empty
            return "update"
        return "read" if "r" in mode and "+" not in mode else "write"
    if not isinstance(flags, int) or not flags & _WRITING:
        return "read"
    return "update" if flags & os.O_RDWR and not flags & os.O_TRUNC else "write"
