"""The event file of this process: one JSON object a line, written at once, so that a crash loses nothing."""

import errno
import functools
import json
import os
import sys
import threading
import time

_state = {"folder": None, "process": None, "file": None, "lost": 0, "why_lost": "", "is_cut": False}
_lock = threading.RLock()
_inside = threading.local()
_at_end = []
_noted = set()


def open_log(folder):
    """Write events below `folder` from now on; every process, forked ones too, has a file of its own."""
    _state["folder"] = folder
    # Held while forking, the lock is free in both processes afterwards.
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_forget)
    write(**_process_facts())


def write(**event):
    """Append one event. Arguments are its members; the first is `event`, its kind.

    Where the disk is full or the folder gone the event is lost and counted: the program goes on.
    """
    with _lock, guarded():
        line = json.dumps(event, ensure_ascii=True, allow_nan=True, default=repr) + "\n"
        try:
            if _state["file"] is None:
                _open_file()
            _append(line.encode("ascii"))
        except OSError as problem:
            _state["lost"] += 1
            _state["why_lost"] = problem.strerror


def _append(line):
    # After a line that was cut off, the next one must not continue it.
    line = b"\n" + line if _state["is_cut"] else line
    n = os.write(_state["file"], line)
    _state["is_cut"] = n < len(line)
    if _state["is_cut"]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def note(text):
    """Say what could not be recorded, once."""
    if text not in _noted:
        _noted.add(text)
        write(event="note", text=text)


def at_end(function):
    """Call `function` when the program ends, before the last event."""
    _at_end.append(function)


def end():
    """The program ends by itself."""
    for function in _at_end:
        safely(function)()
    if _state["lost"]:
        note(f"{_state['lost']} events could not be written: {_state['why_lost']}")
    write(event="end", seconds=time.time())


def guarded():
    """A context in which this thread's own file operations are not recorded."""
    return _Guard()


def is_guarded():
    """Whether this thread is inside the hook."""
    return getattr(_inside, "depth", 0) > 0


def safely(function):
    """`function`, whose exceptions become a note."""

    @functools.wraps(function)
    def call(*arguments, **keywords):
        try:
            with guarded():
                return function(*arguments, **keywords)
        except Exception as problem:
            name = getattr(function, "__qualname__", repr(function))  # partial functions have none
            note(f"{function.__module__}.{name}: {problem!r}")
            return None

    return call


def caller():
    """The place in the program that led here, as "file:line"; nothing if all frames are libraries' or ours."""
    frame = sys._getframe(1)
    own = os.path.dirname(__file__)
    while frame is not None and frame.f_code.co_filename.startswith(own):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else ""


class _Guard:
    def __enter__(self):
        _inside.depth = getattr(_inside, "depth", 0) + 1

    def __exit__(self, *_):
        _inside.depth -= 1


def _forget():
    # A forked child shares the descriptor, but its lines belong in a file of its own.
    _state.update(file=None, lost=0, is_cut=False)
    _lock.release()
    write(**_process_facts())


def _open_file():
    path = os.path.join(_state["folder"], process_name() + ".jsonl")
    _state["file"] = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o666)


def process_name():
    """A name for files of this process. Sorted, ranks come in order of their numbers, after what has none."""
    rank = _rank()
    own = f"{time.time_ns()}-{os.getpid()}"
    return own if rank is None else f"rank-{rank:06d}-{own}"


def _rank():
    """Which of several processes a launcher inside this run (mpirun, torchrun, srun) has made this one; None: none did."""
    for name in os.environ.get("IBID_HOOK_RANK_VARIABLES", "").split(","):
        text = os.environ.get(name, "") if name else ""
        if text.isascii() and text.isdigit():
            return int(text)
    return None


def _process_facts():
    rank = _rank()
    return {
        "event": "process",
        "process": os.getpid(),
        "parent": os.getppid(),
        "executable": sys.executable,
        "arguments": list(getattr(sys, "orig_argv", sys.argv if hasattr(sys, "argv") else [])),
        "python": sys.version.split()[0],
        "seconds": time.time(),
        **({} if rank is None else {"rank": rank}),
    }
