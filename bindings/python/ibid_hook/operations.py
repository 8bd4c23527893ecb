"""A log of single operations: what went in, what came out, and where in the program.

It is for finding the first operation at which two runs part ways, costs much, and is off unless
IBID_HOOK_OPERATIONS names the steps to watch: "FIRST-LAST", counted as digests count them; "0-" is all the program
does. With IBID_HOOK_STOP_AFTER=STEP the program ends there. The lines are specified in docs/formats/recorded_run.md,
"Operations".
"""

import json
import linecache
import os
import sys
import sysconfig
import threading
import time

from . import events

_MOST = 200_000  # entries of a process: a loop that draws numbers one by one must not fill the disk
_OWN = os.path.dirname(__file__)
_LIBRARIES = tuple({sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")})

_lock = threading.RLock()
_state = {"file": None, "name": None, "n": 0, "kept": 0, "forks": 0, "step": 0}


def _window():
    text = os.environ.get("IBID_HOOK_OPERATIONS", "")
    if not text:
        return None
    first, _, last = text.partition("-")
    return int(first), int(last) if last else None


WINDOW = _window()
_KEEP_BYTES = int(os.environ.get("IBID_HOOK_OPERATIONS_KEEP", "0"))
_STOP_AFTER = int(os.environ.get("IBID_HOOK_STOP_AFTER", "-1"))


def are_watched():
    """Whether single operations are to be written down at all."""
    return WINDOW is not None


def is_open():
    """Whether the step that is running now is one of those to watch."""
    if WINDOW is None or _state["n"] >= _MOST:
        return False
    first, last = WINDOW
    return _state["step"] >= first and (last is None or _state["step"] <= last)


def is_before_end():
    """Whether the last step to watch is still to come or running."""
    return WINDOW is not None and _state["n"] < _MOST and (WINDOW[1] is None or _state["step"] <= WINDOW[1])


def stepped(step):
    """Step number `step` has been taken."""
    _state["step"] = step + 1
    if step == _STOP_AFTER:
        _stop()


def _stop():
    """End the program here: nothing that follows is looked at."""
    events.end()
    if "multiprocessing" in sys.modules:
        for child in sys.modules["multiprocessing"].active_children():
            child.kill()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def begin():
    """The number of the next operation."""
    with _lock:
        _state["n"] += 1
        return _state["n"] - 1


def write(number, **entry):
    """Append one operation. `entry`: op, at, inputs, outputs and more, see the format's page."""
    with _lock, events.guarded():
        if _state["file"] is None:
            _open_file()
        entry = {"n": number, "step": _state["step"], "clock_ns": time.monotonic_ns(), **entry}
        line = json.dumps(entry, ensure_ascii=True, allow_nan=True, default=repr) + "\n"
        os.write(_state["file"], line.encode("ascii"))
        if _state["n"] == _MOST:
            events.note(f"operations: only the first {_MOST} of a process are written down")


def keep(number, size, save):
    """Let `save(path)` write the outputs of operation `number`, of about `size` bytes, while there is room."""
    if _state["kept"] + size > _KEEP_BYTES or _state["name"] is None:
        return
    _state["kept"] += size
    save(os.path.join(_folder(), f"{_state['name']}-{number}.out"))


def called_by_program(depth=2):
    """Whether the function that asks was called by a line of the program itself, not of a library.

    `depth`: how many frames above this one that line is.
    """
    name = sys._getframe(depth).f_code.co_filename
    return not (name.startswith(_OWN) or is_library(name))


def called_by_import():
    """Whether a library is doing this by itself while it is imported, before any line of the program asks for it."""
    frame = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith("<frozen importlib"):
            return True
        if not name.startswith((_OWN, "<")) and not is_library(name):
            return False
        frame = frame.f_back
    return False


def place():
    """Where in the program this is: {"at": "file:line", "code": that line}; the innermost frame outside libraries."""
    frame = sys._getframe(1)
    outermost = None
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith(_OWN) and not name.startswith("<"):
            outermost = frame
            if not is_library(name):
                break
        frame = frame.f_back
    if frame is None:
        frame = outermost
    if frame is None:
        return {"at": "", "code": ""}
    name, line = frame.f_code.co_filename, frame.f_lineno
    return {"at": f"{_notebook_cell(frame) or name}:{line}", "code": linecache.getline(name, line).strip()}


def _notebook_cell(frame):
    """"In [3]", for the cell of a notebook: its file has a name that another process gives otherwise."""
    if "ipykernel_" not in frame.f_code.co_filename and not frame.f_code.co_filename.startswith("<ipython-input-"):
        return None
    count = getattr(frame.f_globals.get("get_ipython"), "__self__", None)
    return f"In [{count.execution_count}]" if hasattr(count, "execution_count") else None


def is_library(name):
    """Whether a file of code belongs to Python or a package, not to the program."""
    return name.startswith(_LIBRARIES) or "-packages" + os.sep in name or name.startswith("<frozen")


def _folder():
    return os.path.join(os.path.dirname(os.environ["IBID_HOOK_EVENTS"]), "operations")


def _open_file():
    if _state["name"] is None:
        _state["name"] = events.process_name()
    os.makedirs(_folder(), exist_ok=True)
    path = os.path.join(_folder(), _state["name"] + ".jsonl")
    _state["file"] = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o666)


def _before_fork():
    _lock.acquire()
    _state["forks"] += 1
    if _state["name"] is None:
        _open_file()


def _in_child():
    # Children are told apart by how many their parent had before: in that two runs agree, not in process numbers.
    _state.update(file=None, name=f"{_state['name']}.{_state['forks']:06d}", n=0, kept=0, forks=0)
    _lock.release()


if WINDOW is not None:
    os.register_at_fork(before=_before_fork, after_in_parent=_lock.release, after_in_child=_in_child)
