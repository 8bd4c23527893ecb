"""Steps of trainings in this process, and which of them get a digest.

IBID_HOOK_DIGEST_EVERY is a number (0: none), or `auto`: the first steps all get one; from their cost follows a
cadence, a power of two, that keeps the cost of the others within a budget. Runs that are compared must have digests
of the same steps, so the cadence is measured in the first run only and handed to the others: `auto:torch=8,xgboost=1`.
"""

import os
import time

from . import events, operations

_FIRST = 8  # steps that all have a digest
_LARGEST = 1 << 16
_BUDGET = float(os.environ.get("IBID_HOOK_DIGEST_BUDGET", "0.03"))

# Steps that all get a digest besides, "FIRST-LAST": to find the one among them at which two runs part ways.
_ALL = tuple(int(step) for step in os.environ.get("IBID_HOOK_DIGEST_STEPS", "1-0").split("-"))

_state = {"step": 0}
_schedules = {}


def are_watched():
    """Whether steps are of interest: for digests, or to watch the operations of some."""
    return os.environ.get("IBID_HOOK_DIGEST_EVERY", "1") != "0" or operations.are_watched()


@events.safely
def after(kind, collect):
    """A step of `kind`, a library, has been taken; `collect` returns its tensors' digests by name."""
    if kind not in _schedules:
        _schedules[kind] = _Schedule(kind)
    schedule = _schedules[kind]
    step = _state["step"]
    _state["step"] += 1
    if schedule.begin() or _ALL[0] <= step <= _ALL[1]:
        tensors = collect()
        if tensors:
            events.write(event="digest", step=step, tensors=tensors)
    schedule.end()
    operations.stepped(step)


class _Schedule:
    def __init__(self, kind):
        self._kind = kind
        self._count = -1
        self._started = self._ended = None
        self._costs, self._intervals = [], []
        text = os.environ.get("IBID_HOOK_DIGEST_EVERY", "1")
        self._is_automatic = text.startswith("auto")
        known = dict(part.split("=") for part in text.partition(":")[2].split(",") if part)
        self._every = int(known.get(kind, 0)) if self._is_automatic else int(text)

    def begin(self):
        """Count a step; whether it gets a digest."""
        self._count += 1
        self._started = time.perf_counter()
        if self._count < _FIRST:
            if self._ended is not None:
                self._intervals.append(self._started - self._ended)
            return self._is_automatic or self._is_multiple()
        if self._is_automatic and not self._every:
            self._every = _agreed(self._kind, self._affordable())
            events.write(event="cadence", kind=self._kind, every=self._every)
        return self._is_multiple()

    def end(self):
        """The digest, if one was due, is written."""
        self._ended = time.perf_counter()
        if self._count < _FIRST:
            self._costs.append(self._ended - self._started)

    def _is_multiple(self):
        return self._every != 0 and self._count % self._every == 0

    def _affordable(self):
        # The first digest prepares buffers and names, the first steps warm caches: neither is typical.
        cost = sorted(self._costs[1:])[len(self._costs[1:]) // 2]
        interval = sorted(self._intervals)[len(self._intervals) // 4]
        every = 1
        while every < _LARGEST and cost > _BUDGET * every * interval:
            every *= 2
        return every


def _agreed(kind, every):
    """The cadence of the first process of this run that decided: all have the same."""
    path = os.path.join(os.environ["IBID_HOOK_EVENTS"], f"cadence-{kind}")
    own = f"{path}.{os.getpid()}"
    try:
        with open(own, "w", encoding="ascii") as file:
            file.write(str(every))
        os.link(own, path)  # whole or not at all, and only by the first
    except FileExistsError:
        with open(path, encoding="ascii") as file:
            return int(file.read())
    except OSError:
        pass  # a file system without links: each process has its own
    finally:
        if os.path.exists(own):
            os.remove(own)
    return every
